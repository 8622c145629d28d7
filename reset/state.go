package reset

import (
	"fmt"
	"slices"
)

// State is where a request stands. docs/states.md draws the table; a test holds the two together.
type State string

// The states. Each says who moves it on, and what a crash in it means.
const (
	// Planning: Kafka is being asked, or a question is open. Reconcile moves it; a crash means that it is planned
	// again.
	Planning State = "planning"
	// Draft: the requester alone sees the plan. The requester moves it, or time. A crash changes nothing.
	Draft State = "draft"
	// Pending: approvals are being collected. Approvers move it, or time. A crash changes nothing.
	Pending State = "pending"
	// Approved is armed: Reconcile looks until the group is idle, the deadline passes or somebody cancels. A crash
	// changes nothing: nothing has been written.
	Approved State = "approved"
	// Applying: an attempt is stored and its chunks are being sent. Whoever finds it after a crash reads, and never
	// writes.
	Applying State = "applying"
	// Applied: every partition was read back at its target.
	Applied State = "applied"
	// Failed: Outcome says what stands. Mixed and unclear block the group until a person chose.
	Failed State = "failed"
	// Refused: policy or Kafka said no before anybody was asked.
	Refused State = "refused"
	// Rejected: an approver said no.
	Rejected State = "rejected"
	// Cancelled: the requester, or somebody who may ask or approve, withdrew it.
	Cancelled State = "cancelled"
	// Expired: nobody decided, or the group was not idle, in time.
	Expired State = "expired"
)

// next is the whole state machine.
var Transitions = map[State][]State{
	// pending and approved directly: a schedule's run
	Planning: {Draft, Pending, Approved, Refused, Cancelled, Expired},
	Draft:    {Pending, Approved, Planning, Cancelled, Expired},
	Pending:  {Approved, Planning, Rejected, Cancelled, Expired},
	Approved: {Applying, Planning, Cancelled, Expired},
	Applying: {Applied, Failed, Approved}, // approved again: proved that nothing was written
}

// Open reports whether the state has a next.
func (s State) Open() bool { return len(Transitions[s]) > 0 }

// advance is the only place where a Request's State changes.
func (r *Request) Advance(to State) error {
	if !slices.Contains(Transitions[r.State], to) {
		return &TransitionError{ID: r.ID, From: r.State, To: to}
	}
	r.State = to
	return nil
}

// TransitionError is returned for a step that the state table does not have: somebody else was first.
type TransitionError struct {
	ID       string
	From, To State
}

func (e *TransitionError) Error() string {
	return fmt.Sprintf("request %s is %s and cannot become %s", e.ID, e.From, e.To)
}
