package reset

import (
	"slices"
	"strconv"
	"strings"
)

// HasPattern reports whether a scope holds a pattern in place of a topic: * stands for any characters, which no name of
// a topic has.
func HasPattern(sc Scope) bool {
	return slices.ContainsFunc(sc.Topics, func(t TopicScope) bool { return isPattern(t.Topic) })
}

func isPattern(topic string) bool { return strings.Contains(topic, "*") }

// PatternQuery is what has to be read to expand the patterns of a scope.
func PatternQuery(in Intent, iso Isolation) Query {
	return Query{Group: in.Group, Scope: Scope{All: true}, Isolation: iso, Environment: true}
}

// ExpandTopics puts the topics on which a group has committed offsets in the place of a pattern, and says which. It
// refuses where a topic may be hidden: that one would be left out without a word.
func ExpandTopics(in Intent, info ClusterInfo, snap Snapshot) (Intent, *Problem) {
	if p := CheckExists(in, snap); p != nil {
		return in, p
	}
	all := in
	all.Scope = Scope{All: true}
	if p := checkVisible(all, info, snap); p != nil {
		return in, p
	}
	var known []string
	for name, t := range snap.Topics {
		if t.Commits > 0 && (t.Partitions > 0 || t.Err != "") {
			known = append(known, name)
		}
	}
	slices.Sort(known)
	var topics []TopicScope
	for _, t := range in.Scope.Topics {
		if !isPattern(t.Topic) {
			topics = append(topics, t)
			continue
		}
		names := slices.DeleteFunc(slices.Clone(known), func(name string) bool { return !Matches(t.Topic, name) })
		if len(names) == 0 {
			return in, NoTopicProblem(t.Topic, known).On(in.Cluster, in.Group)
		}
		in.Notes = append(slices.Clip(in.Notes), t.Topic+" is: "+strings.Join(names, ", ")+
			". Topics that come later are not included.")
		for _, name := range names {
			topics = append(topics, TopicScope{Topic: name})
		}
	}
	in.Scope.Topics = merged(topics)
	return in, nil
}

// merged are scopes of which each topic is named once; the whole topic holds its partitions.
func merged(topics []TopicScope) []TopicScope {
	var out []TopicScope
	for _, t := range topics {
		i := slices.IndexFunc(out, func(o TopicScope) bool { return o.Topic == t.Topic })
		switch {
		case i < 0:
			out = append(out, t)
		case t.Partitions == nil:
			out[i].Partitions = nil
		}
	}
	return out
}

// SkipOptions offers to skip all messages up to the one that was named, where others lie before it.
func SkipOptions(in Intent, p *Problem) []Option {
	n := p.Count - p.Other + 1
	if n < 2 {
		return nil // it is committed already
	}
	o := in
	o.Target = Exact{Offset: p.Count + 1}
	to := strconv.FormatInt(p.Count+1, 10)
	return []Option{{Label: "Skip to " + to + ", " + strconv.FormatInt(n, 10) + " messages", Typed: "to offset " + to,
		Intent: o}}
}
