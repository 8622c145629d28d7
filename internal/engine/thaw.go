package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A thaw lifts the one freeze that it names. It asks for what the policy wants; who set the freeze may lift it alone. A
// thaw that was asked for one freeze lifts no other, whatever is frozen when it is approved.

// planThaw finds the freeze that is meant and asks who may lift it.
func (s *Service) planThaw(ctx context.Context, due Due, r reset.Request, a reset.Thaw) (time.Time, error) {
	meant, names, problem, err := s.meantFreezes(ctx, a, r.CreatedAt)
	switch {
	case err != nil:
		return time.Time{}, err
	case problem != nil && a.Cluster == "":
		// that it is not in force is no secret; who lifted it is for those who may look at it
		if old, err := s.Store.Load(ctx, a.FreezeID); err == nil && s.mayView(ctx, r.Actor, r.Place.Channel, &old) != nil {
			problem = reset.NotFrozenProblem("").For(a.FreezeID)
		}
		return time.Time{}, s.refuse(ctx, due, r, problem)
	}
	cluster := a.Cluster
	if len(meant) > 0 {
		cluster = meant[0].Scope(names)
	}
	own := slices.ContainsFunc(meant, func(f reset.Frozen) bool { return f.By == r.Actor })
	ruling, next, err := s.mayFreeze(ctx, due, r, reset.VerbThaw, cluster, own)
	switch {
	case !ruling.Allowed || err != nil:
		return next, err
	case problem != nil:
		return time.Time{}, s.refuse(ctx, due, r, problem)
	case len(meant) > 1:
		return r.Deadline, s.whichFreeze(ctx, due, r, a, meant)
	}
	a.FreezeID, a.Cluster, a.Lifts = meant[0].ID, cluster, meant[0]
	err = s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		if err := s.keepRuling(tx, r, a, ruling); err != nil {
			return err
		}
		r := tx.Request
		if r.Need > 0 {
			r.Deadline = s.Now().Add(s.Times.Approval)
			tx.Log(s.entry(r, r.Actor, reset.EvSubmitted, "need", strconv.Itoa(r.Need)))
			return r.Advance(reset.Pending)
		}
		if err := s.arm(tx, r.Actor); err != nil {
			return err
		}
		return s.lift(tx, a)
	})
	return s.Now(), err
}

// meantFreezes are those that a thaw may mean: the one that it names, or those of exactly the cluster that was said, in
// force when it was asked for: a thaw that waited for Slack must not lift what was frozen meanwhile. Thawing a cluster
// does not lift a freeze of everything.
func (s *Service) meantFreezes(
	ctx context.Context, a reset.Thaw, asked time.Time,
) ([]reset.Frozen, reset.Names, *reset.Problem, error) {
	all, names, err := s.freezes(ctx)
	if err != nil {
		return nil, names, nil, err
	}
	if a.FreezeID != "" {
		meant := slices.DeleteFunc(all, func(f reset.Frozen) bool { return f.ID != a.FreezeID })
		if len(meant) == 0 {
			problem, err := s.lifted(ctx, a)
			return nil, names, problem, err
		}
		return meant, names, nil, nil
	}
	meant := slices.DeleteFunc(all, func(f reset.Frozen) bool {
		return f.At.After(asked) || f.Cluster != a.Cluster && f.Scope(names) != a.Cluster ||
			(f.Cluster == reset.Everything) != (a.Cluster == reset.Everything)
	})
	if len(meant) > 0 {
		return meant, names, nil, nil
	}
	if a.Cluster != reset.Everything && !names.Configured(a.Cluster) {
		_, err := s.Resolve("", a.Cluster, "")
		return nil, names, asProblem(err, ""), nil
	}
	return nil, names, reset.NotFrozenProblem(a.Cluster), nil
}

// whichFreeze asks which of several freezes is meant. No answer lifts none.
func (s *Service) whichFreeze(ctx context.Context, due Due, r reset.Request, a reset.Thaw, meant []reset.Frozen) error {
	p := reset.AmbiguousProblem(reset.AskFreeze).On(a.Cluster, "")
	var options []reset.Option
	for _, f := range meant {
		p.Names = append(p.Names, f.ID)
		options = append(options, reset.Option{Label: f.ID, Typed: "thaw " + f.ID, Freeze: &f})
	}
	return s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Planning {
			return reset.ErrConflict
		}
		r.Question, r.Options, r.Problem = reset.AskFreeze, options, p
		return nil
	})
}

// lifted says what became of the freeze that a thaw names and that is not in force.
func (s *Service) lifted(ctx context.Context, a reset.Thaw) (*reset.Problem, error) {
	p := reset.NotFrozenProblem(a.Cluster).For(a.FreezeID)
	r, err := s.Store.Load(ctx, a.FreezeID)
	if errors.Is(err, reset.ErrNotFound) {
		return p, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read freeze %s: %w", a.FreezeID, err)
	}
	entries, err := s.Store.Audit(ctx, r.ID, 0)
	for _, e := range entries {
		if _, freeze := r.Act.(reset.Freeze); freeze && e.Event == reset.EvThawed {
			p = reset.LiftedProblem(a.FreezeID, e.Actor.ID).On(a.Cluster, "")
		}
	}
	return p, err
}

// thawCheck is the pause between two checks of a thaw that waits for approvals.
const thawCheck = time.Minute

