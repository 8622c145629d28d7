package kafka

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// maxLagPartitions bounds how many partitions one reading of lags looks up. Groups beyond it are left unread, and say
// so.
const maxLagPartitions = 20_000

// List returns all groups that the login may see, by one request to each broker. A broker that does not answer is
// named: absence of a group proves nothing then.
func (c *Cluster) List(ctx context.Context) (reset.GroupList, error) {
	return retryUntilReady(ctx, c, "", func() (reset.GroupList, error) {
		v, err := c.refreshBrokers(ctx)
		if err != nil {
			return reset.GroupList{}, err
		}
		found, missing, err := c.list(ctx, v)
		if err != nil {
			return reset.GroupList{}, err
		}
		out := reset.GroupList{At: c.now(), ClusterID: v.id, Brokers: len(v.nodes),
			Groups: make(map[string]reset.GroupState, len(found))}
		for name, l := range found {
			out.Groups[name] = reset.GroupState{Exists: true, State: l.state, Type: l.kind, Protocol: l.protocol}
		}
		var p *reset.Problem
		if errors.As(missing, &p) {
			out.Missing = p.Got
		}
		return out, nil
	})
}

// Topics returns the names of all topics that the login may see, without Kafka's own.
func (c *Cluster) Topics(ctx context.Context) ([]string, error) {
	v, err := c.metadata(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for name, t := range v.topics {
		if !t.IsInternal {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Lags reads the members and the lag of groups, each by its isolation: one request to each coordinator for the members
// and one for the committed offsets, one to each leader for the log starts and one for the ends.
func (c *Cluster) Lags(
	ctx context.Context, groups map[string]reset.Isolation,
) (map[string]reset.GroupLag, error) {
	names := slices.Sorted(maps.Keys(groups))
	return retryUntilReady(ctx, c, "", func() (map[string]reset.GroupLag, error) {
		asked, err := c.locate(ctx, names)
		if err != nil {
			return nil, err
		}
		states, err := c.describe(ctx, asked)
		if err != nil {
			return nil, err
		}
		commits, err := c.commitsOf(ctx, asked)
		if err != nil {
			return nil, err
		}
		logs, err := c.logsOf(ctx, names, groups, commits)
		if err != nil {
			return nil, err
		}
		out := make(map[string]reset.GroupLag, len(names))
		for _, g := range names {
			l := logs.lag(commits[g], groups[g])
			l.Group = states[g]
			out[g] = l
		}
		return out, ctx.Err()
	})
}

// commitsOf reads the committed offsets of groups from their coordinators, side by side.
func (c *Cluster) commitsOf(ctx context.Context, asked map[string]listed) (map[string]groupCommits, error) {
	byAddr := map[string][]string{}
	for g, l := range asked {
		byAddr[l.addr] = append(byAddr[l.addr], g)
	}
	addrs := slices.Sorted(maps.Keys(byAddr))
	read, failed := make([]map[string]groupCommits, len(addrs)), make([]error, len(addrs))
	var wg guard.Group
	for i, addr := range addrs {
		wg.Go(func() { read[i], failed[i] = c.fetchAllCommits(ctx, addr, byAddr[addr]) })
	}
	wg.Wait()
	out := make(map[string]groupCommits, len(asked))
	for _, r := range read {
		maps.Copy(out, r)
	}
	return out, errors.Join(failed...)
}

// logEnds are the starts and ends of partitions, by the isolation that the end goes by.
type logEnds struct {
	there  map[string]bool // topics that exist
	starts map[reset.Partition]offsetResult
	ends   map[reset.Isolation]map[reset.Partition]offsetResult
}

// logsOf reads the logs that groups have committed offsets on.
func (c *Cluster) logsOf(ctx context.Context, names []string, groups map[string]reset.Isolation,
	commits map[string]groupCommits,
) (logEnds, error) {
	all := map[reset.Partition]bool{}
	by := make(map[reset.Isolation]map[reset.Partition]bool)
	topics := map[string]bool{}
	for _, g := range names {
		if len(all)+len(commits[g].commits) > maxLagPartitions {
			continue
		}
		iso := cmp.Or(groups[g], reset.ReadUncommitted)
		if by[iso] == nil {
			by[iso] = map[reset.Partition]bool{}
		}
		for p := range commits[g].commits {
			all[p], by[iso][p], topics[p.Topic] = true, true, true
		}
	}
	logs := logEnds{there: map[string]bool{}, ends: make(map[reset.Isolation]map[reset.Partition]offsetResult)}
	if len(all) == 0 {
		return logs, nil
	}
	v, err := c.metadata(ctx, slices.Sorted(maps.Keys(topics))...)
	if err != nil {
		return logs, err
	}
	for name := range topics {
		t := topic(v.topics[name])
		logs.there[name] = t.Partitions > 0 || t.Err != ""
	}
	here := func(set map[reset.Partition]bool) (parts []reset.Partition) {
		for p := range set {
			if t := v.topics[p.Topic]; t != nil && int(p.Partition) < len(t.Partitions) {
				parts = append(parts, p)
			}
		}
		return parts
	}
	var wg guard.Group
	wg.Go(func() {
		logs.starts = c.listOffsetsAt(ctx, v, here(all), atEvery(sarama.OffsetOldest), reset.ReadUncommitted)
	})
	read := make(map[reset.Isolation]*map[reset.Partition]offsetResult)
	for iso, set := range by {
		ends := &map[reset.Partition]offsetResult{}
		read[iso] = ends
		wg.Go(func() { *ends = c.listOffsetsAt(ctx, v, here(set), atEvery(sarama.OffsetNewest), iso) })
	}
	wg.Wait()
	for iso, ends := range read {
		logs.ends[iso] = *ends
	}
	return logs, nil
}

// lag adds up what could be read. Committed offsets on topics that were deleted are no lag.
func (l logEnds) lag(g groupCommits, iso reset.Isolation) reset.GroupLag {
	out := reset.GroupLag{Why: g.why}
	ends := l.ends[cmp.Or(iso, reset.ReadUncommitted)]
	topics := map[string]bool{}
	for p, at := range g.commits {
		there, looked := l.there[p.Topic]
		if looked && !there || at.None && at.err == "" {
			continue
		}
		topics[p.Topic] = true
		start, end := l.starts[p], ends[p]
		why := cmp.Or(at.err, start.err, end.err)
		if _, ok := ends[p]; !ok && why == "" {
			why = "its log end was not looked up"
		}
		if why != "" {
			out.Unread++
			out.Why = why
			continue
		}
		out.Partitions++
		out.Lag = reset.AddSaturating(out.Lag, reset.PartitionState{Start: start.offset, End: end.offset,
			Committed: at.Position}.Lag())
	}
	out.Topics = len(topics)
	return out
}
