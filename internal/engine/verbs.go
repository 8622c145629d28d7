package engine

import (
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// DecisionVerb is what a person says about a request or a schedule, as it is typed.
type DecisionVerb string

// The verbs.
const (
	DoApprove   DecisionVerb = "approve" // of a draft it is its requester's "apply" or "ask for approval"
	DoReject    DecisionVerb = "reject"
	DoCancel    DecisionVerb = "cancel"
	DoChoose    DecisionVerb = "choose"
	DoRetry     DecisionVerb = "retry"
	DoUndo      DecisionVerb = "undo"
	DoSettle    DecisionVerb = "settle"
	DoEmergency DecisionVerb = "emergency"

	DoPause    DecisionVerb = "pause"
	DoResume   DecisionVerb = "resume"
	DoRemove   DecisionVerb = "remove"
	DoRunNow   DecisionVerb = "run"
	DoSkipNext DecisionVerb = "skip-next"
	DoDelay    DecisionVerb = "delay"
)

// decision is a row of the table: what a verb needs in some states, and what it changes there.
type decision struct {
	from     []reset.State                                     // in which it changes something
	own      bool                                              // it is the requester's alone
	right    func(r *reset.Request, by reset.Actor) reset.Verb // that the policy is asked for; nil: none beside
	effect   bool                                              // the right is asked for the effect as it is now
	votes    bool                                              // it is one more vote: all are judged together
	revision revisionUse
	reason   reset.Question // what is missing without Why; empty: none is needed
	ends     bool           // it ends the request, for which it is never too late
	holds    bool           // while it is recorded and not decided, nothing is written
	change   func(s *Service, tx *Tx, x *deciding) error
	late     func(tx *Tx, x *deciding) error // the answer in every other state; nil: that it is too late
}

// revisionUse is what the revision of a decision means.
type revisionUse int

const (
	anyRevision revisionUse = iota // none: a revision that has passed does not matter
	given                          // one that is named has to be the current one
	named                          // it agrees to a revision: without one the plan is shown and nothing is decided
)

// decisions are all verbs, each with a row for each right that it may need. The last row also answers in states that no
// row is for. The verbs about schedules are in scheduleDecisions.
//
//exhaustive:ignore
var decisions = map[DecisionVerb][]decision{
	DoApprove: {
		{from: in(reset.Draft), own: true, right: toAsk, effect: true, revision: named, change: submit},
		{from: in(reset.Pending), right: needs(reset.VerbApprove), effect: true, votes: true, revision: named,
			change: vote},
		{right: toAskOrApprove, late: votedAlready},
	},
	DoEmergency: {
		{from: in(reset.Draft), own: true, right: needs(reset.VerbEmergency), effect: true, revision: named,
			reason: reset.AskIncident, change: goAlone},
		{from: in(reset.Pending), right: needs(reset.VerbEmergency), effect: true, revision: named,
			reason: reset.AskIncident, change: goAlone},
	},
	DoReject: {
		{from: in(reset.Pending), right: needs(reset.VerbReject), ends: true, change: reject},
	},
	DoCancel: {
		{from: in(reset.Planning, reset.Draft, reset.Pending, reset.Approved), right: needs(reset.VerbCancel),
			ends: true, holds: true, change: cancel},
	},
	DoChoose: {
		{from: in(reset.Planning, reset.Draft), own: true, revision: given, change: choose},
	},
	DoRetry: {
		{from: in(reset.Planning, reset.Approved, reset.Applied, reset.Failed, reset.Expired),
			right: needs(reset.VerbRetry), change: retry},
	},
	DoUndo: {
		{from: in(reset.Applied, reset.Failed), right: needs(reset.VerbUndo), change: undo, late: nothingToUndo},
	},
	DoSettle: {
		{from: in(reset.Failed), right: needs(reset.VerbSettle), reason: reset.AskWhy, change: settle},
	},
}

func in(states ...reset.State) []reset.State { return states }

// needs is a right that does not depend on the request.
func needs(v reset.Verb) func(*reset.Request, reset.Actor) reset.Verb {
	return func(*reset.Request, reset.Actor) reset.Verb { return v }
}

// rowFor is the row for a state.
func rowFor(rows []decision, s reset.State) decision {
	for _, row := range rows {
		if slices.Contains(row.from, s) {
			return row
		}
	}
	return rows[len(rows)-1]
}

// holds reports whether a recorded act of this verb holds the write until it is decided.
func holds(verb string) bool {
	return scheduleDecisions[DecisionVerb(verb)].holds ||
		slices.ContainsFunc(decisions[DecisionVerb(verb)], func(row decision) bool { return row.holds })
}

// toAsk is what a requester needs the right for.
func toAsk(r *reset.Request, _ reset.Actor) reset.Verb { return askVerb(r) }

// toAskOrApprove is what either of those needs who may say "approve" at some time.
func toAskOrApprove(r *reset.Request, by reset.Actor) reset.Verb {
	if by == r.Actor {
		return askVerb(r)
	}
	return reset.VerbApprove
}

// askVerb is the verb for which a requester needs the right.
func askVerb(r *reset.Request) reset.Verb {
	in, _ := r.Intent()
	switch {
	case savesSchedule(r.Act):
		return reset.VerbSchedule
	case in.Emergency != "":
		return reset.VerbEmergency
	case r.Undoes != "":
		return reset.VerbUndo
	}
	return reset.VerbRequest
}
