//go:build realkafka

package kafka_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/realkafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A proxy holds a commit for longer than the client waits. The client resets its connection, and a proxy that sees
// that may drop the request; one that passes on what it has lets the commit land long after it was given up. Nothing
// at this end can prevent that, which is why a lost answer that reads "as before" is watched.
func TestCommitHeldByAProxyOnApacheKafka(t *testing.T) {
	t.Parallel()
	k := realkafka.Shared(t)
	run := strings.ToLower(rand.Text()[:6])
	topic, group := "held-orders-"+run, "held-billing-"+run
	made(t, k, nil, topic)
	admin := kadm.NewClient(k.Client(t))
	eventually(t, "a commit", func() string {
		var at kadm.Offsets
		at.Add(kadm.Offset{Topic: topic, At: 5, LeaderEpoch: -1})
		if err := admin.CommitAllOffsets(t.Context(), group, at); err != nil {
			return err.Error()
		}
		return ""
	})
	p := k.Proxy(t)
	c := open(t, kafka.Config{Bootstrap: p.Addrs(), ClusterID: k.ID, Timeout: 2 * time.Second})
	parts := []reset.Partition{{Topic: topic}}
	stands := func() reset.Position {
		t.Helper()
		got, err := c.ReadBack(t.Context(), group, parts)
		ok(t, err)
		return got[0]
	}
	equal(t, "before", stands(), reset.Position{Offset: 5})

	held := p.Hold(kmsg.OffsetCommit)
	got, err := c.Write(t.Context(), group,
		reset.Chunk{Steps: []reset.WriteStep{{Partition: parts[0], To: reset.Position{Offset: 3}}}}, ready)
	ok(t, err)
	equal(t, "results", got, []reset.StepResult{{Detail: "no answer within 2s"}})
	if end := within(t, "the end of the client's connection", held.Ended()); !errors.Is(end, syscall.ECONNRESET) {
		t.Errorf("the proxy saw %v, want a reset", end)
	}
	equal(t, "after it was given up", stands(), reset.Position{Offset: 5})

	held.Release()
	answer := within(t, "the broker's answer", held.Answer()).(*kmsg.OffsetCommitResponse)
	if code := answer.Topics[0].Partitions[0].ErrorCode; code != 0 {
		t.Fatalf("the broker refuses the late commit with error %d", code)
	}
	equal(t, "once the proxy has passed it on", stands(), reset.Position{Offset: 3})
}

func within[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(30 * time.Second):
		t.Fatalf("%s: not within 30 s", what)
		return *new(T)
	}
}
