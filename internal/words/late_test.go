package words

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestStatesFileHasEveryPartition(t *testing.T) {
	t.Parallel()
	writes := make([]reset.Write, 1000)
	for i := range writes {
		writes[i] = reset.Write{Step: oneStep("orders", int32(i), 1900, 1800, reset.HowShifted),
			ReadState: reset.WriteAtTarget, Read: reset.Position{Offset: 1800}, Result: reset.StepResult{Written: true}}
	}
	writes[7].ReadState, writes[7].Read, writes[7].Result = reset.WriteUnchanged, writes[7].From,
		reset.StepResult{Rejected: "TOPIC_AUTHORIZATION_FAILED"}
	writes[8].ReadState, writes[8].Read, writes[8].Result = reset.WriteMoved, reset.Position{None: true},
		reset.StepResult{Detail: `i/o timeout, "5s"`}
	lines := strings.Split(strings.TrimSuffix(string(StatesCSV(writes)), "\n"), "\n")
	if len(lines) != 1001 {
		t.Fatalf("%d lines for 1,000 partitions", len(lines))
	}
	for i, want := range map[int]string{0: "topic,partition,before,target,read,stands,kafka",
		1: "orders,0,1900,1800,1800,written,written", 8: "orders,7,1900,1800,1900,unchanged,TOPIC_AUTHORIZATION_FAILED",
		9: `orders,8,1900,1800,none,moved on,"answer lost: i/o timeout, ""5s"""`} {
		if lines[i] != want {
			t.Errorf("line %d is %q, want %q", i, lines[i], want)
		}
	}
}

// TestLateWords holds what a card says of a lost write, by what came of it: never that something landed, or did not,
// beyond what was read.
func TestLateWords(t *testing.T) {
	t.Parallel()
	late := func(change func(*reset.LateWatch)) string {
		s := asBeforeStory()
		l := *s.Request.Late
		change(&l)
		s.Request.Late = &l
		return whole(CardOf(s))
	}
	end := clockAt("02:29:27")
	for name, c := range map[string]struct{ got, want, not string }{
		"open": {late(func(*reset.LateWatch) {}), "The write may still land until 03:29 CET", "not landed"},
		"in time": {late(func(l *reset.LateWatch) { l.Ended, l.Why = end, reset.LateTime }),
			"The write has not landed (read until 03:29 CET)", "may still land"},
		"members": {late(func(l *reset.LateWatch) { l.Ended, l.Why = end, reset.LateMember }),
			"from then on it looks like their commits", "may still land"},
		"the same": {late(func(l *reset.LateWatch) { l.Ended, l.Why, l.By = end, reset.LateNewer, "m2q9" }),
			"m2q9 has written the same offsets since", "may still land"},
		"in time, and others moved the offsets": {late(
			func(l *reset.LateWatch) { l.Ended, l.Why, l.Moved = end, reset.LateTime, true }),
			"not known whether the write landed", "has not landed"},
		"members, and others moved the offsets": {late(
			func(l *reset.LateWatch) { l.Ended, l.Why, l.Moved = end, reset.LateMember, true }),
			"not known whether the write landed", "Not landed"},
		"moved": {late(func(l *reset.LateWatch) { l.Moved = true }), "Others have moved the offsets since: lag billing",
			"not landed"},
	} {
		if !strings.Contains(c.got, c.want) || strings.Contains(c.got, c.not) ||
			!strings.Contains(c.got, "unchanged when read 03:14:25 CET and 03:14:27 CET") {
			t.Errorf("%s:\n%s", name, c.got)
		}
	}
}

func TestRollbackThatFailedIsExplained(t *testing.T) {
	t.Parallel()
	s := failedStory(reset.PartiallyApplied, 8, 4, 0)
	s.Request.Problem.Rollback = &reset.Rollback{Got: "UNKNOWN_MEMBER_ID", Members: consumers("10.4.7.21").Members}
	got := CardOf(s).String()
	for _, want := range []string{"It could not be rolled back: UNKNOWN_MEMBER_ID. A consumer was in the group.",
		"1 consumer was in the group: billing-6c9f from 10.4.7.21."} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// A list has the time at which a late write was seen, not the end of its attempt.
func TestListShowsALateWrite(t *testing.T) {
	t.Parallel()
	s := lateStory()
	s.Request.EndedAt = clockAt("02:14:27")
	says(t, history(s.Now, s.Request), "applied late 03:16 CET")
}

// A lost answer is reported with its error, and a rejection of another partition as a rejection.
func TestARefusalIsNoLostAnswer(t *testing.T) {
	t.Parallel()
	s := asBeforeStory()
	s.Request.Problem = &reset.Problem{Code: reset.ProblemKafkaRejected, Got: "TOPIC_AUTHORIZATION_FAILED",
		Topic: "orders", Parts: []int32{3}}
	c := CardOf(s)
	says(t, c, "Kafka's answer was lost:",
		"Kafka answered TOPIC_AUTHORIZATION_FAILED on orders-3. The bot's Kafka user needs READ on the topic.")
}
