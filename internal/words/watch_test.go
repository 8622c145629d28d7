package words

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func watchedStory(change func(*reset.Watch)) reset.Story {
	s := appliedStory()
	s.Request.Watch = &reset.Watch{Since: s.Request.EndedAt, Parts: 12}
	s.Now = clockAt("02:24:00")
	change(s.Request.Watch)
	return s
}

func cameBack(w *reset.Watch) {
	w.Checked = clockAt("02:14:29")
	w.First = &reset.Consumers{At: clockAt("02:15:02"), ClientID: "billing-6c9f", Host: "/10.4.7.21", Members: 3}
	w.Resumed = 12
	w.Lags = []reset.LagAt{{At: clockAt("02:14:29"), Lag: 18_236}, {At: clockAt("02:18:00"), Lag: 9_000},
		{At: clockAt("02:20:00"), Lag: 410}}
}

func strays(n int32, read reset.Position) reset.Strays {
	s := reset.Strays{Parts: map[string][]int32{}}
	for p := range n {
		s.Parts["orders"] = append(s.Parts["orders"], p)
		if p < 20 {
			s.Evidence = append(s.Evidence, reset.Stray{Partition: reset.Partition{Topic: "orders", Partition: p},
				To: reset.Position{Offset: 46_020}, Read: read, At: clockAt("02:14:29")})
		}
	}
	return s
}

func TestAppliedCardShowsTheWatch(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		watch   func(*reset.Watch)
		says    []string
		buttons string
	}{
		"just applied": {func(*reset.Watch) {}, []string{"✅ DONE", "No consumer yet", "▶️ kubectl -n pay scale deploy/billing --replicas=6"}, "undo"},
		"read again": {func(w *reset.Watch) { w.Checked = clockAt("02:14:29") },
			[]string{"No consumer yet, not overwritten (03:14:29 CET)"}, "undo"},
		"back": {cameBack,
			[]string{"billing-6c9f from 10.4.7.21 and 2 others back, seen since 03:15:02 CET; 12 of 12 partitions resumed at the target",
				"; lag █▄▁ 18,236 → 9,000 → 410 (03:14 CET to 03:20 CET)"}, "undo"},
		"caught up": {func(w *reset.Watch) {
			cameBack(w)
			w.CaughtUp, w.Ended, w.Why = clockAt("02:23:14"), clockAt("02:23:14"), reset.WatchCaughtUp
		}, []string{"🏁 CAUGHT UP", "Caught up 03:23 CET, 9 min after the reset"}, "undo"},
		"overwritten": {func(w *reset.Watch) {
			w.Checked, w.Overwritten = clockAt("02:14:29"), strays(12, reset.Position{Offset: 48_112})
		},
			[]string{"🚨 OVERWRITTEN",
				"Overwritten by a process outside the group: orders-0 is at 48,112 instead of 46,020 and 11 more. " +
					"No member was seen in billing.",
				"orders-3", "6 more"}, "undo, retry"},
		"overwritten without a commit": {func(w *reset.Watch) { w.Overwritten = strays(1, reset.Position{None: true}) },
			[]string{"orders-0 lost its committed offset (it was 46,020)"}, "undo, retry"},
		"elsewhere": {func(w *reset.Watch) {
			cameBack(w)
			w.Resumed, w.Elsewhere = 11,
				strays(1, reset.Position{Offset: 12})
		},
			[]string{"1 partition resumed elsewhere: orders-0 is at 12 instead of 46,020",
				"11 of 12 partitions resumed at the target"}, "undo"},
		"nothing to read": {func(w *reset.Watch) { cameBack(w); w.Resumed, w.Empty = 10, 2 },
			[]string{"10 of 12 partitions resumed at the target, 2 have nothing to read"}, "undo"},
		"nobody": {func(w *reset.Watch) {
			w.Checked, w.Ended, w.Why = clockAt("02:14:29"), clockAt("02:44:14"), reset.WatchNoConsumers
		}, []string{"🟠 NO CONSUMER CAME BACK", "No consumer came back in 30 min. Was billing started?"}, "undo"},
		"deleted": {func(w *reset.Watch) {
			w.Checked, w.Ended, w.Why = clockAt("02:14:29"), clockAt("02:14:29"), reset.WatchGone
		},
			[]string{"No client has committed since (03:14:29 CET)"}, "undo"},
		"newer": {func(w *reset.Watch) { w.Ended, w.Why, w.By = clockAt("02:44:14"), reset.WatchNewer, "m2q9" },
			[]string{"m2q9 has reset the group again (03:44 CET)"}, "undo"},
		"long": {func(w *reset.Watch) { cameBack(w); w.Ended, w.Why = w.Since.Add(4*time.Hour), reset.WatchTimeout },
			[]string{"Not caught up after 4 h"}, "undo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := CardOf(watchedStory(tc.watch))
			got := c.String()
			for _, want := range tc.says {
				if !strings.Contains(got, want) {
					t.Errorf("lacks %q:\n%s", want, got)
				}
			}
			var verbs []string
			for _, b := range c.Buttons {
				verbs = append(verbs, b.Verb)
			}
			if got := strings.Join(verbs, ", "); got != tc.buttons {
				t.Errorf("buttons %s, want %s", got, tc.buttons)
			}
			if n := strings.Count(got, "\n"); n > 30 {
				t.Errorf("%d lines:\n%s", n, got)
			}
		})
	}
}

