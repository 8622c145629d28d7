package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// resets opens the reset form by the bare command.
func (s *stage) resets(p *slacksim.Person, channel string) slacksim.View {
	s.t.Helper()
	s.types(p, channel, "")
	return s.opens(p, "Reset offsets", "Consumer group", "Where to")
}

// top is the view that a person sees now.
func (s *stage) top(p *slacksim.Person) slacksim.View {
	s.t.Helper()
	open := p.Views()
	if len(open) == 0 {
		s.t.Fatal("no view is open")
	}
	return open[len(open)-1]
}

// sets fills in a field of the view that is on top, and waits until the form was drawn anew and says all parts.
func (s *stage) sets(p *slacksim.Person, field, value string, parts ...string) slacksim.View {
	s.t.Helper()
	before := s.top(p)
	s.acked(p.SetField(before, field, value))
	return s.changes(p, before, parts...)
}

// changes waits until a view is another one than before, and says all parts.
func (s *stage) changes(p *slacksim.Person, before slacksim.View, parts ...string) slacksim.View {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	v, err := p.WaitView(ctx, func(v slacksim.View) bool {
		text := v.Text()
		return v.Hash != before.Hash &&
			!slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(text, part) })
	})
	if err != nil {
		s.t.Fatalf("the view does not become one that says %q: %v\n%s", parts, err, s.top(p).Text())
	}
	return v
}

// suggests types into a field until a name is suggested: names come from the background.
func (s *stage) suggests(p *slacksim.Person, field, typed, want string) []slacksim.Option {
	s.t.Helper()
	var offered []slacksim.Option
	s.until(want+" is suggested", func() bool {
		ctx, cancel := context.WithTimeout(s.ctx, patience)
		defer cancel()
		var err error
		if offered, err = p.Suggest(ctx, s.top(p), field, typed); err != nil {
			s.t.Fatal(err)
		}
		for _, o := range offered {
			if o.Value == want && !strings.HasPrefix(o.Description, "As typed") {
				return true
			}
		}
		return false
	})
	return offered
}

// filled is the form for billing's orders on prod-eu, but for the target.
func (s *stage) filled(p *slacksim.Person, channel string) slacksim.View {
	s.t.Helper()
	if v := s.resets(p, channel); strings.Contains(v.Text(), "Cluster:") { // there are several
		s.sets(p, "cluster", "prod-eu")
	}
	s.suggests(p, "group", "bil", "billing")
	s.sets(p, "group", "billing", "billing")
	s.suggests(p, "topics", "ord", "orders")
	return s.sets(p, "topics", "orders", "orders")
}

func TestASmallResetIsFilledInAndApplied(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.filled(s.Mara, world.PayOps)
	s.sets(s.Mara, "where", "shift", "By how many")
	v := s.sets(s.Mara, "value", "-100", "PREVIEW", "up to 1,200 messages", "No approval required", "[Apply rewind]")
	s.untouched()
	s.submits(s.Mara, v, map[string]string{"reason": "bad deploy 4711"})
	card := s.sees(s.Jon, world.PayOps, "DONE", "12 of 12 partitions", "bad deploy 4711")
	if views := s.Mara.Views(); len(views) > 0 {
		t.Errorf("the form is still open: %s", views[0].Text())
	}
	s.sees(s.Mara, world.PayOps, "The card")
	_ = card
}