// checkThaw ends a thaw whose freeze is not in force any more, and plans it again when other people decide about that
// freeze now: its cluster was renamed, or goes by another name. Once it is approved, the freeze is lifted.
func (s *Service) checkThaw(ctx context.Context, due Due, r reset.Request, a reset.Thaw) (time.Time, error) {
	all, names, err := s.freezes(ctx)
	if err != nil {
		return time.Time{}, err
	}
	i := freezeAt(all, a.FreezeID)
	switch {
	case a.FreezeID == "": // an earlier version did not name it
		return s.Now(), s.voidThaw(ctx, due, r, a, nil)
	case i < 0:
		gone, err := s.lifted(ctx, a)
		if err != nil {
			return time.Time{}, err
		}
		return time.Time{}, s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
			return s.endThaw(tx, tx.Request, reset.Actor{}, gone)
		})
	case all[i].Scope(names) != a.Cluster:
		return s.Now(), s.voidThaw(ctx, due, r, a, nil)
	case r.State == reset.Approved:
		return s.thaw(ctx, due, r, a)
	}
	next := s.Now().Add(thawCheck)
	if r.Deadline.Before(next) {
		next = r.Deadline
	}
	return next, nil
}

// freezeAt finds a freeze that is in force; -1: it is not.
func freezeAt(all []reset.Frozen, id string) int {
	return slices.IndexFunc(all, func(f reset.Frozen) bool { return f.ID == id })
}

// thaw lifts the approved freeze, if the policy's approvals still count, and no recorded act would stop it: what the
// freeze held is written then, by many requests.
func (s *Service) thaw(ctx context.Context, due Due, r reset.Request, a reset.Thaw) (time.Time, error) {
	votes, err := s.Store.Votes(ctx, r.ID, r.Revision)
	if err != nil {
		return time.Time{}, err
	}
	ruling, err := s.Policy.Rule(ctx, reset.PolicyQuestion{Actor: r.Actor, Channel: r.Place.Channel,
		Verb: reset.VerbApply, For: reset.VerbThaw, Cluster: a.Cluster, Requester: r.Actor, Votes: votes,
		Principal: r.Ruling.Principal, OneIsEnough: a.Lifts.By == r.Actor})
	switch {
	case err != nil:
		return time.Time{}, err
	case !ruling.Allowed:
		return s.Now(), s.voidThaw(ctx, due, r, a, &ruling)
	}
	err = s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		if tx.Request.State != reset.Approved || tx.Request.Version != r.Version {
			return reset.ErrConflict
		}
		if v := noActHolds(facts{}, tx); v.then != write {
			return objection{v}
		}
		return s.lift(tx, a)
	})
	if errors.As(err, new(objection)) {
		return s.nextCheck(), nil
	}
	return time.Time{}, err
}

// voidThaw plans a thaw again: its approvals no longer cover the freeze.
func (s *Service) voidThaw(ctx context.Context, due Due, r reset.Request, a reset.Thaw, ruling *reset.Ruling) error {
	p := reset.VoidedProblem(reset.VoidRule).On(a.Cluster, "").For(r.ID)
	p.Ruling = ruling
	return s.void(ctx, due, r, p)
}

// endThaw ends a thaw whose freeze is not in force any more: it lifts no other.
func (s *Service) endThaw(tx *Tx, r *reset.Request, by reset.Actor, p *reset.Problem) error {
	r.Problem, r.EndedAt, r.Deadline, r.Question, r.Options = p, s.Now(), time.Time{}, "", nil
	tx.Log(s.entry(r, by, reset.EvCancelled, "why", "the freeze "+p.Request+" was lifted"))
	return r.Advance(reset.Cancelled)
}

// lift ends a freeze, and records that on all requests that it stopped, on the freeze itself, and on the other thaws
// of it, which end.
func (s *Service) lift(tx *Tx, a reset.Thaw) error {
	r, names, i := tx.Request, namesOf(s.Infos, tx), freezeAt(tx.Freezes, a.FreezeID)
	if i < 0 || tx.Freezes[i].Scope(names) != a.Cluster {
		return reset.ErrConflict // it was lifted meanwhile, or its cluster was identified: it is checked again
	}
	f, rest := tx.Freezes[i], slices.Delete(slices.Clone(tx.Freezes), i, i+1)
	for _, o := range tx.Concerned {
		in, move := o.Intent()
		other, thaw := o.Act.(reset.Thaw)
		switch {
		case o.ID == a.FreezeID:
			tx.Log(s.entry(&o, r.Actor, reset.EvThawed, "cluster", f.Cluster, "by", r.ID, "freeze", f.ID, "why", a.Why))
			tx.AlsoSave(o)
		case thaw && other.FreezeID == a.FreezeID && (o.State == reset.Pending || o.State == reset.Approved):
			p := reset.LiftedProblem(a.FreezeID, r.Actor.ID).On(f.Cluster, "")
			if err := s.endThaw(tx, &o, r.Actor, p); err != nil {
				return err
			}
			tx.AlsoSave(o)
		case move && f.Covers(in.Cluster, names.ID(in.Cluster), names):
			s.tellFreeze(tx, o, reset.EvThawed, f, len(reset.FreezesOver(rest, in.Cluster, names)))
		}
	}
	tx.Thaw(a.FreezeID)
	left := len(reset.FreezesOver(rest, a.Cluster, names))
	tx.Log(s.entry(r, r.Actor, reset.EvThawed, "cluster", f.Cluster, "freeze", f.ID, "why", a.Why,
		"left", strconv.Itoa(left)))
	return s.took(tx)
}
