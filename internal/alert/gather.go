package alert

import (
	"slices"
	"strconv"
	"strings"
)

// reading weighs what was found: the more specific name wins, what is resolved comes after what fires.
func (r *reader) reading() Reading {
	out := Reading{Kind: r.kind(), Times: distinct(r.times), Resolved: r.isOver()}
	if out.Kind == None {
		out.Words = r.words.without(nil)
		return out
	}
	live, over := r.divided()
	out.Groups, out.Topics = best(live, group), best(live, topic)
	out.Clusters = best(live, cluster)
	out.Below = Names{Groups: rest(over, group, out.Groups), Topics: rest(over, topic, out.Topics),
		Clusters: rest(over, cluster, out.Clusters)}
	out.Partitions = partitions(live, out.Topics)
	if out.Kind == Poison {
		out.Offset = single(live)
	}
	if len(out.Groups) > 1 {
		out.Pairs = pairs(live, out.Groups)
	}
	r.since(&out)
	out.Words = r.words.without(slices.Concat(out.Groups, out.Topics, out.Clusters))
	return out
}

// divided are the facts of alerts that fire, and of those that are over beside them.
func (r *reader) divided() (live, over []fact) {
	for _, f := range r.facts {
		if f.alert != common && r.statusOf(f.alert) == resolved {
			over = append(over, f)
		} else {
			live = append(live, f)
		}
	}
	if !slices.ContainsFunc(live, func(f fact) bool { return f.class == group || f.class == topic }) {
		return r.facts, nil
	}
	return live, over
}

// isOver reports that the message says of all its alerts that they are resolved.
func (r *reader) isOver() bool {
	over := false
	for _, states := range []map[int]status{r.units, r.alerts} {
		for _, s := range states {
			if s == firing {
				return false
			}
			over = over || s == resolved
		}
	}
	return over
}

// best are the values of the most specific label of a class, in the order in which the message names them.
func best(facts []fact, c class) (out []string) {
	rank := -1
	for _, f := range facts {
		if f.class == c {
			rank = max(rank, f.rank)
		}
	}
	for _, f := range facts {
		if f.class == c && f.rank == rank && !slices.Contains(out, f.value) && len(out) < mostNames {
			out = append(out, f.value)
		}
	}
	return out
}

// mostNames of one class are returned.
const mostNames = 100

func rest(facts []fact, c class, without []string) (out []string) {
	for _, f := range facts {
		if f.class == c && f.rank > inSentence && !slices.Contains(without, f.value) && !slices.Contains(out, f.value) &&
			len(out) < mostNames {
			out = append(out, f.value)
		}
	}
	return out
}

// partitions are those that the message points at: spelled with their topic, or said in an alert of one topic.
func partitions(facts []fact, topics []string) map[string][]int32 {
	alerts := map[int][]fact{}
	for _, f := range facts {
		if f.class == topic || f.class == partition && f.topic == "" {
			alerts[f.alert] = append(alerts[f.alert], f)
		}
	}
	out := map[string][]int32{}
	add := func(t, p string) {
		n, err := strconv.ParseInt(p, 10, 32)
		if err == nil && slices.Contains(topics, t) && !slices.Contains(out[t], int32(n)) && len(out[t]) < mostNames {
			out[t] = append(out[t], int32(n))
		}
	}
	for _, of := range alerts {
		named := best(of, topic)
		if len(named) == 0 {
			named = topics
		}
		if len(named) == 1 {
			for _, p := range best(of, partition) {
				add(named[0], p)
			}
		}
	}
	for _, f := range facts {
		if f.class == partition && f.topic != "" {
			add(f.topic, f.value)
		}
	}
	for _, l := range out {
		slices.Sort(l)
	}
	return out
}

// single is the offset of the message that failed, where the facts name one.
func single(facts []fact) *int64 {
	values := best(facts, offset)
	if len(values) != 1 {
		return nil
	}
	n, err := strconv.ParseInt(values[0], 10, 64)
	if err != nil {
		return nil
	}
	return &n
}

// pairs are the topics that alerts of one group name with it.
func pairs(facts []fact, groups []string) (out []Pair) {
	byAlert := map[int][]fact{}
	for _, f := range facts {
		byAlert[f.alert] = append(byAlert[f.alert], f)
	}
	of := map[string][]string{}
	seen := map[int]bool{}
	for _, f := range facts {
		if seen[f.alert] || f.alert == common {
			continue
		}
		seen[f.alert] = true
		if g := best(byAlert[f.alert], group); len(g) == 1 {
			for _, t := range best(byAlert[f.alert], topic) {
				if !slices.Contains(of[g[0]], t) {
					of[g[0]] = append(of[g[0]], t)
				}
			}
		}
	}
	for _, g := range groups {
		if len(of[g]) > 0 {
			out = append(out, Pair{Group: g, Topics: of[g]})
		}
	}
	return out
}

// since is the start that the message states. Several of one alert are of one trouble, and the earliest is its start;
// those of several alerts are only offered.
func (r *reader) since(out *Reading) {
	var found []start
	for _, s := range r.starts {
		if out.Resolved || r.statusOf(s.alert) != resolved {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b start) int { return a.At.Compare(b.At) })
	if len(found) == 0 {
		return
	}
	first, last := found[0], found[len(found)-1]
	one := !slices.ContainsFunc(found, func(s start) bool { return s.alert != first.alert })
	if one || last.At.Sub(first.At) <= max(first.Within, last.Within) {
		out.Since = first.Moment
		return
	}
	for _, s := range found {
		out.Times = append(out.Times, s.Moment)
	}
	out.Times = distinct(out.Times)
}

func distinct(ms []Moment) []Moment {
	slices.SortStableFunc(ms, func(a, b Moment) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(string(a.Source), string(b.Source))
	})
	ms = slices.CompactFunc(ms, func(a, b Moment) bool { return a.At.Equal(b.At) && a.Source == b.Source })
	return ms[:min(len(ms), mostTimes)]
}
