package app_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// small needs nobody else: it reprocesses 9,600 messages.
const small = "billing@prod-eu orders shift -800"

// large needs one approval: it reprocesses 12,000 messages.
const large = "billing@prod-eu orders shift -1000"

// saveSmall saves schedule nightly, whose runs need no approval.
func (s *stage) saveSmall(cron, options string) slacksim.Message {
	s.t.Helper()
	preview := s.tells(s.Mara, world.Incident,
		fmt.Sprintf(`schedule add "%s" --tz UTC --name nightly %s -- %s`, cron, options, small), "PREVIEW")
	s.clicks(s.Mara, preview, "approve")
	return s.sees(s.Jon, world.Home, "SCHEDULE ACTIVE", "nightly: ")
}

// twoRuns is schedule nightly with two open runs: one that is announced, and one that was told to run now and waits
// for a consumer.
func (s *stage) twoRuns(at time.Time, cron string) (announced, typed slacksim.Message, c *kafkasim.Consumer) {
	s.t.Helper()
	s.saveSmall(cron, "--when-busy wait:2h")
	c = s.joins(kafkasim.ConsumerOptions{ClientID: "billing", Host: "10.4.7.21"}, 1)
	s.comes(at.Add(-14 * time.Minute))
	announced = s.announced(at)
	s.tells(s.Mara, world.Home, "schedule run nightly")
	typed = s.sees(s.Jon, world.Home, "run now by @mara", "WAITING")
	return announced, typed, c
}

// Whatever ends a schedule ends all that is open of it, with the reason: the run that is announced, and one that was
// told to run now.
func TestWhatEndsAScheduleEndsItsRuns(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		end func(s *stage, cron string)
		why string
	}{
		"paused": {func(s *stage, _ string) {
			s.tells(s.Jon, world.Home, "schedule pause nightly month end", "is paused")
		}, "month end"},
		"removed": {func(s *stage, _ string) {
			s.tells(s.Jon, world.Home, "schedule remove nightly month end", "is removed")
		}, "month end"},
		"saved anew": {func(s *stage, cron string) {
			preview := s.tells(s.Mara, world.Incident,
				fmt.Sprintf(`schedule add "%s" --tz UTC --name nightly -- billing@prod-eu orders shift -700`, cron),
				"PREVIEW")
			s.clicks(s.Mara, preview, "approve")
			s.sees(s.Jon, world.Home, "changed since")
		}, "was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, at, cron := atNight(t)
			announced, typed, c := s.twoRuns(at, cron)
			tt.end(s, cron)
			s.shows(s.Jon, announced, "CANCELLED", tt.why, "Nothing was changed")
			s.shows(s.Jon, typed, "CANCELLED", tt.why, "Nothing was changed")
			s.leaves(c)
			if name != "saved anew" { // what was saved anew runs as it was agreed to anew
				s.comes(at.Add(time.Minute))
			}
			s.tells(s.Mara, world.Home, "status billing@prod-eu")
			s.wrote(0)
		})
	}
}

