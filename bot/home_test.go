package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// TestAHomeIsPublishedWhenItHasChanged: at most once a minute, for ten minutes after it was opened.
func TestAHomeIsPublishedWhenItHasChanged(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	d, err := b.jon.OpenHome()
	if err != nil {
		t.Fatal(err)
	}
	if ack, err := d.Wait(ctx5(t)); err != nil || ack.Err != "" {
		t.Fatalf("%+v, %v", ack, err)
	}
	reads := func(part string) {
		t.Helper()
		if _, err := b.jon.WaitHome(ctx5(t), func(v slacksim.View) bool {
			return strings.Contains(v.Text(), part)
		}); err != nil {
			t.Fatal(err)
		}
	}
	reads("Nothing waits for you.")
	home := b.bot.homes.opened(envelope{Team: slacksim.HomeTeam, User: b.jon.ID, Channel: b.slack.DM(b.jon.ID)}, b.now())
	published := func(want int) {
		t.Helper()
		b.bot.publishHome(t.Context(), home, false)
		if got := len(b.slack.Calls("views.publish")); got != want {
			t.Errorf("published %d times, want %d", got, want)
		}
	}
	b.pass(homePause)
	published(1) // nothing has changed
	b.planned(t)
	b.says(t, b.mara, "approve")
	published(1) // not yet
	b.pass(homePause)
	published(2)
	reads("k7f3")
	b.slack.Fail("views.publish", slacksim.Fault{Error: "internal_error", Times: 1})
	b.says(t, b.jon, "reject")
	b.pass(homePause)
	published(3)
	b.pass(homePause)
	published(4) // what Slack did not take is published again
	reads("Nothing waits for you.")
	b.pass(homeLife)
	if left := b.bot.homes.lookedAt(b.now()); len(left) != 0 {
		t.Errorf("%d homes are renewed for ever", len(left))
	}
}

// TestAHomeThatCannotBeLookedUp: it says so, and that it is so as of now.
func TestAHomeThatCannotBeLookedUp(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.slack.Fail("users.info", slacksim.Fault{Error: "internal_error"})
	if _, err := b.jon.OpenHome(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.jon.WaitHome(ctx5(t), func(v slacksim.View) bool {
		return strings.Contains(v.Text(), "your home cannot be shown")
	}); err != nil {
		t.Fatal(err)
	}
	b.slack.Heal("users.info")
	b.pass(time.Minute)
	if _, err := b.jon.ClickHome("refresh-home", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := b.jon.WaitHome(ctx5(t), func(v slacksim.View) bool {
		return strings.Contains(v.Text(), "Nothing waits for you.")
	}); err != nil {
		t.Fatal(err)
	}
}
