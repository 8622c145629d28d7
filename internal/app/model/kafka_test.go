package model

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// fakeKafka is a cluster in memory that keeps its whole history: each look at a group, each request that reached it,
// each change of a committed offset with its cause. Requests can be held on the way and land much later, as TCP
// allows.
type fakeKafka struct {
	id        string
	mu        sync.Mutex
	now       func() time.Time
	topics    map[string]*topic
	groups    map[string]*group
	down      error
	fates     []fate
	seq       int
	looks     []look
	sent      []*request
	changes   []change
	presences []presence
	known     map[string]map[reset.Partition]situation // what the bot last read of each group
	between   func()                                   // runs once, when the next write is on its way
	note      func(format string, args ...any)
}

type topic struct {
	id    string
	parts []partLog
}

// partLog is a partition: a record every step, the first of them (offset 0) at base.
type partLog struct {
	start, end int64
	base       time.Time
	step       time.Duration
}

type group struct {
	commits map[reset.Partition]reset.Position
	members []reset.Member
	joined  int // when its members came
	epoch   int32
	gone    struct {
		at   time.Time
		seen bool // a look of the bot found the members that left then
	}
}

// look is one answer that told the bot who is in a group.
type look struct {
	seq     int
	at      time.Time
	group   string
	members int
}

// presence is a time at which members came into a group.
type presence struct {
	group string
	from  time.Time
}

// change is a committed offset that moved.
type change struct {
	seq      int
	at       time.Time
	group    string
	part     reset.Partition
	from, to reset.Position
	by       string   // "member", "outsider", "topic deleted", or "bot"
	request  *request // of the bot
}

// sender is the process that sends a write: the name by which it knows the cluster, the policy that it was started
// with, and whether Slack was in trouble then.
type sender struct {
	cluster string
	policy  policy
	sick    bool
}

// request is a write of the bot that reached the cluster, or is on its way there.
type request struct {
	seq     int
	at      time.Time
	from    sender
	group   string
	chunk   reset.Chunk
	fate    fate
	held    bool // still on its way
	refused bool // Kafka said no to all of it
	landed  time.Time
	busy    bool // a member was there when the bot last looked
	lastOut time.Time
	looked  []time.Time
	known   map[reset.Partition]situation
	stood   map[reset.Partition]reset.Position // what was committed when it left
	effect  effect                             // of what landed, on what the bot had read
}

type effect struct{ replay, skip int64 }

// situation is a partition as the bot last read it. What it says about a write can be no better than that.
type situation struct {
	committed reset.Position
	log       partLog
}

// fate is what happens to a write instead of its success.
type fate struct {
	name   string
	unsent bool
	reject string
	parts  []int32 // of reject; nil: all
	anyway bool    // of reject: written all the same
	lost   bool    // the answer
	apply  bool    // of lost: the write was done
	hold   bool    // of lost: the write lands later
}

var fates = []fate{
	{name: "answer lost, written", lost: true, apply: true},
	{name: "answer lost, not written", lost: true},
	{name: "held on the way", lost: true, hold: true},
	{name: "held on the way", lost: true, hold: true},
	{name: "UNKNOWN_MEMBER_ID", reject: "UNKNOWN_MEMBER_ID"},
	{name: "GROUP_AUTHORIZATION_FAILED", reject: "GROUP_AUTHORIZATION_FAILED"},
	{name: "one partition denied", reject: "TOPIC_AUTHORIZATION_FAILED", parts: []int32{1}},
	{name: "UNKNOWN_SERVER_ERROR, written all the same", reject: "UNKNOWN_SERVER_ERROR", anyway: true},
	{name: "not sent", unsent: true},
}

func newKafka(id string, now func() time.Time) *fakeKafka {
	k := &fakeKafka{id: id, now: now, note: func(string, ...any) {},
		topics: map[string]*topic{}, groups: map[string]*group{},
		known: map[string]map[reset.Partition]situation{}}
	born := now()
	for name, parts := range map[string]int{"orders": 3, "refunds": 1} {
		t := &topic{id: name + "-1"}
		for range parts {
			t.parts = append(t.parts, partLog{start: 0, end: 1000, base: born.Add(-1000 * 10 * time.Second),
				step: 10 * time.Second})
		}
		k.topics[name] = t
	}
	for _, g := range []string{"billing", "billing-b", "billing-n", "audit"} {
		k.groups[g] = &group{commits: map[reset.Partition]reset.Position{}}
	}
	for p := range int32(3) {
		k.groups["billing"].commits[reset.Partition{Topic: "orders", Partition: p}] = reset.Position{Offset: 900}
		k.groups["billing-n"].commits[reset.Partition{Topic: "orders", Partition: p}] = reset.Position{Offset: 800}
		k.groups["billing-b"].commits[reset.Partition{Topic: "orders", Partition: p}] = reset.Position{Offset: 700 +
			int64(p)}
	}
	k.groups["billing"].commits[reset.Partition{Topic: "refunds"}] = reset.Position{Offset: 950}
	k.groups["audit"].commits[reset.Partition{Topic: "orders"}] = reset.Position{Offset: 10}
	return k
}

