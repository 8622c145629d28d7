package engine

import (
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The gate stands between an approval and the write. Everything that may have changed since the approval is checked
// here again, in the transaction that enters applying: an earlier check may be out of date.
//
// A reason not to write is one row of gateChecks, one function and one case of gate_test.go. What has to be read for it
// (Kafka, the rules, Slack's directory) is read before, by Service.readFacts, since a transaction holds the store's
// only writer; what the store knows is in the Tx. That the claim is still this process's own is compared by
// Store.Update, with the fence.

// facts are what was read before the transaction that enters applying.
type facts struct {
	now       time.Time
	infos     []reset.ClusterInfo // the configured clusters
	seen      reset.Request       // the request as it was when the rest was read
	group     reset.GroupState    // as Kafka answered with the offsets
	recheck   reset.Rechecked     // what would be written, and whether that is still what was agreed to
	authority                     // the rules in force on that effect, with what was recorded when people acted
}

// judged is what becomes of what was agreed to.
func (f facts) judged() judgement { return f.judge(f.seen, f.recheck.Effect) }

// verdict is what the gate says. Its zero value is: write.
type verdict struct {
	then    then
	check   string         // the name of the check that objects
	problem *reset.Problem // the problem to show; nil: none
}

// then is what happens to a request that the gate stops. It stays approved, unless it is planned again, asks for
// approvals again, or ends.
type then int

const (
	write         then = iota
	lookAgain          // what was read is not what is there any more
	askKafka           // Kafka could not tell: it is asked again later, less and less often
	wait               // for something that people or other requests do
	planAgain          // the approval covers it no longer
	end                // it can never be written under this name
	endRun             // its schedule asks for it no longer
	pauseSchedule      // the standing approval of its schedule is no longer valid
	askApproval        // it lacks approvals, for what is the same
)

// check is one reason not to write. A problem without a then is not possible: see object.
type check struct {
	name  string
	judge func(f facts, tx *Tx) verdict
}

// gateChecks are all of them. The first that objects decides, so what stops for good comes after what holds for a
// moment.
var gateChecks = []check{
	{"unchanged", isUnchanged},
	{"in time", isInTime},
	{"recorded acts", noActHolds},
	{"freeze", notFrozen},
	{"recorded freezes", noFreezeHolds},
	{"one name", hasItsName},
	{"schedule", isOfActiveSchedule},
	{"inactive", isInactive},
	{"same act", isSameAct},
	{"effect", isWithinBounds},
	{"votes", areVotesCurrent},
	{"approved times", isAtApprovedTime},
	{"standing approval", isMandateValid},
	{"rule", isAllowed},
	{"approvals", hasApprovals},
	{"other requests", isAlone},
}

// gate judges what would be written. It changes nothing.
func gate(f facts, tx *Tx) verdict {
	for _, c := range gateChecks {
		if v := c.judge(f, tx); v.then != write {
			v.check = c.name
			return v
		}
	}
	return verdict{}
}

// object returns a verdict with a problem about the request's group. The problem keeps the request and the cluster that
// it names already: another request that is in the way, and the name that a freeze was set under.
func object(t then, tx *Tx, p *reset.Problem) verdict {
	in, _ := tx.Request.Intent()
	if p.Request == "" {
		p.Request = tx.Request.ID
	}
	p.Group = in.Group
	if p.Cluster == "" {
		p.Cluster = in.Cluster
	}
	return verdict{then: t, problem: p}
}

// voided is the verdict that an approval does not count any more, and why.
func voided(tx *Tx, why reset.VoidReason, r *reset.Ruling) verdict {
	p := reset.VoidedProblem(why)
	p.Ruling = r
	return object(planAgain, tx, p)
}

// isUnchanged: there was no decision since the facts were read.
func isUnchanged(f facts, tx *Tx) verdict {
	if tx.Request.State != reset.Approved || tx.Request.Version != f.seen.Version {
		return verdict{then: lookAgain}
	}
	return verdict{}
}

// isInTime: not before its time, nor after its deadline. Kafka may have taken long to answer.
func isInTime(f facts, tx *Tx) verdict {
	r := tx.Request
	if f.now.Before(r.NotBefore) || !r.Deadline.IsZero() && !f.now.Before(r.Deadline) {
		return verdict{then: lookAgain}
	}
	return verdict{}
}

// noActHolds: a recorded act that would stop the request is decided first, whatever it turns out to be.
func noActHolds(_ facts, tx *Tx) verdict {
	if slices.ContainsFunc(tx.Undecided, func(in Inbox) bool { return holds(in.Verb) }) {
		return object(wait, tx, reset.StoppingProblem())
	}
	return verdict{}
}

// notFrozen: no freeze covers the Kafka, whatever it was called when the freeze was set.
func notFrozen(f facts, tx *Tx) verdict {
	in, names := intentOf(*tx.Request), namesOf(f.infos, tx)
	if p := reset.FrozenBy(reset.FreezesOver(tx.Freezes, in.Cluster, names), in.Group); p != nil {
		return verdict{then: wait, problem: p}
	}
	return verdict{}
}

// freezeHolds is how long a freeze that was asked for and is not decided yet holds writes, from when it was typed.
// Whoever may freeze is obeyed although Slack cannot say just now who they are; since anybody can type the word, not
// for longer. Who types it again holds again, as long as Slack does not answer: until then nobody can be told from
// somebody who may, and to hold is the safe side. Each of them is recorded, and once Slack answers none holds.
const freezeHolds = time.Minute

// noFreezeHolds: no freeze was just asked for that may turn out to be allowed.
func noFreezeHolds(f facts, tx *Tx) verdict {
	for _, asked := range reset.FreezesOver(tx.Freezing, intentOf(*tx.Request).Cluster, namesOf(f.infos, tx)) {
		if end := asked.At.Add(freezeHolds); f.now.Before(end) {
			return object(wait, tx, reset.FreezingProblem(asked.Cluster, end))
		}
	}
	return verdict{}
}

// hasItsName: the Kafka does not go by another name, where a freeze or another reset of the group would not be seen.
func hasItsName(f facts, tx *Tx) verdict {
	if p := namesOf(f.infos, tx).Refused(intentOf(*tx.Request).Cluster); p != nil {
		return object(end, tx, p)
	}
	return verdict{}
}

// isInactive: the group had no member when its offsets were read.
func isInactive(f facts, _ *Tx) verdict {
	if !f.group.Idle() {
		return verdict{then: lookAgain}
	}
	return verdict{}
}

// isSameAct: the same Kafka, topics, targets and direction as approved, whatever the effect.
func isSameAct(f facts, _ *Tx) verdict {
	switch {
	case f.recheck.Wait != nil:
		return verdict{then: askKafka, problem: f.recheck.Wait}
	case f.recheck.Void != nil:
		return verdict{then: planAgain, problem: f.recheck.Void}
	}
	return verdict{}
}

// isWithinBounds: the effect is within what was asked for, or within a tier that needs no more approvals. One person is
// enough for an undo only while the group is untouched since the reset.
func isWithinBounds(f facts, _ *Tx) verdict {
	if p := f.judged().problem; p != nil && p.Want != string(reset.VoidRule) {
		return verdict{then: planAgain, problem: p}
	}
	return verdict{}
}

// areVotesCurrent: the votes that the rules counted are the current ones, and are about what would be written.
func areVotesCurrent(f facts, tx *Tx) verdict {
	for _, v := range tx.Votes {
		if v.Revision != tx.Request.Revision || v.Digest != tx.Request.Digest {
			return voided(tx, reset.VoidRule, nil)
		}
	}
	if len(tx.Votes) > 0 && !slices.Equal(tx.Votes, f.votes) {
		return verdict{then: lookAgain}
	}
	return verdict{}
}

// isAllowed: the rules in force allow it.
func isAllowed(f facts, _ *Tx) verdict {
	if p := f.judged().problem; p != nil {
		return verdict{then: planAgain, problem: p}
	}
	return verdict{}
}

// hasApprovals: the votes that count by the rules in force are as many as those need, and as were asked for.
func hasApprovals(f facts, _ *Tx) verdict {
	if f.judged().lacks > 0 {
		return verdict{then: askApproval}
	}
	return verdict{}
}

// isAlone: no other request writes to the group, left it in doubt, or comes before a schedule's run.
func isAlone(f facts, tx *Tx) verdict {
	for _, o := range rivals(f.now, tx) {
		blocks := o.State == reset.Failed && o.Outcome.Blocks() && o.ID != tx.Request.Undoes
		switch {
		case o.State == reset.Approved && tx.Request.Run != nil:
			return object(wait, tx, reset.ConflictingRequestProblem(o))
		case o.State == reset.Applying, blocks:
			return object(wait, tx, reset.BlockedProblem(o))
		}
	}
	return verdict{}
}

// rivals are the other requests that a write concerns. What is only announced, or for a time to come, is none: it looks
// again at its time.
func rivals(now time.Time, tx *Tx) []reset.Request {
	return slices.DeleteFunc(slices.Clone(tx.Rivals), func(o reset.Request) bool {
		in, move := o.Intent()
		return !move || o.State == reset.Approved && o.NotBefore.After(now) ||
			o.State == reset.Draft && reset.InFuture(in)
	})
}
