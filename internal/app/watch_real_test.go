//go:build realkafka

package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// replied waits, with patience for Java, until the card's thread says all parts in one message.
func (r *realStage) replied(card slacksim.Message, parts ...string) {
	r.t.Helper()
	r.slowly("the thread says "+strings.Join(parts, ", "), func() bool {
		return slices.ContainsFunc(r.Jon.Replies(card), func(m slacksim.Message) bool { return holds(m, parts) })
	})
}

// TestJavaConsumersComeBackAndCatchUp: who came back, where it went on and when it had caught up, for both kinds of
// groups.
func TestJavaConsumersComeBackAndCatchUp(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"classic", "consumer"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			r := newRealStage(t)
			r.opts.Times = func(ts *engine.Times) {
				ts.CheckInterval, ts.Watch = 250*time.Millisecond,
					500*time.Millisecond
			}
			r.commits(realRecords)
			r.start()
			card := r.approves("10,800 messages")
			card = r.says(card, "verified")
			r.says(card, "No consumer yet, not overwritten")
			java := r.consumes(protocol, realPartitions*(realRecords-realTarget))
			card = r.says(card, "seen since",
				"billing-worker from 127.0.0.1 back", "3 of 3 partitions resumed at the target", "Caught up")
			r.replied(card, "First consumer joined: billing-worker from 127.0.0.1")
			r.replied(card, "Caught up, ")
			r.silent(card, "verwritten")
			r.silent(card, "elsewhere")
			if err := java.Stop(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestOverwrittenOnApacheKafka: the broker accepts the commits of a client that is no member, as of a consumer with
// assign(). The first reading after the reset shows it.
func TestOverwrittenOnApacheKafka(t *testing.T) {
	t.Parallel()
	r := newRealStage(t)
	r.commits(realRecords)
	r.start()
	card := r.approves("10,800 messages")
	card = r.says(card, "verified")
	ctx, stop := context.WithCancel(r.ctx)
	done := make(chan int)
	go func() { done <- r.overwrites(ctx, 1) }()
	card = r.says(card, "OVERWRITTEN",
		"Overwritten by a process outside the group: "+r.topic+"-1 is at 4,500 instead of 900. No member was seen in "+
			r.group+".")
	r.replied(card, "Overwritten by a process outside the group: "+r.topic+"-1 is at 4,500 instead of 900",
		"Undo it, or stop that process and retry.")
	r.has(card, "undo", "retry")
	stop()
	if n := <-done; n == 0 {
		t.Error("Apache Kafka took no commit of somebody who is no member")
	}
	if got := r.offsets(); !slices.Equal(got, []int64{realTarget, realRecords, realTarget}) {
		t.Errorf("the group is at %d", got)
	}
}

// overwrites commits the end of one partition every second, as auto-commit does without a group. It returns how many
// of its commits were taken.
func (r *realStage) overwrites(ctx context.Context, partition int32) (taken int) {
	var at kadm.Offsets
	at.AddOffset(r.topic, partition, realRecords, -1)
	for ctx.Err() == nil {
		if r.admin.CommitAllOffsets(ctx, r.group, at) == nil {
			taken++
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	return taken
}