func (k *fakeKafka) next() int { k.seq++; return k.seq }

func (k *fakeKafka) at(g string, p reset.Partition) reset.Position {
	if grp := k.groups[g]; grp != nil {
		if pos, ok := grp.commits[p]; ok {
			return pos
		}
	}
	return reset.Position{None: true}
}

func (k *fakeKafka) put(g string, p reset.Partition, to reset.Position, by string, r *request) {
	if k.groups[g] == nil {
		k.groups[g] = &group{commits: map[reset.Partition]reset.Position{}}
	}
	if by == "bot" || by == "outsider" {
		k.note("   kafka: %s sets %v of %s from %v to %v", by, p, g, k.at(g, p), to)
	}
	k.changes = append(k.changes, change{seq: k.next(), at: k.now(), group: g, part: p, from: k.at(g, p), to: to,
		by: by, request: r})
	if to.None {
		delete(k.groups[g].commits, p)
		return
	}
	k.groups[g].commits[p] = to
}

// What happens to a cluster.

func (k *fakeKafka) join(g string, hosts ...string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	grp := k.groups[g]
	if len(grp.members) > 0 && len(hosts) == 0 {
		grp.gone.at, grp.gone.seen = k.now(), false
		for _, l := range slices.Backward(k.looks) {
			if l.group == g {
				grp.gone.seen = l.seq > grp.joined
				break
			}
		}
	}
	grp.members, grp.joined = nil, k.next()
	grp.epoch++
	if len(hosts) > 0 {
		k.presences = append(k.presences, presence{g, k.now()})
	}
	for i, h := range hosts {
		grp.members = append(grp.members, reset.Member{ID: "m" + h + string(rune('a'+i)), ClientID: g, Host: h})
	}
}

// consume lets the members of a group read on.
func (k *fakeKafka) consume(g string, n int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.groups[g].members) == 0 {
		return
	}
	for _, p := range k.partitions() {
		l := k.topics[p.Topic].parts[p.Partition]
		pos := k.at(g, p)
		if pos.None {
			pos.Offset = l.end // auto.offset.reset: latest
		}
		to := min(max(pos.Offset, l.start)+n, l.end)
		if to != pos.Offset || pos.None {
			k.put(g, p, reset.Position{Offset: to}, "member", nil)
		}
	}
}

func (k *fakeKafka) partitions() []reset.Partition {
	var out []reset.Partition
	for _, name := range slices.Sorted(maps.Keys(k.topics)) {
		for i := range k.topics[name].parts {
			out = append(out, reset.Partition{Topic: name, Partition: int32(i)})
		}
	}
	return out
}

// outsider commits without being a member.
func (k *fakeKafka) outsider(g string, p reset.Partition, offset int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.topics[p.Topic]; ok && len(k.groups[g].members) == 0 {
		k.put(g, p, reset.Position{Offset: offset}, "outsider", nil)
	}
}

// grow appends records, and retention deletes some from the start.
func (k *fakeKafka) grow(p reset.Partition, records, deleted int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if t, ok := k.topics[p.Topic]; ok {
		l := &t.parts[p.Partition]
		l.end += records
		l.start = min(l.start+deleted, l.end)
	}
}

// deleteTopic forgets a topic and what was committed on it; again makes it anew under another id.
func (k *fakeKafka) deleteTopic(name string, again bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, ok := k.topics[name]
	if ok {
		for _, g := range slices.Sorted(maps.Keys(k.groups)) {
			for i := range t.parts {
				p := reset.Partition{Topic: name, Partition: int32(i)}
				if pos := k.at(g, p); !pos.None {
					k.put(g, p, reset.Position{None: true}, "topic deleted", nil)
				}
			}
		}
		delete(k.topics, name)
	}
	if again {
		fresh := &topic{id: name + "-" + string(rune('a'+k.seq%26)) + string(rune('a'+k.seq/26%26))}
		for range map[string]int{"orders": 3, "refunds": 1}[name] {
			fresh.parts = append(fresh.parts, partLog{end: 50, base: k.now().Add(-500 * time.Second),
				step: 10 * time.Second})
		}
		k.topics[name] = fresh
	}
}

