package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
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

// TestHomesAreFew: the ones that were opened last are renewed, and a person has one.
func TestHomesAreFew(t *testing.T) {
	t.Parallel()
	var h homes
	at := time.Date(2026, 11, 22, 2, 7, 0, 0, time.UTC)
	for n := range mostHomes + 5 {
		for range 2 {
			h.opened(envelope{Team: "T0", User: fmt.Sprintf("U%d", n), Channel: "D0"}, at.Add(time.Duration(n)*time.Second))
		}
	}
	left := h.lookedAt(at.Add(time.Minute))
	if len(left) != mostHomes {
		t.Errorf("%d homes", len(left))
	}
	for _, home := range left {
		if home.opened.Before(at.Add(5 * time.Second)) {
			t.Errorf("%s is renewed, and was opened before others", home.who.ID)
		}
	}
}

// TestAHomeOfTheLongestNamesIsTaken: whatever names there are, Slack takes the blocks.
func TestAHomeOfTheLongestNamesIsTaken(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	long := strings.Repeat("<!channel>&*x*_`~", 15)
	h := reset.Home{At: b.now(), Rights: []reset.RightsOn{{Cluster: "prod-eu", May: []reset.Verb{reset.VerbView}}},
		Frozen: []reset.InForce{{Called: "prod-eu", Frozen: reset.Frozen{ID: "m2n8", Cluster: "prod-eu", Why: long}}}}
	for n := range 10 {
		in := reset.Intent{Cluster: "prod-eu", Group: long, Reason: long, Target: reset.Exact{Offset: 40},
			Scope: reset.Scope{Topics: []reset.TopicScope{{Topic: long}}}}
		r := reset.Request{ID: fmt.Sprintf("k7f%d", n), State: reset.Pending, Act: reset.Move{Intent: in},
			Actor: actor(b.mara), Deadline: b.now().Add(time.Hour)}
		h.Waiting, h.Open, h.Armed = append(h.Waiting, r), append(h.Open, r), append(h.Armed, r)
		h.Last = append(h.Last, reset.Past{Request: r})
		h.Schedules = append(h.Schedules, reset.Schedule{ID: r.ID, Name: long, Expr: "0 2 * * *", Zone: "UTC", Intent: in,
			Status: reset.Active, Next: b.now().Add(time.Hour)})
	}
	home := &openHome{who: actor(b.jon), channel: b.slack.DM(b.jon.ID)}
	if err := b.bot.publish(t.Context(), home, words.HomeOf(h, nil, nil)); err != nil {
		t.Fatal(err)
	}
	if calls := b.slack.Calls("views.publish"); len(calls) != 1 || calls[0].Error != "" {
		t.Errorf("%d calls, %q", len(calls), calls[0].Error)
	}
	if shown, _ := b.jon.Home(); !strings.Contains(shown.Text(), "Waiting for your approval") ||
		!strings.Contains(shown.Text(), "Your rights") {
		t.Error(shown.Text())
	}
}
