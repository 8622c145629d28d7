package reset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// Frozen is a freeze that is in force. While it lasts nothing is applied on its cluster: what is armed waits, until its own
// deadline.
type Frozen struct {
	Cluster string // or Everything
	On      bool
	Request string // that froze it
	By      Actor
	Why     string
	At      time.Time
}

func (f Frozen) problem(request, group string) *Problem {
	return &Problem{Code: ProblemFrozen, Request: request, Group: group, Cluster: f.Cluster, Names: []string{f.By.ID}, Got: f.Why}
}

// frozen returns the freeze that covers a cluster.
func (s *Service) frozen(ctx context.Context, cluster string) (*Frozen, error) {
	all, err := s.Store.Freezes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read freezes: %w", err)
	}
	for _, f := range all {
		if f.Cluster == cluster || f.Cluster == Everything {
			return &f, nil
		}
	}
	return nil, nil
}

// brake carries a freeze or a thaw. A freeze is the safe side and takes effect at once; a thaw asks for what the policy
// wants, but whoever froze and may thaw needs nobody else.
func (s *Service) brake(ctx context.Context, due Due, r Request) (time.Time, error) {
	in, _ := r.Move()
	switch {
	case (r.State == Planning || r.State == Pending) && s.over(r):
		return s.expire(ctx, due, r.ID, nil)
	case r.State == Planning:
		return s.planBrake(ctx, due, r, in.Cluster)
	case r.State == Pending:
		return r.Deadline, nil
	case r.State != Approved:
		return time.Time{}, nil
	}
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error { return s.pull(tx) })
	if err != nil {
		return time.Time{}, err
	}
	return time.Time{}, s.tellFrozen(ctx, r, in.Cluster)
}

func (s *Service) planBrake(ctx context.Context, due Due, r Request, cluster string) (time.Time, error) {
	on, err := s.frozenAs(ctx, cluster)
	if err != nil {
		return time.Time{}, err
	}
	_, freeze := r.Act.(Freeze)
	verb := VerbThaw
	if freeze {
		verb = VerbFreeze
	}
	if _, err := s.Resolve("", cluster); err != nil && cluster != Everything {
		return time.Time{}, s.refuse(ctx, due, r, asProblem(err, ""))
	}
	ruling, err := s.Policy.Rule(ctx, Asking{Actor: r.Actor, Channel: r.Place.Channel, Verb: verb, Cluster: cluster, Effect: &Effect{},
		Requester: r.Actor, Eased: freeze || on != nil && on.By == r.Actor})
	denied := &Problem{Code: ProblemDenied, Request: r.ID, Cluster: cluster, Verb: verb, Ruling: &ruling}
	if err != nil {
		if denied = s.undecided(denied, ruling, err); transient(denied) {
			return s.waitForKafka(ctx, due, r, denied)
		}
	}
	switch {
	case err != nil, !ruling.Allowed:
		return time.Time{}, s.refuse(ctx, due, r, denied)
	case freeze && on != nil:
		return time.Time{}, s.refuse(ctx, due, r, on.problem(r.ID, ""))
	case !freeze && on == nil:
		return time.Time{}, s.refuse(ctx, due, r, &Problem{Code: ProblemNotFrozen, Cluster: cluster})
	}
	return s.Now(), s.keepBrake(ctx, due, r, ruling)
}

// frozenAs returns the freeze of exactly this scope: thawing a cluster does not lift the freeze of everything.
func (s *Service) frozenAs(ctx context.Context, cluster string) (*Frozen, error) {
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

// keepBrake goes where the ruling leads: to the people who are asked, or straight on.
func (s *Service) keepBrake(ctx context.Context, due Due, r Request, ruling Ruling) error {
	doc, err := MarshalAct(r.Act)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(doc)
	return s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != Planning {
			return ErrConflict
		}
		r.Asked, r.Ruling, r.Need, r.Digest, r.Problem, r.Retries = true, ruling, ruling.Need, hex.EncodeToString(sum[:12]), nil, 0
		r.Bounds = Bounds{MaxSkip: ruling.MaxSkip, MaxReplay: ruling.MaxReplay}
		if r.Need > 0 {
			r.Deadline = s.Now().Add(s.Times.Approval)
			tx.Log(s.entry(r, r.Actor, EvSubmitted, "need", strconv.Itoa(r.Need)))
			return r.advance(Pending)
		}
		return s.arm(tx, r.Actor)
	})
}

// pull puts a brake on or takes it off, in the transaction that ends its request.
func (s *Service) pull(tx *Tx) error {
	r := tx.Request
	in, _ := r.Move()
	_, on := r.Act.(Freeze)
	tx.Brake(Frozen{Cluster: in.Cluster, On: on, Request: r.ID, By: r.Actor, Why: in.Reason, At: s.Now()})
	ev := EvThawed
	if on {
		ev = EvFrozen
	}
	tx.Log(s.entry(r, r.Actor, ev, "cluster", in.Cluster, "why", in.Reason))
	r.EndedAt, r.Deadline, r.Outcome = s.Now(), time.Time{}, Verified
	if err := r.advance(Applying); err != nil {
		return err
	}
	return r.advance(Applied)
}

// tellFrozen writes a freeze, or its end, into the story of every open request that it concerns.
func (s *Service) tellFrozen(ctx context.Context, by Request, cluster string) error {
	in, _ := by.Move()
	filter := Filter{Cluster: cluster, States: []State{Draft, Pending, Approved}}
	if cluster == Everything {
		filter.Cluster = ""
	}
	open, err := s.Store.List(ctx, filter)
	if err != nil {
		return err
	}
	ev := EvThawed
	if _, on := by.Act.(Freeze); on {
		ev = EvFrozen
	}
	for _, o := range open {
		if _, move := o.Move(); !move {
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
