package words

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// nightlyOrders is the schedule of the stories: every night at two, a day again.
func nightlyOrders() reset.Schedule {
	in := wrongDeploy()
	in.Target, in.Reason = reset.Time{At: clockAt("01:10:00"), Back: 24 * time.Hour, Said: "24h"}, "nightly batch"
	return reset.Schedule{ID: "k7f3", Name: "nightly", Expr: "0 2 * * *", Zone: "Europe/Berlin", Intent: in,
		Until: stamp("2027-02-20T02:07:00Z"), Announce: 15 * time.Minute,
		WhenBusy: reset.WhenBusy{Do: reset.BusyWait, For: 30 * time.Minute},
		IfMissed: reset.IfMissed{Run: true, Within: 6 * time.Hour}, Source: reset.FromSlack, Owner: mara,
		Request: "k7f3", Revision: 1}
}

func tellNightly(sc reset.Schedule) *reset.ScheduleStory {
	st := &reset.ScheduleStory{Schedule: sc, Cluster: prodEU, Now: clockAt("02:07:00")}
	for d := range 5 {
		st.Upcoming = append(st.Upcoming, reset.UpcomingRun{At: time.Date(2026, 11, 23+d, 2, 0, 0, 0, berlin)})
	}
	st.Upcoming[4].Note = "the clocks say so"
	return st
}

// scheduleStory is its preview.
func scheduleStory() reset.Story {
	sc := nightlyOrders()
	s := free(story(sc.Intent, orders()))
	s.Request.Act = reset.SaveSchedule{Schedule: sc}
	s.Schedule = tellNightly(sc)
	return s
}

// savedStory is its card, once it is saved.
func savedStory(status reset.Status) reset.Story {
	s := scheduleStory()
	sc := nightlyOrders()
	sc.Status, sc.Next, sc.Mandate = status, stamp("2026-11-23T01:00:00Z"),
		reset.Mandate{Request: "k7f3", Votes: []reset.Vote{{Actor: jon, At: clockAt("02:20:00")}}}
	s.Request.State, s.Schedule = reset.Applied, tellNightly(sc)
	return s
}

// announcedStory is one of its runs, a quarter of an hour ahead.
func announcedStory() reset.Story {
	sc := nightlyOrders()
	s := free(story(sc.Intent, orders()))
	r := &s.Request
	r.ID, r.State, r.Actor, r.NotBefore = "m4p2", reset.Approved, reset.Actor{Kind: reset.Scheduled, ID: "k7f3"},
		s.Now.Add(15*time.Minute)
	r.Run = &reset.Run{Schedule: "k7f3", Name: "nightly", At: r.NotBefore, Owner: mara, Announce: 15 * time.Minute}
	r.Mandate = &reset.Mandate{Request: "k7f3", Votes: []reset.Vote{{Actor: jon, At: clockAt("02:00:00")}},
		Until: sc.Until}
	return s
}

func TestScheduleCards(t *testing.T) {
	t.Parallel()
	pending := scheduleStory()
	pending.Request.State, pending.Request.Need = reset.Pending, 1
	held := announcedStory()
	held.Request.State, held.Request.Problem = reset.Planning,
		&reset.Problem{Code: reset.ProblemConflictingRequest, Request: "p4x1", Group: "billing", State: reset.Pending}
	missed := announcedStory()
	missed.Request.State, missed.Request.Problem = reset.Expired, &reset.Problem{Code: reset.ProblemMissed, Count: 7200}
	asks := announcedStory()
	asks.Request.State, asks.Request.Problem = reset.Pending, &reset.Problem{Code: reset.ProblemVoided, Want: "effect"}
	later := free(story(wrongDeploy(), orders()))
	later.Request.Act = reset.Move{Intent: reset.Intent{Cluster: "prod-eu", Group: "billing",
		Target: reset.Time{At: clockAt("09:00:00"), Said: "10:00", Future: true}, Zone: "Europe/Berlin"}}
	later.Request.State, later.Request.NotBefore = reset.Approved, clockAt("09:00:00")
	for name, tt := range map[string]struct {
		c     Content
		parts []string
		verbs string
	}{
		"pending": {CardOf(pending),
			[]string{"nightly: daily 02:00 Berlin · orders → back 1 d", "Skips none. (one run now)",
				"Next: Mon 2026-11-23 02:00 CET (01:00 UTC); approval until 2027-02-20 03:07 CET", "the clocks say so"},
			"approve reject, rows cancel runbook"},
		"saved": {CardOf(savedStory(reset.Active)),
			[]string{"📅 SCHEDULE ACTIVE", "nightly: daily 02:00 Berlin", "Approved in k7f3 by @U0JON", "valid until",
				"Its owner is @U0MARA"}, "pause skip-next, run remove"},
		"paused": {CardOf(savedStory(reset.Paused)), []string{"SCHEDULE PAUSED"}, "resume, remove"},
		"lapsed": {CardOf(savedStory(reset.Lapsed)), []string{"Runs have stopped", "Save it again under its name"},
			""},
		"held": {CardOf(held), []string{"p4x1", "must not overwrite"}, "retry cancel"},
		"missed": {CardOf(missed), []string{"Skipped:", "Nothing was changed"},
			"retry, rows runbook"},
		"asks": {CardOf(asks), []string{"The standing approval does not cover this run"},
			"approve reject, rows cancel manual runbook"},
		"future": {CardOf(later), []string{"📅 SCHEDULED", "Begins 10:00 CET", "Only messages stored from then on are processed",
			"CreateTime"}, "cancel, rows manual runbook"},
		"show": {ScheduleOf(*savedStory(reset.Active).Schedule, false),
			[]string{"schedule nightly · active", "Next:",
				"Each run is announced 15 min ahead; while another reset of the group is open it waits up to 30 min; the latest missed run is started within 6 h."},
			""},
		"history": {ScheduleOf(*savedStory(reset.Active).Schedule, true), []string{"It has not run yet."}, ""},
		"list": {SchedulesOf([]reset.Schedule{savedStory(reset.Active).Schedule.Schedule}, clockAt("02:07:00")),
			[]string{"1 schedule", "nightly", "billing@prod-eu", "daily 02:00 Berlin", "2026-11-23 01:00",
				"active"}, ""},
		"no list": {SchedulesOf(nil, clockAt("02:07:00")), []string{"No schedules here"}, ""},
	} {
		text := whole(tt.c)
		for _, b := range slices.Concat(tt.c.Buttons, tt.c.Menu) {
			if _, err := commands.Parse(b.Typed, askerOf(t)); err != nil {
				t.Errorf("%s: %s: %v", name, b.Typed, err)
			}
		}
		got := verbsOf(tt.c.Buttons)
		if menu := verbsOf(tt.c.Menu); menu != "" {
			got += ", " + menu
		}
		if got != tt.verbs {
			t.Errorf("%s: buttons %q, want %q", name, got, tt.verbs)
		}
		for _, part := range tt.parts {
			if !strings.Contains(text, part) {
				t.Errorf("%s lacks %q:\n%s", name, part, text)
			}
		}
	}
}