// land lets what is held on the way arrive, or drops it.
func (k *fakeKafka) land(drop bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, r := range k.sent {
		if !r.held {
			continue
		}
		r.held = false
		if !drop {
			k.carryOut(r)
		}
		return true
	}
	return false
}

// tcpLife is how long a kernel retransmits what is not acknowledged (Linux: tcp_retries2, about 15 minutes).
const tcpLife = 14 * time.Minute

// forget drops what has been on its way for so long that no kernel sends it any more.
func (k *fakeKafka) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, r := range k.sent {
		r.held = r.held && k.now().Sub(r.at) < tcpLife
	}
}

func (k *fakeKafka) fail(f fate)    { k.mu.Lock(); k.fates = append(k.fates, f); k.mu.Unlock() }
func (k *fakeKafka) away(err error) { k.mu.Lock(); k.down = err; k.mu.Unlock() }
func (k *fakeKafka) heal()          { k.mu.Lock(); k.down, k.fates, k.between = nil, nil, nil; k.mu.Unlock() }

// carryOut writes as a broker does: not while the group has members, not on a deleted topic.
func (k *fakeKafka) carryOut(r *request) []reset.StepResult {
	results := make([]reset.StepResult, len(r.chunk.Steps))
	members := len(k.groups[r.group].members)
	r.landed = k.now()
	for i, st := range r.chunk.Steps {
		t := k.topics[st.Topic]
		switch {
		case members > 0:
			results[i].Rejected = "UNKNOWN_MEMBER_ID"
		case t == nil || int(st.Partition.Partition) >= len(t.parts):
			results[i].Rejected = "UNKNOWN_TOPIC_OR_PARTITION"
		case r.fate.reject != "" && !r.fate.anyway &&
			(r.fate.parts == nil || slices.Contains(r.fate.parts, st.Partition.Partition)):
			results[i].Rejected = r.fate.reject
		default:
			to := st.To
			to.None = to.None || r.chunk.Delete
			r.effect.add(r.known[st.Partition], to)
			k.put(r.group, st.Partition, to, "bot", r)
			results[i].Written = true
			if r.fate.anyway {
				results[i] = reset.StepResult{Rejected: r.fate.reject}
			}
		}
	}
	return results
}

// add counts the records of the log between two commits. Where one of them is none, what that means is the consumers'
// affair.
func (e *effect) add(s situation, to reset.Position) {
	from, l := s.committed, s.log
	if from.None || to.None {
		return
	}
	a, b := min(max(from.Offset, l.start), l.end), min(max(to.Offset, l.start), l.end)
	e.replay += max(0, a-b)
	e.skip += max(0, b-a)
}

// What the bot asks. These implement engine.Cluster.

var errAway = errors.New("dial tcp: i/o timeout")

func (k *fakeKafka) state(g string) reset.GroupState {
	grp := k.groups[g]
	if grp == nil {
		k.looks = append(k.looks, look{k.next(), k.now(), g, 0})
		return reset.GroupState{}
	}
	k.looks = append(k.looks, look{k.next(), k.now(), g, len(grp.members)})
	st := reset.GroupState{Exists: true, State: "Empty", Type: "classic", Protocol: "consumer",
		Members: slices.Clone(grp.members)}
	if len(grp.members) > 0 {
		st.State = "Stable"
	}
	if g == "billing-b" { // of the new protocol, which counts who comes and goes
		st.Type, st.Protocol, st.Epoch = "consumer", "", grp.epoch
	}
	return st
}

func (k *fakeKafka) States(ctx context.Context, groups []string) (map[string]reset.GroupState, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := errors.Join(k.down, ctx.Err()); err != nil {
		return nil, err
	}
	out := map[string]reset.GroupState{}
	for _, g := range groups {
		out[g] = k.state(g)
	}
	return out, nil
}

// List and Lags answer views, which the model does not ask for.
func (k *fakeKafka) List(context.Context) (reset.GroupList, error) { return reset.GroupList{}, errAway }

func (k *fakeKafka) Lags(context.Context, map[string]reset.Isolation) (map[string]reset.GroupLag, error) {
	return nil, errAway
}

// Look implements engine.Cluster.
func (k *fakeKafka) Look(ctx context.Context, groups []string) (map[string]reset.Look, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := errors.Join(k.down, ctx.Err()); err != nil {
		return nil, err
	}
	out := map[string]reset.Look{}
	for _, g := range groups {
		l := reset.Look{Group: k.state(g)}
		if l.Group.Idle() && k.groups[g] != nil {
			l.Commits = maps.Clone(k.groups[g].commits)
		}
		out[g] = l
	}
	return out, nil
}

