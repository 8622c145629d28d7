package reset

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// MakePlan resolves an intent against a snapshot. It is pure. A plan is complete or there is none: a partition that
// cannot be resolved is a problem, never left out.
func MakePlan(in Intent, saved []Step, snap Snapshot, now time.Time) (Plan, *Problem) {
	if t, ok := in.Target.(Time); ok && !t.Future && t.At.After(now) {
		return Plan{}, FutureProblem(t.Said, t.At.Sub(now)).On(in.Cluster, in.Group)
	}
	whole := snap
	_, deletes := in.Target.(Nowhere)
	if in.Scope.All || deletes {
		snap.Partitions = slices.DeleteFunc(slices.Clone(snap.Partitions), func(p PartitionState) bool {
			t := snap.Topics[p.Topic]
			deleted := t.Partitions == 0 && t.Err == ""
			return deleted || p.Err == "" && p.Committed.None // left as they are, and named by unaffectedTopics
		})
	}
	if p := checkScope(in, saved, snap); p != nil {
		return Plan{}, p
	}
	if deletes && len(snap.Partitions) == 0 {
		return Plan{}, NoCommitsProblem(in.Cluster, in.Group)
	}
	plan, p := resolve(in.Target, snap, savedPositions(in, saved))
	if p != nil {
		p.Cluster, p.Group = in.Cluster, in.Group
		return Plan{}, p
	}
	if p := checkDeletable(in, snap, plan.Steps); p != nil {
		return Plan{}, p
	}
	plan.Effect = Total(plan.Steps)
	plan.Warnings = warnings(in, whole, plan, now)
	return plan, nil
}

// resolve finds the target in every partition of the snapshot. Problems of one kind are told together.
func resolve(t Target, snap Snapshot, saved map[Partition]Step) (Plan, *Problem) {
	var plan Plan
	var first *Problem
	_, undo := t.(Undo)
	for _, p := range snap.Partitions {
		id := snap.Topics[p.Topic].ID
		old := saved[p.Partition]
		if undo && idUnknown(old.TopicID, snap.Topics[p.Topic]) {
			return Plan{}, UnreadProblem(noID, p.Topic)
		}
		if undo && recreated(old.TopicID, id) {
			return Plan{}, RecreatedProblem(p.Topic)
		}
		s, problem := resolveStep(t, p, id, old.To)
		switch {
		case problem == nil:
			plan.Steps = append(plan.Steps, s)
		case first == nil:
			first = problem
		case problem.Code == first.Code && problem.Topic == first.Topic:
			first.Parts = append(first.Parts, problem.Parts...)
		}
	}
	if _, one := t.(SkipRecord); one && first == nil && len(plan.Steps) != 1 {
		first = OneRecordProblem(len(plan.Steps))
	}
	return plan, first
}

// savedPositions are the positions that a plan file or an undo names, as steps with that position in To.
func savedPositions(in Intent, saved []Step) map[Partition]Step {
	m := make(map[Partition]Step, len(saved))
	if t, ok := in.Target.(Rows); ok {
		for _, r := range t.Rows {
			m[Partition{r.Topic, r.Partition}] = Step{To: Position{Offset: r.Offset}}
		}
	}
	for _, s := range saved {
		m[Partition{s.Topic, s.Partition}] = Step{TopicID: s.TopicID, To: s.From}
	}
	return m
}

// checkScope refuses a scope that Kafka does not have, or of which something could not be read.
func checkScope(in Intent, saved []Step, snap Snapshot) *Problem {
	names := slices.Sorted(maps.Keys(snap.Topics))
	if in.Scope.All {
		return checkAll(in, names, snap)
	}
	for _, name := range names {
		if t := snap.Topics[name]; inScope(in, saved, name) && t.Err == "" && t.Partitions == 0 {
			return NoTopicProblem(name, t.Near).On(in.Cluster, in.Group)
		}
	}
	for _, ts := range in.Scope.Topics {
		if p := checkPartitions(in, ts, snap.Topics[ts.Topic].Partitions); p != nil {
			return p
		}
	}
	if p := checkPartitionsOfRows(in, snap); p != nil {
		return p
	}
	return checkRead(in, snap)
}

func checkAll(in Intent, names []string, snap Snapshot) *Problem {
	for _, name := range names {
		if t := snap.Topics[name]; t.Err != "" {
			return UnreadProblem(t.Err, name).On(in.Cluster, in.Group)
		}
	}
	if len(snap.Partitions) == 0 {
		return NoCommitsProblem(in.Cluster, in.Group)
	}
	return checkRead(in, snap)
}

