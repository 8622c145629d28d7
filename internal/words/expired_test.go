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
