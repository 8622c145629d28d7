package kafka

import (
	"cmp"
	"context"
	"encoding/hex"
	"maps"
	"slices"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Inspect reads the commits, then the group, then the topics, then the look-ups of all partitions side by side: about
// six requests per broker, however many partitions there are. The group comes after its commits: who committed them
// as a member is then seen as a member, and not taken for a client that commits from outside.
func (c *Cluster) Inspect(ctx context.Context, q reset.Query) (reset.Snapshot, error) {
	s := reset.Snapshot{At: c.now(), Topics: map[string]reset.Topic{}}
	var commits map[reset.Partition]commit
	var likes map[reset.Partition]commit
	var noCommits, noLikes error
	var wg guard.Group
	wg.Go(func() { commits, noCommits = c.commits(ctx, q.Group) })
	if q.Like != "" {
		wg.Go(func() { likes, noLikes = c.commits(ctx, q.Like) })
	}
	wg.Wait()
	if err := cmp.Or(noCommits, noLikes); err != nil {
		return reset.Snapshot{}, err
	}
	states, err := c.States(ctx, []string{q.Group})
	if err != nil {
		return reset.Snapshot{}, err
	}
	s.Group = states[q.Group]
	if !s.Group.Exists && len(commits) > 0 {
		// Azure Event Hubs lists no group without members, and keeps its commits
		s.Group.Exists, s.Group.State = true, "Dead"
	}
	if !s.Group.Exists {
		groups, err := c.Groups(ctx)
		if err != nil {
			return reset.Snapshot{}, err
		}
		s.Near = near(q.Group, groups)
	}
	v, err := c.topics(ctx, q.Scope, commits, s.Topics)
	if err != nil {
		return reset.Snapshot{}, err
	}
	s.ClusterID, s.Missing = v.id, c.missing()
	s.Partitions = inScope(q.Scope, s.Topics)
	for i := range s.Partitions {
		p := &s.Partitions[i]
		at, ok := commits[p.Partition]
		p.Committed, p.Err = at.Position, at.err
		p.Committed.None = !ok || at.None
		if q.Like != "" {
			like, ok := likes[p.Partition]
			p.Other, p.Err = &reset.Position{Offset: like.Offset, None: !ok || like.None}, cmp.Or(p.Err, like.err)
		}
	}
	if err := c.readLogs(ctx, v, q, s.Partitions); err != nil {
		return s, err
	}
	if q.Markers || q.Environment {
		c.markers(ctx, v, q.Isolation, s.Partitions)
	}
	if !q.Environment {
		return s, ctx.Err()
	}
	err = c.environment(ctx, v, q, &s)
	return s, err
}

// topics reads the topics in scope and those with committed offsets, and finds names close to those that do not
// exist.
func (c *Cluster) topics(
	ctx context.Context, scope reset.Scope, commits map[reset.Partition]commit, out map[string]reset.Topic,
) (view, error) {
	number := map[string]int{}
	for p, at := range commits {
		if !at.None || at.err != "" {
			number[p.Topic]++
		}
	}
	asked := map[string]bool{}
	for _, t := range scope.Topics {
		asked[t.Topic] = true
		number[t.Topic] += 0
	}
	names := slices.Sorted(maps.Keys(number))
	if len(names) == 0 {
		names = []string{anyTopic}
	}
	v, err := c.metadata(ctx, names...)
	if err != nil {
		return view{}, err
	}
	var every view // read once, and only when a name is not found
	for n, commits := range number {
		t := topic(v.topics[n])
		if asked[n] && t.Partitions == 0 && t.Err == "" {
			if every.topics == nil {
				if every, err = c.metadata(ctx); err != nil {
					return view{}, err
				}
			}
			if m := every.topics[n]; m != nil { // it has just been created, or the first broker was behind
				t, v.topics[n] = topic(m), m
			} else {
				t.Near = near(n, slices.Sorted(maps.Keys(every.topics)))
			}
		}
		t.Commits = commits
		out[n] = t
	}
	return v, nil
}

func topic(m *sarama.TopicMetadata) reset.Topic {
	if m == nil {
		return reset.Topic{Err: "the broker's answer leaves it out"}
	}
	var t reset.Topic
	if m.Uuid != (sarama.Uuid{}) {
		t.ID = hex.EncodeToString(m.Uuid[:])
	}
	switch m.Err {
	case sarama.ErrNoError:
		t.Partitions = len(m.Partitions)
	case sarama.ErrUnknownTopicOrPartition, sarama.ErrInvalidTopic:
	default:
		t.Err = name(m.Err)
	}
	return t
}

// inScope lists the requested partitions that exist.
func inScope(scope reset.Scope, topics map[string]reset.Topic) []reset.PartitionState {
	in := map[reset.Partition]bool{}
	all := func(topic string) {
		for n := range topics[topic].Partitions {
			in[reset.Partition{Topic: topic, Partition: int32(n)}] = true
		}
	}
	for _, t := range scope.Topics {
		if t.Partitions == nil {
			all(t.Topic)
		}
		for _, n := range t.Partitions {
			if n >= 0 && int(n) < topics[t.Topic].Partitions {
				in[reset.Partition{Topic: t.Topic, Partition: n}] = true
			}
		}
	}
	if len(scope.Topics) == 0 {
		for name := range topics {
			all(name)
		}
	}
	out := make([]reset.PartitionState, 0, len(in))
	for p := range in {
		out = append(out, reset.PartitionState{Partition: p})
	}
	slices.SortFunc(out, func(a, b reset.PartitionState) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition.Partition, b.Partition.Partition))
	})
	return out
}

