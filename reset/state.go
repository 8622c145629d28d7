package reset

import (
	"fmt"
	"slices"
)

// State is the state of a request. docs/states.md draws the table; a test keeps the two equal.
type State string

// The states. Each comment says what ends the state, and what a crash in it means.
const (
	// Planning: Kafka is being read, or a question is open. Reconcile ends it; after a crash it is planned again.
	Planning State = "planning"
	// Draft: only the requester sees the plan. A decision of the requester or the deadline ends it. A crash changes
	// nothing.
	Draft State = "draft"
	// Pending: approvals are being collected. The approvers or the deadline end it. A crash changes nothing.
	Pending State = "pending"
	// Approved is armed: Reconcile checks until the group is idle, the deadline passes or the request is cancelled. A
	// crash changes nothing: nothing has been written.
	Approved State = "approved"
	// Applying: an attempt is stored and its chunks are being sent. The process that finds it after a crash reads,
	// and never writes.
	Applying State = "applying"
	// Applied: every partition was read back at its target.
	Applied State = "applied"
	// Failed: Outcome says what is written. Partially applied and unknown block the group until a person decides.
	Failed State = "failed"
	// Refused: the policy or Kafka refused it before an approval was asked for.
	Refused State = "refused"
	// Rejected: by an approver.
	Rejected State = "rejected"
	// Cancelled: by the requester, or by a person who may request or approve.
	Cancelled State = "cancelled"
	// Expired: no decision was made, or the group was not idle, in time.
	Expired State = "expired"
)

// Transitions is the whole state machine.
var Transitions = map[State][]State{
	// pending and approved directly: a schedule's run
	Planning: {Draft, Pending, Approved, Refused, Cancelled, Expired},
	Draft:    {Pending, Approved, Planning, Cancelled, Expired},
	Pending:  {Approved, Planning, Rejected, Cancelled, Expired},
	Approved: {Applying, Pending, Planning, Cancelled, Expired}, // pending again: a vote no longer counts
	Applying: {Applied, Failed, Approved},                       // approved again: proved that nothing was written

	Applied: nil, Failed: nil, Refused: nil, Rejected: nil, Cancelled: nil, Expired: nil,
}

// Open reports whether the state can change.
func (s State) Open() bool { return len(Transitions[s]) > 0 }

// Advance is the only place where a Request's State changes.
func (r *Request) Advance(to State) error {
	if !slices.Contains(Transitions[r.State], to) {
		return &TransitionError{ID: r.ID, From: r.State, To: to}
	}
	r.State = to
	return nil
}

// TransitionError is returned for a step that the state table does not have: another decision was first.
type TransitionError struct {
	ID       string
	From, To State
}

func (e *TransitionError) Error() string {
	return fmt.Sprintf("request %s is %s and cannot become %s", e.ID, e.From, e.To)
}
