package config

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "rewrite the expected messages")

const example = "../../config.example.yaml"

var environment = map[string]string{
	"SLACK_APP_TOKEN": "xapp-1-hunter2",
	"SLACK_BOT_TOKEN": "xoxb-1-hunter2",
	"KAFKA_PASSWORD":  "hunter2",
	"EMPTY":           "",
	"REPLAYS":         "20_000",
}

func getenv(name string) (string, bool) {
	v, ok := environment[name]
	return v, ok
}

// files answers from memory and, for what it does not hold, from disk.
type files map[string]string

func (f files) read(path string) ([]byte, error) {
	if text, ok := f[path]; ok {
		return []byte(text), nil
	}
	if strings.HasPrefix(path, "/") {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return os.ReadFile(path)
}

// pair is a certificate and its key in PEM.
func pair(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
}

func exampleFiles(t *testing.T) files {
	t.Helper()
	cert, key := pair(t)
	return files{
		"/etc/kafka-reset-bot/ca.pem":     cert,
		"/etc/kafka-reset-bot/client.pem": cert,
		"/etc/kafka-reset-bot/client.key": key,
	}
}

func TestExampleLoads(t *testing.T) {
	t.Parallel()
	c, err := Load(example, getenv, exampleFiles(t).read)
	if err != nil {
		t.Fatal(err)
	}
	if c.Slack.AppToken.Reveal() != "xapp-1-hunter2" || c.Slack.BotToken.Reveal() != "xoxb-1-hunter2" {
		t.Error("the tokens are not those of the environment")
	}
	prod, sandbox := c.Clusters[0], c.Clusters[1]
	if prod.SASL.Password.Reveal() != "hunter2" || len(prod.TLS.CA) == 0 || prod.TLS.Key.Empty() ||
		len(prod.Groups) != 2 {
		t.Errorf("prod-eu: %+v", prod)
	}
	if prod.Label != "production" || sandbox.Label != "sandbox" || sandbox.SASL != nil ||
		sandbox.Timeout != 5*time.Second {
		t.Errorf("sandbox-eu: %+v", sandbox)
	}
	pay, all := c.Policy[0], c.Policy[1]
	if len(pay.Approvals) != 3 || *pay.Approvals[1].Replay != 1_000_000 || pay.Approvals[2].Skip != nil ||
		pay.Cap.Skip != 1_000_000 || pay.Emergency.Who[0] != "S0ONCALL" {
		t.Errorf("pay on production: %+v", pay)
	}
	want := Rule{
		Name: "everything on the sandbox", Clusters: []string{"sandbox-eu"}, Groups: []string{"*"},
		View: []string{"members"}, Request: []string{"members"}, Approvals: []Tier{{}},
		Wait: Wait{30 * time.Minute, 4 * time.Hour}, Isolation: "read_uncommitted",
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("the sandbox's rule: %s", diff)
	}
}

// The example's "Default:" comments are beside the values that the types hold.
func TestDefaultsAreThoseOfTheExample(t *testing.T) {
	t.Parallel()
	var least Config
	setDefaults(reflect.ValueOf(&least).Elem())
	c, err := Load(example, getenv, exampleFiles(t).read)
	if err != nil {
		t.Fatal(err)
	}
	c.Slack.AppToken, c.Slack.BotToken = Secret{}, Secret{}
	c.Health, c.Alerts = Health{}, Alerts{} // their default is none
	c.Clusters, c.Policy, c.Schedules = nil, nil, nil
	if diff := cmp.Diff(least, *c,
		cmp.Comparer(func(a, b Secret) bool { return a.Reveal() == b.Reveal() })); diff != "" {
		t.Error(diff)
	}
}

var alternative = regexp.MustCompile(`(?m)^( *)#([a-z_]+:)`)

// TestEveryLoginIsDocumented: in the example, and in what is said where the key is missing.
func TestEveryLoginIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	field, _ := reflect.TypeFor[SASL]().FieldByName("Mechanism")
	for _, m := range Mechanisms {
		if !strings.Contains(string(text), m) || !strings.Contains(field.Tag.Get("hint"), m) {
			t.Errorf("%s is not in config.example.yaml, or not in the hint of sasl.mechanism", m)
		}
	}
}

func TestExampleHasEveryKeyAndNoOther(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(alternative.ReplaceAll(text, []byte("$1$2")), &doc); err != nil {
		t.Fatal(err)
	}
	there, known := map[string]bool{}, map[string]bool{}
	keysOf(doc.Content[0], "", there)
	keysOfType(reflect.TypeFor[Config](), "", known)
	if diff := cmp.Diff(known, there); diff != "" {
		t.Errorf("types (-) and example (+) differ: %s", diff)
	}
}

func keysOf(n *yaml.Node, path string, into map[string]bool) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			key := join(path, n.Content[i].Value)
			into[key] = true
			keysOf(n.Content[i+1], key, into)
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			keysOf(item, path+"[]", into)
		}
	}
}

func keysOfType(t reflect.Type, path string, into map[string]bool) {
	switch t.Kind() {
	case reflect.Pointer:
		keysOfType(t.Elem(), path, into)
	case reflect.Slice:
		keysOfType(t.Elem(), path+"[]", into)
	case reflect.Struct:
		if t == reflect.TypeFor[Secret]() {
			return
		}
		fields, known := fieldsOf(t)
		for _, name := range known {
			into[join(path, name)] = true
			keysOfType(fields[name].Type, join(path, name), into)
		}
	}
}

