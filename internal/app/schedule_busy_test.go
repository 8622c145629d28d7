package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// A run whose group has consumers waits as long as its schedule says, or is given up in words.
func TestARunWhoseGroupHasConsumers(t *testing.T) {
	t.Parallel()
	for busy, says := range map[string][]string{
		"wait:20m": {"WAITING", "1 consumer is still running", "10.4.7.21"},
		"skip":     {"EXPIRED", "Nothing was changed"},
		"fail":     {"EXPIRED", "Nothing was changed"},
	} {
		t.Run(busy, func(t *testing.T) {
			t.Parallel()
			s, at, cron := atNight(t)
			c := s.joins(kafkasim.ConsumerOptions{ClientID: "billing-6c9f", Host: "10.4.7.21"}, 1)
			s.saves(fmt.Sprintf(
				`schedule add "%s" --tz UTC --name nightly --when-busy %s -- billing@prod-eu orders shift -1000`,
				cron, busy))
			s.comes(at.Add(-14 * time.Minute))
			run := s.announced(at)
			s.comes(at.Add(time.Second))
			run = s.shows(s.Jon, run, says...)
			s.wrote(0)
			if busy == "fail" {
				s.sees(s.Jon, world.Home, "the schedule was paused", s.id(run), "found the group in use")
				s.tells(s.Jon, world.Home, "schedule show nightly", "schedule nightly · paused")
				s.tells(s.Mara, world.Home, "schedule resume nightly", "nightly runs again", "Next run: ")
			}
			if busy == "skip" {
				s.tells(s.Jon, world.Home, "schedule show nightly", "schedule nightly · active",
					at.Add(24*time.Hour).Format("2006-01-02 15:04"))
			}
			s.leaves(c)
			if strings.HasPrefix(busy, "wait") {
				s.shows(s.Jon, run, "DONE", "12 of 12 partitions")
				s.wrote(1)
			}
		})
	}
}

// A run that waits for consumers gives up after the time that its schedule says.
func TestARunGivesUpOnItsConsumers(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	s.joins(kafkasim.ConsumerOptions{Host: "10.4.7.21"}, 1)
	s.saves(fmt.Sprintf(
		`schedule add "%s" --tz UTC --name nightly --when-busy wait:20m -- billing@prod-eu orders shift -1000`, cron))
	s.comes(at.Add(-14 * time.Minute))
	run := s.announced(at)
	s.comes(at.Add(time.Second))
	s.shows(s.Jon, run, "WAITING")
	s.comes(at.Add(21 * time.Minute))
	s.shows(s.Jon, run, "EXPIRED", "Nothing was changed")
	s.wrote(0)
}

// The bot was down at the time; the schedule says that the latest run is made up for.
func TestAMissedRunIsMadeUpFor(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	s.saves(fmt.Sprintf(
		`schedule add "%s" --tz UTC --name nightly --if-missed run-once:6h -- billing@prod-eu orders shift -1000`,
		cron))
	s.stop()
	s.comes(at.Add(2 * time.Hour))
	s.start()
	s.sees(s.Jon, world.Home, "A run was missed", "The latest runs now.")
	run := s.sees(s.Jon, world.Home, "SCHEDULED", "late: the bot was not running")
	s.untouched()
	s.later(16 * time.Minute)
	s.shows(s.Jon, run, s.id(run), "DONE")
	s.stands(before - 1000)
}

// One shot: it is agreed to now, announced, and done at its time; then it is over.
func TestOneShotAtATime(t *testing.T) {
	t.Parallel()
	s, at, _ := atNight(t)
	card := s.saves("at "+at.Format(time.RFC3339)+" --name once -- billing@prod-eu orders shift -1000",
		at.Format("15:04 UTC"))
	s.comes(at.Add(-14 * time.Minute))
	run := s.sees(s.Jon, world.Home, "SCHEDULED", at.Format("15:04"), "Schedule once of @mara")
	s.untouched()
	s.comes(at.Add(time.Second))
	s.shows(s.Jon, run, s.id(run), "DONE")
	s.stands(before - 1000)
	s.shows(s.Jon, card, "SCHEDULE ENDED", "once: ")
	s.comes(at.Add(25 * time.Hour))
	s.wrote(1)
}

