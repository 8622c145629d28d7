package kafkatest

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// oddities are the places where tools that reset offsets go wrong: logs that are not what arithmetic takes them for.
var oddities = map[string]func(*bench){
	"aborted transaction":          abortedTransaction,
	"compacted topic":              compactedTopic,
	"future-dated record":          futureDated,
	"time before the log start":    timeBeforeTheStart,
	"record times in another unit": anotherUnit,
	"late at the end":              lateAtTheEnd,
	"late between early ones":      lateBetweenEarly,
	"commits outside the log":      outsideTheLog,
	"log start that moved":         logStartMoved,
	"partitions added":             partitionsAdded,
	"topic deleted among commits":  topicDeleted,
	"commit over the limit":        commitOverTheLimit,
}

// plan is what the core makes of what Kafka says now.
func (b *bench) plan(in reset.Intent) reset.Plan {
	b.Helper()
	in.Group, in.Cluster = b.name, "test"
	p, problem := reset.MakePlan(in, nil, b.inspect(reset.QueryOf(in, nil, reset.ReadUncommitted)), time.Now())
	if problem != nil {
		b.Fatalf("no plan: %+v", *problem)
	}
	return p
}

// warns checks the warnings of a plan, in order.
func (b *bench) warns(p reset.Plan, want ...reset.WarningCode) {
	b.Helper()
	var got []reset.WarningCode
	for _, w := range p.Warnings {
		got = append(got, w.Code)
	}
	b.equal("warnings", got, want)
}

func targets(p reset.Plan) (out []int64) {
	for _, s := range p.Steps {
		out = append(out, s.To.Offset)
	}
	return out
}

// Aborted records and the marker take offsets: the end counts them, a time look-up finds them, and no consumer ever
// reads them.
func abortedTransaction(b *bench) {
	topic, group := b.topic("", 1), b.name
	b.fill(topic, 0, series(0, 10)...)
	b.commit(group, topic, 0, 10, "")
	cl := b.client(kgo.TransactionalID(b.name))
	b.ok(cl.BeginTransaction())
	for n := 10; n < 13; n++ {
		b.ok(cl.ProduceSync(b.ctx, &kgo.Record{Topic: topic, Timestamp: at(n), Value: []byte("x")}).FirstErr())
	}
	b.ok(cl.EndTransaction(b.ctx, kgo.TryAbort))
	for _, i := range []reset.Isolation{reset.ReadCommitted, reset.ReadUncommitted} {
		b.until("the marker, "+string(i), func() bool {
			return b.inspect(reset.Query{Group: group, Scope: scope(topic), Isolation: i}).Partitions[0].End == 14
		})
		got := b.inspect(reset.Query{Group: group, Scope: scope(topic), Isolation: i, At: at(11)}).Partitions[0]
		b.equal("time inside, "+string(i), got.Found, &reset.Found{Offset: 11, At: at(11), How: reset.HowRecord})
	}
	p := b.plan(reset.Intent{Scope: scope(topic), Target: reset.Latest{}})
	b.equal("skipped at most, and in truth none", []int64{p.Effect.Skip, p.Effect.Replay}, []int64{4, 0})
}

// What compaction took away is neither found nor missed: the look-up answers with the next record that is left.
func compactedTopic(b *bench) {
	topic, group := b.topic("", 1, "cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01", "segment.ms",
		"5000"), b.name
	for n := range 30 { // a batch each, so that segments roll by the records' times
		b.ok(b.cl.ProduceSync(b.ctx, &kgo.Record{Topic: topic, Timestamp: at(n), Key: []byte("k"),
			Value: []byte("x")}).FirstErr())
	}
	b.commit(group, topic, 0, 30, "")
	var got reset.Found
	b.until("compaction", func() bool { got = b.found(group, topic, at(2))[0]; return got.Offset > 2 })
	if got.How != reset.HowRecord || got.Offset >= 30 || !got.At.Equal(at(int(got.Offset))) {
		b.Errorf("found %+v, want a record that is left, at its own time", got)
	}
	s := b.inspect(reset.Query{Group: group, Scope: scope(topic)}).Partitions[0]
	b.equal("start and end", []int64{s.Start, s.End}, []int64{0, 30})
	b.equal("replayed at most", b.plan(reset.Intent{Scope: scope(topic), Target: reset.Earliest{}}).Effect.Replay,
		int64(30))
}

