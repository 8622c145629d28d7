package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// commit is a group's committed position of a partition, or why it is not known.
type commit struct {
	reset.Position
	err string
}

// findCoordinator asks which broker coordinates the group. It is also where a group is noticed that the login may not
// see: listings leave it out without an error.
func (c *Cluster) findCoordinator(ctx context.Context, v view, group string) (addr string, err error) {
	resp, err := callBroker(ctx, c, v.lead, func(b *sarama.Broker) (*sarama.FindCoordinatorResponse, error) {
		return b.FindCoordinator(&sarama.FindCoordinatorRequest{
			Version: 3, CoordinatorKey: group, CoordinatorType: sarama.CoordinatorGroup,
		})
	})
	if err != nil {
		return "", c.lost(ctx, v.lead, err)
	}
	if err := c.groupError(v.lead, group, resp.Err); err != nil {
		return "", err
	}
	if resp.Coordinator == nil {
		return "", &retriableError{v.lead, "it names no coordinator"}
	}
	return resp.Coordinator.Addr(), nil
}

// coordinator is findCoordinator for callers without a view of the cluster.
func (c *Cluster) coordinator(ctx context.Context, group string) (string, error) {
	v, err := c.refreshBrokers(ctx)
	if err != nil {
		return "", err
	}
	return c.findCoordinator(ctx, v, group)
}

// ReadBack asks the coordinator for the committed positions, which must be stable: an offset inside an open
// transaction is waited for within a bound.
func (c *Cluster) ReadBack(ctx context.Context, group string, parts []reset.Partition) ([]reset.Position, error) {
	if len(parts) == 0 {
		return nil, nil // without partitions the request would mean all of them
	}
	return retryUntilReady(ctx, c, group, func() ([]reset.Position, error) {
		addr, err := c.coordinator(ctx, group)
		if err != nil {
			return nil, err
		}
		got, err := c.fetchCommits(ctx, addr, group, parts)
		if err != nil {
			return nil, err
		}
		out := make([]reset.Position, len(parts))
		for i, p := range parts {
			at, ok := got[p]
			switch {
			case !ok:
				return nil, fmt.Errorf("read back %s:%d of group %q: broker %s left it out of its answer", p.Topic,
					p.Partition, group, addr)
			case at.err == name(sarama.ErrUnstableOffsetCommit):
				return nil, &retriableError{addr, fmt.Sprintf("%s on %s:%d", at.err, p.Topic, p.Partition)}
			case at.err != "":
				return nil, reset.UnreadProblem(at.err, p.Topic, p.Partition).On(c.name, group)
			}
			out[i] = at.Position
		}
		return out, nil
	})
}

// commits are all of the group's. One that is still in a transaction after a while has that as its err.
func (c *Cluster) commits(ctx context.Context, group string) (map[reset.Partition]commit, error) {
	var last map[reset.Partition]commit
	all, err := retryUntilReady(ctx, c, group, func() (map[reset.Partition]commit, error) {
		last = nil
		addr, err := c.coordinator(ctx, group)
		if err != nil {
			return nil, err
		}
		if last, err = c.fetchCommits(ctx, addr, group, nil); err != nil {
			return nil, err
		}
		for p, at := range last {
			if at.err == name(sarama.ErrUnstableOffsetCommit) {
				return nil, &retriableError{addr, fmt.Sprintf("%s on %s:%d", at.err, p.Topic, p.Partition)}
			}
		}
		return last, nil
	})
	if err != nil && last != nil && ctx.Err() == nil {
		return last, nil // only some partitions are unstable, and have that as their error
	}
	return all, err
}

// fetchCommits reads the committed positions of some partitions, or of all without any, from the broker at addr.
func (c *Cluster) fetchCommits(
	ctx context.Context, addr, group string, parts []reset.Partition,
) (map[reset.Partition]commit, error) {
	byTopic := partitionsByTopic(parts)
	resp, err := callBroker(ctx, c, addr, func(b *sarama.Broker) (*sarama.OffsetFetchResponse, error) {
		req := sarama.NewOffsetFetchRequest(c.sarama.Version, group, byTopic)
		req.RequireStable = true
		resp, err := b.FetchOffset(req)
		if errors.As(err, new(sarama.PacketEncodingError)) && req.Version < 7 {
			req.RequireStable = false // brokers before 2.5 do not know the field, and sarama refuses to leave it out
			return b.FetchOffset(req)
		}
		return resp, err
	})
	if err != nil {
		return nil, c.lost(ctx, addr, err)
	}
	if resp.Version >= 8 && len(resp.Groups) == 0 {
		return nil, fmt.Errorf("read the committed offsets of group %q: broker %s omitted the group in its answer", group, addr)
	}
	out := map[reset.Partition]commit{}
	if resp.Err == sarama.ErrGroupIDNotFound { // as some brokers call a group without commits
		for _, p := range parts {
			out[p] = commit{Position: reset.Position{None: true}}
		}
		return out, nil
	}
	if err := c.groupError(addr, group, resp.Err); err != nil {
		return nil, err
	}
	for topic, blocks := range resp.Blocks {
		for n, b := range blocks {
			out[reset.Partition{Topic: topic, Partition: n}] = toCommit(b)
		}
	}
	return out, nil
}

