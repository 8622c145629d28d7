package engine

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// authority is what the rules in force say of what was agreed to, with what was recorded when people acted: whose votes
// still count, and how many are needed for the effect as it is now.
type authority struct {
	ruling reset.Ruling // in force, on the effect as it is now
	// agreed is in force on the effect that was agreed to. It tells rules that ask for more than they did from an
	// effect that has grown, and is read only where more is asked for.
	agreed reset.Ruling
	votes  []reset.Vote // that were judged
	// mandate is the standing approval that the votes belong to; nil: people approved this very request
	mandate *reset.Mandate
	unread  *reset.Problem // Slack did not answer who still has the rights of that standing approval
	solo    bool           // an undo still needs one person only: the group is untouched since the reset
}

// judgement is what becomes of an approval. Its zero problem and no lack: it stands.
type judgement struct {
	bounds  reset.Bounds
	need    int            // approvals
	lacks   int            // of them
	problem *reset.Problem // what has to be agreed to is another thing: another revision
}

// authorityOver reads what the rules in force say of a request, for an effect. Preview: nothing is written on the
// answer, so that accounts may be as they were up to a minute ago.
func (s *Service) authorityOver(
	ctx context.Context, r reset.Request, e reset.Effect, a authority, preview bool,
) (authority, error) {
	in, move := r.Intent()
	q := question(&r, in, reset.VerbApply, &e)
	q.Votes, q.Principal, q.Emergency, q.OneIsEnough = a.votes, r.Ruling.Principal, r.Emergency, a.solo
	q.Preview, q.Mandate = preview, nil
	if r.Run != nil {
		q.Mandate = a.mandate
	}
	var p *reset.Problem // a no is the gate's to judge
	a.ruling, p = s.permit(ctx, q, r.ID)
	if p != nil && a.ruling.Denial == reset.DeniedUnknown {
		if q.Mandate == nil {
			return a, s.postponed(p) // what cannot be told voids nothing: it is asked again
		}
		a.unread = unreadMandate(p)
	}
	if a.ruling.Note != "" {
		s.Log.Warn("rules were checked with recorded memberships", "request", r.ID, "note", a.ruling.Note)
	}
	if move && a.ruling.Need > r.Need {
		q.Effect = &r.Effect
		a.agreed, _ = s.permit(ctx, q, r.ID)
	}
	return a, nil
}

// judge says what becomes of what was agreed to. Needed approvals only rise: fewer would be a reason to wait until the
// numbers look better.
func (a authority) judge(r reset.Request, e reset.Effect) judgement {
	if a.hasOwnLimit(r) {
		return a.judgeOwnLimit(r, e)
	}
	j := judgement{bounds: r.Bounds, need: max(r.Need, a.ruling.Need)}
	if r.Mandate != nil && r.Mandate.File { // it was reviewed where the rules are kept
		j.need = a.ruling.Need
	}
	if a.coveredByMandate() {
		j.need = 0
	}
	covered := r.Bounds.Covers(e)
	switch {
	case a.ruling.Cap != "" && !covered:
		return a.again(r, reset.VoidEffect)
	case !a.ruling.Allowed && a.ruling.Denial != reset.DeniedVotes:
		return a.again(r, reset.VoidRule)
	case a.ruling.Need > r.Need && !r.SoloUntil.IsZero():
		return a.again(r, reset.VoidTouched)
	case a.ruling.Need > max(r.Need, a.agreed.Need):
		return a.again(r, reset.VoidEffect)
	}
	if !covered || !sameRules(r.Ruling, a.ruling) {
		j.bounds.MaxSkip, j.bounds.MaxReplay = a.ruling.MaxSkip, a.ruling.MaxReplay
	}
	if !j.bounds.Covers(e) {
		return a.again(r, reset.VoidEffect)
	}
	j.lacks = max(0, j.need-a.counted())
	return j
}

// judgeOwnLimit judges what rests on a limit that no tier of the rule replaces: beyond it, it is agreed to anew.
func (a authority) judgeOwnLimit(r reset.Request, e reset.Effect) judgement {
	need := a.ruling.Need
	if restsOnMandate(r) && a.mandate == nil && r.Emergency == nil { // people were asked about this very request
		need = max(need, r.Need)
	}
	switch {
	case !r.Bounds.Covers(e):
		return a.again(r, reset.VoidEffect)
	case !a.ruling.Allowed || a.counted() < need && !a.coveredByMandate():
		return a.again(r, reset.VoidRule)
	}
	return judgement{bounds: r.Bounds}
}

// hasOwnLimit reports whether a request still rests on a limit of its own: an emergency, an undo that one person is
// enough for, a standing approval.
func (a authority) hasOwnLimit(r reset.Request) bool {
	return r.Emergency != nil && a.ruling.EmergencyOver == "" || !r.SoloUntil.IsZero() && a.solo || restsOnMandate(r)
}

