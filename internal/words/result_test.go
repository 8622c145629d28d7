package words

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// writtenStory is an applied reset of which the log start of orders-0 overtook the target.
func writtenStory(target reset.Target, planned []reset.Step, done ...reset.Step) reset.Story {
	s := appliedStory()
	s.Request.Act = reset.Move{Intent: withTarget(target)}
	s.Request.Effect = reset.Total(planned)
	e := reset.Total(done)
	s.Request.Written, s.Worst = &e, done
	for _, st := range done {
		if st.Missed() {
			s.Missed = append(s.Missed, st)
		}
		if st.Forward() {
			s.Forward = append(s.Forward, st)
		}
	}
	s.Misses, s.Ahead = len(s.Missed), len(s.Forward)
	return s
}

func says(t *testing.T, c Content, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(whole(c), w) {
			t.Errorf("lacks %q:\n%s", w, whole(c))
		}
	}
}

// whole is a card with its details.
func whole(c Content) string {
	c.Hints, c.Details = append(slices.Clone(c.Hints), c.Details...), nil
	return c.String()
}

func verbsOf(bs []Button) string {
	var verbs []string
	for _, b := range bs {
		verbs = append(verbs, b.Verb)
	}
	return strings.Join(verbs, " ")
}

func TestAResultNamesWhatWentElsewhere(t *testing.T) {
	t.Parallel()
	planned := []reset.Step{oneStep("orders", 0, 500, 100, reset.HowExact),
		oneStep("orders", 1, 500, 100, reset.HowExact)}
	off := oneStep("orders", 0, 500, 400, reset.HowClampStart)
	off.Asked, off.Start = 100, 400
	s := writtenStory(reset.Exact{Offset: 100}, planned, off, planned[1])
	says(t, CardOf(s),
		"1 of 2 partitions verified at offset 100; orders-0 is at 400, 300 messages were deleted by retention (03:14:14 CET)",
		"Rewound: up to 500 messages to reprocess, 300 fewer than previewed. Skipped none.")
	says(t, ShowOf(s, nil), "orders-0     −100  400")
	says(t, history(s.Now, s.Request), "(reprocesses up to 500, skips none)")

	many := writtenStory(reset.Exact{Offset: 100}, planned, off, off, off, off, off)
	says(t, CardOf(many), "0 of 5 partitions verified at offset 100; orders-0 is at 400", "; and 2 partitions elsewhere")
	late := oneStep("orders", 3, 500, 900, reset.HowNoLater)
	doubt := oneStep("orders", 4, 500, 10, reset.HowStartInDoubt)
	says(t, CardOf(writtenStory(wrongDeploy().Target, planned, planned[0], late, doubt)),
		"1 of 3 partitions verified at 02:10", "orders-3 is at 900 (latest: no message is as late)",
		"orders-4 is at 10 (earliest: where that time begins is in doubt)")
}

// A rewind that retention turned into a skip is reported as one.
func TestRewindThatWentForwardIsReported(t *testing.T) {
	t.Parallel()
	planned := []reset.Step{oneStep("orders", 0, 200, 150, reset.HowShifted)}
	done := reset.Step{Topic: "orders", Start: 300, End: 550, From: reset.Position{Offset: 200},
		To: reset.Position{Offset: 300}, How: reset.HowClampStart, Asked: 150, Replay: 250}
	c := CardOf(writtenStory(reset.Shift{By: -50}, planned, done))
	says(t, c, "⚠️ No rewind on 1 partition: orders-0 from 200 to 300",
		"orders-0 is at 300, 150 messages were deleted by retention", ", 200 more than previewed")
	if strings.Contains(c.String(), "gone on") {
		t.Errorf("a wrong reason is given:\n%s", c)
	}
	// A reset that was to go forward is no rewind.
	ahead := []reset.Step{oneStep("orders", 0, 200, 300, reset.HowExact)}
	if c := CardOf(writtenStory(reset.Exact{Offset: 300}, ahead, ahead...)); strings.Contains(c.String(),
		"No rewind") {
		t.Errorf("it was none:\n%s", c)
	}
}

