package words

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/vocabulary"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// constants are the values of every constant of a type of package reset, so that a new one without words fails here.
func constants(t *testing.T, typ string) []string {
	t.Helper()
	return vocabulary.Constants(t, filepath.Join("..", "..", "reset"), typ)
}

// full is a problem in which every field says something.
func full(code string) *reset.Problem {
	r := ruling()
	r.Denial = reset.DeniedNotIn
	return &reset.Problem{Code: reset.ProblemCode(code), Cluster: "prod-eu", Group: "billing", Topic: "orders",
		Parts: []int32{3}, Request: "k7f3", State: reset.Applied, Want: "2", Got: "cause", Names: []string{"near"},
		Count: 12, Other: 34, Verb: reset.VerbRequest, Ruling: &r, Members: consumers("10.4.7.21").Members}
}

func TestEveryProblemHasWords(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, code := range constants(t, "ProblemCode") {
		for name, p := range map[string]*reset.Problem{"full": full(code), "bare": {Code: reset.ProblemCode(code)}} {
			c := Explain(fmt.Errorf("decide: %w", p))
			text := c.String()
			if strings.Contains(text, "Kafka or the bot said") || len(c.Lines) == 0 {
				t.Errorf("%s (%s) has no words: %s", code, name, text)
			}
			if name == "full" && (strings.Contains(text, "  .") || strings.Contains(text, "()") ||
				strings.Contains(text, " , ")) {
				t.Errorf("%s (%s) has holes: %s", code, name, text)
			}
			if name == "full" {
				words := c.Lines[0].String()
				if other := seen[words]; other != "" {
					t.Errorf("%s and %s say the same: %s", code, other, words)
				}
				seen[words] = code
			}
		}
	}
}

func TestEveryDenialHasWords(t *testing.T) {
	t.Parallel()
	for _, d := range constants(t, "Denial") {
		if denials[reset.Denial(d)].brief == "" {
			t.Errorf("denial %q has no short words", d)
		}
		for _, verb := range constants(t, "Verb") {
			if verbs[reset.Verb(verb)].mayNot == "" || verbs[reset.Verb(verb)].denied == "" {
				t.Errorf("verb %q has no words", verb)
			}
			p := denied(reset.Denial(d), reset.Verb(verb))
			text := Explain(p).String()
			if d == string(reset.DeniedNoRule) {
				continue
			}
			if !strings.Contains(text, "pay on production") {
				t.Errorf("%s of %s does not name the rule: %s", d, verb, text)
			}
		}
	}
	if got := Explain(denied(reset.DeniedNotIn,
		reset.VerbApprove)).Lines[0].String(); got !=
		"k7f3 needs @S0PAY or @U0KIM; you are not among them. Rule: pay on production." {
		t.Error(got)
	}
}

func TestEveryWarningHasWords(t *testing.T) {
	t.Parallel()
	for _, code := range constants(t, "WarningCode") {
		s := story(wrongDeploy(), orders())
		w := reset.Warning{Code: reset.WarningCode(code), Topic: "orders", Parts: []int32{3, 4}, Names: []string{"old"},
			Count: 1200, Text: "Stable"}
		s.Request.Warnings = []reset.Warning{w, w}
		lines := warnings(s, timeFormatOf(wrongDeploy(), s.Now))
		if brief := briefly(s, timeFormatOf(wrongDeploy(), s.Now)); len(brief) == 0 &&
			code != string(reset.WarnBusy) && code != string(reset.WarnNothing) { // other lines say these
			t.Errorf("%s has no short words for a card", code)
		}
		if want := map[bool]int{true: 2, false: 1}[code == string(reset.WarnNote)]; len(lines) != want {
			t.Errorf("%s: %d lines for two warnings of one kind: %v", code, len(lines), lines)
		}
	}
}