// With CreateTime one record from the future catches every time after the records before it. The plan says so.
func futureDated(b *bench) {
	topic, group := b.topic("", 1, "message.timestamp.after.max.ms", "9223372036854775807"), b.name
	future := time.Date(2126, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, t := range append([]time.Time{at(0), at(1), future}, series(2, 20)...) {
		b.fill(topic, 0, t)
	}
	b.commit(group, topic, 0, 21, "")
	b.equal("found", b.found(group, topic, at(10))[0], reset.Found{Offset: 2, At: future, How: reset.HowRecord})
	p := b.plan(reset.Intent{Scope: scope(topic), Target: reset.Time{At: at(10), Said: "then"}})
	b.equal("target", targets(p), []int64{2})
	b.warns(p, reset.WarnFutureDated)
}

// Kafka looks for a time in the first segment that is late enough. After DeleteRecords that segment may lie below the
// log start, and the answer is "no record" although 27 follow; Kafka's own tool goes to the end then, and skips them
// all.
func timeBeforeTheStart(b *bench) {
	topic, group := b.topic("", 1, "segment.ms", "10000"), b.name
	for n := range 60 { // a batch each, so that segments roll by the records' times
		b.fill(topic, 0, at(n))
	}
	b.deleteRecords(topic, 0, 33)
	b.commit(group, topic, 0, 60, "")
	if said := b.ask(topic, at(20)); b.world.Real && said != -1 {
		b.Errorf("kafka says %d, want -1: the trap that this scenario is about", said)
	}
	b.equal("found", b.found(group, topic, at(20))[0], reset.Found{Offset: 33, At: at(33), How: reset.HowRecord})
	p := b.plan(reset.Intent{Scope: scope(topic), Target: reset.Time{At: at(20), Said: "then"}})
	b.equal("target, replay, skip", append(targets(p), p.Effect.Replay, p.Effect.Skip), []int64{33, 27, 0})
}

// The same, with a first batch that is older than the asked time: the late record behind it is found.
func lateAtTheEnd(b *bench) {
	topic, group := b.topic("", 1, "segment.ms", "10000"), b.name
	for n := range 30 {
		b.fill(topic, 0, at(n))
	}
	for _, t := range []time.Time{at(5), at(6), at(50)} {
		b.fill(topic, 0, t)
	}
	b.deleteRecords(topic, 0, 30)
	b.commit(group, topic, 0, 33, "")
	if said := b.ask(topic, at(20)); b.world.Real && said != -1 {
		b.Errorf("kafka says %d, want -1: the trap that this scenario is about", said)
	}
	b.equal("found", b.found(group, topic, at(20))[0], reset.Found{Offset: 32, At: at(50), How: reset.HowRecord})
}

// The newest record of the first segment is below the log start, and the segment stays: "no record" for good,
// although offsets 3 and 4 are late. The first batch and the last one are early; only all of them tell. What is later
// than all is proved too.
func lateBetweenEarly(b *bench) {
	topic, group := b.topic("", 1, "segment.ms", "10000"), b.name
	b.fill(topic, 0, at(50), at(10), at(10))
	b.fill(topic, 0, at(100)) // rolls
	for _, t := range []time.Time{at(100), at(20), at(20)} {
		b.fill(topic, 0, t)
	}
	b.deleteRecords(topic, 0, 1)
	b.commit(group, topic, 0, 3, "")
	if said := b.ask(topic, at(45)); b.world.Real && said != -1 {
		b.Errorf("kafka says %d, want -1: the trap that this scenario is about", said)
	}
	b.equal("found", b.found(group, topic, at(45))[0], reset.Found{Offset: 3, At: at(100), How: reset.HowRecord})
	b.equal("found behind all", b.found(group, topic, at(101))[0], reset.Found{Offset: 7, How: reset.HowNoLater})
	p := b.plan(reset.Intent{Scope: scope(topic), Target: reset.Time{At: at(45), Said: "then"}})
	b.equal("target, replay, skip", append(targets(p), p.Effect.Replay, p.Effect.Skip), []int64{3, 0, 0})
}

// Kafka takes microseconds and nanoseconds for milliseconds where the topic lets it: years of five digits and more.
// They are found, and told, as they are.
func anotherUnit(b *bench) {
	topic, group := b.topic("", 2, "message.timestamp.after.max.ms", "9223372036854775807"), b.name
	for p, unit := range []int64{1000, 1_000_000} {
		var times []int64
		for n := range 10 {
			times = append(times, at(n).UnixMilli()*unit)
		}
		b.fillRaw(topic, int32(p), times...)
		b.commit(group, topic, int32(p), 10, "")
		far := time.UnixMilli(at(5).UnixMilli() * unit).UTC()
		got := b.inspect(reset.Query{Group: group, Scope: scope(topic, int32(p)), At: far}).Partitions[0]
		b.equal("found", got.Found, &reset.Found{Offset: 5, At: far, How: reset.HowRecord})
		got = b.inspect(reset.Query{Group: group, Scope: scope(topic, int32(p)),
			At: far.Add(time.Hour * 24 * 365)}).Partitions[0]
		if unit == 1000 {
			b.equal("none later", got.Found, &reset.Found{Offset: 10, How: reset.HowNoLater})
			b.equal("newest", got.Newest.UnixMilli(), times[9])
		}
	}
	p := b.plan(reset.Intent{Scope: scope(topic), Target: reset.Time{At: at(20), Said: "then"}})
	b.equal("targets", targets(p), []int64{0, 0})
	b.warns(p, reset.WarnFutureDated)
	b.equal("unit", reset.TimeUnit(p.Warnings[0].At, time.Now()), "microseconds")
}

// fillRaw writes one batch of records with these times, as bytes: client libraries cannot say times beyond their own
// calendars.
func (b *bench) fillRaw(topic string, partition int32, times ...int64) {
	b.Helper()
	batch := kmsg.RecordBatch{PartitionLeaderEpoch: -1, Magic: 2, LastOffsetDelta: int32(len(times) - 1),
		FirstTimestamp: times[0], MaxTimestamp: slices.Max(times), ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1,
		NumRecords: int32(len(times))}
	for n, at := range times {
		r := kmsg.Record{TimestampDelta64: at - times[0], OffsetDelta: int32(n), Value: []byte("x")}
		r.Length = int32(len(r.AppendTo(nil)) - 1) // a length of 0 takes one byte
		batch.Records = r.AppendTo(batch.Records)
	}
	raw := batch.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[8:], uint32(len(raw)-12))
	binary.BigEndian.PutUint32(raw[17:], crc32.Checksum(raw[21:], crc32.MakeTable(crc32.Castagnoli)))
	led, err := b.admin.Metadata(b.ctx, topic)
	b.ok(err)
	part := kmsg.NewProduceRequestTopicPartition()
	part.Partition, part.Records = partition, raw
	about := kmsg.NewProduceRequestTopic()
	about.Topic, about.TopicID, about.Partitions = topic, led.Topics[topic].ID, append(about.Partitions, part)
	req := kmsg.NewPtrProduceRequest()
	req.Acks, req.TimeoutMillis, req.Topics = -1, 5000, append(req.Topics, about)
	resp, err := req.RequestWith(b.ctx, b.cl.Broker(int(led.Topics[topic].Partitions[partition].Leader)))
	b.ok(err)
	if code := resp.Topics[0].Partitions[0].ErrorCode; code != 0 {
		b.Fatalf("produce to %s: error %d", topic, code)
	}
}

