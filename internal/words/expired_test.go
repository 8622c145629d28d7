package words

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// What a request that ran out of time had waited for is what held it up at its end, and nothing else.
func TestAnExpiredRequestSaysWhatItWaitedFor(t *testing.T) {
	t.Parallel()
	in := func(state reset.State, change func(*reset.Story)) string {
		s := expiredStory()
		s.Entries = []reset.Entry{{At: s.Request.EndedAt, Event: reset.EvExpired,
			Facts: map[string]string{"state": string(state)}}}
		change(&s)
		return CardOf(s).String()
	}
	problem := func(p reset.Problem) func(*reset.Story) {
		return func(s *reset.Story) { s.Request.Problem, s.Request.Observation = &p, reset.Observation{Group: idle()} }
	}
	for name, c := range map[string]struct{ got, want, not string }{
		"busy": {in(reset.Approved, func(*reset.Story) {}),
			"billing did not become inactive before 03:45 CET: 2 consumers still running", "frozen"},
		"busy with --no-wait": {in(reset.Approved, func(s *reset.Story) {
			noWait(s)
			s.Request.Problem = reset.BusyProblem(s.Request.Observation.Group)
		}), "billing was active (2 consumers: ", "before"},
		"a run that skips": {in(reset.Approved, func(s *reset.Story) {
			noWait(s)
			s.Request.Problem, s.Request.Run = reset.BusyProblem(s.Request.Observation.Group), &reset.Run{}
		}), "billing did not become inactive before", "--no-wait"},
		"frozen": {in(reset.Approved,
			problem(reset.Problem{Code: reset.ProblemFrozen, Cluster: "prod-eu", Names: []string{"U0JON"},
				Got: "upgrade"})),
			"Not written before 03:45 CET:\nprod-eu is frozen", "inactive before"},
		"unreachable": {in(reset.Approved,
			problem(reset.Problem{Code: reset.ProblemUnreachable, Cluster: "prod-eu", Got: "timeout"})),
			"Not written before 03:45 CET:\nprod-eu does not answer", "inactive before"},
		"turned down": {in(reset.Approved,
			problem(reset.Problem{Code: reset.ProblemKafkaRejected, Got: "COORDINATOR_LOAD_IN_PROGRESS"})),
			"Not written before 03:45 CET (COORDINATOR_LOAD_IN_PROGRESS)", "tried again"},
		"approved, then asked anew": {in(reset.Pending, func(s *reset.Story) { s.Votes = nil }), "Not decided before 03:45 CET by",
			"inactive before"},
		"one of two": {in(reset.Pending, func(s *reset.Story) { s.Request.Need = 2 }),
			"1 of 2 approvals before 03:45 CET: @U0JON", "Not decided"},
		"never planned": {in(reset.Planning, func(s *reset.Story) {
			problem(reset.Problem{Code: reset.ProblemUnreachable, Cluster: "prod-eu"})(s)
			s.Request.Digest = ""
		}), "Not written before 03:45 CET:\nprod-eu does not answer", "preview"},
		"a question": {in(reset.Planning, func(s *reset.Story) { s.Request.Question = "which topics" }),
			"The question was not answered before 03:45 CET", "preview"},
	} {
		if !strings.Contains(c.got, c.want) || strings.Contains(c.got, c.not) {
			t.Errorf("%s: wants %q, not %q:\n%s", name, c.want, c.not, c.got)
		}
	}
}

func noWait(s *reset.Story) {
	in, _ := s.Request.Intent()
	in.NoWait = true
	s.Request.Act = reset.Move{Intent: in}
}

// Who gives --no-wait is told before they confirm that consumers end the request: it does not wait for them.
func TestNoWaitSaysThatConsumersEndTheRequest(t *testing.T) {
	t.Parallel()
	s := busyStory()
	noWait(&s)
	s.Request.Need = 0
	said := PreviewOf(s).String()
	if want := "3 consumers are running. --no-wait: the request expires at once unless they stop first"; !strings.Contains(
		said, want) || strings.Contains(said, "nothing is written until") {
		t.Errorf("wants %q:\n%s", want, said)
	}
	s.Request.Need = 1
	if said, want := PreviewOf(s).String(), "expires once approved unless they stop first"; !strings.Contains(said, want) {
		t.Errorf("wants %q:\n%s", want, said)
	}
}

// A group that the plan found inactive has not been seen to move: it is only not checked yet.
func TestFirstChecksOfAnInactiveGroupAccuseNobody(t *testing.T) {
	t.Parallel()
	s := waitingStory()
	s.Request.Observation = reset.Observation{At: s.Now, Since: s.Now, Group: idle()}
	want, not := "Inactive; the bot checks for a few seconds that no offset moves, then writes", "offsets still move"
	if said := CardOf(s).String(); !strings.Contains(said, want) || strings.Contains(said, not) {
		t.Errorf("wants %q:\n%s", want, said)
	}
	s.Request.Observation.MovedWhileEmpty = 1
	if said := CardOf(s).String(); !strings.Contains(said, not) || strings.Contains(said, want) {
		t.Errorf("wants %q:\n%s", not, said)
	}
}
