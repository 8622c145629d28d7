package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// mostNames bounds the names that a question offers.
const mostNames = 5

// offerInstead turns a refusal into a question where another reading is likely: a similar name, a time that is to come,
// the messages before the one to skip. An answer is planned, and judged, as if it had been typed.
func (s *Service) offerInstead(ctx context.Context, r reset.Request, d *draftResult, p *reset.Problem) {
	if len(d.options) > 0 || r.Asked || r.Run != nil || r.Actor.Kind != reset.Person {
		return
	}
	in := d.intent
	switch p.Code {
	case reset.ProblemNoGroup:
		p.Names = s.viewableNames(ctx, r.Actor, r.Place.Channel, in.Cluster, p.Names)
		d.options = groupOptions(in, p.Names)
	case reset.ProblemNoTopic:
		d.options = topicOptions(in, p.Topic, p.Names)
	case reset.ProblemFuture:
		d.options = s.laterOptions(ctx, r, in)
	case reset.ProblemSkipMoved:
		d.options = reset.SkipOptions(in, p)
	default: // there is nothing else that may be meant
	}
}

// asked is the question that a problem with options is; empty: it is none.
func asked(p *reset.Problem) reset.Question {
	switch p.Code {
	case reset.ProblemAmbiguous, reset.ProblemDeleted:
		return reset.Question(p.Want)
	case reset.ProblemNoGroup:
		return reset.AskGroup
	case reset.ProblemNoTopic:
		return reset.AskTopic
	case reset.ProblemFuture:
		return reset.AskLater
	case reset.ProblemSkipMoved:
		return reset.AskSkip
	default:
		return ""
	}
}

func groupOptions(in reset.Intent, names []string) []reset.Option {
	var options []reset.Option
	for _, name := range names[:min(mostNames, len(names))] {
		o := in
		o.Group = name
		options = append(options, reset.Option{Label: name, Typed: name + "@" + in.Cluster, Intent: o})
	}
	return options
}

// topicOptions are the intent with one of the names in place of a topic that does not exist.
func topicOptions(in reset.Intent, unknown string, names []string) []reset.Option {
	at := slices.IndexFunc(in.Scope.Topics, func(t reset.TopicScope) bool { return t.Topic == unknown })
	if at < 0 {
		return nil // it is named by the rows of a file
	}
	var options []reset.Option
	for _, name := range names[:min(mostNames, len(names))] {
		o := in
		o.Scope.Topics = slices.Clone(in.Scope.Topics)
		o.Scope.Topics[at].Topic = name
		options = append(options, reset.Option{Label: name, Typed: name, Intent: o})
	}
	return options
}

// laterOptions are the two ways to reset to a time that has not come: to wait for it with what is agreed to now, or to
// ask again then. The second one is offered to whoever may do that.
func (s *Service) laterOptions(ctx context.Context, r reset.Request, in reset.Intent) []reset.Option {
	t, ok := in.Target.(reset.Time)
	if _, move := r.Act.(reset.Move); !ok || !move || r.Mandate != nil {
		return nil
	}
	wait, once := in, t
	t.Future = true
	wait.Target = t
	once.Day, once.Clock, once.Other = "", 0, nil // the time is known, and it is that of the run
	in.Target = once
	options := []reset.Option{{Label: "Wait for it (--future)", Typed: "--future", Intent: wait}}
	then := reset.Option{Label: "Ask again then (at)", Typed: "at " + t.At.UTC().Format(time.RFC3339), Intent: in, At: t.At}
	later := r
	later.Act = withOption(r.Act, then)
	if _, refused := s.rule(ctx, later, in, nil, false); refused == nil {
		options = append(options, then)
	}
	return options
}

// oneGroup asks which group is meant by a pattern, or by several names: one is reset at a time. It is nil for a name,
// and where the person may view no group that matches.
func (s *Service) oneGroup(
	ctx context.Context, r reset.Request, in reset.Intent,
) ([]reset.Option, *reset.Problem) {
	if !strings.ContainsAny(in.Group, "*,") || r.Actor.Kind != reset.Person {
		return nil, nil
	}
	list, may, problem, err := s.mayViewOf(ctx, r.Actor, r.Place.Channel, in.Cluster)
	if err != nil {
		problem = asProblem(err, in.Cluster)
	}
	if _, exists := list.Groups[in.Group]; problem != nil || exists {
		return nil, problem
	}
	var names []string
	for name := range may {
		if slices.ContainsFunc(strings.Split(in.Group, ","), func(p string) bool { return reset.Matches(p, name) }) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	slices.Sort(names)
	return groupOptions(in, names), reset.SeveralGroupsProblem(in, names)
}

// expandTopics puts the topics on which the group has committed offsets in the place of a pattern. They are kept: it is
// not expanded again.
func (s *Service) expandTopics(ctx context.Context, d *draftResult) *reset.Problem {
	if !reset.HasPattern(d.intent.Scope) {
		return nil
	}
	snap, problem, err := s.inspect(ctx, d.intent, reset.PatternQuery(d.intent, d.ruling.Isolation))
	if err != nil {
		problem = asProblem(err, d.intent.Cluster)
	}
	if problem != nil {
		return problem
	}
	d.intent, problem = reset.ExpandTopics(d.intent, s.Info(d.intent.Cluster), snap)
	return problem
}

// scheduledAt is an option that asks for the same later, once.
func scheduledAt(o reset.Option) reset.Act {
	return reset.SaveSchedule{Schedule: reset.Schedule{At: o.At, Zone: cmp.Or(o.Intent.Zone, "UTC"), Intent: o.Intent,
		Announce: reset.UsualAnnounce}}
}