// readLogs fills in start, end and the record at the asked time.
func (c *Cluster) readLogs(ctx context.Context, v view, q reset.Query, states []reset.PartitionState) error {
	parts := make([]reset.Partition, len(states))
	for i, s := range states {
		parts[i] = s.Partition
	}
	var starts, ends, times, highs map[reset.Partition]offsetResult
	var wg guard.Group
	wg.Go(func() { starts = c.listOffsetsAt(ctx, v, parts, atEvery(sarama.OffsetOldest), q.Isolation) })
	wg.Go(func() { ends = c.listOffsetsAt(ctx, v, parts, atEvery(sarama.OffsetNewest), q.Isolation) })
	if q.Isolation == reset.ReadCommitted { // then the end is the last stable offset, and the log continues after it
		wg.Go(func() { highs = c.listOffsetsAt(ctx, v, parts, atEvery(sarama.OffsetNewest), reset.ReadUncommitted) })
	}
	if !q.At.IsZero() {
		wg.Go(func() { times = c.listOffsetsAt(ctx, v, parts, atEvery(millis(q.At)), q.Isolation) })
	}
	wg.Wait()
	var missed []*reset.PartitionState
	for i := range states {
		s := &states[i]
		start, end, at := starts[s.Partition], ends[s.Partition], times[s.Partition]
		high := highs[s.Partition]
		s.Start, s.End, s.High, s.Err = start.offset, end.offset, high.offset,
			cmp.Or(s.Err, start.err, end.err, at.err, high.err)
		if s.Err != "" || q.At.IsZero() {
			continue
		}
		if s.Found = found(at, s.Start, s.End); s.Found == nil {
			missed = append(missed, s)
		}
	}
	c.checkMisses(ctx, v, millis(q.At), q.Isolation, missed)
	return ctx.Err()
}

// found interprets the answer to a time look-up; nil for a miss that has to be checked. Start and end were read at
// the same time, not before, and may differ a little.
func found(at offsetResult, start, end int64) *reset.Found {
	switch {
	case at.offset < 0 && start >= end, at.offset > end:
		return &reset.Found{Offset: end, How: reset.HowNoLater}
	case at.offset < 0: // a miss; Kafka does not call it an error
		return nil
	case at.offset < start: // deleted since
		return &reset.Found{Offset: start, How: reset.HowStartInDoubt}
	}
	return &reset.Found{Offset: at.offset, At: at.time, How: reset.HowRecord}
}