// What the thread says about schedules names times as times, and mentions the people who have to do something.
func TestScheduleThread(t *testing.T) {
	t.Parallel()
	s := savedStory(reset.Active)
	for _, tt := range []struct {
		e    reset.Entry
		want string
	}{
		{reset.Entry{Event: reset.EvSaved,
			Facts: map[string]string{"next": "2026-11-23T01:00:00Z", "until": "2027-02-20T02:07:00Z"}},
			"The schedule is saved; the next run: 2026-11-23 02:00 CET; approved until 2027-02-20 03:07 CET."},
		{reset.Entry{Event: reset.EvApprovalExpiring, Facts: map[string]string{"until": "2027-02-20T02:07:00Z"}},
			"@U0MARA: the standing approval ends 2027-02-20 03:07 CET. Save the schedule again under its name to request a new one."},
		{reset.Entry{Event: reset.EvApprovalExpired},
			"@U0MARA: the standing approval has ended or is no longer valid: the schedule does not run. Save it again under its name to request a new one."},
		{reset.Entry{Event: reset.EvMissed,
			Facts: map[string]string{"run": "2026-11-22T01:00:00Z", "count": "1", "then": "skipped"}},
			"A run was missed: 02:00 CET. It is skipped."},
		{reset.Entry{Event: reset.EvMissed,
			Facts: map[string]string{"run": "2026-11-22T01:00:00Z", "count": "3", "then": "run"}},
			"3 runs were missed, the latest 02:00 CET. The latest runs now."},
		{reset.Entry{Event: reset.EvAnnounced,
			Facts: map[string]string{"run": "2026-11-23T01:00:00Z", "request": "m4p2"}},
			"A run is announced for 2026-11-23 02:00 CET: m4p2."},
		{reset.Entry{Event: reset.EvSkipped, Actor: jon,
			Facts: map[string]string{"run": "2026-11-23T01:00:00Z", "why": "month end"}},
			`@U0JON skipped the run of 2026-11-23 02:00 CET: "month end".`},
		{reset.Entry{Event: reset.EvDelayed, Actor: jon, Facts: map[string]string{"until": "2026-11-22T03:00:00Z"}},
			"@U0JON delayed it until 04:00 CET."},
		{reset.Entry{Event: reset.EvPaused, Actor: reset.Actor{Kind: reset.Scheduled, ID: "k7f3"},
			Facts: map[string]string{"request": "p2k7"}},
			`@U0MARA: the schedule was paused: its run p2k7 found the group in use, or being reset. Check it, then resume the schedule.`},
	} {
		if l, ok := ThreadLine(tt.e, s); !ok || l.String() != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.e.Event, l, tt.want)
		}
	}
	lapsing, _ := ThreadLine(reset.Entry{Event: reset.EvApprovalExpiring}, s)
	if lapsing[0].Kind != Notify || lapsing[0].ID != mara.ID {
		t.Errorf("the owner is not notified: %+v", lapsing[0])
	}
}
