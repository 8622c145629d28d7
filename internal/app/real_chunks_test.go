//go:build realkafka

package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// TestChunksOnApacheKafka: 300 commits with 4,000 bytes of metadata each are more than a broker takes at once
// (1,048,588 bytes). The way back from a reset restores them all the same, in two requests.
func TestChunksOnApacheKafka(t *testing.T) {
	t.Parallel()
	const partitions = 300
	r := newRealStage(t)
	r.topic += "-wide"
	if _, err := r.admin.CreateTopic(r.ctx, partitions, 1, nil, r.topic); err != nil {
		t.Fatal(err)
	}
	metadata := func(p int32) string { return strings.Repeat(string('a'+p%26), 4000) }
	var records []*kgo.Record
	var halves [2]kadm.Offsets
	for p := range int32(partitions) {
		records = append(records, &kgo.Record{Topic: r.topic, Partition: p, Value: []byte("x")})
		halves[p%2].Add(kadm.Offset{Topic: r.topic, Partition: p, At: 1, LeaderEpoch: -1, Metadata: metadata(p)})
	}
	if err := r.cl.ProduceSync(r.ctx, records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	for _, half := range halves {
		r.slowly("a commit for "+r.group, func() bool { return r.admin.CommitAllOffsets(r.ctx, r.group, half) == nil })
	}
	sent := &counter{}
	r.opts.Kafka = func(c engine.Cluster) engine.Cluster {
		if sent.Cluster != nil { // prod-eu is the first of the configuration
			return c
		}
		sent.Cluster = c
		return sent
	}
	r.start()
	r.types(r.Mara, world.PayOps, r.group+"@prod-eu "+r.topic+" to earliest")
	r.clicks(r.Mara, r.meets(r.Mara, world.PayOps, "PREVIEW", "300 partitions"), "approve")
	card := r.meets(r.Jon, world.PayOps, "300 of 300 partitions verified at")
	r.stand(partitions, 0, func(int32) string { return "" })

	r.clicks(r.Mara, card, "undo")
	r.clicks(r.Mara, r.meets(r.Mara, world.PayOps, "PREVIEW", "the offsets before "), "approve")
	r.meets(r.Jon, world.PayOps, "300 of 300 partitions verified at the offsets before ")
	r.stand(partitions, 1, metadata)
	if want := []int{300, 195, 105}; !slices.Equal(sent.steps, want) { // 800,000 bytes and the rest, names counted
		t.Errorf("requests with %d partitions were sent, want %d", sent.steps, want)
	}
}

// counter notes how many partitions each request writes. One request is under way at a time.
type counter struct {
	engine.Cluster
	steps []int
}

func (c *counter) Write(
	ctx context.Context, group string, chunk reset.Chunk, ready func() error,
) ([]reset.StepResult, error) {
	c.steps = append(c.steps, len(chunk.Steps))
	return c.Cluster.Write(ctx, group, chunk, ready)
}

// stand checks each commit of the group.
func (r *realStage) stand(partitions int32, offset int64, metadata func(int32) string) {
	r.t.Helper()
	got, err := r.admin.FetchOffsets(r.ctx, r.group)
	if err != nil {
		r.t.Fatal(err)
	}
	for p := range partitions {
		if o, ok := got.Lookup(r.topic, p); !ok || o.At != offset || o.Metadata != metadata(p) {
			r.t.Fatalf("partition %d is at %d with %d bytes of metadata, want %d with %d", p, o.At, len(o.Metadata),
				offset, len(metadata(p)))
		}
	}
}