func (k *fakeKafka) Inspect(ctx context.Context, q reset.Query) (reset.Snapshot, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := errors.Join(k.down, ctx.Err()); err != nil {
		return reset.Snapshot{}, err
	}
	snap := reset.Snapshot{At: k.now(), ClusterID: k.id, Group: k.state(q.Group), Topics: map[string]reset.Topic{}}
	if !snap.Group.Exists {
		snap.Near = slices.Sorted(maps.Keys(k.groups))
		return snap, nil
	}
	clustertest.Fill(&snap, q, slices.Collect(maps.Keys(k.groups[q.Group].commits)), k.describe, k.read)
	return snap, nil
}

func (k *fakeKafka) describe(name string) reset.Topic {
	t, ok := k.topics[name]
	if !ok {
		return reset.Topic{}
	}
	return reset.Topic{ID: t.id, Partitions: len(t.parts)}
}

func (k *fakeKafka) read(into []reset.PartitionState, q reset.Query, p reset.Partition) []reset.PartitionState {
	t, ok := k.topics[p.Topic]
	if !ok || int(p.Partition) >= len(t.parts) {
		return into
	}
	l := t.parts[p.Partition]
	if k.known[q.Group] == nil {
		k.known[q.Group] = map[reset.Partition]situation{}
	}
	k.known[q.Group][p] = situation{k.at(q.Group, p), l}
	st := reset.PartitionState{Partition: p, Start: l.start, End: l.end, Committed: k.at(q.Group, p)}
	if q.Like != "" {
		other := k.at(q.Like, p)
		st.Other = &other
	}
	if !q.At.IsZero() {
		found := reset.Found{Offset: l.end, How: reset.HowNoLater}
		for o := l.start; o < l.end; o++ {
			if at := l.base.Add(time.Duration(o) * l.step); !at.Before(q.At) {
				found = reset.Found{Offset: o, At: at, How: reset.HowRecord}
				break
			}
		}
		st.Found = &found
	}
	return append(into, st)
}

// write is a Cluster's Write.
func (k *fakeKafka) write(ctx context.Context, from sender, g string, ch reset.Chunk,
	ready func() error) ([]reset.StepResult, error) {
	k.mu.Lock()
	var f fate
	if len(k.fates) > 0 {
		f, k.fates = k.fates[0], k.fates[1:]
	}
	err := errors.Join(k.down, ctx.Err())
	k.mu.Unlock()
	if f.unsent {
		err = errAway
	}
	if err != nil {
		return nil, err
	}
	if err := ready(); err != nil {
		return nil, err
	}
	k.mu.Lock()
	between := k.between
	k.between = nil
	r := k.leaves(from, g, ch, f)
	k.mu.Unlock()
	if between != nil {
		between()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	lost := make([]reset.StepResult, len(ch.Steps))
	for i := range lost {
		lost[i].Detail = "i/o timeout"
	}
	switch {
	case f.hold:
		r.held = true
		return lost, nil
	case f.lost && !f.apply:
		return lost, nil
	}
	results := k.carryOut(r)
	if f.lost {
		return lost, nil
	}
	r.refused = !slices.ContainsFunc(k.changes, func(c change) bool { return c.request == r })
	return results, nil
}

// leaves notes a request with what the bot could know when it sent it.
func (k *fakeKafka) leaves(from sender, g string, ch reset.Chunk, f fate) *request {
	r := &request{seq: k.next(), at: k.now(), from: from, group: g, chunk: ch, fate: f, known: maps.Clone(k.known[g]),
		stood: map[reset.Partition]reset.Position{}}
	for _, st := range ch.Steps {
		r.stood[st.Partition] = k.at(g, st.Partition)
	}
	if grp := k.groups[g]; grp != nil {
		if grp.gone.seen {
			r.lastOut = grp.gone.at
		}
		for _, l := range slices.Backward(k.looks) {
			if l.group != g {
				continue
			}
			r.busy = r.busy || len(r.looked) == 0 && l.members > 0
			r.looked = append(r.looked, l.at)
			if len(r.looked) > 40 {
				break
			}
		}
	}
	k.sent = append(k.sent, r)
	k.note("   kafka: a write of %d partitions of %s (delete: %v) leaves %s", len(ch.Steps), g, ch.Delete, f.name)
	return r
}

// ReadBack implements engine.Cluster.
func (k *fakeKafka) ReadBack(ctx context.Context, g string, parts []reset.Partition) ([]reset.Position, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := errors.Join(k.down, ctx.Err()); err != nil {
		return nil, err
	}
	out := make([]reset.Position, len(parts))
	for i, p := range parts {
		out[i] = k.at(g, p)
	}
	return out, nil
}
