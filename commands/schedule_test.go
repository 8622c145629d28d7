package commands

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// nightly is what most schedules of the tables have in common: only the time and the reset are given.
func nightly(change func(*reset.Schedule)) Command {
	s := reset.Schedule{Expr: "0 2 * * *", Zone: "Europe/Berlin", Announce: 15 * time.Minute}
	s.Intent = plainIntent(topicScope("orders"),
		reset.Time{At: atThree.Add(-24 * time.Hour), Back: 24 * time.Hour, Said: "24h"})
	change(&s)
	return Schedule{s}
}

func TestParseSchedules(t *testing.T) {
	t.Parallel()
	usual := func(*reset.Schedule) {}
	for text, want := range map[string]Command{
		`schedule add "0 2 * * *" -- billing orders back 24h`:               nightly(usual),
		`Schedule Add 0 2 * * * — billing orders back 24h`:                  nightly(usual),
		`schedule add “0 2 * * *” – reset billing orders --by-duration 24h`: nightly(usual),
		`schedule add "0 2 * * *" --reason "month end" -- billing orders back 24h`: nightly(
			func(s *reset.Schedule) { s.Intent.Reason = "month end" }),
		`schedule add "0 2 * * *" -- billing orders back 24h --reason "month end"`: nightly(
			func(s *reset.Schedule) { s.Intent.Reason = "month end" }),
		`schedule add @daily --tz asia/kathmandu -- billing@prod-eu orders back 24h`: nightly(func(s *reset.Schedule) {
			s.Expr, s.Zone, s.Intent.Zone, s.Intent.Cluster = "@daily", "Asia/Kathmandu", "Asia/Kathmandu", "prod-eu"
		}),
		`schedule add "0 2 * * *" --name Nightly --until 2027-03-01 --announce no --when-busy fail --if-missed run-once:2h -- billing orders back 24h`: nightly(
			func(s *reset.Schedule) {
				s.Name, s.Until, s.Announce = "nightly", stamp("2027-03-01T23:00:00Z"), 0
				s.WhenBusy, s.IfMissed = reset.WhenBusy{Do: reset.BusyFail},
					reset.IfMissed{Run: true, Within: 2 * time.Hour}
			}),
		`schedule add "0 2 * * *" --until 30d --announce 1h --when-busy wait:2h --if-missed run-once -- billing orders back 24h`: nightly(
			func(s *reset.Schedule) {
				s.Until, s.Announce = atThree.Add(30*24*time.Hour), time.Hour
				s.WhenBusy, s.IfMissed = reset.WhenBusy{Do: reset.BusyWait, For: 2 * time.Hour},
					reset.IfMissed{Run: true, Within: 6 * time.Hour}
			}),
		// It is 03:07 in Berlin: the next 02:10 is tomorrow's, the next 04:00 today's.
		`at 02:10 -- billing orders back 24h`: nightly(
			func(s *reset.Schedule) { s.Expr, s.At = "", stamp("2026-11-23T01:10:00Z") }),
		`at 04:00 --name once -- billing orders back 24h`: nightly(
			func(s *reset.Schedule) { s.Expr, s.Name, s.At = "", "once", stamp("2026-11-22T03:00:00Z") }),
		`at 2026-11-28 06:00 UTC -- billing orders back 24h`: nightly(
			func(s *reset.Schedule) { s.Expr, s.Zone, s.At = "", "UTC", stamp("2026-11-28T06:00:00Z") }),
		`at tomorrow 08:00 --announce 0 — billing orders back 24h`: nightly(
			func(s *reset.Schedule) { s.Expr, s.Announce, s.At = "", 0, stamp("2026-11-23T07:00:00Z") }),

		"schedule":                      Schedules{},
		"schedule list billing@prod-eu": Schedules{"billing", "prod-eu"},
		"schedule show Nightly":         ShowSchedule{Name: "nightly"},
		"schedule history k7f3":         ShowSchedule{Name: "k7f3", Runs: true},
		"schedule pause nightly-orders month end": Decide{Verb: "pause", Ref: reset.Ref{ID: "nightly-orders"},
			Why: "month end"},
		"schedule resume k7f3": Decide{Verb: "resume", Ref: reset.Ref{ID: "k7f3"}},
		`schedule remove K7F3 --reason "no longer"`: Decide{Verb: "remove", Ref: reset.Ref{ID: "k7f3"},
			Why: "no longer"},
		"schedule run nightly":       Decide{Verb: "run", Ref: reset.Ref{ID: "nightly"}},
		"schedule skip-next nightly": Decide{Verb: "skip-next", Ref: reset.Ref{ID: "nightly"}},
		"run k7f3.1":                 Decide{Verb: "run", Ref: reset.Ref{ID: "k7f3", Revision: 1}},
		"delay k7f3 1h":              Decide{Verb: "delay", Ref: reset.Ref{ID: "k7f3"}},
		"delay k7f3 60m brokers are replaced": Decide{Verb: "delay", Ref: reset.Ref{ID: "k7f3"},
			Why: "brokers are replaced"},
		"skip-next nightly":   Decide{Verb: "skip-next", Ref: reset.Ref{ID: "nightly"}},
		"schedule add --help": Help{Topic: "schedule"},

		"billing orders to 02:10 --future": Reset{plainIntent(topicScope("orders"),
			reset.Time{At: stamp("2026-11-23T01:10:00Z"), Zone: "Europe/Berlin", Said: "02:10", Future: true,
				Other: &reset.Time{At: stamp("2026-11-23T02:10:00Z"), Zone: "UTC", Said: "tomorrow 02:10"}})},
		"billing orders to 2026-11-23T01:10:00Z --future": Reset{plainIntent(topicScope("orders"),
			reset.Time{At: stamp("2026-11-23T01:10:00Z"), Zone: "UTC", Said: "2026-11-23T01:10:00Z", Future: true})},
	} {
		got, err := Parse(text, askerOf(t))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: (-want +got)\n%s", text, d)
		}
	}
}

