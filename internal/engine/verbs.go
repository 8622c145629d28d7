package engine

import (
	"context"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// DecisionVerb is what a person says about a request or a schedule, as it is typed.
type DecisionVerb string

// The verbs.
const (
	DoApprove   DecisionVerb = "approve"   // of a draft it is its requester's "apply" or "ask for approval"
	DoUnapprove DecisionVerb = "unapprove" // a voter takes their own vote back
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
	of       kind                                           // what the row is about
	from     []reset.State                                  // of a request or a run: in which it changes something
	while    []reset.Status                                 // of a schedule: in which it changes something
	own      bool                                           // it is the requester's alone
	right    func(r *reset.Request, x *deciding) reset.Verb // that the policy is asked for; nil: none beside
	voter    bool                                           // who has a vote on it needs no right beside
	effect   bool                                           // the right is asked for the effect as it is now
	votes    bool                                           // it is one more vote: all are judged together
	unfiled  bool                                           // not of a schedule that the configuration file keeps
	revision revisionUse
	reason   reset.Question                                           // what is missing without Why; empty: none is needed
	ends     bool                                                     // it ends the request: it is never too late
	holds    bool                                                     // until it is decided nothing is written
	reads    func(ctx context.Context, s *Service, x *deciding) error // what its change needs to know beside
	change   func(s *Service, tx *Tx, x *deciding) error
	late     func(tx *Tx, x *deciding) error // the answer in every other state; nil: that it is too late
}

// kind is what a decision is about.
type kind int

const (
	aRequest  kind = iota
	aRun           // a request that a schedule asked for
	aSchedule      // one that is stored; its transaction is that of the request that saved it
)

// revisionUse is what the revision of a decision means.
type revisionUse int

const (
	anyRevision revisionUse = iota // none: a revision that has passed does not matter
	given                          // one that is named has to be the current one
	named                          // it agrees to a revision: without one the plan is shown and nothing is decided
)

// decisions are all verbs, each with a row for each right that it may need. The last row also answers in states that no
// row is for. A verb about schedules may name a run, a schedule, or the request that saved one (subject.go).
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
	DoUnapprove: {
		{from: in(reset.Planning, reset.Pending, reset.Approved), voter: true, right: needs(reset.VerbView), holds: true,
			change: unapprove, late: voteStays},
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

	DoPause: {
		{of: aSchedule, while: is(reset.Active), right: needs(reset.VerbCancel), unfiled: true, holds: true,
			reads: openOfSchedule, change: pauseByDecision, late: inactive},
	},
	DoRemove: {
		{of: aSchedule, while: is(reset.Active, reset.Paused, reset.Lapsed, reset.Over), right: needs(reset.VerbCancel),
			unfiled: true, holds: true, reads: openOfSchedule, change: removeByDecision, late: inactive},
	},
	DoResume: {
		{of: aSchedule, while: is(reset.Paused), right: needs(reset.VerbSchedule), change: resume, late: inactive},
	},
	DoRunNow: {
		{of: aRun, from: in(reset.Approved), right: needs(reset.VerbSchedule), change: beginNow},
		{of: aSchedule, while: is(reset.Active), right: needs(reset.VerbSchedule), reads: extraRun, change: runNow,
			late: noRunNow},
	},
	DoSkipNext: {
		{of: aRun, from: in(reset.Planning, reset.Draft, reset.Pending, reset.Approved),
			right: needs(reset.VerbCancel), ends: true, holds: true, change: skipRun},
		{of: aSchedule, while: is(reset.Active), right: needs(reset.VerbCancel), holds: true, change: skipNext,
			late: skippedAlready},
	},
	DoDelay: {
		{of: aRun, from: in(reset.Planning, reset.Pending, reset.Approved), right: toDelay, holds: true, change: delay},
	},
}

func in(states ...reset.State) []reset.State     { return states }
func is(statuses ...reset.Status) []reset.Status { return statuses }

// needs is a right that does not depend on the request.
func needs(v reset.Verb) func(*reset.Request, *deciding) reset.Verb {
	return func(*reset.Request, *deciding) reset.Verb { return v }
}

// rowFor is the row for what a decision is about, in the state or status that it has.
func rowFor(rows []decision, what kind, s reset.State, status reset.Status) decision {
	i := slices.IndexFunc(rows, func(row decision) bool { return row.takes(what, s, status) })
	if i >= 0 {
		return rows[i]
	}
	last := rows[len(rows)-1]
	for _, row := range rows {
		if row.of == what {
			last = row
		}
	}
	return last
}

// takes reports whether a row is for a request or run in this state, or for a schedule of this status.
func (d decision) takes(what kind, s reset.State, status reset.Status) bool {
	if what == aSchedule {
		return d.of == what && slices.Contains(d.while, status)
	}
	return d.of == what && slices.Contains(d.from, s)
}

// has reports whether a verb has a row about this.
func has(rows []decision, what kind) bool {
	return slices.ContainsFunc(rows, func(row decision) bool { return row.of == what })
}

// holds reports whether a recorded act of this verb holds the write until it is decided.
func holds(verb string) bool {
	return slices.ContainsFunc(decisions[DecisionVerb(verb)], func(row decision) bool { return row.holds })
}

// toAsk is what a requester needs the right for.
func toAsk(r *reset.Request, _ *deciding) reset.Verb { return askVerb(r) }

// toAskOrApprove is what either of those needs who may say "approve" at some time.
func toAskOrApprove(r *reset.Request, x *deciding) reset.Verb {
	if x.Actor == r.Actor {
		return askVerb(r)
	}
	return reset.VerbApprove
}

// toDelay is what a delay needs: within what was agreed to it only keeps the run from its time. Beyond that, whoever
// delays the run asks for it.
func toDelay(r *reset.Request, x *deciding) reset.Verb {
	if r.Run == nil || r.Run.OnTime(delayed(r, x.now)) {
		return reset.VerbCancel
	}
	return reset.VerbSchedule
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
