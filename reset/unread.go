package reset

import (
	"errors"
	"fmt"
	"time"
)

// Unread says why the directory (Slack) did not answer who a person is or who is in a user group. Nothing is concluded from it.
type Unread struct {
	Of      string        // the user or user group
	Code    string        // in Slack's words: "ratelimited", "missing_scope", "no_such_subteam"
	Scope   string        `json:",omitempty"` // of "missing_scope": the one that is missing
	Passing bool          `json:",omitempty"` // the same question may be answered later, though no one changed anything
	Wait    time.Duration `json:",omitempty"` // Slack asked to wait so long
}

func (u *Unread) Error() string {
	if u.Scope != "" {
		return fmt.Sprintf("ask slack about %s: %s (needs %s)", u.Of, u.Code, u.Scope)
	}
	return fmt.Sprintf("ask slack about %s: %s", u.Of, u.Code)
}

// UnreadOf is what an error of the policy or its directory says about why; without that, it says only that nothing is known.
func UnreadOf(err error) Unread {
	var u *Unread
	if errors.As(err, &u) {
		return *u
	}
	return Unread{}
}

// Later says that what a person asked for cannot be judged now and may be later: it stays recorded, and is decided then. To
// those who cannot wait it is the Problem that it wraps.
type Later struct {
	At time.Time
	*Problem
}

func (l *Later) Unwrap() error { return l.Problem }

// afterUnread is the pause before a directory that did not answer is asked again, unless it said how long to wait.
const afterUnread = 5 * time.Second

// unread makes of an error of the policy what is said about it: a *Later when it may pass, else the Problem. The answer is no
// either way: in doubt nothing is allowed.
func (s *Service) unread(p *Problem, ruling Ruling, err error) error {
	p = s.undecided(p, ruling, err)
	if p.Code != ProblemDirectory {
		return p
	}
	p.Code = ProblemDenied // to those who cannot wait
	return &Later{s.Now().Add(max(p.Ruling.Unread.Wait, afterUnread)), p}
}

// undecided is what a request in planning is told of an error of the policy: ProblemDirectory when it may pass, else
// ProblemDenied.
func (s *Service) undecided(p *Problem, ruling Ruling, err error) *Problem {
	u := UnreadOf(err)
	ruling.Allowed, ruling.Denial, ruling.Unread = false, DeniedUnknown, &u
	p.Code, p.Ruling = ProblemDenied, &ruling
	if u.Passing {
		p.Code = ProblemDirectory
	}
	s.Log.Warn("policy cannot tell; the answer is no", "request", p.Request, "verb", string(p.Verb), "err", err)
	return p
}