func TestThreadShowsTheWatch(t *testing.T) {
	t.Parallel()
	s := watchedStory(cameBack)
	for _, tc := range []struct {
		event  reset.Event
		facts  map[string]string
		want   string
		silent bool
	}{
		{reset.EvChecked, map[string]string{"partitions": "12"}, "Read again: not overwritten, partitions: 12.",
			true},
		{reset.EvConsumersBack, map[string]string{"client": "billing-6c9f", "host": "/10.4.7.21", "members": "1",
			"resumed": "12", "empty": "0", "of": "12"},
			"First consumer joined: billing-6c9f from 10.4.7.21; 12 of 12 partitions resumed at the target.", false},
		{reset.EvConsumersBack, map[string]string{"client": "billing-6c9f", "host": "10.4.7.21", "members": "2",
			"resumed": "0", "empty": "0", "of": "12"},
			"First consumer joined: billing-6c9f from 10.4.7.21 and 1 other.", false},
		{reset.EvConsumersBack, map[string]string{"client": "b", "members": "1", "resumed": "0", "empty": "12",
			"of": "12"},
			"First consumer joined: b; nothing left to read on 12 partitions.", false},
		{reset.EvResumed, map[string]string{"resumed": "11", "empty": "1", "of": "12"},
			"The group commits again; 11 of 12 partitions resumed at the target, 1 has nothing to read.", false},
		{reset.EvElsewhere, map[string]string{"partitions": "3", "topic": "orders", "partition": "3", "to": "46020",
			"read": "12"},
			"3 partitions continued from another offset: orders-3 is at 12 instead of 46,020 and 2 more. " + whyElsewhere,
			false},
		{reset.EvOverwritten, map[string]string{"partitions": "1", "topic": "orders", "partition": "3", "to": "46020",
			"read": "48112"},
			"Overwritten by a process outside the group: orders-3 is at 48,112 instead of 46,020. No member was seen in billing. " +
				"A consumer that uses assign() is in no group. Was every consumer stopped? Undo it, or stop that process and retry. @U0MARA", false},
		{reset.EvCaughtUp, map[string]string{"why": "caught up", "lag": "0"}, "Caught up, 9 min after the reset.",
			false},
		{reset.EvUnwatched, map[string]string{"why": "nobody", "lag": "18236"},
			"No consumer came back in 9 min, lag 18,236. Was it started? @U0MARA", false},
		{reset.EvUnwatched, map[string]string{"why": "newer reset", "by": "m2q9"},
			"m2q9 has reset the group again: this reset is no longer watched.", false},
		{reset.EvUnwatched, map[string]string{"why": "long", "lag": "5"},
			"Not caught up after 9 min, lag 5. It is no longer watched.", false},
	} {
		e := reset.Entry{At: clockAt("02:23:14"), Request: "k7f3", Event: tc.event, Facts: tc.facts}
		if got := eventLine(e, s).String(); got != tc.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tc.event, got, tc.want)
		}
		if _, ok := ThreadLine(e, s); ok == tc.silent {
			t.Errorf("%s in the thread: %v", tc.event, ok)
		}
	}
}

// A write had left when the broker that was to be read went away: what is written is not known, and must not be called
// unchanged.
func TestCardThatCannotReadBackClaimsNothing(t *testing.T) {
	t.Parallel()
	for _, code := range []reset.ProblemCode{reset.ProblemUnreachable, reset.ProblemIncomplete, reset.ProblemUnread} {
		s := applyingStory()
		s.Request.Problem = &reset.Problem{Code: code, Cluster: "prod-eu",
			Got: "broker 10.0.0.1:9092: connection refused"}
		text := CardOf(s).String()
		if strings.Contains(text, "Nothing was changed") ||
			!strings.Contains(text, "The offsets cannot be read yet: prod-eu does not answer completely") {
			t.Errorf("%s:\n%s", code, text)
		}
	}
}
