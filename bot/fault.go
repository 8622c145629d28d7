package bot

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Fault is a call to Slack that failed, without tokens and addresses.
type Fault struct {
	Doing string        // "post the card of k7f3"
	Code  string        // Slack's error ("not_in_channel"), "http 503", "timeout", "no connection"
	Wait  time.Duration // Slack asked to wait that long (429)
	Lost  bool          // it is not known whether the call took effect
	Said  string        // what else Slack said, redacted
	Scope string        // of "missing_scope": the one that is missing
}

func (f *Fault) Error() string {
	if f.Said != "" {
		return fmt.Sprintf("%s: slack says %s (%s)", f.Doing, f.Code, f.Said)
	}
	return fmt.Sprintf("%s: slack says %s", f.Doing, f.Code)
}

// Passing reports whether the same call may work later without a change by a person.
func (f *Fault) Passing() bool {
	if f.Wait > 0 || f.Lost || strings.HasPrefix(f.Code, "http 5") {
		return true
	}
	switch f.Code {
	case "no connection", "ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout",
		"team_added_to_org":
		return true
	}
	return false
}

// fault turns any error of slack-go into a Fault. Errors of net/http quote the whole address, which for a
// response_url or an upload is a secret.
func (b *Bot) fault(doing string, err error) *Fault {
	var (
		said    slack.SlackErrorResponse
		slow    *slack.RateLimitedError
		status  slack.StatusCodeError
		network net.Error
	)
	f := &Fault{Doing: doing}
	switch {
	case errors.As(err, &slow):
		f.Code, f.Wait = "ratelimited", max(slow.RetryAfter, time.Second)
	case errors.As(err, &said):
		f.Code, f.Said = said.Err, strings.Join(said.ResponseMetadata.Messages, "; ")
		if said.Needed != "" {
			f.Said, f.Scope = "needs scope "+said.Needed, said.Needed
		}
	case errors.As(err, &status):
		f.Code = fmt.Sprintf("http %d", status.Code)
		if status.Code == http.StatusTooManyRequests {
			f.Wait = time.Second
		}
		f.Lost = status.Code >= http.StatusInternalServerError
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		f.Code, f.Lost = "timeout", true
	case errors.As(err, &network), errors.Is(err, context.Canceled):
		f.Code, f.Lost = "no connection", true
	default:
		f.Code = "something unexpected"
		f.Said = err.Error()
	}
	f.Said = b.redact(f.Said)
	return f
}

// addresses are redacted whole: the path of a response_url is its secret, and so is a socket's ticket.
var addresses = regexp.MustCompile(`(https?|wss?)://[^\s"']+`)

func (b *Bot) redact(s string) string {
	for _, token := range []string{b.cfg.AppToken, b.cfg.BotToken} {
		if token != "" {
			s = strings.ReplaceAll(s, token, "<secret>")
		}
	}
	return addresses.ReplaceAllString(s, "<address>")
}

// slackCode returns Slack's word for an error, or "".
func slackCode(err error) string {
	var f *Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

// unreadable reports a refusal whose only reason is that Slack did not answer about an account.
func unreadable(err error) bool {
	var p *reset.Problem
	return errors.As(err, &p) && p.Ruling != nil && p.Ruling.Denial == reset.DeniedUnknown
}

// passing reports whether err is a Fault that may pass.
func passing(err error) bool {
	var f *Fault
	return errors.As(err, &f) && f.Passing()
}