// ask is Kafka's bare answer for a time, -1 for "no record".
func (b *bench) ask(topic string, t time.Time) int64 {
	b.Helper()
	req := kmsg.NewPtrListOffsetsRequest()
	req.ReplicaID = -1
	rt, rp := kmsg.NewListOffsetsRequestTopic(), kmsg.NewListOffsetsRequestTopicPartition()
	rt.Topic, rp.Timestamp = topic, t.UnixMilli()
	rt.Partitions = append(rt.Partitions, rp)
	req.Topics = append(req.Topics, rt)
	resp, err := req.RequestWith(b.ctx, b.cl)
	b.ok(err)
	p := resp.Topics[0].Partitions[0]
	if p.ErrorCode != 0 {
		b.Fatalf("list offsets of %s: error %d", topic, p.ErrorCode)
	}
	return p.Offset
}

// Kafka takes any offset. What lies outside of the log is told, and never written.
func outsideTheLog(b *bench) {
	topic, group := b.topic("", 2), b.name
	for p := range int32(2) {
		b.fill(topic, p, series(0, 20)...)
	}
	b.deleteRecords(topic, 0, 10)
	b.commit(group, topic, 0, 3, "")
	b.commit(group, topic, 1, 99, "")
	for _, c := range []struct {
		target reset.Target
		want   []int64
		warns  []reset.WarningCode
	}{
		{reset.Current{}, []int64{10, 20},
			[]reset.WarningCode{reset.WarnClampedStart, reset.WarnOutsideLog, reset.WarnClampedEnd}},
		{reset.Exact{Offset: 15}, []int64{15, 15}, []reset.WarningCode{reset.WarnOutsideLog}},
		{reset.Exact{Offset: 5}, []int64{10, 5}, []reset.WarningCode{reset.WarnClampedStart, reset.WarnOutsideLog}},
		{reset.Shift{By: 9223372036854775807}, []int64{20, 20},
			[]reset.WarningCode{reset.WarnClampedEnd, reset.WarnOutsideLog}},
		{reset.Shift{By: -9223372036854775808}, []int64{10, 0},
			[]reset.WarningCode{reset.WarnClampedStart, reset.WarnOutsideLog}},
	} {
		p := b.plan(reset.Intent{Scope: scope(topic), Target: c.target})
		b.equal("targets", targets(p), c.want)
		b.warns(p, c.warns...)
	}
}

