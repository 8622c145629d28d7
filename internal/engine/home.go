package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// What a home shows of each.
const (
	homeRequests  = 10
	homeSchedules = 10
	homeLast      = 5
	homeGroups    = 5 // whose rights are told
)

// Home is what concerns a person, as they may view it. It reads the store and what was known of people a minute ago at
// most, and asks no cluster. When a right cannot be judged now, there is no home: one that leaves something out would
// say that nothing is there.
func (s *Service) Home(ctx context.Context, a reset.Actor, channel string) (reset.Home, error) {
	out := reset.Home{At: s.Now(), More: make(map[reset.HomePart]bool)}
	names, err := s.viewableAll(ctx, a, channel)
	if err != nil || len(names) == 0 {
		return out, err
	}
	for _, name := range names {
		on, err := s.rightsOn(ctx, a, channel, name, "", reset.VerbView, reset.VerbFreeze)
		if err != nil {
			return out, err
		}
		if on.Some, err = s.rightsIn(ctx, reset.PolicyQuestion{Actor: a, Channel: channel, Cluster: name, AnyGroup: true},
			reset.VerbRequest, reset.VerbApprove, reset.VerbEmergency); err != nil {
			return out, err
		}
		out.Rights = append(out.Rights, on)
	}
	may := map[[2]string]bool{}
	view := func(r *reset.Request) (bool, error) { return s.mayList(ctx, a, channel, r, may) }
	for _, part := range []struct {
		name reset.HomePart
		of   Filter
		keep func(*reset.Request) (bool, error)
		into *[]reset.Request
	}{
		{reset.HomeWaiting, Filter{States: []reset.State{reset.Pending}, Shown: true},
			func(r *reset.Request) (bool, error) { return s.waitsFor(ctx, a, channel, r, view) }, &out.Waiting},
		{reset.HomeOpen, Filter{States: openStates, Actor: a, Shown: true, Own: a}, view, &out.Open},
		{reset.HomeArmed, Filter{States: []reset.State{reset.Approved, reset.Applying}, Shown: true},
			func(r *reset.Request) (bool, error) {
				if r.Actor == a {
					return false, nil
				}
				return view(r)
			}, &out.Armed},
	} {
		found, more, err := s.collect(ctx, part.of, homeRequests, part.keep)
		if err != nil {
			return out, err
		}
		*part.into, out.More[part.name] = found, more
	}
	slices.SortStableFunc(out.Waiting, func(x, y reset.Request) int { return x.Deadline.Compare(y.Deadline) })
	return out, s.homeRest(ctx, a, channel, view, &out)
}

// homeRest adds what is no open request.
func (s *Service) homeRest(
	ctx context.Context, a reset.Actor, channel string, view func(*reset.Request) (bool, error), out *reset.Home,
) error {
	all, err := s.Schedules(ctx, a, channel, "", "")
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(sc reset.Schedule) bool {
		return sc.Status != reset.Active && sc.Status != reset.Paused
	})
	slices.SortStableFunc(all, func(x, y reset.Schedule) int {
		return cmp.Or(boolOrder(x.Next.IsZero(), y.Next.IsZero()), x.Next.Compare(y.Next))
	})
	out.More[reset.HomeSchedules] = len(all) > homeSchedules
	out.Schedules = all[:min(len(all), homeSchedules)]
	last, _, err := s.collect(ctx, Filter{States: []reset.State{reset.Applied, reset.Failed}, Shown: true}, homeLast,
		func(r *reset.Request) (bool, error) {
			if _, moves := r.Intent(); !moves {
				return false, nil
			}
			return view(r)
		})
	if err != nil {
		return err
	}
	for _, r := range last {
		past, err := s.past(ctx, r)
		if err != nil {
			return err
		}
		out.Last = append(out.Last, past)
	}
	if out.Frozen, err = s.frozenFor(ctx, a, channel); err != nil {
		return err
	}
	return s.homeRights(ctx, a, channel, out)
}

// homeRights adds the rights on the groups that the home is about.
func (s *Service) homeRights(ctx context.Context, a reset.Actor, channel string, out *reset.Home) error {
	var groups [][2]string
	add := func(in reset.Intent) {
		group := [2]string{in.Cluster, in.Group}
		if in.Cluster != "" && in.Group != "" && !slices.Contains(groups, group) && len(groups) < homeGroups {
			groups = append(groups, group)
		}
	}
	for _, r := range slices.Concat(out.Waiting, out.Open, out.Armed) {
		in, _ := r.Intent()
		add(in)
	}
	for _, past := range out.Last {
		in, _ := past.Request.Intent()
		add(in)
	}
	for _, sc := range out.Schedules {
		add(sc.Intent)
	}
	slices.SortFunc(groups, func(x, y [2]string) int { return slices.Compare(x[:], y[:]) })
	for _, group := range groups {
		on, err := s.rightsOn(ctx, a, channel, group[0], group[1], reset.VerbRequest, reset.VerbApprove,
			reset.VerbEmergency)
		if err != nil {
			return err
		}
		if len(on.May) > 0 {
			out.Rights = append(out.Rights, on)
		}
	}
	return nil
}

// rightsOn asks for each verb.
func (s *Service) rightsOn(
	ctx context.Context, a reset.Actor, channel, cluster, group string, verbs ...reset.Verb,
) (reset.RightsOn, error) {
	may, err := s.rightsIn(ctx, reset.PolicyQuestion{Actor: a, Channel: channel, Cluster: cluster, Group: group}, verbs...)
	return reset.RightsOn{Cluster: cluster, Group: group, May: may}, err
}

// rightsIn are the verbs that a question is answered yes for. Nothing is decided by that.
func (s *Service) rightsIn(
	ctx context.Context, q reset.PolicyQuestion, verbs ...reset.Verb,
) (may []reset.Verb, _ error) {
	q.Preview = true
	for _, q.Verb = range verbs {
		_, p := s.permit(ctx, q, "")
		switch {
		case p == nil:
			may = append(may, q.Verb)
		case p.Code == reset.ProblemDirectory:
			return may, s.postponed(p)
		}
	}
	return may, nil
}

// waitsFor reports whether a pending request waits for a person: they may view and approve it, and have not done so.
// Nothing is decided by that: the vote is judged anew, with who is in a group by then.
func (s *Service) waitsFor(
	ctx context.Context, a reset.Actor, channel string, r *reset.Request, view func(*reset.Request) (bool, error),
) (bool, error) {
	if ok, err := view(r); !ok || err != nil {
		return false, err
	}
	votes, err := s.Store.Votes(ctx, r.ID, r.Revision)
	if err != nil {
		return false, fmt.Errorf("votes of %s: %w", r.ID, err)
	}
	if voteOfActor(votes, a) >= 0 || votedAhead(*r, a) {
		return false, nil
	}
	in, _ := r.Intent()
	effect := r.Actual()
	_, p := s.permit(ctx, reset.PolicyQuestion{Actor: a, Channel: channel, Verb: reset.VerbApprove, Cluster: in.Cluster,
		Group: in.Group, Effect: &effect, Requester: askers(r)[0], Barred: askers(r)[1:], Preview: true}, "")
	if p != nil && p.Code == reset.ProblemDirectory {
		return false, s.postponed(p)
	}
	return p == nil, nil
}