// fetchAllCommits reads all committed positions of several groups from their coordinator at addr: in one request
// where the broker takes several groups in one (OffsetFetch v8, Kafka 3.0), else one after the other. Of a group that
// the broker refuses, why.
func (c *Cluster) fetchAllCommits(ctx context.Context, addr string, groups []string) (map[string]groupCommits, error) {
	out := make(map[string]groupCommits, len(groups))
	resp, err := callBroker(ctx, c, addr, func(b *sarama.Broker) (*sarama.OffsetFetchResponse, error) {
		req := sarama.NewOffsetFetchRequest(c.sarama.Version, groups[0], nil)
		for _, g := range groups[1:] {
			req.Groups = append(req.Groups, sarama.OffsetFetchRequestGroup{GroupId: g})
		}
		req.RequireStable = true
		return b.FetchOffset(req)
	})
	switch {
	case errors.As(err, new(sarama.PacketEncodingError)): // the broker supports no version with several groups
		return out, c.fetchOneByOne(ctx, addr, groups, out)
	case err != nil:
		return nil, c.lost(ctx, addr, err)
	case resp.Version < 8:
		return out, c.fetchOneByOne(ctx, addr, groups, out)
	}
	for _, g := range resp.Groups {
		switch g.Err {
		case sarama.ErrNoError:
		case sarama.ErrGroupIDNotFound: // as some brokers call a group without commits
			g.Blocks = nil
		default:
			out[g.GroupId] = groupCommits{why: name(g.Err)}
			continue
		}
		read := map[reset.Partition]commit{}
		for topic, blocks := range g.Blocks {
			for n, b := range blocks {
				read[reset.Partition{Topic: topic, Partition: n}] = toCommit(b)
			}
		}
		out[g.GroupId] = groupCommits{commits: read}
	}
	return out, nil
}

// groupCommits are the committed offsets of a group, or why they could not be read.
type groupCommits struct {
	commits map[reset.Partition]commit
	why     string // Kafka's error
}

// positions are commits as positions; nil, and why, when one of them is not known.
func (g groupCommits) positions() (positions map[reset.Partition]reset.Position, why string) {
	if g.why != "" {
		return nil, g.why
	}
	out := make(map[reset.Partition]reset.Position, len(g.commits))
	for p, at := range g.commits {
		if at.err != "" {
			return nil, at.err
		}
		out[p] = at.Position
	}
	return out, ""
}

// fetchOneByOne is fetchAllCommits for brokers before 3.0.
func (c *Cluster) fetchOneByOne(ctx context.Context, addr string, groups []string, out map[string]groupCommits) error {
	for _, g := range groups {
		commits, err := c.fetchCommits(ctx, addr, g, nil)
		var refused *reset.Problem
		var wait *retriableError
		switch {
		case err == nil:
			out[g] = groupCommits{commits: commits}
		case errors.As(err, &wait): // of this group alone, and so is the next
			out[g] = groupCommits{why: wait.why}
		case errors.As(err, &refused) && refused.Group == g:
			out[g] = groupCommits{why: refused.Got}
		default:
			return err
		}
	}
	return nil
}

func toCommit(b *sarama.OffsetFetchResponseBlock) commit {
	switch {
	case b.Err != sarama.ErrNoError:
		return commit{Position: reset.Position{None: true}, err: name(b.Err)}
	case b.Offset < 0: // never committed; it is neither 0 nor the log start
		return commit{Position: reset.Position{None: true}}
	}
	return commit{Position: reset.Position{Offset: b.Offset, Metadata: b.Metadata}}
}

// partitionsByTopic are the partitions by topic; nil for none.
func partitionsByTopic(parts []reset.Partition) map[string][]int32 {
	var out map[string][]int32
	for _, p := range parts {
		if out == nil {
			out = map[string][]int32{}
		}
		out[p.Topic] = append(out[p.Topic], p.Partition)
	}
	return out
}
