//go:build realkafka

package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/realkafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A topic that is deleted while the group's coordinator is away stays among the commits: the broker that takes the
// group over was not told. It is named, and the other topics are read. A cluster of its own: a broker is frozen.
func TestTopicDeletedWhileTheCoordinatorIsAway(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	k, err := realkafka.Start(ctx, realkafka.Options{Version: os.Getenv("KAFKA_VERSION"), Session: 30 * time.Second})
	ok(t, err)
	t.Cleanup(func() { ok(t, k.Stop()) })
	admin := kadm.NewClient(k.Client(t))
	_, err = admin.CreateTopics(ctx, 1, 3, nil, "orders")
	ok(t, err)
	var group, gone string
	for i := range 5 {
		gone = "gone-" + strconv.Itoa(i)
		if group = deletedBeforeTheTakeover(t, k, admin, gone); group != "" {
			break
		}
	}
	if group == "" {
		t.Fatal("the takeover came before the deletion, five times")
	}
	c := open(t, kafka.Config{Bootstrap: k.Bootstrap(), ClusterID: k.ID, Timeout: 15 * time.Second})
	soon(t, "another coordinator", func() error {
		s, err := c.Inspect(ctx, reset.Query{Group: group, Scope: reset.Scope{All: true}})
		if err != nil {
			return err
		}
		if at := s.Topics[gone]; at.Partitions != 0 || at.Err != "" || at.Commits != 1 ||
			s.Topics["orders"].Partitions != 1 {
			return fmt.Errorf("%+v", s.Topics)
		}
		return nil
	})
}

// deletedBeforeTheTakeover commits offsets of orders and of a new topic, freezes the group's coordinator, and deletes
// the topic. It returns the group if the frozen broker still had it then, and "" otherwise: a coordinator that has
// the group while the topic goes takes the commits away itself. The controller is never the frozen one: the others
// would elect a new one first, and that takes longer the busier the machine.
func deletedBeforeTheTakeover(t *testing.T, k *realkafka.Cluster, admin *kadm.Client, topic string) (group string) {
	t.Helper()
	ctx, client := t.Context(), k.Client(t)
	_, err := admin.CreateTopics(ctx, 1, 3, nil, topic)
	ok(t, err)
	var at kadm.Offsets
	at.AddOffset("orders", 0, 0, -1)
	at.AddOffset(topic, 0, 0, -1)
	var home int32
	soon(t, "a commit", func() error {
		controller, err := quorumLeader(ctx, client)
		if err != nil {
			return err
		}
		for i := range 50 {
			group = topic + "-" + strconv.Itoa(i)
			found := admin.FindGroupCoordinators(ctx, group)[group]
			if found.Err != nil {
				return found.Err
			}
			if home = found.NodeID; home != controller {
				return admin.CommitAllOffsets(ctx, group, at)
			}
		}
		return errors.New("the controller has every group")
	})
	frozen := k.Brokers[slices.IndexFunc(k.Brokers, func(b *realkafka.Broker) bool { return int32(b.ID) == home })]
	other := k.Brokers[slices.IndexFunc(k.Brokers, func(b *realkafka.Broker) bool { return int32(b.ID) != home })]
	t.Cleanup(func() { ok(t, syscall.Kill(frozen.PID, syscall.SIGCONT)) })
	ok(t, syscall.Kill(frozen.PID, syscall.SIGSTOP))

	soon(t, "the topic is deleted", func() error {
		req := kmsg.NewPtrDeleteTopicsRequest()
		req.TopicNames, req.Topics = []string{topic}, []kmsg.DeleteTopicsRequestTopic{{Topic: &topic}}
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		answer, err := client.Broker(other.ID).Request(ctx, req)
		if err != nil {
			return err
		}
		err = kerr.ErrorForCode(answer.(*kmsg.DeleteTopicsResponse).Topics[0].ErrorCode)
		if errors.Is(err, kerr.UnknownTopicOrPartition) { // an earlier request, whose answer did not come in time
			return nil
		}
		return err
	})
	// Brokers apply the metadata log in its order: one that no longer sees the topic, and still sees the frozen broker
	// with the group, has the deletion first. So has every other.
	var still bool
	soon(t, "the deletion is seen", func() error {
		req := kmsg.NewPtrMetadataRequest()
		req.Topics = []kmsg.MetadataRequestTopic{{Topic: &topic}}
		answer, err := client.Broker(other.ID).Request(ctx, req)
		if err != nil {
			return err
		}
		if code := answer.(*kmsg.MetadataResponse).Topics[0].ErrorCode; code != kerr.UnknownTopicOrPartition.Code {
			return fmt.Errorf("topic %s: %w", topic, kerr.ErrorForCode(code))
		}
		find := kmsg.NewPtrFindCoordinatorRequest()
		find.CoordinatorKey, find.CoordinatorKeys = group, []string{group}
		found, err := client.Broker(other.ID).Request(ctx, find)
		if err != nil {
			return err
		}
		now := found.(*kmsg.FindCoordinatorResponse)
		still = now.NodeID == home || len(now.Coordinators) == 1 && now.Coordinators[0].NodeID == home
		return nil
	})
	if !still {
		t.Logf("group %s had moved when the topic was deleted: once more", group)
		ok(t, syscall.Kill(frozen.PID, syscall.SIGCONT))
		return ""
	}
	return group
}

// quorumLeader is the id of the active controller.
func quorumLeader(ctx context.Context, client *kgo.Client) (int32, error) {
	req := kmsg.NewPtrDescribeQuorumRequest()
	req.Topics = []kmsg.DescribeQuorumRequestTopic{{Topic: "__cluster_metadata",
		Partitions: []kmsg.DescribeQuorumRequestTopicPartition{{}}}}
	answer, err := req.RequestWith(ctx, client)
	if err != nil {
		return 0, err
	}
	if err := kerr.ErrorForCode(answer.ErrorCode); err != nil {
		return 0, err
	}
	if len(answer.Topics) != 1 || len(answer.Topics[0].Partitions) != 1 {
		return 0, fmt.Errorf("the quorum: %+v", answer)
	}
	return answer.Topics[0].Partitions[0].LeaderID, nil
}

// soon does something until it succeeds, for 90 seconds.
func soon(t *testing.T, what string, do func() error) {
	t.Helper()
	limit := time.After(90 * time.Second)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for err := do(); err != nil; err = do() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%s: %v", what, err)
		}
	}
}
