package kafkatest

import (
	"errors"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

var scenarios = map[string]func(*bench){
	"partition facts":                partitionFacts,
	"time in each place":             timeInEachPlace,
	"time with records out of order": timeOutOfOrder,
	"time of the broker":             timeOfTheBroker,
	"open transaction":               openTransaction,
	"transaction markers":            transactionMarkers,
	"classic group":                  func(b *bench) { lifeOfAGroup(b, "classic") },
	"consumer group":                 func(b *bench) { lifeOfAGroup(b, "consumer") },
	"several states at once":         severalStates,
	"looks at several groups":        severalLooks,
	"a member between two looks":     memberBetweenLooks,
	"lags of several groups":         severalLags,
	"unknown group":                  unknownGroup,
	"unknown topic":                  unknownTopic,
	"all topics":                     allTopics,
	"topic made again":               topicMadeAgain,
	"some steps refused":             someStepsRefused,
	"checkup":                        checkup,
}

func (b *bench) equal(what string, got, want any, opts ...cmp.Option) {
	b.Helper()
	if diff := cmp.Diff(want, got, append(opts, cmpopts.EquateEmpty())...); diff != "" {
		b.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// Start, end, committed with metadata or none, and a log that starts late.
func partitionFacts(b *bench) {
	topic, group := b.topic("", 4), b.name
	b.fill(topic, 0, series(0, 60)...)
	b.fill(topic, 1, series(0, 60)...)
	b.deleteRecords(topic, 1, 33)
	b.commit(group, topic, 0, 48, "node-4 12:00")
	b.commit(group, topic, 1, 7, "") // below the log start
	b.commit(group, topic, 2, 0, "") // 0 is a commit, not the lack of one

	s := b.inspect(reset.Query{Group: group, Scope: scope(topic)})
	b.equal("partitions", s.Partitions, []reset.PartitionState{
		{Partition: part(topic, 0), Start: 0, End: 60, Committed: reset.Position{Offset: 48, Metadata: "node-4 12:00"}},
		{Partition: part(topic, 1), Start: 33, End: 60, Committed: reset.Position{Offset: 7}},
		{Partition: part(topic, 2), Committed: reset.Position{Offset: 0}},
		{Partition: part(topic, 3), Committed: reset.Position{None: true}},
	})
	b.equal("group", s.Group, reset.GroupState{Exists: true, State: "Empty", Type: "classic"})
	t := s.Topics[topic]
	if id := len(t.ID); id != 32 && !b.world.lacks(TopicIDs) || id != 0 && b.world.lacks(TopicIDs) ||
		t.Partitions != 4 || t.Commits != 3 || t.Err != "" {
		b.Errorf("topic is %+v, want an id in hex where brokers tell it, 4 partitions, 3 commits", t)
	}
	if b.world.ClusterID != s.ClusterID {
		b.Errorf("cluster id %q, want %q", s.ClusterID, b.world.ClusterID)
	}
	some := b.inspect(reset.Query{Group: group, Scope: scope(topic, 3, 1, 1, 9)})
	b.equal("two partitions, and one that is not there", parts(some), []reset.Partition{part(topic, 1), part(topic, 3)})
}

func parts(s reset.Snapshot) (out []reset.Partition) {
	for _, p := range s.Partitions {
		out = append(out, p.Partition)
	}
	return out
}

func (b *bench) found(group, topic string, t time.Time) map[int32]reset.Found {
	b.Helper()
	out := map[int32]reset.Found{}
	for _, p := range b.inspect(reset.Query{Group: group, Scope: scope(topic), At: t}).Partitions {
		if p.Err != "" || p.Found == nil {
			b.Fatalf("%+v: no answer for the time", p)
		}
		out[p.Partition.Partition] = *p.Found
	}
	return out
}

// A time before, in and after the records of a full, an empty, and a trimmed partition.
func timeInEachPlace(b *bench) {
	topic, group := b.topic("", 3), b.name
	b.fill(topic, 0, series(0, 60)...)
	b.fill(topic, 2, series(0, 60)...)
	b.deleteRecords(topic, 2, 33)
	b.commit(group, topic, 0, 1, "")
	later := reset.Found{Offset: 60, How: reset.HowNoLater}
	empty := reset.Found{Offset: 0, How: reset.HowNoLater}
	record := func(n int) reset.Found { return reset.Found{Offset: int64(n), At: at(n), How: reset.HowRecord} }
	for _, c := range []struct {
		name string
		at   time.Time
		want map[int32]reset.Found
	}{
		{"before all", at(-10), map[int32]reset.Found{0: record(0), 1: empty, 2: record(33)}},
		{"exactly", at(40), map[int32]reset.Found{0: record(40), 1: empty, 2: record(40)}},
		{"between two", at(40).Add(time.Microsecond), map[int32]reset.Found{0: record(41), 1: empty, 2: record(41)}},
		{"of a deleted record", at(20), map[int32]reset.Found{0: record(20), 1: empty, 2: record(33)}},
		{"of the last", at(59), map[int32]reset.Found{0: record(59), 1: empty, 2: record(59)}},
		{"after all", at(60), map[int32]reset.Found{0: later, 1: empty, 2: later}},
		{"before 1970", time.Unix(-5, 0), map[int32]reset.Found{0: record(0), 1: empty, 2: record(33)}},
	} {
		b.equal(c.name, b.found(group, topic, c.at), c.want)
	}
}

// The first record that is late enough counts, also when older ones follow; a future date catches every time before it.
func timeOutOfOrder(b *bench) {
	topic, group := b.topic("", 1), b.name
	for _, t := range []time.Time{at(0), at(500), at(10), at(20)} {
		b.fill(topic, 0, t)
	}
	b.commit(group, topic, 0, 1, "")
	b.equal("a time that is passed twice", b.found(group, topic, at(15)),
		map[int32]reset.Found{0: {Offset: 1, At: at(500), How: reset.HowRecord}})
	b.equal("after all", b.found(group, topic, at(501)), map[int32]reset.Found{0: {Offset: 4, How: reset.HowNoLater}})
}

// With LogAppendTime the producer's time counts for nothing.
func timeOfTheBroker(b *bench) {
	topic, group := b.topic("", 1, "message.timestamp.type", "LogAppendTime"), b.name
	before := time.Now().Add(-time.Minute)
	b.fill(topic, 0, time.Now().Add(-48*time.Hour))
	b.commit(group, topic, 0, 1, "")
	got := b.found(group, topic, before)[0]
	if got.How != reset.HowRecord || got.Offset != 0 || got.At.Before(before) {
		b.Errorf("found %+v, want offset 0 at the time it was appended", got)
	}
	b.equal("after all", b.found(group, topic, time.Now().Add(time.Hour)),
		map[int32]reset.Found{0: {Offset: 1, How: reset.HowNoLater}})
}

// The end is the high watermark, or for groups that read committed the last stable offset.
func openTransaction(b *bench) {
	topic, group := b.topic("", 1), b.name
	b.fill(topic, 0, series(0, 10)...)
	b.commit(group, topic, 0, 5, "")
	cl := b.client(kgo.TransactionalID(b.name))
	b.ok(cl.BeginTransaction())
	for n := 10; n < 13; n++ {
		b.ok(cl.ProduceSync(b.ctx, &kgo.Record{Topic: topic, Timestamp: at(n), Value: []byte("x")}).FirstErr())
	}
	read := func(i reset.Isolation) reset.PartitionState {
		p := b.inspect(reset.Query{Group: group, Scope: scope(topic), Isolation: i, At: at(11)}).Partitions[0]
		p.Committed = reset.Position{}
		return p
	}
	b.equal("read uncommitted", read(reset.ReadUncommitted), reset.PartitionState{
		Partition: part(topic, 0), End: 13, Found: &reset.Found{Offset: 11, At: at(11), How: reset.HowRecord},
	})
	b.equal("read committed", read(reset.ReadCommitted), reset.PartitionState{
		Partition: part(topic, 0), End: 10, High: 13, Found: &reset.Found{Offset: 10, How: reset.HowNoLater},
		Newest: at(9),
	})
	b.ok(cl.EndTransaction(b.ctx, kgo.TryCommit))
	b.until("the transaction's marker", func() bool { return read(reset.ReadCommitted).End == 14 })
}

// loosely compares groups without what each client and cluster makes up.
var loosely = cmp.Options{
	cmpopts.IgnoreFields(reset.Member{}, "ID", "Host"), cmpopts.IgnoreFields(reset.GroupState{}, "Assignor", "Epoch"),
}

// A group with a member refuses, says who is there, and nothing is written; an empty one is written to, read back,
// and can go back to never committed.
func lifeOfAGroup(b *bench, protocol string) {
	topic, group := b.topic("", 2), b.name
	b.fill(topic, 0, series(0, 20)...)
	leave := b.consume(group, topic, protocol)
	s := b.stable(group)
	b.equal("active", s, reset.GroupState{
		Exists: true, State: "Stable", Type: protocol, Protocol: map[string]string{"classic": "consumer"}[protocol],
		Members: []reset.Member{{ClientID: "worker-7"}},
	}, loosely)
	if m := s.Members[0]; m.ID == "" || m.Host == "" || strings.HasPrefix(m.Host, "/") || s.Idle() {
		b.Errorf("member %+v: want an id and a bare host, and a group that is not idle", m)
	}
	chunk := reset.Chunk{Steps: []reset.WriteStep{to(topic, 0, 3, "back"), to(topic, 1, 0, "")}}
	refused := reset.StepResult{Rejected: "UNKNOWN_MEMBER_ID"}
	b.equal("write to an active group", b.write(group, chunk), []reset.StepResult{refused, refused})
	none := reset.Position{None: true}
	b.equal("nothing was written", b.readBack(group, part(topic, 0), part(topic, 1)), []reset.Position{none, none})

	leave()
	if s := b.state(group); s.State != "Empty" || s.Type != protocol || len(s.Members) != 0 {
		b.Errorf("after the member has left: %+v", s)
	}
	written := reset.StepResult{Written: true}
	b.equal("write to an idle group", b.write(group, chunk), []reset.StepResult{written, written})
	b.equal("read back, in the asked order", b.readBack(group, part(topic, 1), part(topic, 0)),
		[]reset.Position{{Offset: 0}, {Offset: 3, Metadata: "back"}})
	gone := reset.Chunk{Delete: true, Steps: []reset.WriteStep{{Partition: part(topic, 0)}}}
	if b.world.lacks("OffsetDelete") {
		b.notDeletable(group, topic, gone)
		return
	}
	b.equal("delete", b.write(group, gone), []reset.StepResult{written})
	b.equal("one is gone", b.readBack(group, part(topic, 0), part(topic, 1)), []reset.Position{none, {Offset: 0}})
}

// notDeletable: a chunk that deletes is refused before anything is sent, and so is a plan that would need one; one
// that could not be undone says so.
func (b *bench) notDeletable(group, topic string, gone reset.Chunk) {
	b.Helper()
	_, err := b.kafka.Write(b.ctx, group, gone, func() error { b.Error("ready was called"); return nil })
	var p *reset.Problem
	if !errors.As(err, &p) || p.Code != reset.ProblemNoAPI || p.Got != "OffsetDelete" {
		b.Errorf("deleting: %v, want that the cluster does not know OffsetDelete", err)
	}
	b.equal("both are there", b.readBack(group, part(topic, 0), part(topic, 1)),
		[]reset.Position{{Offset: 3, Metadata: "back"}, {Offset: 0}})
	in := reset.Intent{Cluster: "test", Group: group, Scope: scope(topic), Target: reset.Nowhere{}}
	snap := b.inspect(reset.QueryOf(in, nil, reset.ReadUncommitted))
	if _, p := reset.MakePlan(in, nil, snap, time.Now()); p == nil || p.Code != reset.ProblemNoAPI {
		b.Errorf("a plan that deletes: problem %+v, want that the cluster does not know OffsetDelete", p)
	}
	fresh := b.topic("-fresh", 1)
	b.fill(fresh, 0, series(0, 5)...)
	b.warns(b.plan(reset.Intent{Scope: scope(fresh), Target: reset.Earliest{}}), reset.WarnNeverCommit,
		reset.WarnNoWayBack)
}

func severalStates(b *bench) {
	topic := b.topic("", 1)
	busy, modern, idle, nobody := b.name+"-busy", b.name+"-modern", b.name+"-idle", b.name+"-nobody"
	b.commit(idle, topic, 0, 0, "")
	b.consume(busy, topic, "classic")
	b.consume(modern, topic, "consumer")
	want := map[string]reset.GroupState{
		busy: {Exists: true, State: "Stable", Type: "classic", Protocol: "consumer",
			Members: []reset.Member{{ClientID: "worker-7"}}},
		modern: {Exists: true, State: "Stable", Type: "consumer", Members: []reset.Member{{ClientID: "worker-7"}}},
		idle:   {Exists: true, State: "Empty", Type: "classic"},
		nobody: {},
	}
	var got map[string]reset.GroupState
	b.until("both members have settled", func() bool { // one may be Reconciling for a moment more
		var err error
		got, err = b.kafka.States(b.ctx, []string{busy, modern, idle, nobody})
		b.ok(err)
		return got[modern].State == "Stable" && got[busy].State == "Stable"
	})
	b.equal("states", got, want, loosely)
}

// One look tells the states of all groups, and the commits of those that are inactive on every topic.
func severalLooks(b *bench) {
	topic, other := b.topic("", 2), b.topic("other", 1)
	busy, modern, idle, second, nobody := b.name+"-busy", b.name+"-modern", b.name+"-idle", b.name+"-second",
		b.name+"-nobody"
	b.commit(idle, topic, 0, 4, "mark")
	b.commit(idle, other, 0, 0, "")
	b.commit(second, topic, 1, 7, "")
	b.commit(busy, topic, 0, 1, "")
	leave := b.consume(busy, topic, "classic")
	b.consume(modern, topic, "consumer")()
	looks, err := b.kafka.Look(b.ctx, []string{busy, modern, idle, second, nobody})
	b.ok(err)
	commits := func(g string) map[reset.Partition]reset.Position { return looks[g].Commits }
	if l := looks[busy]; l.Group.Idle() || l.Commits != nil {
		b.Errorf("a group with a member: %+v", l)
	}
	b.equal("commits on all topics", commits(idle),
		map[reset.Partition]reset.Position{part(topic, 0): {Offset: 4, Metadata: "mark"}, part(other, 0): {}})
	b.equal("of a second group", commits(second), map[reset.Partition]reset.Position{part(topic, 1): {Offset: 7}})
	for _, g := range []string{modern, nobody} {
		if c := commits(g); c == nil || len(c) > 0 || !looks[g].Group.Idle() {
			b.Errorf("%s: %+v, want an inactive group that is known to have no commits", g, looks[g])
		}
	}
	b.equal("states", looks[idle].Group, reset.GroupState{Exists: true, State: "Empty", Type: "classic"})
	leave()
	looks, err = b.kafka.Look(b.ctx, []string{busy})
	b.ok(err)
	b.equal("once its member has left", commits(busy), map[reset.Partition]reset.Position{part(topic, 0): {Offset: 1}})
}

// The epoch of a group of the new protocol tells of a member that no look saw.
func memberBetweenLooks(b *bench) {
	topic, group := b.topic("", 1), b.name
	b.consume(group, topic, "consumer")()
	before := b.state(group)
	b.equal("nothing happens", b.state(group), before)
	b.consume(group, topic, "consumer")()
	if after := b.state(group); !before.Idle() || !after.Idle() || after.Epoch <= before.Epoch {
		b.Errorf("inactive at epoch %d, then at %d: want a higher one", before.Epoch, after.Epoch)
	}
}

// Asking for a group that is not there names what resembles it, and creates nothing.
func unknownGroup(b *bench) {
	topic := b.topic("", 1)
	b.commit(b.name, topic, 0, 0, "")
	typo := strings.Replace(b.name, "group", "gruop", 1)
	s := b.inspect(reset.Query{Group: typo, Scope: scope(topic)})
	b.equal("group", s.Group, reset.GroupState{})
	b.equal("near", s.Near, []string{b.name})
	b.equal("committed", s.Partitions[0].Committed, reset.Position{None: true})
	groups, err := b.kafka.Groups(b.ctx)
	b.ok(err)
	for _, g := range groups {
		if g == typo {
			b.Errorf("looking at group %q created it", typo)
		}
	}
}

func unknownTopic(b *bench) {
	topic, group := b.topic("", 1), b.name
	b.commit(group, topic, 0, 0, "")
	typo := strings.Replace(topic, "topic", "topc", 1)
	for range 2 { // the second look would find what the first had created
		s := b.inspect(reset.Query{Group: group, Scope: scope(typo)})
		b.equal("topics", s.Topics, map[string]reset.Topic{
			typo:  {Near: []string{topic}},
			topic: {Partitions: 1, Commits: 1},
		}, cmpopts.IgnoreFields(reset.Topic{}, "ID"))
		b.equal("partitions", s.Partitions, []reset.PartitionState{})
	}
}

// "All topics" are those with commits, with all of their partitions.
func allTopics(b *bench) {
	one, two := b.topic("-1", 2), b.topic("-2", 1)
	b.topic("-3", 1)
	b.commit(b.name, one, 1, 0, "")
	b.commit(b.name, two, 0, 0, "")
	for _, all := range []reset.Scope{{All: true}, {}} {
		s := b.inspect(reset.Query{Group: b.name, Scope: all})
		b.equal("partitions", parts(s), []reset.Partition{part(one, 0), part(one, 1), part(two, 0)})
		b.equal("commits", []int{s.Topics[one].Commits, s.Topics[two].Commits, len(s.Topics)}, []int{1, 1, 2})
	}
}

func topicMadeAgain(b *bench) {
	topic := b.topic("", 1)
	b.commit(b.name, topic, 0, 0, "")
	id := func() string { return b.inspect(reset.Query{Group: b.name, Scope: scope(topic)}).Topics[topic].ID }
	was := id()
	_, err := b.admin.DeleteTopics(b.ctx, topic)
	b.ok(err)
	b.until("the topic is gone", func() bool { return id() == "" })
	b.topic("", 1)
	b.until("the topic is back", func() bool { return id() != "" })
	if now := id(); now == was {
		b.Errorf("the topic that was made again has the id of the old one, %s", was)
	}
}

// One request, and an answer for each of its partitions.
func someStepsRefused(b *bench) {
	topic, group := b.topic("", 2), b.name
	b.commit(group, topic, 1, 5, "")
	got := b.write(group, reset.Chunk{Steps: []reset.WriteStep{
		to(topic, 1, 1, strings.Repeat("m", 5000)), to(topic, 0, 2, ""),
	}})
	b.equal("results", got, []reset.StepResult{{Rejected: "OFFSET_METADATA_TOO_LARGE"}, {Written: true}})
	b.equal("what stands", b.readBack(group, part(topic, 0), part(topic, 1)),
		[]reset.Position{{Offset: 2}, {Offset: 5}})
}

func checkup(b *bench) {
	got, err := b.kafka.Check(b.ctx)
	b.ok(err)
	if got.ClusterID != b.world.ClusterID || len(got.Brokers) != len(b.world.Addrs) || len(got.Notes) != b.world.Notes {
		b.Errorf("checkup is %+v, want cluster %s with %d brokers and %d notes", got, b.world.ClusterID,
			len(b.world.Addrs), b.world.Notes)
	}
	id, err := b.kafka.ID(b.ctx)
	b.ok(err)
	b.equal("cluster id", id, b.world.ClusterID)
}
