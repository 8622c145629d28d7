package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A freeze is the safe side: it takes effect in the transaction that plans it.

// freezes are those in force.
func (s *Service) freezes(ctx context.Context) ([]reset.Frozen, reset.Names, error) {
	names, err := s.names(ctx)
	if err != nil {
		return nil, names, err
	}
	all, err := s.Store.Freezes(ctx)
	return all, names, err
}

// frozen are the freezes that hold for a cluster.
func (s *Service) frozen(ctx context.Context, cluster string) ([]reset.Frozen, error) {
	all, names, err := s.freezes(ctx)
	return reset.FreezesOver(all, cluster, names), err
}

// frozenBeside are the freezes that the story of a request shows: those over it, of a freeze itself only it, of a
// thaw the others.
func (s *Service) frozenBeside(ctx context.Context, r reset.Request) ([]reset.InForce, error) {
	in, _ := r.Intent()
	all, names, err := s.freezes(ctx)
	over := reset.FreezesOver(all, in.Cluster, names)
	switch a := r.Act.(type) {
	case reset.Freeze:
		over = slices.DeleteFunc(over, func(f reset.Frozen) bool { return f.ID != r.ID })
	case reset.Thaw:
		over = slices.DeleteFunc(over, func(f reset.Frozen) bool { return f.ID == a.FreezeID })
	case reset.Move, reset.SaveSchedule: // all of them
	}
	return names.Named(over), err
}

// processFreeze carries a freeze or a thaw.
func (s *Service) processFreeze(ctx context.Context, due Due, r reset.Request) (time.Time, error) {
	switch {
	case (r.State == reset.Planning || r.State == reset.Pending) && s.isPastDeadline(r):
		return s.expire(ctx, due, r.ID, nil)
	case r.State == reset.Planning && r.Question != "":
		return r.Deadline, nil
	case r.State != reset.Planning && r.State != reset.Pending && r.State != reset.Approved:
		return time.Time{}, nil
	}
	switch a := r.Act.(type) {
	case reset.Freeze:
		return s.planFreeze(ctx, due, r, a)
	case reset.Thaw:
		if r.State == reset.Planning {
			return s.planThaw(ctx, due, r, a)
		}
		return s.checkThaw(ctx, due, r, a)
	case reset.Move, reset.SaveSchedule: // are carried elsewhere
	}
	return time.Time{}, nil
}

// planFreeze puts a freeze in force, if its requester may.
func (s *Service) planFreeze(ctx context.Context, due Due, r reset.Request, a reset.Freeze) (time.Time, error) {
	if _, err := s.Resolve("", a.Cluster, ""); err != nil && a.Cluster != reset.Everything {
		return time.Time{}, s.refuse(ctx, due, r, asProblem(err, ""))
	}
	ruling, next, err := s.mayFreeze(ctx, due, r, reset.VerbFreeze, a.Cluster, false)
	if !ruling.Allowed || err != nil {
		return next, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return time.Time{}, err
	}
	if p := names.Refused(a.Cluster); p != nil {
		return time.Time{}, s.refuse(ctx, due, r, p)
	}
	ruling.Need = 0
	return time.Time{}, s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		if err := s.keepRuling(tx, r, r.Act, ruling); err != nil {
			return err
		}
		if err := s.arm(tx, r.Actor); err != nil {
			return err
		}
		return s.putInForce(tx, a)
	})
}

// mayFreeze asks the policy. When the answer is no, the request is refused, or waits for Slack, which is what next is
// about.
func (s *Service) mayFreeze(
	ctx context.Context, due Due, r reset.Request, verb reset.Verb, cluster string, own bool,
) (ruling reset.Ruling, next time.Time, err error) {
	ruling, denied := s.permit(ctx, reset.PolicyQuestion{Actor: r.Actor, Channel: r.Place.Channel, Verb: verb,
		Cluster: cluster, Effect: &reset.Effect{}, Requester: r.Actor, OneIsEnough: own}, r.ID)
	switch {
	case denied == nil:
	case transient(denied):
		next, err = s.waitForKafka(ctx, due, r, denied)
	default:
		err = s.refuse(ctx, due, r, denied)
	}
	return ruling, next, err
}

// keepRuling stores the plan: the act, who may approve it and what exactly is approved.
func (s *Service) keepRuling(tx *Tx, seen reset.Request, act reset.Act, ruling reset.Ruling) error {
	r := tx.Request
	if r.State != reset.Planning || r.Version != seen.Version {
		return reset.ErrConflict
	}
	doc, err := reset.MarshalAct(act)
	if err != nil {
		return err
	}
	if r.Digest != "" {
		r.Revision++
	}
	sum := sha256.Sum256(doc)
	ruling.Wait = cmp.Or(ruling.Wait, s.Times.Approval) // for a thaw that is planned again when it should take effect
	r.Act, r.Asked, r.Ruling, r.Need, r.Digest = act, true, ruling, ruling.Need, hex.EncodeToString(sum[:12])
	r.Problem, r.Retries, r.Question, r.Options, r.PlannedAt = keepVoid(r.Problem), 0, "", nil, s.Now()
	r.Bounds = reset.Bounds{MaxSkip: ruling.MaxSkip, MaxReplay: ruling.MaxReplay}
	return nil
}

// putInForce sets the freeze, and records it in the same transaction on all requests that it stops: a process that
// dies right after it leaves no card without it. Writes that have begun continue, and are named.
func (s *Service) putInForce(tx *Tx, a reset.Freeze) error {
	r, names := tx.Request, namesOf(s.Infos, tx)
	f := reset.Frozen{ID: r.ID, Cluster: a.Cluster, By: r.Actor, Why: a.Why, At: s.Now()}
	if a.Cluster != reset.Everything {
		f.ClusterID = names.ID(a.Cluster)
	}
	var running []string
	for _, o := range tx.Concerned {
		in, move := o.Intent()
		switch covered := move && f.Covers(in.Cluster, names.ID(in.Cluster), names); {
		case !covered:
		case o.State == reset.Applying:
			running = append(running, o.ID)
		default:
			s.tellFreeze(tx, o, reset.EvFrozen, f, 0)
		}
	}
	tx.Freeze(f)
	tx.Log(s.entry(r, r.Actor, reset.EvFrozen, "cluster", a.Cluster, "why", a.Why, "running",
		strings.Join(running, ", ")))
	return s.took(tx)
}

// took ends the request of a freeze or a thaw that is in force or lifted.
func (s *Service) took(tx *Tx) error {
	r := tx.Request
	r.EndedAt, r.Deadline, r.Outcome = s.Now(), time.Time{}, reset.Verified
	if err := r.Advance(reset.Applying); err != nil {
		return err
	}
	return r.Advance(reset.Applied)
}

// tellFreeze writes a freeze, or its end, into the story of an open request that it concerns.
func (s *Service) tellFreeze(tx *Tx, o reset.Request, ev reset.Event, f reset.Frozen, left int) {
	if o.State != reset.Draft && o.State != reset.Pending && o.State != reset.Approved {
		return
	}
	r := tx.Request
	in, _ := r.Intent()
	tx.Log(s.entry(&o, r.Actor, ev, "cluster", f.Cluster, "by", r.ID, "freeze", f.ID, "why", in.Reason,
		"left", strconv.Itoa(left)))
	tx.AlsoSave(o)
}