func TestEveryEventHasWords(t *testing.T) {
	t.Parallel()
	s := appliedStory()
	for _, ev := range constants(t, "Event") {
		e := reset.Entry{Event: reset.Event(ev), Actor: jon, At: clockAt("02:14:00"), Revision: 1}
		if got := eventLine(e, s).String(); got == ev || got == "" {
			t.Errorf("event %q has no words", ev)
		}
		if line, ok := ThreadLine(e, s); ok != (line != nil) {
			t.Errorf("event %q: a line without ok, or ok without a line", ev)
		}
	}
	for _, ev := range []reset.Event{reset.EvVoted, reset.EvRejected, reset.EvApplied, reset.EvFailed, reset.EvVoided} {
		if _, ok := ThreadLine(reset.Entry{Event: ev}, s); !ok {
			t.Errorf("%s is worth a reply in the thread", ev)
		}
	}
	for _, ev := range []reset.Event{reset.EvDenied, reset.EvAsked, reset.EvPlanned, reset.EvSent} {
		if line, ok := ThreadLine(reset.Entry{Event: ev}, s); ok {
			t.Errorf("%s concerns one person only: %v", ev, line)
		}
	}
	voided := reset.Entry{Event: reset.EvVoided, Facts: map[string]string{"why": "effectvoided"}}
	if got := eventLine(voided, s).String(); !strings.Contains(got, "larger than what was approved") {
		t.Error(got)
	}
}

func TestEveryOtherWord(t *testing.T) {
	t.Parallel()
	check := func(typ string, has func(string) bool) {
		for _, v := range constants(t, typ) {
			if !has(v) {
				t.Errorf("%s %q has no words", typ, v)
			}
		}
	}
	check("State", func(v string) bool { return states[reset.State(v)] != "" })
	check("Outcome", func(v string) bool { return outcomes[reset.Outcome(v)] != "" })
	check("WriteState", func(v string) bool { return writeStates[reset.WriteState(v)] != "" })
	check("How", func(v string) bool { _, ok := hows[reset.How(v)]; return ok })
	check("WayOut", func(v string) bool { return waysOut[reset.WayOut(v)] != nil })
	check("VoidReason", func(v string) bool { return voidReasons[reset.VoidReason(v)] != nil })
	check("Did", func(v string) bool {
		got := ReplyOf(reset.Reply{Did: reset.Did(v), Request: waitingStory().Request, At: clockAt("02:12:00")})
		return !strings.Contains(got.Lines[0].String(), ": "+v+".") && got.Fallback != ""
	})
}

// TestEveryStateIsShown holds that no state, outcome or target leaves a card or a preview without words.
func TestEveryStateIsShown(t *testing.T) {
	t.Parallel()
	for _, st := range constants(t, "State") {
		s := appliedStory()
		s.Request.State = reset.State(st)
		for name, c := range map[string]Content{"card": CardOf(s), "preview": PreviewOf(s),
			"show": ShowOf(s, wholeLife())} {
			if len(c.Foot) == 0 || len(c.Lines) == 0 || c.Title == "" {
				t.Errorf("%s of %s: %+v", name, st, c)
			}
		}
	}
	targets := []reset.Target{reset.Time{At: clockAt("01:10:00")}, reset.Time{At: clockAt("01:20:00"), Back: time.Hour},
		reset.Exact{Offset: 5}, reset.SkipRecord{Offset: 5}, reset.Rows{}, reset.Undo{Of: "k"}, reset.Latest{},
		reset.Earliest{}, reset.Shift{By: 5}, reset.Current{}, reset.Like{Group: "other"}, reset.Nowhere{}}
	for _, name := range vocabulary.Receivers(t, filepath.Join("..", "..", "reset"), "locate") {
		if !slices.ContainsFunc(targets, func(target reset.Target) bool {
			return fmt.Sprintf("%T", target) == "reset."+
				name
		}) {
			t.Errorf("no target of type %s here", name)
		}
	}
	seen := map[string]bool{}
	for _, target := range targets {
		s := story(withTarget(target), orders())
		words := actPhrase(s, timeFormatOf(wrongDeploy(), s.Now), withAgo)
		if words == "reset on orders" || seen[words] {
			t.Errorf("%T: %q", target, words)
		}
		seen[words] = true
	}
}