// A time in the future is agreed to now. Who is connected then goes on reading; once the group is idle it starts at
// that time.
func TestATimeInTheFuture(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	at := s.clock.now().UTC().Add(time.Hour).Truncate(time.Minute)
	preview := s.tells(s.Mara, world.Incident, "billing@prod-eu orders to "+at.Format(time.RFC3339)+" --future",
		"PREVIEW", at.Format("15:04"))
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?")
	s.clicks(s.Jon, card, "approve")
	s.clicks(s.Kim, s.shows(s.Jon, card, "Needs 1 more"), "approve")
	s.shows(s.Jon, card, "SCHEDULED", at.Format("15:04"))
	s.untouched()
	c := s.joins(kafkasim.ConsumerOptions{Host: "10.4.7.21"}, 1)

	for p := range int32(world.Partitions) { // one is stored before that time and one after it
		for _, stored := range []time.Time{at.Add(-time.Minute), at.Add(time.Second)} {
			if err := s.Prod.Produce(world.Orders,
				kafkasim.Record{Partition: p, Time: stored, Value: "later"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.comes(at.Add(2 * time.Second))
	s.shows(s.Jon, card, "WAITING", "1 consumer is still running")
	s.wrote(0)
	s.leaves(c)
	s.shows(s.Jon, card, "DONE")
	s.stands(world.PerOrders + 1)
	s.wrote(1)
}

// Saved again under its name, a schedule asks anew, and what was agreed to before runs no more.
func TestAScheduleIsChangedUnderItsName(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	first := s.saves(fmt.Sprintf(`schedule add "%s" --tz UTC --name nightly -- billing@prod-eu orders shift -1000`,
		cron))
	later := at.Add(3 * time.Hour)
	line := fmt.Sprintf(`schedule add "%d %d * * *" --tz UTC --name nightly -- billing@prod-eu orders shift -1100`,
		later.Minute(), later.Hour())
	preview := s.tells(s.Mara, world.Incident, line, "PREVIEW", "Needs 1 approval from @pay-owners")
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?", "→")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "SCHEDULE ACTIVE", "nightly: ")
	s.shows(s.Jon, first, "changed since")
	s.comes(at.Add(time.Minute))
	s.untouched()
	s.comes(later.Add(-14 * time.Minute))
	run := s.announced(later)
	s.comes(later.Add(time.Second))
	s.shows(s.Jon, run, "DONE")
	s.stands(before - 1100)
}

// A run that would do more than was approved asks for approval, with both numbers, and nothing is written before.
func TestARunBeyondWhatWasAgreedToAsks(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	s.saves(fmt.Sprintf(`schedule add "%s" --tz UTC --name nightly -- billing@prod-eu orders to offset 500`, cron),
		"Reprocesses up to 16,800")
	on := map[int32]int64{}
	for p := range int32(world.Partitions) {
		on[p] = world.PerOrders
	}
	var more []kafkasim.Record
	for p := range int32(world.Partitions) {
		for range 1000 {
			more = append(more, kafkasim.Record{Partition: p, Time: s.Born, Value: "more"})
		}
		on[p] += 1000
	}
	if err := s.Prod.Produce(world.Orders, more...); err != nil {
		t.Fatal(err)
	}
	if err := s.Prod.Commit(world.Billing, world.Orders, on); err != nil {
		t.Fatal(err)
	}
	s.comes(at.Add(-14 * time.Minute))
	run := s.sees(s.Jon, world.Home, "APPROVE?", "Schedule nightly of @mara", "30,000")
	s.comes(at.Add(time.Minute))
	s.wrote(0)
	s.clicks(s.Jon, run, "approve")
	s.clicks(s.Kim, run, "approve")
	s.shows(s.Jon, run, "DONE")
	s.stands(500)
}

// Two processes share a store: each run is announced once and written once.
func TestTwoProcessesMakeOneRun(t *testing.T) {
	t.Parallel()
	s, at, cron := atNight(t)
	s.saves(fmt.Sprintf(`schedule add "%s" --tz UTC --name nightly -- billing@prod-eu orders shift -1000`, cron))
	s.opts.Shared = true // as on a database server: a SQLite file has one process
	s.runs()
	s.comes(at.Add(-14 * time.Minute))
	run := s.announced(at)
	s.comes(at.Add(time.Second))
	s.shows(s.Jon, run, s.id(run), "DONE")
	cards := 0
	for _, m := range s.Jon.Messages(world.Home) {
		if m.Thread == "" && strings.Contains(m.Text(), "chedule nightly of") {
			cards++
		}
	}
	if cards != 1 {
		t.Errorf("%d cards of one run", cards)
	}
	s.stands(before - 1000)
	s.wrote(1)
}
