package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Lists are filtered by what a person may view before they are cut: a list that was cut first would say "nothing is
// open" after fifty requests that this person may not see.

const (
	listed   = 20    // requests of one answer
	readAt   = 100   // requests that are read at once
	readMost = 5_000 // requests that one answer may read; beyond that it says that it did not look further
)

// openStates are the states of requests that wait for something.
var openStates = []reset.State{reset.Planning, reset.Draft, reset.Pending, reset.Approved, reset.Applying}

// Status lists the open requests that somebody may view, newest first, and what is frozen. More: there are others.
func (s *Service) Status(
	ctx context.Context, a reset.Actor, channel, cluster, group string,
) (open []reset.Request, more bool, frozen []reset.InForce, err error) {
	open, more, err = s.visible(ctx, a, channel,
		Filter{Cluster: cluster, Group: group, States: openStates, Shown: true, Own: a})
	if err != nil {
		return nil, false, nil, err
	}
	frozen, err = s.frozenFor(ctx, a, channel)
	return open, more, frozen, err
}

// Frozen lists the freezes.
func (s *Service) Frozen(ctx context.Context) ([]reset.InForce, error) {
	all, names, err := s.freezes(ctx)
	return names.Named(all), err
}

// frozenFor lists the freezes of clusters that a person may view.
func (s *Service) frozenFor(ctx context.Context, a reset.Actor, channel string) ([]reset.InForce, error) {
	all, names, err := s.freezes(ctx)
	if err != nil {
		return nil, err
	}
	var out []reset.InForce
	for _, f := range names.Named(all) {
		_, err := s.viewRuling(ctx, a, channel, f.Scope(names), "")
		if later := laterOf(err); later != nil {
			return nil, later
		}
		if err == nil {
			out = append(out, f)
		}
	}
	return out, nil
}

// History lists requests that a person may view, newest first: what was asked of others or applied, and with q.All
// the asker's own drafts and refused requests too.
func (s *Service) History(ctx context.Context, a reset.Actor, channel string, q reset.Search) (reset.Page, error) {
	f := Filter{Cluster: q.Cluster, Group: q.Group, Person: q.By, Since: q.Since, Until: q.Until, Shown: true}
	if q.All {
		f.Own = a
	}
	if q.Before != "" {
		last, err := s.load(ctx, reset.Ref{ID: q.Before})
		if err == nil {
			err = s.mayView(ctx, a, channel, &last)
		}
		if err != nil {
			return reset.Page{}, err
		}
		f.Before = Cursor{At: last.CreatedAt, ID: last.ID}
	}
	found, more, err := s.visible(ctx, a, channel, f)
	if err != nil {
		return reset.Page{}, err
	}
	page := reset.Page{More: more}
	for _, r := range found {
		past, err := s.past(ctx, r)
		if err != nil {
			return reset.Page{}, err
		}
		page.Rows = append(page.Rows, past)
	}
	return page, nil
}

// past adds what was decided about a request and what was written.
func (s *Service) past(ctx context.Context, r reset.Request) (p reset.Past, err error) {
	p.Request = r
	if p.Votes, err = s.Store.Votes(ctx, r.ID, r.Revision); err != nil {
		return p, fmt.Errorf("votes of %s: %w", r.ID, err)
	}
	if m := r.Mandate; len(p.Votes) == 0 && m != nil {
		p.Votes = m.Votes // what was agreed to before its time came, or for all runs of its schedule
	}
	if r.Attempt == 0 || r.State.Open() {
		return p, nil
	}
	if p.Written, err = s.Store.Counts(ctx, r.ID, r.Attempt); err != nil {
		return p, fmt.Errorf("writes of %s: %w", r.ID, err)
	}
	return p, nil
}

// People are those who asked for requests lately, for those who name a person.
func (s *Service) People(ctx context.Context) ([]reset.Actor, error) {
	const most = 50
	return s.Store.People(ctx, most)
}

// visible reads requests until there are enough that a person may view. When a right cannot be checked now, there is
// no list: a list without those requests would look complete. More: others match, or may.
func (s *Service) visible(
	ctx context.Context, a reset.Actor, channel string, f Filter,
) (seen []reset.Request, more bool, err error) {
	may := map[[2]string]bool{}
	return s.collect(ctx, f, listed, func(r *reset.Request) (bool, error) { return s.mayList(ctx, a, channel, r, may) })
}

// collect reads requests until most of them are kept.
func (s *Service) collect(
	ctx context.Context, f Filter, most int, keep func(*reset.Request) (bool, error),
) (seen []reset.Request, more bool, err error) {
	f.Limit = readAt
	for range readMost / readAt {
		found, err := s.Store.List(ctx, f)
		if err != nil {
			return nil, false, fmt.Errorf("list requests: %w", err)
		}
		for _, r := range found {
			if ok, err := keep(&r); err != nil {
				return nil, false, err
			} else if !ok {
				continue
			}
			if len(seen) == most {
				return seen, true, nil
			}
			seen = append(seen, r)
		}
		if len(found) < readAt {
			return seen, false, nil
		}
		last := found[len(found)-1]
		f.Before = Cursor{At: last.CreatedAt, ID: last.ID}
	}
	return seen, true, nil
}

// mayList reports whether a person may view a request of a list. Known are the answers for groups of this list: one
// question for each.
func (s *Service) mayList(
	ctx context.Context, a reset.Actor, channel string, r *reset.Request, known map[[2]string]bool,
) (bool, error) {
	in, _ := r.Intent()
	if in.Cluster == "" {
		return r.Actor == a, nil // its question is still open
	}
	group := [2]string{in.Cluster, in.Group}
	if may, ok := known[group]; ok {
		return may, nil
	}
	err := s.mayView(ctx, a, channel, r)
	if later := laterOf(err); later != nil {
		return false, later
	}
	known[group] = err == nil
	return err == nil, nil
}

// laterOf is the *reset.Later in an error; nil: there is none.
func laterOf(err error) *reset.Later {
	var later *reset.Later
	errors.As(err, &later)
	return later
}