func TestEveryAnswerOfPartiallyAppliedBlocksAndOffersTheUndo(t *testing.T) {
	t.Parallel()
	labels := func(c Content) string {
		var ls []string
		for _, b := range c.Buttons {
			ls = append(ls, b.Label)
		}
		return strings.Join(ls, ", ")
	}
	s := failedStory(reset.OutcomeUnknown, 7, 4, 1)
	if got := labels(CardOf(s)); got != "Undo, Accept as is" {
		t.Error(got)
	}
	s.Request.Settled = &reset.Settlement{By: jon, Why: "checked by hand", At: clockAt("02:30:00")}
	if c := CardOf(s); labels(c) != "" || !strings.Contains(c.String(), `"checked by hand"`) {
		t.Errorf("settled: %s", c)
	}
	a := appliedStory()
	a.Request.UndoneBy = "m2q9"
	if got := labels(CardOf(a)); got != "" {
		t.Errorf("undone twice: %s", got)
	}
	if got := labels(CardOf(failedStory(reset.Unchanged, 0, 12, 0))); got != "Try again" {
		t.Error(got)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		err  error
		want string
	}{
		{errors.New("sql: database is locked at /var/lib/x"), "Internal error"},
		{&commands.SyntaxError{Want: `"lattest" is not a target`, Example: "to latest"},
			`"lattest" is not a target. Example: to latest`},
		{&reset.TransitionError{ID: "k7f3", From: reset.Applied, To: reset.Cancelled}, "k7f3 is already applied"},
		{reset.ErrConflict, "changed at the same moment"},
		{&reset.Problem{Code: reset.ProblemWrongTool, Group: "billing-agg", Got: "streams",
			Want: "kafka-streams-application-reset"},
			"billing-agg looks like Kafka Streams. Moving its offsets alone corrupts its state. Use kafka-streams-application-reset."},
		{&reset.Problem{Code: reset.ProblemSkipMoved, Cluster: "prod-eu", Group: "billing", Topic: "orders",
			Parts: []int32{7}, Count: 2010, Other: 1900},
			"Offset 2,010 of orders-7 is ahead: up to 110 messages lie before it. Nothing was skipped. " +
				"To skip 2,010 and all before it: billing@prod-eu orders:7 to offset 2011"},
		{&reset.Problem{Code: reset.ProblemSkipMoved, Cluster: "prod-eu", Group: "billing", Topic: "orders",
			Parts: []int32{7}, Count: 1901, Other: 1900}, "up to 1 message lies before it"},
		{&reset.Problem{Code: reset.ProblemSkipMoved, Cluster: "prod-eu", Group: "billing", Topic: "orders",
			Parts: []int32{7}, Count: 1, Other: 1900},
			"Offset 1 of orders-7 is already committed: the next message is 1,900. Nothing was skipped. " +
				"Check lag billing"},
		{&reset.Problem{Code: reset.ProblemTooLong, Want: "4h0m0s", Got: "7h30m0s"},
			"A wait of 7 h 30 min is longer than the rule allows: at most 4 h."},
		{&reset.Problem{Code: reset.ProblemFuture, Got: "tomorrow 08:00", Count: 27_600},
			`"tomorrow 08:00" is in the future (it is in 7 h 40 min)`},
		{&reset.Problem{Code: reset.ProblemNoPartition, Topic: "orders", Parts: []int32{12, 13}, Count: 12},
			"orders has 12 partitions (0 to 11): there is no orders:12-13."},
	} {
		got := Explain(tc.err).String()
		if !strings.Contains(got, tc.want) {
			t.Errorf("%v:\n%s\nlacks %q", tc.err, got, tc.want)
		}
		if strings.Contains(got, "/var/lib") {
			t.Errorf("the inside shows: %s", got)
		}
	}
	stale := Explain(&reset.Problem{Code: reset.ProblemStale, Request: "k7f3", Want: "2", Got: "1", Count: 1_204_000,
		Ruling: &reset.Ruling{Need: 2, Who: []string{"S0PAYOWNERS"}}})
	if got := stale.String(); !strings.Contains(got,
		"is at revision 2, not 1: it reprocesses up to 1,204,000") || !strings.Contains(got,
		"[Approve .2]  approve k7f3.2") {
		t.Error(got)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tc := range []struct{ zone, at, now, want string }{
		{"Europe/Berlin", "2026-11-22T01:10:00Z", "2026-11-22T02:07:00Z",
			"02:10 Berlin (01:10 UTC, 57 min ago)"},
		{"Europe/Berlin", "2026-11-21T22:30:00Z", "2026-11-21T23:20:00Z",
			"yesterday 23:30 Berlin (22:30 UTC, 50 min ago)"},
		{"Europe/Berlin", "2026-11-21T23:10:00Z", "2026-11-22T01:00:00Z",
			"00:10 Berlin (2026-11-21 23:10 UTC, 1 h 50 min ago)"},
		{"UTC", "2026-11-22T01:10:00Z", "2026-11-22T02:07:00Z", "01:10 UTC (57 min ago)"},
		{"", "2026-11-20T01:10:15.25Z", "2026-11-22T02:07:00Z", "2026-11-20 01:10:15.250 UTC (2 d ago)"},
		{"Europe/London", "2026-11-22T01:10:00Z", "2026-11-22T01:12:05Z",
			"01:10 London (01:10 UTC, 2 min 5 s ago)"},
		{"Nowhere/Else", "2026-11-22T01:10:00Z", "2026-11-22T01:10:30Z", "01:10 UTC (30 s ago)"},
	} {
		v := timeFormatOf(reset.Intent{Zone: tc.zone}, at(tc.now))
		if got := v.targetTime(reset.Time{At: at(tc.at), Zone: tc.zone}, withAgo); got != tc.want {
			t.Errorf("%s in %q:\ngot  %s\nwant %s", tc.at, tc.zone, got, tc.want)
		}
	}
	// A reader elsewhere sees the zone in which it was asked.
	ny := timeFormatOf(reset.Intent{Zone: "America/New_York"}, at("2026-11-22T02:07:00Z"))
	if got := ny.targetTime(reset.Time{At: at("2026-11-22T02:10:00Z"), Zone: "UTC"}, withUTC); got != "02:10 UTC" {
		t.Error(got)
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	var ms []reset.Member
	for i := range 40 {
		ms = append(ms, reset.Member{ClientID: fmt.Sprintf("c%d", i/10), Host: fmt.Sprintf("/10.0.0.%d", i),
			StaticID: "s"})
	}
	if got := members(ms).String(); got !=
		"c0 ×10, c1 ×10, c2 ×10 and 1 more from 10.0.0.0, 10.0.0.1, 10.0.0.10, 10.0.0.11 and 36 more" {
		t.Error(got)
	}
	if got := membersLeftLine(ms).String(); !strings.Contains(got, "40 members have a static id") {
		t.Error(got)
	}
	if got := members([]reset.Member{{}}).String(); got != "(no client id)" {
		t.Error(got)
	}
}

func TestAccess(t *testing.T) {
	t.Parallel()
	no := ruling()
	no.Allowed, no.Denial = false, reset.DeniedNotIn
	all := ruling()
	all.Who = []string{"members"}
	got := AccessOf(reset.Access{Cluster: prodEU, Group: "billing",
		Rulings: map[reset.Verb]reset.Ruling{reset.VerbView: all, reset.VerbRequest: no}}).String()
	for _, want := range []string{"✓ view",
		"✗ request resets, retry, undo: not named in the rule; @S0PAY and @U0KIM can (rule: pay on production)",
		"Owner of the rule: @S0PAYOWNERS"} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
	if got := people(all.Who, User, "or").String(); got != "full members of this workspace" {
		t.Error(got)
	}
}

// TestForeignTextStaysText holds that names and reasons never come into a span that becomes markup.
func TestForeignTextStaysText(t *testing.T) {
	t.Parallel()
	const evil = "<!channel>*x*`y`\u202e"
	in := wrongDeploy()
	in.Reason, in.Group = evil, evil
	s := story(in, orders())
	s.Request.State, s.Request.Warnings = reset.Pending, []reset.Warning{{Code: reset.WarnNote, Text: evil}}
	s.Request.Observation.Group = reset.GroupState{Exists: true, State: "Stable",
		Members: []reset.Member{{ClientID: evil, Host: evil}}}
	s.Request.Ruling.Runbook = "javascript:alert(1)"
	c := CardOf(s)
	for _, l := range slices.Concat(c.Lines, c.Warnings, c.Hints, c.Foot, c.Details) {
		for _, sp := range l {
			if strings.Contains(sp.Text, "<!channel>") && !slices.Contains([]SpanKind{Text, Name, Code, Strong}, sp.Kind) {
				t.Errorf("%q holds foreign text: %q", sp.Kind, sp.Text)
			}
			if sp.Kind == Link {
				t.Errorf("a link to %q", sp.URL)
			}
			if strings.Contains(sp.URL+sp.ID, "<") {
				t.Errorf("foreign text in an id or address: %+v", sp)
			}
		}
	}
	if got := c.String(); strings.ContainsAny(got, "\u202e\x1b") {
		t.Errorf("a terminal would obey: %q", got)
	}
}

// TestCauseOfAFailure: Kafka's own word stands there, and for the usual ones what to do.
func TestCauseOfAFailure(t *testing.T) {
	t.Parallel()
	at := reset.Problem{Code: reset.ProblemKafkaRejected, Topic: "orders", Parts: []int32{3}}
	lost := reset.Problem{Code: reset.ProblemLost, Got: "i/o timeout"}
	for _, tt := range []struct {
		p         reset.Problem
		got, want string
	}{
		{at, "UNKNOWN_MEMBER_ID", "Kafka answered UNKNOWN_MEMBER_ID on orders-3. A consumer was in the group."},
		{at, "GROUP_AUTHORIZATION_FAILED", "Kafka answered GROUP_AUTHORIZATION_FAILED on orders-3. " +
			"The bot's Kafka user needs READ on the group."},
		{at, "INVALID_COMMIT_OFFSET_SIZE", "Kafka answered INVALID_COMMIT_OFFSET_SIZE on orders-3."},
		{lost, "i/o timeout", "Instead of an answer: i/o timeout."},
		{at, "", ""},
	} {
		tt.p.Got = tt.got
		if got := causeLine(reset.Request{Problem: &tt.p}).String(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.got, got, tt.want)
		}
	}
	if got := causeLine(reset.Request{}); got != nil {
		t.Errorf("of nothing: %v", got)
	}
}

func TestLongStories(t *testing.T) {
	t.Parallel()
	long := ShowOf(appliedStory(), slices.Repeat(wholeLife(), 20))
	if n := len(long.Lines); n > maxEntries+10 || !strings.Contains(long.String(), "170 entries not shown") {
		t.Errorf("%d lines", n)
	}
	help := HelpOf("kafka-reset\nMoves offsets.\n\n  GROUP TOPIC to TIME\n")
	if help.Title != "kafka-reset" || help.Lines[1][0].Kind != Code || len(help.Lines) != 2 {
		t.Errorf("%+v", help)
	}
}
