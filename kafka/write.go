package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Write sends a chunk once, on a connection that nothing was sent on before and nothing will be after. It takes at
// most four times the configured timeout, ready not counted: two to find the coordinator, one to connect, one for the
// answer.
func (c *Cluster) Write(
	ctx context.Context, group string, chunk reset.Chunk, ready func() error,
) ([]reset.StepResult, error) {
	if err := sendable(group, chunk); err != nil {
		return nil, err
	}
	addr, err := c.writeCoordinator(ctx, group)
	if err != nil {
		return nil, err
	}
	l, err := c.dial(ctx, addr)
	if err != nil {
		return nil, c.unreachable([]string{addr}, []error{err})
	}
	defer c.closeLink(l)
	if err := c.deletable(l, group, chunk); err != nil {
		return nil, err
	}
	if err := ready(); err != nil {
		return nil, err
	}
	before := l.socket.sent.Load()
	codes, err := c.send(ctx, l, group, chunk)
	if err != nil && l.socket.sent.Load() == before {
		return nil, fmt.Errorf("write offsets of group %q: nothing was sent: %w", group, err)
	}
	return results(chunk, codes, err), nil
}

// sendable refuses what must never be sent. Negative offsets have a meaning in Kafka's protocol (-1 the end, -2 the
// start), and Kafka would store them.
func sendable(group string, chunk reset.Chunk) error {
	if len(chunk.Steps) == 0 {
		return fmt.Errorf("write offsets of group %q: no steps; nothing was sent", group)
	}
	for _, s := range chunk.Steps {
		if !chunk.Delete && (s.To.None || s.To.Offset < 0) {
			return fmt.Errorf("write offsets of group %q: %s:%d has no offset to go to; nothing was sent", group,
				s.Topic, s.Partition.Partition)
		}
	}
	return nil
}

// writeCoordinator finds the coordinator, with retries: nothing has been sent yet.
func (c *Cluster) writeCoordinator(ctx context.Context, group string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*c.timeout)
	defer cancel()
	addr, err := retryUntilReady(ctx, c, group, func() (string, error) { return c.coordinator(ctx, group) })
	if errors.Is(err, context.DeadlineExceeded) {
		err = c.unreachable(c.addresses(), []error{err})
	}
	return addr, err
}

// send makes the one request. Neither sarama's nor our own call repeats it.
func (c *Cluster) send(
	ctx context.Context, l *link, group string, chunk reset.Chunk,
) (map[string]map[int32]sarama.KError, error) {
	if chunk.Delete {
		req := &sarama.DeleteOffsetsRequest{Group: group}
		for _, s := range chunk.Steps {
			req.AddPartition(s.Topic, s.Partition.Partition)
		}
		resp, err := callOnLink(ctx, c, l,
			func() (*sarama.DeleteOffsetsResponse, error) { return l.broker.DeleteOffsets(req) })
		if err != nil {
			return nil, err
		}
		if resp.ErrorCode != sarama.ErrNoError { // about the group, and so about each partition
			for _, s := range chunk.Steps {
				resp.AddError(s.Topic, s.Partition.Partition, resp.ErrorCode)
			}
		}
		return resp.Errors, nil
	}
	req := sarama.NewOffsetCommitRequest(c.sarama, group) // generation -1 and no member: from outside of the group
	// The brokers' own retention. Versions 2 to 4 send it, and 0 would mean that the commit expires at once. sarama's
	// constructor sets it only for the version that it chose itself, and the broker's ApiVersions lowers that
	// afterwards.
	req.RetentionTime = -1
	for _, s := range chunk.Steps {
		// Leader epoch -1: a wrong one makes consumers report a truncated log and move; AddBlock would send 0.
		req.AddBlockWithLeaderEpoch(s.Topic, s.Partition.Partition, s.To.Offset, -1, sarama.ReceiveTime, s.To.Metadata)
	}
	resp, err := callOnLink(ctx, c, l,
		func() (*sarama.OffsetCommitResponse, error) { return l.broker.CommitOffset(req) })
	if err != nil {
		return nil, err
	}
	return resp.Errors, nil
}

// results is what is known of each step. A partition that the answer leaves out is lost, like an answer that never
// came.
func results(chunk reset.Chunk, codes map[string]map[int32]sarama.KError, lost error) []reset.StepResult {
	out := make([]reset.StepResult, len(chunk.Steps))
	for i, s := range chunk.Steps {
		code, answered := codes[s.Topic][s.Partition.Partition]
		switch {
		case lost != nil:
			out[i].Detail = cause(lost)
		case !answered:
			out[i].Detail = "the broker's answer leaves it out"
		case code == sarama.ErrNoError: // success is a non-nil error value in sarama
			out[i].Written = true
		case maybeWritten(code):
			out[i].Detail = name(code)
		default:
			out[i].Rejected = name(code)
		}
	}
	return out
}

// maybeWritten are the errors after which the offset may have been committed nevertheless. Kafka's coordinator
// appends a commit, then waits until it is replicated. If that takes longer than offsets.commit.timeout.ms it answers
// COORDINATOR_NOT_AVAILABLE (CoordinatorOperationExceptionHelper maps REQUEST_TIMED_OUT and NOT_ENOUGH_REPLICAS to
// it; older brokers also NOT_ENOUGH_REPLICAS_AFTER_APPEND), and if it loses the group meanwhile NOT_COORDINATOR
// (CoordinatorRuntime.unload fails all that waits with it, and KAFKA_STORAGE_ERROR is mapped to it). What was
// appended may be replicated yet. Both are also said where nothing was appended, and nothing tells the two apart but
// reading. TestCommitThatOutlivesItsAnswer shows it.
func maybeWritten(code sarama.KError) bool {
	switch code {
	case sarama.ErrRequestTimedOut, sarama.ErrConsumerCoordinatorNotAvailable, sarama.ErrNotCoordinatorForConsumer,
		sarama.ErrNotEnoughReplicasAfterAppend, sarama.ErrNetworkException:
		return true
	}
	return false
}