// A schedule that leaves the configuration file takes all its open runs with it.
func TestAScheduleThatLeavesTheFileEndsItsRuns(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	at := s.clock.now().UTC().Add(time.Hour).Truncate(time.Minute)
	s.configure("name: pay on production", "name: pay on production\n    schedules: true")
	without, err := os.ReadFile(s.ConfigFile)
	if err != nil {
		t.Fatal(err)
	}
	s.configure("log: {level: debug}", fmt.Sprintf(`log: {level: debug}
schedules:
  - {name: nightly, cron: "%d %d * * *", tz: UTC, reset: %s, owner: S0PAYOWNERS, channel: %s, when_busy: "wait:2h"}
`, at.Minute(), at.Hour(), small, world.Home))
	s.start()
	s.sees(s.Mara, world.Home, "SCHEDULE ACTIVE", "nightly: ")
	s.joins(kafkasim.ConsumerOptions{ClientID: "billing", Host: "10.4.7.21"}, 1)
	s.comes(at.Add(-14 * time.Minute))
	announced := s.sees(s.Jon, world.Home, "SCHEDULED", at.Format("15:04"))
	s.tells(s.Mara, world.Home, "schedule run nightly")
	typed := s.sees(s.Jon, world.Home, "run now by @mara", "WAITING")
	s.until("the card is finished", func() bool { return len(s.Jon.Replies(typed)) > 0 })
	s.stop()
	if err := os.WriteFile(s.ConfigFile, without, 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.shows(s.Jon, announced, "CANCELLED", "no longer in the configuration file")
	s.shows(s.Jon, typed, "CANCELLED", "no longer in the configuration file")
	s.wrote(0)
}

// Whoever says "run now" asks for that run: kim may request and approve, and still not approve it.
func TestWhoStartsARunDoesNotApproveIt(t *testing.T) {
	t.Parallel()
	s, _, cron := atNight(t)
	s.saves(fmt.Sprintf(`schedule add "%s" --tz UTC --name nightly -- %s`, cron, large))
	s.tells(s.Kim, world.Home, "schedule run nightly")
	run := s.sees(s.Jon, world.Home, "APPROVE?", "run now by @kim")
	s.told(s.Kim, run, "approve", "approve")
	s.told(s.Mara, run, "approve", "approve") // its schedule's owner neither
	s.untouched()
	s.clicks(s.Jon, run, "approve")
	s.shows(s.Jon, run, "DONE")
	s.wrote(1)
}

// What was agreed to covers the times that were agreed to. "run NAME" at noon needs what the same reset would need if
// it were typed.
func TestARunBesideTheAgreedTimesIsAskedFor(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	s.saves(fmt.Sprintf(`schedule add "%s" --tz UTC --name nightly -- %s`, cron, large))
	s.tells(s.Mara, world.Home, "schedule run nightly")
	run := s.sees(s.Jon, world.Home, "APPROVE?", "run now by @mara")
	s.untouched()
	s.clicks(s.Jon, run, "reject")
	s.shows(s.Jon, run, "REJECTED")

	s.comes(at.Add(-14 * time.Minute))
	early := s.announced(at)
	s.clicks(s.Mara, early, "run") // a quarter of an hour before the agreed time
	early = s.shows(s.Jon, early, "APPROVE?", "run now by @mara")
	s.untouched()
	s.clicks(s.Jon, early, "approve")
	s.shows(s.Jon, early, "DONE")
	s.wrote(1)
}

// Two hours is as far as a run may be put off within what was agreed to.
func TestARunThatIsPutOffForTooLongIsAskedFor(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	s.saves(fmt.Sprintf(`schedule add "%s" --tz UTC --name nightly -- %s`, cron, large))
	s.comes(at.Add(-14 * time.Minute))
	run := s.announced(at)
	for _, later := range []time.Duration{time.Hour, 2 * time.Hour} {
		s.clicks(s.Mara, run, "delay")
		run = s.shows(s.Jon, run, "SCHEDULED", at.Add(later).Format("15:04"))
	}
	s.clicks(s.Mara, run, "delay")
	s.shows(s.Jon, run, "APPROVE?")
	s.comes(at.Add(3*time.Hour + time.Minute))
	s.untouched()
	s.clicks(s.Jon, run, "approve")
	s.shows(s.Jon, run, "DONE")
	s.wrote(1)
}

// A standing approval rests on people. Who voted for it, or owns it, and has left the rule's groups, lends it
// nothing: the schedule pauses and says why.
func TestAScheduleWhosePeopleLeftPauses(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*stage) error{
		"@jon":  func(s *stage) error { return s.Slack.SetGroupMembers(world.PayOwners, s.Kim.ID) }, // voted
		"@mara": func(s *stage) error { return s.Slack.SetGroupMembers(world.Pay, s.Kim.ID) },       // owns it
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, at, cron := atNight(t)
			s.saves(fmt.Sprintf(`schedule add "%s" --tz UTC --name nightly -- %s`, cron, large))
			if err := leave(s); err != nil {
				t.Fatal(err)
			}
			s.comes(at.Add(-14 * time.Minute))
			card := s.sees(s.Jon, world.Home, "SCHEDULE PAUSED", "nightly: ")
			s.threadSays(card, "the schedule was paused", "no longer valid", name)
			s.tells(s.Kim, world.Home, "schedule show nightly", "schedule nightly · paused")
			s.comes(at.Add(time.Minute))
			s.untouched()
		})
	}
}

// A voter who leaves between the announcement and the run takes the approval along as well.
func TestAVoterWhoLeavesAfterTheAnnouncement(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	s.saves(fmt.Sprintf(`schedule add "%s" --tz UTC --name nightly -- %s`, cron, large))
	s.comes(at.Add(-14 * time.Minute))
	run := s.announced(at)
	if err := s.Slack.SetGroupMembers(world.PayOwners, s.Kim.ID); err != nil {
		t.Fatal(err)
	}
	s.comes(at.Add(time.Second))
	s.shows(s.Jon, run, "CANCELLED", "Nothing was changed")
	s.sees(s.Jon, world.Home, "the schedule was paused")
	s.untouched()
}

