package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// atNight is a stage on which production allows schedules, and a time of day an hour from now.
func atNight(t *testing.T) (s *stage, at time.Time, cron string) {
	t.Helper()
	s = newStage(t, world.Options{})
	s.configure("name: pay on production", "name: pay on production\n    schedules: true")
	s.start()
	at = s.clock.now().UTC().Add(time.Hour).Truncate(time.Minute)
	return s, at, fmt.Sprintf("%d %d * * *", at.Minute(), at.Hour())
}

// comes moves the clock to a time.
func (s *stage) comes(at time.Time) { s.t.Helper(); s.later(at.Sub(s.clock.now())) }

// saves takes a schedule as far as its approval.
func (s *stage) saves(line string, parts ...string) slacksim.Message {
	s.t.Helper()
	preview := s.tells(s.Mara, world.Incident, line, append(parts, "PREVIEW", "Needs 1 approval from @pay-owners")...)
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?", " · orders → ")
	s.clicks(s.Jon, card, "approve")
	return s.shows(s.Jon, card, "SCHEDULE ACTIVE")
}

// announced waits for the card of the run that begins at a time.
func (s *stage) announced(at time.Time) slacksim.Message {
	s.t.Helper()
	m := s.sees(s.Jon, world.Home, "SCHEDULED", at.Format("15:04"), "Schedule nightly of @mara",
		"pproved in")
	s.has(m, "skip-next", "delay", "run", "rows")
	return m
}

// Added with approval, announced, put off, run now, skipped the next day, fired by itself the day after, told in the
// end.
func TestAScheduleFromItsApprovalToItsHistory(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	line := fmt.Sprintf(
		`schedule add "%s" --tz UTC --name nightly --reason "nightly batch" -- billing@prod-eu orders shift -1000`,
		cron)
	saved := s.saves(line, "nightly: daily ", "(one run now)", "Reprocesses up to 12,000", "Next:",
		at.Format("2006-01-02 15:04 UTC"))
	s.has(saved, "skip-next", "run", "pause", "remove")
	s.untouched()

	s.comes(at.Add(-14 * time.Minute))
	first := s.announced(at)
	s.clicks(s.Mara, first, "delay")
	s.shows(s.Jon, first, "SCHEDULED", at.Add(time.Hour).Format("15:04"))
	s.comes(at.Add(30 * time.Minute))
	s.untouched()
	s.clicks(s.Mara, first, "run")
	s.shows(s.Jon, first, s.id(first), "DONE", "12 of 12 partitions")
	s.stands(before - 1000)

	at = at.Add(24 * time.Hour)
	s.comes(at.Add(-14 * time.Minute))
	second := s.announced(at)
	s.tells(s.Jon, world.Home, "skip-next "+s.id(second)+" month end", "skipped")
	s.shows(s.Jon, second, "CANCELLED", "month end", "Nothing was changed")

	at = at.Add(24 * time.Hour)
	s.comes(at.Add(-14 * time.Minute))
	third := s.announced(at)
	s.stands(before - 1000)
	s.comes(at.Add(time.Second))
	s.shows(s.Jon, third, s.id(third), "DONE")
	s.wrote(2)

	s.tells(s.Jon, world.Home, "schedule list", "1 schedule", "nightly", "daily ")
	s.tells(s.Jon, world.Home, "schedule show nightly", "schedule nightly · active", "Its owner is @mara")
	story := s.tells(s.Jon, world.Home, "schedule history Nightly", s.id(first), s.id(second), s.id(third)).Text()
	if strings.Index(story, s.id(third)) > strings.Index(story, s.id(first)) {
		t.Errorf("the newest run does not come first:\n%s", story)
	}
}

// One that is missed is told and left out; one whose approval ends is told to its owner, and then nothing runs any
// more.
func TestScheduleIsMissedAndExpires(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	s.saves(fmt.Sprintf(`schedule add "%s" --tz UTC --name nightly --until 10d -- billing@prod-eu orders shift -1000`,
		cron))
	s.stop()
	s.comes(at.Add(2 * time.Hour))
	s.start()
	s.sees(s.Jon, world.Home, "A run was missed", "It is skipped.")
	s.comes(at.Add(4*24*time.Hour + 2*time.Hour)) // between two runs: none is begun
	s.sees(s.Jon, world.Home, "@mara: the standing approval ends")
	s.comes(at.Add(11 * 24 * time.Hour))
	s.sees(s.Jon, world.Home, "SCHEDULE EXPIRED", "Runs have stopped")
	s.untouched()
}

