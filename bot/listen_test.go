package bot

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

func TestReconnectsAndGoesOn(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{slacksim.ReasonRefreshRequested, slacksim.ReasonTooMany, "cut"} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, slacksim.Options{}, nil).up(t)
			if reason == "cut" {
				b.slack.Cut()
			} else {
				b.slack.Disconnect(reason)
			}
			b.until(t, "new sockets", func() bool { return len(b.slack.Calls("apps.connections.open")) == 4 })
			b.up(t)
			b.asked(t, "C0INC")
		})
	}
}

// TestSwitchedOffIsNotHammered: slack-go alone opened 3,791 connections in a second here.
func TestSwitchedOffIsNotHammered(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{Unhurried: true}, nil).up(t)
	b.slack.SetSocketMode(false)
	b.until(t, "not ready", func() bool {
		ok, why := b.bot.Ready()
		return !ok &&
			strings.Contains(why, "Socket Mode")
	})
	b.slack.SetSocketMode(true)
	b.up(t)
	if n := len(b.slack.Calls("apps.connections.open")); n > 12 {
		t.Errorf("%d connections were asked for", n)
	}
}

func TestRefusedTokenIsReportedAndNotRetriedFast(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, func(c *Config) { c.AppToken = "xapp-revoked-secret" })
	b.until(t, "the refusal of both sockets", func() bool {
		_, why := b.bot.Ready()
		return strings.Contains(why, "invalid_auth") && strings.Count(b.logs.String(), "a person has to mend it") == 2
	})
	if n := len(b.slack.Calls("apps.connections.open")); n != 2 {
		t.Errorf("%d connections were asked for, want 2", n)
	}
	if strings.Contains(b.logs.String(), "xapp-revoked-secret") {
		t.Error("the token is in the log")
	}
}

func TestPauses(t *testing.T) {
	t.Parallel()
	broken := errors.New("x")
	for _, tc := range []struct {
		failures int
		err      error
		from, to time.Duration
	}{
		{1, broken, 0, 0},
		{2, broken, time.Second / 2, time.Second},
		{5, broken, 4 * time.Second, 8 * time.Second},
		{500, broken, longestPause / 2, longestPause},
		{1, &Fault{Code: "ratelimited", Wait: 42 * time.Second}, 42 * time.Second, 42 * time.Second},
		{1, &Fault{Code: "token_revoked"}, deadCodePause, deadCodePause},
	} {
		if got := pauseAfter(tc.failures, tc.err); got < tc.from || got > tc.to {
			t.Errorf("pauseAfter(%d, %v) = %v, want %v to %v", tc.failures, tc.err, got, tc.from, tc.to)
		}
	}
}

func TestDuplicateEnvelopeIsAckedTwiceAndDecidedOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.asked(t, "C0INC")
	d, err := b.mara.Command("C0INC", "/kafka-reset", "billing@prod-eu orders to latest")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Wait(ctx5(t)); err != nil {
		t.Fatal(err)
	}
	b.sees(t, b.mara, "C0INC", "k7f4")
	b.slack.Redeliver(d)
	b.until(t, "the second ack", func() bool {
		n := 0
		for _, a := range b.slack.Acks() {
			if a.EnvelopeID == d.EnvelopeID {
				n++
			}
		}
		return n == 2
	})
	b.settle()
	if all, err := b.Store.List(t.Context(), engine.Filter{}); err != nil || len(all) != 2 {
		t.Errorf("%d requests, want 2 (%v)", len(all), err)
	}
}

func TestNotRecordedIsNotDone(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{AckWithin: time.Second}, nil).up(t)
	preview := b.asked(t, "C0INC")
	b.inbox.breaks(errors.New("disk full"))
	if _, err := b.mara.Command("C0INC", "/kafka-reset", "status"); err != nil {
		t.Fatal(err)
	}
	b.sees(t, b.mara, "C0INC", "could not be recorded", "nothing was done")
	d, err := b.mara.Click(preview, "approve")
	if err != nil {
		t.Fatal(err)
	}
	if ack, err := d.Wait(ctx5(t)); err != nil || ack.Err != "operation_timeout" {
		t.Errorf("ack = %+v, %v; a click that is not recorded must not look accepted", ack, err)
	}
	b.sees(t, b.mara, "C0INC", "Not recorded", "nothing was done")
}

