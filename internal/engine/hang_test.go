package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// hanging is a cluster that answers no look until it is let go.
type hanging struct {
	*clustertest.Cluster
	asked, answer chan struct{}
}

func (h hanging) Look(ctx context.Context, groups []string) (map[string]reset.Look, error) {
	close(h.asked)
	<-h.answer
	return h.Cluster.Look(ctx, groups)
}

// hearing is a chat that says which envelopes reached it.
type hearing struct {
	mute
	heard chan string
}

func (h hearing) Receive(_ context.Context, in engine.Inbox) error { h.heard <- in.ID; return nil }

// A look at a cluster that does not answer holds up nothing else that was due with it, and its request is kept from
// being claimed again meanwhile: otherwise the answer would find the claim lost, and nobody would be told.
func TestAClusterThatHangsHoldsUpNothingElse(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", crashing)
	b.approve(mara, b.armed())
	hung, chat := hanging{Cluster: b.cluster, asked: make(chan struct{}), answer: make(chan struct{})},
		hearing{heard: make(chan string, 1)}
	b.Clusters["prod"], b.Chat, b.Times.Lease = hung, chat, 60*time.Millisecond
	b.mu.Lock()
	b.now = b.now.Add(2 * time.Second)
	b.mu.Unlock()
	if _, err := b.Receive(t.Context(), engine.Inbox{ID: "click", ReceivedAt: b.clock()}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := b.Reconcile(t.Context())
		done <- err
	}()
	<-hung.asked
	<-chat.heard
	for {
		held, err := b.Store.Soonest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if held.Sub(b.clock()) > time.Second { // the lease of a request that may write, and no longer that of the claim
			break
		}
	}
	close(hung.answer)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
