package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// frozen returns the freeze that covers a cluster.
func (s *Service) frozen(ctx context.Context, cluster string) (*reset.Frozen, error) {
	all, err := s.Store.Freezes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read freezes: %w", err)
	}
	for _, f := range all {
		if f.Cluster == cluster || f.Cluster == reset.Everything {
			return &f, nil
		}
	}
	return nil, nil
}

// processFreeze carries a freeze or a thaw. A freeze is the safe side and takes effect at once; a thaw asks for what
// the policy wants, but whoever froze and may thaw needs nobody else.
func (s *Service) processFreeze(ctx context.Context, due Due, r reset.Request) (time.Time, error) {
	in, _ := r.Intent()
	switch {
	case (r.State == reset.Planning || r.State == reset.Pending) && s.isPastDeadline(r):
		return s.expire(ctx, due, r.ID, nil)
	case r.State == reset.Planning:
		return s.planFreeze(ctx, due, r, in.Cluster)
	case r.State == reset.Pending:
		return r.Deadline, nil
	case r.State != reset.Approved:
		return time.Time{}, nil
	}
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error { return s.applyFreeze(tx) })
	if err != nil {
		return time.Time{}, err
	}
	return time.Time{}, s.recordFreeze(ctx, r, in.Cluster)
}

func (s *Service) planFreeze(ctx context.Context, due Due, r reset.Request, cluster string) (time.Time, error) {
	on, err := s.frozenAs(ctx, cluster)
	if err != nil {
		return time.Time{}, err
	}
	_, freeze := r.Act.(reset.Freeze)
	verb := reset.VerbThaw
	if freeze {
		verb = reset.VerbFreeze
	}
	if _, err := s.Resolve("", cluster); err != nil && cluster != reset.Everything {
		return time.Time{}, s.refuse(ctx, due, r, asProblem(err, ""))
	}
	ruling, err := s.Policy.Rule(ctx, reset.PolicyQuestion{Actor: r.Actor, Channel: r.Place.Channel, Verb: verb,
		Cluster: cluster, Effect: &reset.Effect{}, Requester: r.Actor,
		OneIsEnough: freeze || on != nil && on.By == r.Actor})
	denied := &reset.Problem{Code: reset.ProblemDenied, Request: r.ID, Cluster: cluster, Verb: verb, Ruling: &ruling}
	if err != nil {
		if denied = s.planningPolicyError(denied, ruling, err); transient(denied) {
			return s.waitForKafka(ctx, due, r, denied)
		}
	}
	switch {
	case err != nil, !ruling.Allowed:
		return time.Time{}, s.refuse(ctx, due, r, denied)
	case freeze && on != nil:
		return time.Time{}, s.refuse(ctx, due, r, on.Problem(r.ID, ""))
	case !freeze && on == nil:
		return time.Time{}, s.refuse(ctx, due, r, &reset.Problem{Code: reset.ProblemNotFrozen, Cluster: cluster})
	}
	return s.Now(), s.routeFreeze(ctx, due, r, ruling)
}

// frozenAs returns the freeze of exactly this scope: thawing a cluster does not lift the freeze of everything.
func (s *Service) frozenAs(ctx context.Context, cluster string) (*reset.Frozen, error) {
	all, err := s.Store.Freezes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read freezes: %w", err)
	}
	for _, f := range all {
		if f.Cluster == cluster {
			return &f, nil
		}
	}
	return nil, nil
}

// routeFreeze goes where the ruling leads: to the people who are asked, or straight on.
func (s *Service) routeFreeze(ctx context.Context, due Due, r reset.Request, ruling reset.Ruling) error {
	doc, err := reset.MarshalAct(r.Act)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(doc)
	return s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Planning {
			return reset.ErrConflict
		}
		r.Asked, r.Ruling, r.Need, r.Digest, r.Problem, r.Retries = true, ruling, ruling.Need,
			hex.EncodeToString(sum[:12]), nil, 0
		r.Bounds = reset.Bounds{MaxSkip: ruling.MaxSkip, MaxReplay: ruling.MaxReplay}
		if r.Need > 0 {
			r.Deadline = s.Now().Add(s.Times.Approval)
			tx.Log(s.entry(r, r.Actor, reset.EvSubmitted, "need", strconv.Itoa(r.Need)))
			return r.Advance(reset.Pending)
		}
		return s.arm(tx, r.Actor)
	})
}

// applyFreeze puts a brake on or takes it off, in the transaction that ends its request.
func (s *Service) applyFreeze(tx *Tx) error {
	r := tx.Request
	in, _ := r.Intent()
	_, on := r.Act.(reset.Freeze)
	tx.SetFreeze(reset.Frozen{Cluster: in.Cluster, On: on, Request: r.ID, By: r.Actor, Why: in.Reason, At: s.Now()})
	ev := reset.EvThawed
	if on {
		ev = reset.EvFrozen
	}
	tx.Log(s.entry(r, r.Actor, ev, "cluster", in.Cluster, "why", in.Reason))
	r.EndedAt, r.Deadline, r.Outcome = s.Now(), time.Time{}, reset.Verified
	if err := r.Advance(reset.Applying); err != nil {
		return err
	}
	return r.Advance(reset.Applied)
}

// recordFreeze writes a freeze, or its end, into the story of every open request that it concerns.
func (s *Service) recordFreeze(ctx context.Context, by reset.Request, cluster string) error {
	in, _ := by.Intent()
	filter := Filter{Cluster: cluster, States: []reset.State{reset.Draft, reset.Pending, reset.Approved}}
	if cluster == reset.Everything {
		filter.Cluster = ""
	}
	open, err := s.Store.List(ctx, filter)
	if err != nil {
		return err
	}
	ev := reset.EvThawed
	if _, on := by.Act.(reset.Freeze); on {
		ev = reset.EvFrozen
	}
	for _, o := range open {
		if _, move := o.Intent(); !move {
			continue
		}
		err := s.Store.Update(ctx, o.ID, nil, func(tx *Tx) error {
			tx.Log(s.entry(tx.Request, by.Actor, ev, "cluster", cluster, "by", by.ID, "why", in.Reason))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
