package engine

import (
	"context"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Cluster is one Kafka cluster. Its errors are *Problem where a person can do something about it (ProblemUnreachable,
// ProblemWrongCluster, ...); the engine treats every other error as unreachable: it proves nothing.
type Cluster interface {
	// States returns the state of each group, from one round over all brokers. A group that no broker lists is in the
	// map with Exists false, and only when every broker answered.
	States(ctx context.Context, groups []string) (map[string]reset.GroupState, error)
	// Look returns, from one round as well, the state of each group and, where that is inactive, the committed
	// offsets of all its topics: a bounded number of requests per broker, however many groups there are.
	Look(ctx context.Context, groups []string) (map[string]reset.Look, error)
	// Inspect reads what a plan needs with a bounded number of requests per broker. A partition that could not be
	// read has an Err; the error is for what could not be read at all.
	Inspect(ctx context.Context, q reset.Query) (reset.Snapshot, error)
	// List returns all groups that the login may see, with their state and without members, from one round over all
	// brokers.
	List(ctx context.Context) (reset.GroupList, error)
	// Topics returns the names of all topics that the login may see, without Kafka's own.
	Topics(ctx context.Context) ([]string, error)
	// Lags returns the members and the lag of groups, each by its isolation: a bounded number of requests per broker,
	// however many groups there are. A group that does not exist has Exists false.
	Lags(ctx context.Context, groups map[string]reset.Isolation) (map[string]reset.GroupLag, error)
	// Write opens a connection of its own to the group's coordinator, calls ready, and, when that returns nil, sends
	// exactly one request (an OffsetCommit, or an OffsetDelete when the chunk deletes), never again. It returns one
	// result per step, in order. An error means that nothing was sent (no connection, or ready's own error).
	Write(ctx context.Context, group string, c reset.Chunk, ready func() error) ([]reset.StepResult, error)
	// ID returns the cluster's own id, as it answers now.
	ID(ctx context.Context) (string, error)
	// ReadBack returns the committed position of every asked partition, each from the coordinator now.
	ReadBack(ctx context.Context, group string, parts []reset.Partition) ([]reset.Position, error)
}

// Policy decides who may. An error means that it cannot know (the directory does not answer; where it said why, a
// *Unread is in the error), and the answer is no.
type Policy interface {
	Rule(ctx context.Context, a reset.PolicyQuestion) (reset.Ruling, error)
}

// Chat is the bot's connection to people.
type Chat interface {
	// Receive decides on a recorded envelope. It answers the person; an error means "retry later".
	Receive(ctx context.Context, in Inbox) error
	// Show brings what people see up to date. It is called for every new version, may be called again for the same
	// one, and returns when it has to be called again without a change (zero: not at all).
	Show(ctx context.Context, s reset.Story) (again time.Time, err error)
}

// Inbox is an envelope, stored before it is acknowledged.
type Inbox struct {
	ID         string // the envelope's id: a second delivery of it is not stored again
	Kind       string // command, click, submission, event
	Verb       string // the verb, as far as it is known without deciding ("cancel")
	About      string // id of the request that it is about
	Raw        []byte
	ReceivedAt time.Time
}
