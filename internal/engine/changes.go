package engine

import (
	"cmp"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// What the verbs change, each in the transaction of its decision: right, state and revision have been judged
// (decide.go).

// submit asks for the approvals of a draft, or arms it when it needs none.
func submit(s *Service, tx *Tx, x *deciding) error {
	r := tx.Request
	r.Asked, x.reply.Did = true, reset.DidSubmit
	r.Form = nil
	s.judgedBy(tx, x.ruling)
	in, _ := r.Intent()
	if why, anew := reasonAtSubmission(r, x); anew {
		in.Reason = why
		r.Act = withIntent(r.Act, in)
	}
	if in.Emergency != "" {
		s.markEmergency(tx, x.Actor, x.ruling.Principal, in.Emergency)
	}
	if r.Need == 0 {
		x.reply.Did = reset.DidArm
		return s.arm(tx, x.Actor)
	}
	tx.Log(s.entry(r, x.Actor, reset.EvSubmitted, "need", strconv.Itoa(r.Need)))
	r.Deadline = s.Now().Add(s.Times.Approval)
	return r.Advance(reset.Pending)
}

// vote counts an approval in the transaction that it may complete.
func vote(s *Service, tx *Tx, x *deciding) error {
	if err := s.settleVotes(tx, x.authority); err != nil {
		return err
	}
	if x.votedBefore(tx) {
		return nil
	}
	r := tx.Request
	if x.authority.dropped(x.Actor) == reset.DeniedTwice { // under another id
		x.reply.Did = reset.DidAlready
		return nil
	}
	x.reply.Did = reset.DidVote
	tx.AddVote(s.voteOf(*r, x))
	x.reply.Votes = len(tx.Votes)
	tx.Log(s.entry(r, x.Actor, reset.EvVoted, "votes", strconv.Itoa(x.reply.Votes), "need", strconv.Itoa(r.Need)))
	if x.reply.Votes < r.Need {
		return nil
	}
	x.reply.Did = reset.DidArm
	return s.arm(tx, x.Actor)
}

// arm enters approved: from here on Reconcile checks until the group is idle.
func (s *Service) arm(tx *Tx, by reset.Actor) error {
	r, now := tx.Request, s.Now()
	from := now
	if r.NotBefore.After(now) {
		from = r.NotBefore
	}
	r.DecidedAt, r.Deadline, r.Problem = now, from.Add(s.waitLimit(r)), nil
	tx.Log(s.entry(r, by, reset.EvApproved, "replay", strconv.FormatInt(r.Actual().Replay, 10), "skip",
		strconv.FormatInt(r.Actual().Skip, 10)))
	return r.Advance(reset.Approved)
}

// votedBefore says that a person has approved this revision already: nothing changes.
func (x *deciding) votedBefore(tx *Tx) bool {
	i := voteOfActor(tx.Votes, x.Actor)
	if i >= 0 {
		x.reply.Did, x.reply.At = reset.DidAlready, tx.Votes[i].At
	}
	return i >= 0
}

// votedAlready answers an approval that comes after the last one: from who has approved it is no mistake.
func votedAlready(tx *Tx, x *deciding) error {
	if x.votedBefore(tx) {
		return nil
	}
	return tooLate(*tx.Request)
}

// goAlone lets one person apply without approval, within the limit that the rule has for emergencies, when no second
// person can be reached. All other conditions (inactive group, unknown outcomes) hold. The owners are notified, and
// the request keeps the record.
func goAlone(s *Service, tx *Tx, x *deciding) error {
	r := tx.Request
	in, _ := r.Intent()
	// an emergency is about now: it approves nothing for a later time
	if savesSchedule(r.Act) || reset.InFuture(in) || r.NotBefore.After(s.Now()) {
		return reset.NoStandingApprovalProblem(reset.GapEmergency).On(in.Cluster, in.Group).For(r.ID)
	}
	r.Asked, x.reply.Did = true, reset.DidEmergency
	r.Form = nil
	r.Bounds.MaxSkip, r.Bounds.MaxReplay = x.ruling.MaxSkip, x.ruling.MaxReplay
	s.markEmergency(tx, x.Actor, x.ruling.Principal, x.Why)
	return s.arm(tx, x.Actor)
}

// reject ends a pending request. A rejection counts for every revision.
func reject(s *Service, tx *Tx, x *deciding) error {
	return s.end(tx, x, reset.DidReject, reset.Rejected, reset.EvRejected)
}

// cancel withdraws a request that has not begun to be written. A form that is closed, or filled in otherwise, withdraws
// only what it asked for and nobody has agreed to meanwhile.
func cancel(s *Service, tx *Tx, x *deciding) error {
	if f := tx.Request.Form; x.Form != "" && (f == nil || f.View != x.Form) {
		return tooLate(*tx.Request)
	}
	return s.end(tx, x, reset.DidCancel, reset.Cancelled, reset.EvCancelled)
}

func (s *Service) end(tx *Tx, x *deciding, did reset.Did, to reset.State, ev reset.Event) error {
	tx.Log(s.entry(tx.Request, x.Actor, ev, "why", x.Why))
	x.reply.Did, tx.Request.EndedAt, tx.Request.Deadline = did, s.Now(), time.Time{}
	return tx.Request.Advance(to)
}

// choose takes one of the other readings that the plan or the question offered.
func choose(s *Service, tx *Tx, x *deciding) error {
	r := tx.Request
	if x.Option < 1 || x.Option > len(r.Options) {
		return reset.NoOptionProblem(x.Option, len(r.Options)).For(r.ID)
	}
	chosen := r.Options[x.Option-1]
	if x.Choice != "" && x.Choice != chosen.Tag() { // another question was asked since
		return reset.NoOptionProblem(x.Option, len(r.Options)).For(r.ID)
	}
	tx.Log(s.entry(r, x.Actor, reset.EvChosen, "option", chosen.Label))
	x.reply.Did = reset.DidChoose
	r.Act, r.Options, r.Question, r.Problem, r.Topics = withOption(r.Act, chosen), nil, "", nil, nil
	r.Mandate = nil // that was given to the act as it was before
	if r.State == reset.Planning {
		return nil
	}
	return r.Advance(reset.Planning)
}

// retry looks again now at what waits for Kafka; a reset that failed with nothing changed, or was overwritten, is asked
// for anew.
func retry(s *Service, tx *Tx, x *deciding) error {
	r := tx.Request
	in, move := r.Intent()
	if r.Run != nil {
		in.Wait, in.NoWait = 0, false // the schedule sets how long its run waits, not the person who retries
	}
	x.reply.Did = reset.DidRetry
	in.Reason = cmp.Or(x.Why, in.Reason) // of what is asked for anew
	switch {
	case !move:
		return tooLate(*r)
	case r.State == reset.Planning, r.State == reset.Approved:
		r.Retries = 0
		tx.RecheckAt(s.Now())
		return nil
	case r.State == reset.Failed && !r.Outcome.Blocks() && r.Outcome != reset.AppliedLate,
		r.State == reset.Expired && r.Digest != "":
		x.ask = &reset.Request{Act: reset.Move{Intent: in}, Undoes: r.Undoes}
	case r.State == reset.Applied && r.Watch.Overwrote():
		// it is no longer an undo: what it undid counts as undone
		x.ask = &reset.Request{Act: reset.Move{Intent: in}}
	default:
		return tooLate(*r)
	}
	return nil
}

// undo creates a request to undo another one: with a plan of its own, to the positions that its last attempt saved.
func undo(_ *Service, tx *Tx, x *deciding) error {
	r := tx.Request
	in, move := r.Intent()
	if !move || r.Outcome == "" || r.Outcome == reset.Unchanged || r.Outcome == reset.RolledBack {
		return nothingToUndo(tx, x)
	}
	back := reset.Intent{Cluster: in.Cluster, Group: in.Group, Target: reset.Undo{Of: r.ID}, Zone: in.Zone,
		Reason: x.Why}
	x.reply.Did = reset.DidUndo
	x.ask = &reset.Request{Act: reset.Move{Intent: back}, Undoes: r.ID}
	return nil
}

func nothingToUndo(tx *Tx, _ *deciding) error {
	r := tx.Request
	in, _ := r.Intent()
	return reset.NoUndoProblem(*r).On(in.Cluster, in.Group)
}

// settle accepts a mixed or unclear outcome as it is, so that the group may be reset again.
func settle(s *Service, tx *Tx, x *deciding) error {
	r := tx.Request
	if !r.Outcome.Blocks() || r.Settled != nil {
		return tooLate(*r)
	}
	x.reply.Did = reset.DidSettle
	r.Settled = &reset.Settlement{By: x.Actor, Why: x.Why, At: s.Now()}
	tx.Log(s.entry(r, x.Actor, reset.EvSettled, "why", x.Why))
	return nil
}

// markEmergency records who applied a request without approval.
func (s *Service) markEmergency(tx *Tx, who reset.Actor, principal, incident string) {
	tx.Request.Emergency = &reset.Emergency{By: who, Principal: principal, Incident: incident, At: s.Now()}
	tx.Log(s.entry(tx.Request, who, reset.EvEmergency, "incident", incident))
}