// While Slack does not say who is in a group, a run waits within its window; the schedule goes on.
func TestARunWaitsForSlackWithinItsWindow(t *testing.T) {
	t.Parallel()
	for _, heals := range []bool{true, false} {
		t.Run(fmt.Sprint("heals ", heals), func(t *testing.T) {
			t.Parallel()
			s, at, cron := atNight(t)
			s.refused = append(s.refused, "fatal_error")
			s.saves(fmt.Sprintf(`schedule add "%s" --tz UTC --name nightly --when-busy wait:20m -- %s`, cron, large))
			s.Slack.Fail(membersOf, slacksim.Fault{Error: "fatal_error"})
			s.comes(at.Add(-14 * time.Minute))
			run := s.sees(s.Jon, world.Home, "RETRYING", "nightly")
			s.comes(at.Add(5 * time.Minute))
			s.untouched()
			if heals {
				s.Slack.Heal(membersOf)
				s.shows(s.Jon, run, "DONE")
				s.wrote(1)
				return
			}
			s.comes(at.Add(21 * time.Minute))
			s.shows(s.Jon, run, "EXPIRED", "Nothing was changed")
			s.Slack.Heal(membersOf)
			s.tells(s.Jon, world.Home, "schedule show nightly", "schedule nightly · active")
			s.untouched()
		})
	}
}

// A default gives way to the rule: nobody said how long a run may wait, and the rule lets nobody wait longer than two
// minutes.
func TestADefaultWaitGivesWayToTheRule(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.configure("name: pay on production", "name: pay on production\n    schedules: true")
	s.configure("wait: {default: 30m, max: 4h}", "wait: {max: 2m}")
	s.start()
	s.tells(s.Mara, world.Incident, `schedule add "0 2 * * *" --tz UTC -- `+small, "PREVIEW")
	s.tells(s.Mara, world.Incident, `schedule add "0 2 * * *" --tz UTC --when-busy wait -- `+small, "PREVIEW")
	s.tells(s.Mara, world.Incident, `schedule add "0 2 * * *" --tz UTC --when-busy wait:30m -- `+small,
		"longer than the rule allows")
	s.tells(s.Mara, world.Incident, small, "PREVIEW")
	s.untouched()
}

// A button to skip the next run names that run: clicked twice it skips one, and what it skipped stays skipped.
func TestSkipNextSkipsTheRunThatItNames(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	card := s.saveSmall(cron, "")
	button := s.button(card, "skip-next")
	for range 2 { // the second click is on its way before the card has changed
		d, err := s.Mara.Click(card, button)
		s.acked(d, err)
	}
	first, next := "Next: "+at.Format("Mon 2006-01-02 15:04 UTC"),
		"Next: "+at.Add(24*time.Hour).Format("Mon 2006-01-02 15:04 UTC")
	s.finds(s.Mara, world.Home, []string{next}, func(m slacksim.Message) bool {
		return m.TS == card.TS && !holds(m, []string{first})
	})
	s.tells(s.Mara, world.Home, "schedule show nightly", strings.TrimPrefix(next, "Next: "))
	s.tells(s.Mara, world.Home, "schedule pause nightly", "is paused")
	s.tells(s.Mara, world.Home, "schedule resume nightly", "nightly runs again")
	s.tells(s.Mara, world.Home, "schedule show nightly", strings.TrimPrefix(next, "Next: "))
	s.comes(at.Add(time.Minute))
	s.tells(s.Mara, world.Home, "schedule history nightly", "It has not run yet")
	s.untouched()
}

// The button of a card that was posted long ago names a run that has been: it skips nothing, and says which run comes
// next.
func TestSkipNextOfARunThatHasBeen(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	card := s.saveSmall(cron, "")
	button := s.button(card, "skip-next")
	s.comes(at.Add(-14 * time.Minute))
	run := s.announced(at)
	s.comes(at.Add(time.Second))
	s.shows(s.Jon, run, "DONE")
	s.comes(at.Add(time.Hour))
	s.told(s.Mara, card, button, "has passed")
	// The card shows the next one now, and its button skips that.
	next := "skip-next." + strconv.FormatInt(at.Add(24*time.Hour).Unix(), 10)
	s.finds(s.Mara, card.Channel, []string{next}, func(now slacksim.Message) bool {
		return now.TS == card.TS && s.button(now, "skip-next") == next
	})
	s.tells(s.Jon, world.Home, "schedule show nightly", at.Add(24*time.Hour).Format("2006-01-02 15:04"))
}

// button is the action of the button with a verb on a message.
func (s *stage) button(m slacksim.Message, verb string) string {
	s.t.Helper()
	for _, b := range m.Buttons() {
		if b.ActionID == verb || strings.HasPrefix(b.ActionID, verb+".") {
			return b.ActionID
		}
	}
	s.t.Fatalf("no button %q on:\n%s", verb, m.Text())
	return ""
}
