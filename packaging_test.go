package architecture

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// buildLine is what `make build` and the Dockerfile run.
func buildLine(t *testing.T, file, pattern string) string {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(pattern).FindSubmatch(src)
	if m == nil {
		t.Fatalf("%s has no line %s", file, pattern)
	}
	return strings.NewReplacer("$(VERSION)", "VERSION", "${VERSION}", "VERSION").Replace(string(m[1]))
}

func TestDockerfileBuildsAsMakeDoes(t *testing.T) {
	t.Parallel()
	docker := buildLine(t, "Dockerfile",
		`(?m)^RUN (CGO_ENABLED=0 go build .*) -o kafka-reset-bot \./cmd/kafka-reset-bot$`)
	makefile := buildLine(t, "Makefile", `(?m)^BUILD = (.*)$`)
	if diff := cmp.Diff(makefile, docker); diff != "" {
		t.Errorf("-make build +Dockerfile\n%s", diff)
	}
}

func TestDockerfileBuildsWithTheGoOfGoMod(t *testing.T) {
	t.Parallel()
	image := buildLine(t, "Dockerfile", `(?m)^FROM golang:([0-9.]+) AS build$`)
	gomod := buildLine(t, "go.mod", `(?m)^go ([0-9]+\.[0-9]+)`)
	if image != gomod {
		t.Errorf("the Dockerfile builds with Go %s, go.mod asks for %s", image, gomod)
	}
}

// TestManifest holds the Slack app to the least it needs. Its schema is made of
// the Manifest type of npm @slack/web-api 8.2.0, which knows the scopes' names.
func TestManifest(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(src, &doc); err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.NewCompiler().Compile("testdata/manifest.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("manifest.json is no app manifest: %v", err)
	}

	var m manifest
	if err := json.Unmarshal(src, &m); err != nil {
		t.Fatal(err)
	}
	want := []string{"app_mentions:read", "channels:read", "chat:write", "commands", "files:read", "files:write",
		"groups:read", "usergroups:read", "users:read"}
	slices.Sort(m.OAuthConfig.Scopes.Bot)
	if diff := cmp.Diff(want, m.OAuthConfig.Scopes.Bot); diff != "" {
		t.Errorf("scopes, -want +got\n%s", diff)
	}
	slices.Sort(m.OAuthConfig.Scopes.Optional)
	optional := []string{"app_mentions:read", "files:read", "files:write", "groups:read"}
	if diff := cmp.Diff(optional, m.OAuthConfig.Scopes.Optional); diff != "" {
		t.Errorf("optional scopes, -want +got\n%s", diff)
	}
	if len(m.OAuthConfig.Scopes.User) > 0 {
		t.Error("the bot acts as nobody: no user scopes")
	}
	events := []string{"subteam_members_changed", "app_mention", "app_home_opened"}
	if diff := cmp.Diff(events, m.Settings.EventSubscriptions.BotEvents); diff != "" {
		t.Errorf("events, -want +got\n%s", diff)
	}
	if !m.Settings.SocketModeEnabled || !m.Settings.Interactivity.IsEnabled {
		t.Error("Socket Mode and interactivity must be on: commands and buttons come that way")
	}
	if len(m.Features.SlashCommands) != 1 || m.Features.SlashCommands[0].Command != "/kafka-reset" ||
		m.Features.SlashCommands[0].ShouldEscape {
		t.Errorf("commands: %+v", m.Features.SlashCommands)
	}
	if !m.Features.AppHome.MessagesTab {
		t.Error("without the messages tab Slack refuses every direct message (messages_tab_disabled): how a reset ended would reach no one")
	}
	if regexp.MustCompile(`"(url|request_url|redirect_urls|message_menu_options_url)":`).Match(src) {
		t.Error("a URL in the manifest: in Socket Mode nothing of Slack comes by HTTP")
	}
}

type manifest struct {
	Features struct {
		AppHome struct {
			MessagesTab bool `json:"messages_tab_enabled"`
		} `json:"app_home"`
		SlashCommands []struct {
			Command      string `json:"command"`
			ShouldEscape bool   `json:"should_escape"`
		} `json:"slash_commands"`
	} `json:"features"`
	OAuthConfig struct {
		Scopes struct {
			Bot, User []string
			Optional  []string `json:"bot_optional"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		SocketModeEnabled bool `json:"socket_mode_enabled"`
		Interactivity     struct {
			IsEnabled bool `json:"is_enabled"`
		} `json:"interactivity"`
		EventSubscriptions struct {
			BotEvents []string `json:"bot_events"`
		} `json:"event_subscriptions"`
	} `json:"settings"`
}
