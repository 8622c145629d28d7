package engine

import (
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// afterUnread is the pause before a directory that did not answer is asked again, unless it said how long to wait.
const afterUnread = 5 * time.Second

// policyError makes of an error of the policy what is said about it: a *Later when it may pass, else the Problem. The
// answer is no either way: in doubt nothing is allowed.
func (s *Service) policyError(p *reset.Problem, ruling reset.Ruling, err error) error {
	p = s.planningPolicyError(p, ruling, err)
	if p.Code != reset.ProblemDirectory {
		return p
	}
	p.Code = reset.ProblemDenied // to those who cannot wait
	return &reset.Later{At: s.Now().Add(max(p.Ruling.Unread.Wait, afterUnread)), Problem: p}
}

// planningPolicyError is what a request in planning is told of an error of the policy: ProblemDirectory when it may
// pass, else ProblemDenied.
func (s *Service) planningPolicyError(p *reset.Problem, ruling reset.Ruling, err error) *reset.Problem {
	u := reset.UnreadOf(err)
	ruling.Allowed, ruling.Denial, ruling.Unread = false, reset.DeniedUnknown, &u
	p.Code, p.Ruling = reset.ProblemDenied, &ruling
	if u.Passing {
		p.Code = reset.ProblemDirectory
	}
	s.Log.Warn("policy cannot tell; the answer is no", "request", p.Request, "verb", string(p.Verb), "err", err)
	return p
}