// inScope reports whether a topic is in the scope. The group's committed offsets on other topics do not matter here.
func inScope(in Intent, saved []Step, topic string) bool {
	if t, ok := in.Target.(Rows); ok && slices.ContainsFunc(t.Rows, func(r Row) bool { return r.Topic == topic }) {
		return true
	}
	return slices.ContainsFunc(saved, func(s Step) bool { return s.Topic == topic }) ||
		slices.ContainsFunc(in.Scope.Topics, func(ts TopicScope) bool { return ts.Topic == topic })
}

func checkPartitions(in Intent, ts TopicScope, have int) *Problem {
	var missing []int32
	for _, p := range ts.Partitions {
		if int(p) >= have {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 || have == 0 {
		return nil
	}
	return NoPartitionProblem(ts.Topic, missing, have).On(in.Cluster, in.Group)
}

func checkPartitionsOfRows(in Intent, snap Snapshot) *Problem {
	t, ok := in.Target.(Rows)
	if !ok {
		return nil
	}
	for _, r := range t.Rows {
		ts := TopicScope{Topic: r.Topic, Partitions: []int32{r.Partition}}
		if p := checkPartitions(in, ts, snap.Topics[r.Topic].Partitions); p != nil {
			return p
		}
	}
	return nil
}

// checkRead refuses when a partition could not be read: a plan that leaves it out looks complete and is not.
func checkRead(in Intent, snap Snapshot) *Problem {
	for _, name := range slices.Sorted(maps.Keys(snap.Topics)) {
		if t := snap.Topics[name]; t.Err != "" && slices.ContainsFunc(snap.Partitions,
			func(p PartitionState) bool { return p.Topic == name }) {
			return UnreadProblem(t.Err, name).On(in.Cluster, in.Group)
		}
	}
	var topic, cause string
	var unread []int32
	for _, p := range snap.Partitions {
		if p.Err == "" || topic != "" && topic != p.Topic {
			continue
		}
		topic, cause = p.Topic, p.Err
		unread = append(unread, p.Partition.Partition)
	}
	if topic == "" {
		return nil
	}
	return UnreadProblem(cause, topic, unread...).On(in.Cluster, in.Group)
}

// Total sums steps up. It saturates: an effect too large to count is too large for every bound.
func Total(steps []Step) Effect {
	var e Effect
	topics := map[string]bool{}
	for _, s := range steps {
		topics[s.Topic] = true
		e.Partitions++
		if s.From.None != s.To.None || s.From.Offset != s.To.Offset {
			e.Changed++
		}
		if s.From.None {
			e.None++
		}
		if s.How == HowClampStart || s.How == HowClampEnd {
			e.Clamped++
		}
		e.Replay = AddSaturating(e.Replay, s.Replay)
		e.Skip = AddSaturating(e.Skip, s.Skip)
		if s.RecordAt.IsZero() {
			continue
		}
		if e.From.IsZero() || s.RecordAt.Before(e.From) {
			e.From = s.RecordAt
		}
		if s.RecordAt.After(e.Upto) {
			e.Upto = s.RecordAt
		}
	}
	e.Topics = len(topics)
	return e
}

// Lags is the lag of a group on each topic of a snapshot.
func Lags(snap Snapshot) []TopicLag {
	at, read := map[string]*TopicLag{}, map[string]bool{}
	for _, p := range snap.Partitions {
		read[p.Topic] = true
	}
	for name, t := range snap.Topics {
		if t.Err != "" || t.Commits > 0 && (read[name] || t.Partitions == 0) { // what was not read is not "0 behind"
			at[name] = &TopicLag{Topic: name, Partitions: t.Partitions, Err: t.Err}
		}
	}
	for _, p := range snap.Partitions {
		l := at[p.Topic]
		if l == nil {
			continue
		}
		if p.Err != "" {
			l.Err = p.Err
			continue
		}
		if !p.Committed.None {
			l.Committed++
			l.Lag = AddSaturating(l.Lag, p.Lag())
			l.Markers = AddSaturating(l.Markers, p.Markers)
		}
	}
	lags := make([]TopicLag, 0, len(at))
	for _, l := range at {
		lags = append(lags, *l)
	}
	slices.SortFunc(lags, func(a, b TopicLag) int {
		return cmp.Or(cmp.Compare(b.Lag, a.Lag), cmp.Compare(a.Topic, b.Topic))
	})
	return lags
}
