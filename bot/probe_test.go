package bot_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/bot"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

// TestSlacksVerdictIsPassedOn: the answers are the examples of docs.slack.dev/reference/methods/blocks.validate.
func TestSlacksVerdictIsPassedOn(t *testing.T) {
	t.Parallel()
	type answer struct {
		status int
		body   string
	}
	const wrong = `{"ok":false,"error":"invalid_blocks","errors":[{"code":"failed_constraint",
		"message":"unsupported type: invalid","pointer":"/0/text/type","constraint":{"type":"enum"}}]}`
	for name, c := range map[string]struct {
		answers []answer
		wrong   []string
		code    string
	}{
		"fine":          {[]answer{{200, `{"ok":true}`}}, nil, ""},
		"wrong":         {[]answer{{200, wrong}}, []string{"/0/text/type unsupported type: invalid"}, ""},
		"asked to wait": {[]answer{{429, ""}, {200, `{"ok":true}`}}, nil, ""},
		"refused":       {[]answer{{200, `{"ok":false,"error":"invalid_auth"}`}}, nil, "invalid_auth"},
		"no such method": {[]answer{{200, `{"ok":false,"error":"unknown_method","req_method":"blocks.validate"}`}}, nil,
			"unknown_method"},
		"broken":  {[]answer{{503, "<html>"}}, nil, "http 503"},
		"no JSON": {[]answer{{200, "<html>"}}, nil, "something unexpected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answers := c.answers
			slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/blocks.validate" || r.Header.Get("Authorization") != "Bearer xoxb-1" ||
					r.FormValue("message") == "" || r.FormValue("token") != "" {
					t.Errorf("%s with %v", r.URL, r.Form)
				}
				next := answers[0]
				answers = answers[1:]
				w.WriteHeader(next.status)
				_, _ = io.WriteString(w, next.body)
			}))
			defer slack.Close()
			b := bot.New(bot.Config{BotToken: "xoxb-1", APIURL: slack.URL + "/api", Now: time.Now,
				Log: slog.New(slog.DiscardHandler)})
			got, err := b.Validate(t.Context(), words.CheckMessage())
			var fault *bot.Fault
			if errors.As(err, &fault) != (c.code != "") || fault != nil && fault.Code != c.code {
				t.Errorf("error %v, want %q", err, c.code)
			}
			if diff := cmp.Diff(c.wrong, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
