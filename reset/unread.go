package reset

import (
	"errors"
	"fmt"
	"time"
)

// Unread says why the directory (Slack) did not answer who a person is or who is in a user group. It proves nothing
// about the person.
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

// UnreadOf is the reason in an error of the policy or its directory; an empty one when the error holds none.
func UnreadOf(err error) Unread {
	var u *Unread
	if errors.As(err, &u) {
		return *u
	}
	return Unread{}
}

// Later says that a right cannot be checked now and may be later: the action stays recorded, and is decided then.
// Callers that cannot wait use the Problem that it wraps.
type Later struct {
	At time.Time
	*Problem
}

func (l *Later) Unwrap() error { return l.Problem }