// Each testdata/*.yaml is one mistake, or several of a kind; beside it stands
// what is said about it.
func TestMistakes(t *testing.T) {
	t.Parallel()
	cases, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(cases) < 20 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	cert, key := pair(t)
	_, otherKey := pair(t)
	known := files{"/cert": cert, "/key": key, "/other-key": otherKey, "/app": "xapp-file\n", "/nothing": "\n"}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			t.Parallel()
			_, err := Load(filepath.Base(path), getenv, func(name string) ([]byte, error) {
				if name == filepath.Base(path) {
					return os.ReadFile(path)
				}
				return known.read(name)
			})
			if err == nil {
				t.Fatal("no mistake was found")
			}
			golden := strings.TrimSuffix(path, ".yaml") + ".want"
			got := err.Error() + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(got, "hunter2") {
				t.Error("a secret shows")
			}
		})
	}
}

func TestUnreadableFile(t *testing.T) {
	t.Parallel()
	if _, err := Load("/none.yaml", getenv, files{}.read); err == nil || !strings.Contains(err.Error(), "/none.yaml") {
		t.Errorf("error %v", err)
	}
}

func TestValuesFromElsewhere(t *testing.T) {
	t.Parallel()
	minimal, err := os.ReadFile("testdata/minimal")
	if err != nil {
		t.Fatal(err)
	}
	fs := files{"c.yaml": string(minimal), "/run/app": "xapp-hunter2\r\n"}
	c, err := Load("c.yaml", getenv, fs.read)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Slack.AppToken.Reveal(); got != "xapp-hunter2" {
		t.Errorf("the token's file ends in a newline, the token in %q", got[len(got)-1:])
	}
	if got := c.Clusters[0].SASL.Password.Reveal(); got != "a${b$c" {
		t.Errorf("escaped: %q", got)
	}
	if got := *c.Policy[0].Approvals[0].Replay; got != 20_000 {
		t.Errorf("a number from the environment: %d", got)
	}
	if got := c.Slack.APIURL; got != "http://127.0.0.1:1/api/" {
		t.Errorf("api_url %q has no slash at its end", got)
	}
	if c.Clusters[1].Bootstrap[0] != c.Clusters[0].Bootstrap[0] || c.Clusters[1].Label != "production" {
		t.Errorf("an alias or a default is lost: %+v", c.Clusters[1])
	}
}

func TestSecretsNeverShow(t *testing.T) {
	t.Parallel()
	type holder struct {
		Shown  Secret
		hidden Secret
		ptr    *Secret
	}
	s := NewSecret("hunter2")
	h := holder{s, s, &s}
	c, err := Load(example, getenv, exampleFiles(t).read)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%10.3s", "%!"} {
		for _, v := range []any{s, &s, h, &h, []Secret{s}, map[string]Secret{"k": s}, *c, c, c.Slack,
			c.Clusters[0].SASL} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	fmt.Fprintln(&out, s.String(), fmt.Errorf("wrapped: %v", s))
	for _, encode := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal, xml.Marshal} {
		for _, v := range []any{s, struct{ S Secret }{s}, struct{ P *Secret }{&s}} {
			text, err := encode(v)
			if err == nil && !strings.Contains(string(text), "secret") {
				t.Errorf("%T encodes as %s", v, text)
			}
			out.Write(text)
		}
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("started", "secret", s, "pointer", &s, "holder", h, "config", c)
	}
	for _, form := range []string{"hunter2", "68756e74657232", "68756E74657232", "aHVudGVyMg"} {
		if i := strings.Index(out.String(), form); i >= 0 {
			t.Errorf("it shows: ...%s", out.String()[max(0, i-60):i])
		}
	}
	if (Secret{}).Reveal() != "" || !(Secret{}).Empty() || s.Empty() {
		t.Error("an unset secret is not empty, or a set one is")
	}
}

// A default that nobody wrote gives way to what a rule says; what somebody wrote is checked.
func TestDefaultsGiveWayToTheRule(t *testing.T) {
	text, err := os.ReadFile("testdata/minimal")
	if err != nil {
		t.Fatal(err)
	}
	for wait, want := range map[string]Wait{
		"":                         {30 * time.Minute, 4 * time.Hour},
		"{max: 2m}":                {2 * time.Minute, 2 * time.Minute},
		"{max: 1h}":                {30 * time.Minute, time.Hour},
		"{default: 1m, max: 2m}":   {time.Minute, 2 * time.Minute},
		"{default: 1m}":            {time.Minute, 4 * time.Hour},
		"{default: 30m, max: 30m}": {30 * time.Minute, 30 * time.Minute},
		"{default: 31m, max: 30m}": {}, // a contradiction that somebody wrote
		"{default: 241m}":          {},
	} {
		doc := string(text)
		if wait != "" {
			doc = strings.Replace(doc, "approvals:", "wait: "+wait+"\n    approvals:", 1)
		}
		cfg, err := Load("c.yaml", getenv, files{"c.yaml": doc, "/run/app": "xapp-hunter2"}.read)
		if err != nil {
			cfg = &Config{Policy: make([]Rule, 1)}
		}
		if (err != nil) != (want == Wait{}) || err == nil && cfg.Policy[0].Wait != want {
			t.Errorf("wait: %s is %+v, %v, want %+v", wait, cfg.Policy[0].Wait, err, want)
		}
	}
}

// Whatever is in the file, Load answers with a configuration or with problems.
func FuzzLoad(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range append(paths, example, "testdata/minimal") {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Load("c.yaml", getenv, files{"c.yaml": text, "/run/app": "xapp-1"}.read)
		if (c == nil) == (err == nil) {
			t.Errorf("configuration %v and error %v", c, err)
		}
		var problems Problems
		if err != nil && !errors.As(err, &problems) {
			t.Errorf("an error that is no Problems: %v", err)
		}
		for i, p := range problems {
			if p.Text == "" || p.Line < 1 || i > 0 && p.Line < problems[i-1].Line {
				t.Errorf("problem %d: %v", i, p)
			}
		}
	})
}