// A person's reset is not overwritten: the run is postponed, and announced when the group is free.
func TestRunIsPostponedForAReset(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	s.saves(fmt.Sprintf(
		`schedule add "%s" --tz UTC --name nightly --when-busy wait:2h -- billing@prod-eu orders shift -1000`, cron))
	s.comes(at.Add(-16 * time.Minute))
	other := s.asks(s.Mara, world.Incident, "billing@prod-eu orders to latest")
	s.comes(at.Add(-14 * time.Minute))
	run := s.sees(s.Jon, world.Home, "RETRYING", s.id(other), "must not overwrite")
	s.clicks(s.Jon, other, "reject")
	s.shows(s.Jon, other, "Rejected by @jon")
	s.later(2 * time.Minute)
	s.shows(s.Jon, run, "SCHEDULED")
	s.comes(at.Add(time.Minute))
	s.shows(s.Jon, run, s.id(run), "DONE")
	s.stands(before - 1000)
}

// Every button on a schedule's card does what it says, and so does its typed twin.
func TestTheButtonsOfASchedule(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	card := s.saves(fmt.Sprintf(`schedule add "%s" --tz UTC -- billing@prod-eu orders shift -1000`, cron))
	id := s.id(card)
	s.clicks(s.Mara, card, s.button(card, "skip-next"))
	s.shows(s.Mara, card, "Next: "+at.Add(24*time.Hour).Format("Mon 2006-01-02 15:04 UTC"))
	s.told(s.Ben, card, "pause", "You may not cancel resets of billing")
	s.clicks(s.Mara, card, "pause")
	s.has(s.shows(s.Mara, card, "SCHEDULE PAUSED"), "resume", "remove")
	s.tells(s.Mara, world.Home, "schedule resume "+id, id+" runs again")
	s.shows(s.Mara, card, "SCHEDULE ACTIVE")
	s.clicks(s.Mara, card, "run")
	run := s.sees(s.Jon, world.Home, "APPROVE?", "Schedule "+id+" of @mara, run now by @mara")
	s.clicks(s.Jon, run, "approve")
	s.shows(s.Jon, run, "DONE", "chedule "+id+" of @mara")
	s.clicks(s.Mara, card, "remove")
	s.has(s.shows(s.Mara, card, "SCHEDULE REMOVED"))
	s.tells(s.Mara, world.Home, "schedule list", "No schedules here")
	s.stands(before - 1000)
}

// A schedule of the configuration file needs no approval in Slack, and cannot be changed there.
func TestAScheduleOfTheFile(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	at := s.clock.now().UTC().Add(time.Hour).Truncate(time.Minute)
	s.configure("name: everybody on the sandbox", "name: everybody on the sandbox\n    schedules: true")
	s.configure("log: {level: debug}", fmt.Sprintf(`log: {level: debug}
schedules:
  - {name: nightly, cron: "%d %d * * *", tz: UTC, reset: billing@sandbox-eu orders to latest, owner: S0PAYOWNERS, channel: C0SANDBOX}
`, at.Minute(), at.Hour()))
	s.start()
	s.sees(s.Mara, world.Sandbox, "SCHEDULE ACTIVE", "nightly: ")
	s.stop()
	s.start() // the same file again changes nothing
	s.tells(s.Mara, world.Sandbox, "schedule remove nightly", "is defined in the bot's configuration file")
	s.comes(at.Add(-14 * time.Minute))
	run := s.sees(s.Mara, world.Sandbox, "SCHEDULED", "pproved by review of the configuration file")
	s.comes(at.Add(time.Second))
	s.shows(s.Mara, run, "DONE")
}

// A schedule that cannot be is refused with the reason and an example.
func TestSchedulesThatAreRefused(t *testing.T) {
	t.Parallel()
	s, _, _ := atNight(t)
	for line, says := range map[string]string{
		`schedule add "0 2 30 2 *" -- billing@prod-eu orders shift -1000`:           "never",
		`schedule add "* * * * *" -- billing@prod-eu orders shift -1000`:            "5 min",
		`schedule add "0 25 * * *" -- billing@prod-eu orders shift -1000`:           "Example",
		`schedule add "0 2 * * *" -- billing@prod-eu orders skip orders:1@3`:        "names its topic itself",
		`schedule add "0 2 * * *" -- billing@prod-eu orders to 2026-01-01 00:00`:    "back 24h",
		`at 2026-01-01 00:00 -- billing@prod-eu orders shift -1000`:                 "has passed",
		`schedule add "0 2 * * *" --until 900d -- billing@prod-eu orders shift -10`: "cannot last until",
		`schedule show nothing`: "There is no schedule",
		`delay nothing`:         "no",
	} {
		s.tells(s.Mara, world.Incident, line, says)
	}
	s.untouched()
}