// A log start that has overtaken a plan clamps it, when it is checked once more before the write.
func logStartMoved(b *bench) {
	topic, group := b.topic("", 1), b.name
	b.fill(topic, 0, series(0, 60)...)
	b.commit(group, topic, 0, 50, "")
	in := reset.Intent{Cluster: "test", Group: group, Scope: scope(topic), Target: reset.Time{At: at(20), Said: "then"}}
	planned := b.plan(in)
	b.equal("planned", targets(planned), []int64{20})
	b.deleteRecords(topic, 0, 40)
	r := reset.Request{Act: reset.Move{Intent: in}, ClusterID: b.world.ClusterID, Effect: planned.Effect,
		Bounds: reset.Bounds{MaxSkip: 1000, MaxReplay: 1000,
			Topics: []reset.TopicID{{Topic: topic, ID: planned.Steps[0].TopicID}}}}
	rc := reset.Recheck(r, planned.Steps, b.inspect(reset.QueryOf(in, nil, reset.ReadUncommitted)), time.Now())
	if rc.Void != nil || rc.Wait != nil || len(rc.Steps) != 1 {
		b.Fatalf("rechecked: %+v", rc)
	}
	b.equal("target, gone, replay", []int64{rc.Steps[0].To.Offset, rc.Gone, rc.Effect.Replay}, []int64{40, 20, 10})
}

// New partitions have no commit. A reset of all topics leaves them alone, and names them.
func partitionsAdded(b *bench) {
	topic, group := b.topic("", 2), b.name
	b.commit(group, topic, 0, 0, "")
	b.commit(group, topic, 1, 0, "")
	added, err := b.admin.UpdatePartitions(b.ctx, 4, topic)
	b.ok(errors.Join(err, added.Error()))
	all := reset.Intent{Group: b.name, Scope: reset.Scope{All: true}, Target: reset.Latest{}}
	b.until("four partitions", func() bool {
		s := b.inspect(reset.QueryOf(all, nil, reset.ReadUncommitted))
		return len(s.Partitions) == 4 && s.Partitions[2].Err == "" && s.Partitions[3].Err == ""
	})
	p := b.plan(all)
	b.equal("steps", targets(p), []int64{0, 0})
	b.warns(p, reset.WarnNewPartition, reset.WarnNothing)
	b.equal("new ones", p.Warnings[0].Parts, []int32{2, 3})
}

// Kafka takes the commits away with the topic. What stays is a reset of all other topics, not a failure of the whole.
func topicDeleted(b *bench) {
	stays, goes := b.topic("-stays", 1), b.topic("-goes", 1)
	b.fill(stays, 0, series(0, 5)...)
	b.commit(b.name, stays, 0, 1, "")
	b.commit(b.name, goes, 0, 0, "")
	_, err := b.admin.DeleteTopics(b.ctx, goes)
	b.ok(err)
	all := reset.Intent{Group: b.name, Scope: reset.Scope{All: true}, Target: reset.Latest{}}
	b.until("the commits are gone too", func() bool {
		s := b.inspect(reset.QueryOf(all, nil, reset.ReadUncommitted))
		_, there := s.Topics[goes]
		return !there
	})
	p := b.plan(all)
	b.equal("steps", p.Steps,
		[]reset.Step{{Topic: stays, End: 5, From: reset.Position{Offset: 1}, To: reset.Position{Offset: 5},
			How: reset.HowEnd, Skip: 4}}, cmpopts.IgnoreFields(reset.Step{}, "TopicID"))
}

// A commit is one batch of records to a broker. When it is larger than the offsets topic takes, Kafka's answer says
// nothing of that, and nothing is written: chunks are cut by bytes for this reason.
func commitOverTheLimit(b *bench) {
	topic, group := b.topic("", 300), b.name
	var over reset.Chunk
	var parts []reset.Partition
	for n := range int32(300) { // of 4,000 bytes each: 1.2 MB, and the limit is 1,048,588 bytes
		over.Steps = append(over.Steps, to(topic, n, 0, strings.Repeat("m", 4000)))
		parts = append(parts, part(topic, n))
	}
	under := reset.Chunk{Steps: over.Steps[:190]} // as much as the core puts into one: 800,000 bytes
	count := func(c reset.Chunk) map[reset.StepResult]int {
		got := map[reset.StepResult]int{}
		for _, r := range b.write(group, c) {
			got[r]++
		}
		return got
	}
	b.equal("over", count(over), map[reset.StepResult]int{{Rejected: "UNKNOWN_SERVER_ERROR"}: 300})
	for n, at := range b.readBack(group, parts...) {
		if !at.None {
			b.Fatalf("%s:%d stands at %+v, and nothing was to be written", topic, n, at)
		}
	}
	b.equal("under", count(under), map[reset.StepResult]int{{Written: true}: 190})
}