// Of a failure only what is at its target is a number, and of one that changed nothing there is none.
func TestHistoryShowsWhatAFailureLeft(t *testing.T) {
	t.Parallel()
	s := failedStory(reset.PartiallyApplied, 1, 1, 0)
	e := reset.Total(orders()[:1])
	s.Request.Written = &e
	says(t, history(s.Now, s.Request),
		"(planned: reprocesses up to 18,204, skips none; written: 1 partition, reprocesses up to 2,092, skips none) · failed")
	none := failedStory(reset.Unchanged, 0, 12, 0)
	none.Request.Written = nil
	if c := history(s.Now, none.Request); strings.Contains(c.String(), "reprocesses") {
		t.Errorf("nothing was reprocessed:\n%s", c)
	}
}

// Where a partition has no committed offset, before or after, each consumer's own setting decides, and no number is a
// promise.
func TestWhatNoOffsetMeansIsLeftToTheConsumers(t *testing.T) {
	t.Parallel()
	del := reset.Step{Topic: "orders", Start: 0, End: 27_324, From: reset.Position{Offset: 26_076},
		To: reset.Position{None: true}, How: reset.HowDeleted, Replay: 26_076, Skip: 1_248}
	const start = "auto.offset.reset: earliest reprocesses up to 26,076 messages, latest skips up to 1,248 messages"
	for _, tc := range []struct {
		story reset.Story
		want  string
	}{
		{story(withTarget(reset.Nowhere{}), []reset.Step{del}), start},
		{story(withTarget(reset.Latest{}),
			[]reset.Step{{Topic: "orders", End: 26_076, From: reset.Position{None: true},
				To: reset.Position{Offset: 26_076}, How: reset.HowEnd, Skip: 26_076}}),
			"compared with earliest, this skips up to 26,076 messages; compared with latest, it reprocesses up to 0 messages"},
	} {
		pending, applied := tc.story, tc.story
		pending.Request.State, pending.Request.Asked = reset.Pending, true
		applied.Request.State, applied.Request.Outcome, applied.Request.Written = reset.Applied, reset.Verified,
			&applied.Request.Effect
		moved := pending
		moved.Request.Before = &reset.Effect{}
		e := tc.story.Request.Effect
		entry := reset.Entry{Event: reset.EvPlanned,
			Facts: map[string]string{"replay": strconv.FormatInt(e.Replay, 10), "skip": strconv.FormatInt(e.Skip, 10)}}
		for name, c := range map[string]Content{"preview": PreviewOf(tc.story), "pending": CardOf(pending),
			"applied": CardOf(applied), "entry": {Title: "k7f3", Lines: []Line{eventLine(entry, tc.story)}},
			"reply": ReplyOf(reset.Reply{Did: reset.DidPlan, Request: tc.story.Request}),
			"stale": Explain(&reset.Problem{Code: reset.ProblemStale, Request: "k7f3", Want: "2", Got: "1",
				Count: e.Replay, Other: e.Skip, Unplaced: tc.story.Request.Unplaced()}),
			"moved":   CardOf(moved),
			"history": history(applied.Now, applied.Request)} {
			if !strings.Contains(c.String(), tc.want) || strings.Contains(c.String(), "kips none") ||
				strings.Contains(c.String(), "eprocesses none.") {
				t.Errorf("%s: want %q and no promise:\n%s", name, tc.want, c)
			}
		}
		free := free(tc.story)
		if b := PreviewOf(free).Buttons[0]; !strings.Contains(b.Confirm, tc.want) {
			t.Errorf("[%s] asks: %s", b.Label, b.Confirm)
		}
	}
	back := undoStory()
	back.Request.Warnings = []reset.Warning{{Code: reset.WarnNoneAfter, Topic: "orders", Parts: []int32{3},
		Count: 26_076, Other: 1_248}}
	c := PreviewOf(back)
	says(t, c, "1 partition has no committed offset afterwards (orders-3), as before k7f3: where they start is decided by each consumer's "+
		start)
	if strings.Contains(c.String(), "Reprocesses none") {
		t.Errorf("a promise:\n%s", c)
	}
}