func TestOddFramesDoNoHarm(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	for i, payload := range []string{
		`"type":"slash_commands","payload":{"command":"/other"}`,
		`"type":"slash_commands","payload":[1]`,
		`"type":"interactive","payload":{"type":"shortcut"}`,
		`"type":"interactive","payload":{"type":"block_actions","actions":[{"action_id":"approve","value":7}]}`,
		`"type":"interactive","payload":{"type":"block_actions","actions":[]}`,
		`"type":"interactive","payload":{"type":"view_submission","view":{"callback_id":"forged"}}`,
		`"type":"interactive","payload":{"type":"block_suggestion"}`,
		`"type":"events_api","payload":{"event":{"type":"unheard_of"}}`,
		`"type":"something_new","payload":{}`,
		`"type":"interactive"`,
	} {
		id := fmt.Sprintf("odd-%d", i)
		if err := b.slack.SendRaw(`{"envelope_id":"` + id + `",` + payload + `}`); err != nil {
			t.Fatal(err)
		}
		b.until(t, "the ack of "+payload, func() bool {
			for _, a := range b.slack.Acks() {
				if a.EnvelopeID == id {
					return true
				}
			}
			return false
		})
	}
	if err := b.slack.SendRaw(`{"type":"interactive","payload":`); err != nil {
		t.Fatal(err)
	}
	if err := b.slack.SendRaw(`not json`); err != nil {
		t.Fatal(err)
	}
	b.asked(t, "C0INC")
	if strings.Contains(b.logs.String(), "panic") {
		t.Errorf("something panicked:\n%s", b.logs.String())
	}
}

func TestGroupChangesArePassedOn(t *testing.T) {
	t.Parallel()
	changed := make(chan string, 1)
	b := newBench(t, slacksim.Options{}, func(c *Config) { c.GroupChanged = func(id string) { changed <- id } }).up(t)
	if err := b.slack.SetGroupMembers("S0PAY", "U0BEN"); err != nil {
		t.Fatal(err)
	}
	select {
	case id := <-changed:
		if id != "S0PAY" {
			t.Errorf("group %q", id)
		}
	case <-ctx5(t).Done():
		t.Fatal("nobody was told")
	}
}

func TestGhostConnectionsAreNoticed(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.slack.Haunt(5)
	b.slack.Cut()
	b.until(t, "a warning", func() bool { return strings.Contains(b.logs.String(), "clicks may get lost") })
	b.until(t, "readiness tells the number", func() bool {
		_, why := b.bot.Ready()
		counted := regexp.MustCompile(`slack counts (\d+) connections`).FindStringSubmatch(why)
		return counted != nil && len(counted[1]) == 1 && counted[1] >= "6"
	})
}

func TestStopFinishesWhatWasReceived(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.inbox.slow = make(chan struct{})
	d, err := b.mara.Command("C0INC", "/kafka-reset", "help")
	if err != nil {
		t.Fatal(err)
	}
	b.until(t, "it is being recorded", func() bool { return b.inbox.recorded() == 1 })
	stopped := make(chan struct{})
	go func() { b.stop(); close(stopped) }()
	close(b.inbox.slow)
	if ack, err := d.Wait(ctx5(t)); err != nil || ack.Err != "" {
		t.Errorf("ack = %+v, %v", ack, err)
	}
	select {
	case <-stopped:
	case <-ctx5(t).Done():
		t.Fatal("Run does not end")
	}
	b.until(t, "the sockets are closed", func() bool { return b.slack.Connections() == 0 })
}
