package clustertest

import (
	"context"
	"errors"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Write implements engine.Cluster.
func (c *Cluster) Write(
	ctx context.Context, group string, ch reset.Chunk, ready func() error,
) ([]reset.StepResult, error) {
	c.mu.Lock()
	fault := c.nextFault()
	down := c.down
	c.mu.Unlock()
	if err := errors.Join(down, fault.Unsent, ctx.Err()); err != nil {
		return nil, err
	}
	if err := ready(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	results := c.arrive(group, ch, fault)
	after := c.onWrite
	c.mu.Unlock()
	if after != nil {
		after()
	}
	return results, nil
}

func (c *Cluster) nextFault() WriteFault {
	if len(c.faults) == 0 {
		return WriteFault{}
	}
	f := c.faults[0]
	c.faults = c.faults[1:]
	return f
}

// arrive carries a request out, or holds it on its way.
func (c *Cluster) arrive(group string, ch reset.Chunk, f WriteFault) []reset.StepResult {
	if !f.Held {
		return c.carryOut(group, ch, f)
	}
	c.held = append(c.held, heldWrite{group, ch, f})
	results := make([]reset.StepResult, len(ch.Steps))
	for i := range results {
		results[i].Detail = "i/o timeout"
	}
	return results
}

// carryOut writes as a broker does: not while the group has members.
func (c *Cluster) carryOut(group string, ch reset.Chunk, f WriteFault) []reset.StepResult {
	sent := Sent{Group: group, Members: len(c.members[group]), Chunk: ch}
	results := make([]reset.StepResult, len(ch.Steps))
	for i, st := range ch.Steps {
		switch {
		case sent.Members > 0:
			results[i].Rejected = "UNKNOWN_MEMBER_ID"
		case f.Reject != "" && (f.Parts == nil || slices.Contains(f.Parts, st.Partition.Partition)):
			results[i].Rejected = f.Reject
			if f.Stands {
				c.put(group, st.Partition, st.To)
				sent.Taken = true
			}
		case f.Lost && !f.Applied:
			results[i].Detail = "i/o timeout"
		default:
			to := st.To
			to.None = to.None || ch.Delete
			c.put(group, st.Partition, to)
			sent.Taken = true
			results[i].Written = true
		}
		if f.Lost {
			results[i] = reset.StepResult{Detail: "i/o timeout"}
		}
	}
	c.sent = append(c.sent, sent)
	return results
}

// ReadBack implements engine.Cluster.
func (c *Cluster) ReadBack(ctx context.Context, group string, parts []reset.Partition) ([]reset.Position, error) {
	c.mu.Lock()
	before := c.onRead
	c.mu.Unlock()
	if before != nil {
		before()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.down, ctx.Err()); err != nil {
		return nil, err
	}
	out := make([]reset.Position, len(parts))
	for i, p := range parts {
		out[i] = c.get(group, p)
	}
	return out, nil
}