// restsOnMandate reports whether a request rests on a standing approval that people gave.
func restsOnMandate(r reset.Request) bool { return r.Mandate != nil && !r.Mandate.File }

// coveredByMandate reports whether nobody else has to approve what a valid standing approval covers.
func (a authority) coveredByMandate() bool { return a.mandate != nil && a.ruling.MandateValid }

// again is the judgement that it has to be planned and agreed to anew, and why.
func (a authority) again(r reset.Request, why reset.VoidReason) judgement {
	in, ruling := intentOf(r), a.ruling
	p := reset.VoidedProblem(why).On(in.Cluster, in.Group).For(r.ID)
	if why == reset.VoidRule || ruling.Cap != "" || ruling.Need > r.Need {
		p.Ruling = &ruling
	}
	return judgement{bounds: r.Bounds, problem: p}
}

// counted is how many of the votes count.
func (a authority) counted() int { return len(a.votes) - len(a.ruling.Dropped) }

// dropped says why a person's vote no longer counts; empty: it does, or there is none.
func (a authority) dropped(who reset.Actor) reset.Denial {
	i := slices.IndexFunc(a.ruling.Dropped, func(v reset.DroppedVote) bool { return v.Actor == who })
	if i < 0 {
		return ""
	}
	return a.ruling.Dropped[i].Why
}

// changes reports whether what is stored of a request differs from what the rules in force say of it.
func (a authority) changes(r reset.Request, j judgement) bool {
	return len(a.ruling.Dropped) > 0 || r.Emergency != nil && a.ruling.EmergencyOver != "" ||
		!r.SoloUntil.IsZero() && !a.solo ||
		j.lacks > 0 && (r.State == reset.Approved || j.need > r.Need) || !sameRules(r.Ruling, a.ruling)
}

// sameRules reports whether a ruling is of the rule that judged a request before, as far as people see it and decide
// by it.
func sameRules(was, is reset.Ruling) bool {
	return was.Rule == is.Rule && slices.Equal(was.Approvers, is.Approvers) &&
		slices.Equal(was.EmergencyApprovers, is.EmergencyApprovers)
}

// settle stores what the rules in force say, in the transaction that goes by it: the rule that judged a request and the
// one that it is written by are one. A request that lacks approvals waits for them again, at the same revision, because
// what was asked for is the same.
func (s *Service) settle(tx *Tx, a authority, j judgement) error {
	r := tx.Request
	for _, v := range a.ruling.Dropped {
		s.dropVote(tx, v)
	}
	if r.Emergency != nil && a.ruling.EmergencyOver != "" {
		s.endEmergency(tx, string(a.ruling.EmergencyOver))
	}
	if !sameRules(r.Ruling, a.ruling) || j.need > r.Need {
		tx.Log(s.entry(r, reset.Actor{}, reset.EvRulesChanged, "rule", a.ruling.Rule, "before", r.Ruling.Rule, "need",
			strconv.Itoa(j.need), "was", strconv.Itoa(r.Need)))
		who := r.Ruling.Who
		r.Ruling = a.ruling
		r.Ruling.Allowed, r.Ruling.Denial, r.Ruling.Who, r.Ruling.Dropped = true, "", who, nil
		r.Ruling.EmergencyOver = ""
	}
	r.Need, r.Bounds = max(r.Need, j.need), j.bounds
	if !a.solo {
		r.SoloUntil = time.Time{}
	}
	if j.lacks == 0 || r.State == reset.Pending && len(a.ruling.Dropped) == 0 {
		return nil
	}
	return s.waitForApprovals(tx, r.Need-j.lacks)
}

// endEmergency takes an emergency away that no longer counts, and records why: what waits for approvals rests on those
// alone.
func (s *Service) endEmergency(tx *Tx, why string) {
	e := tx.Request.Emergency
	tx.Log(s.entry(tx.Request, reset.Actor{}, reset.EvEmergencyOver, "person", e.By.ID, "principal", e.Principal,
		"incident", e.Incident, "why", why))
	tx.Request.Emergency = nil
}

// dropVote takes a vote away that no longer counts, and records why.
func (s *Service) dropVote(tx *Tx, v reset.DroppedVote) {
	i := slices.IndexFunc(tx.Votes, func(o reset.Vote) bool { return o.Actor == v.Actor })
	if i < 0 {
		return // of a standing approval, or it was dropped meanwhile
	}
	tx.DropVote(tx.Votes[i])
	tx.Log(s.entry(tx.Request, reset.Actor{}, reset.EvVoteDropped, "person", v.Actor.ID, "principal", v.Principal,
		"why", string(v.Why)))
}

// reopen stores what the rules in force say of a waiting request, unless it was changed meanwhile.
func (s *Service) reopen(ctx context.Context, due Due, r reset.Request, a authority, j judgement) error {
	return s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		if tx.Request.Version != r.Version {
			return reset.ErrConflict
		}
		return s.settle(tx, a, j)
	})
}