// The pieces of an expression may be typed with quotes or without; the parts of the line may not be guessed.
func TestParseScheduleErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"schedule lst x": "schedule what? \"lst\" is none of add, list, show, history, pause, resume, remove, run, skip-next, delay; a group named schedule needs the word reset before it. Did you mean list? Corrected: schedule list x",
		"schedule add": "when? Five fields are missing: minute, hour, day, month, weekday. Example: " +
			ScheduleExample,
		"schedule add -- g t to latest": "when? Five fields are missing: minute, hour, day, month, weekday. Example: " +
			ScheduleExample,
		`schedule add "0 2 * * *" billing orders back 24h`: `which reset? Write it after the time and --. Corrected: ` +
			`schedule add "0 2 * * *" -- billing orders back 24h`,
		`schedule add "0 2 * * *" -- billing orders`: "where to? A schedule holds a whole reset, and no target is said. Example: " +
			ScheduleExample,
		`schedule add "0 2 * * *" --`: "which group? None is named. Example: billing@prod-eu orders to latest",
		`schedule add "0 2 * * *" -- approve k7f3.1`: `only a reset can be scheduled; "approve" is none (a group of that name: reset approve ...). Example: ` +
			ScheduleExample,
		`schedule add "0 2 * * *" -- billing orders back 24h --tz UTC`: `"--tz" belongs before the two dashes here. Example: schedule add "0 2 * * *" --tz Europe/Berlin -- billing orders back 24h`,
		`schedule add "0 2 * * *" -- billing orders back 24h --name n`: `"--name" belongs to a schedule, before its two dashes. Example: ` +
			ScheduleExample,
		`billing orders to latest --until 30d`: `"--until" belongs to a schedule, before its two dashes. Example: ` +
			ScheduleExample,
		`schedule add "0 2 * * *" --wait 3h -- billing orders to latest`: `schedule has no option "--wait". Example: ` +
			ScheduleExample,
		`schedule add "0 2 * * *" --name "a b" -- billing orders to latest`:   `"a b" cannot be a name: letters, digits, - and _, 40 at most. Example: --name nightly-orders`,
		`schedule add "0 2 * * *" --until soon -- billing orders to latest`:   `until when? "soon" is not a day. Example: --until 2027-03-01, --until 90d`,
		`schedule add "0 2 * * *" --announce 15 -- billing orders to latest`:  `how long ahead? "15" has no unit: d, h, m or s. Example: --announce 15m, --announce no`,
		`schedule add "0 2 * * *" --when-busy wait:x -- billing orders clear`: `--when-busy: "wait:x" is not wait, skip or fail. Example: --when-busy wait:30m, --when-busy skip, --when-busy fail`,
		`schedule add "0 2 * * *" --if-missed always -- billing orders clear`: `what becomes of a missed run? "always" is neither skip nor run-once. Example: --if-missed run-once:6h, --if-missed skip`,
		`schedule add "0 2 * * *" --tz Berlin -- billing orders to latest`:    `which zone? "Berlin" is not a time zone's IANA name; did you mean Europe/Berlin? Corrected: schedule add "0 2 * * *" --tz Europe/Berlin -- billing orders to latest`,
		"at -- billing orders to latest":                                      "at what time? None is said. Example: at 02:10 -- billing@prod-eu orders back 24h",
		"at 25:00 -- billing orders to latest":                                `at what time? "25:00" has a time of day that does not exist: it goes from 00:00 to 23:59:59. Example: at 02:10 -- billing@prod-eu orders back 24h`,
		"at noon -- billing orders to latest":                                 `at what time? "noon" is written 12:00. Corrected: at 12:00 -- billing orders to latest`,
		"at 02:10 billing orders to latest":                                   `which reset? Write it after the time and --; a group named at needs the word reset before it. Corrected: at 02:10 -- billing orders to latest`,
		"schedule pause":                                                      `pause what? The id or the name of a schedule is missing. Example: schedule pause nightly-orders`,
		"schedule show a/b": `"a/b" is neither the id nor the name of a schedule; a group named schedule needs the word reset before it. Example: ` +
			ScheduleExample,
		"schedule show a b":                               `"b" is one word too many for show. Example: show a`,
		"delay k7f3 2h":                                   `a run is put off by an hour at a time, not by "2h". Example: delay k7f3`,
		"billing orders to latest --future":               `"--future" is about a target in time: to TIME. Example: billing orders to 2026-11-23T02:10:00Z --future`,
		"billing orders to 2026-11-22T02:00:00Z --future": `"--future", but "2026-11-22T02:00:00Z" has passed: leave it out. Example: billing orders to 2026-11-22T02:00:00Z`,
	} {
		cmd, err := Parse(text, askerOf(t))
		if err == nil || err.Error() != want {
			t.Errorf("%s: %#v\n got %v\nwant %s", text, cmd, err, want)
		}
	}
}
