// Package clustertest is a Kafka cluster in memory that implements engine.Cluster: for tests of what the engine
// decides when brokers refuse, fail and lose answers. It knows no protocol; packages kafka and internal/kafkasim do.
package clustertest

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Cluster is a cluster whose every answer a test may set. Its zero fields mean: healthy.
type Cluster struct {
	mu sync.Mutex

	id      string
	topics  map[string]*topic
	commits map[string]map[reset.Partition]reset.Position
	members map[string][]reset.Member
	faults  []WriteFault
	down    error
	sent    []Sent
	looks   int
	epochs  map[string]int32
	onWrite func()
	onRead  func()
	held    []heldWrite
}

// heldWrite is a request that is still on its way to its coordinator.
type heldWrite struct {
	group string
	chunk reset.Chunk
	fault WriteFault
}

type topic struct {
	id    string
	parts []log
}

type log struct {
	start, end int64
	times      func(at time.Time) reset.Found
	err        string
}

// Sent is one request that reached the cluster.
type Sent struct {
	Group   string
	Members int // in the group at that moment
	Chunk   reset.Chunk
	Taken   bool
}

// WriteFault is what happens to a write instead of its success.
type WriteFault struct {
	Unsent error  // no connection: nothing is sent
	Reject string // all partitions, or those in Parts
	// of Reject: and they were written all the same, as UNKNOWN_SERVER_ERROR may be answered after an append
	Stands  bool
	Parts   []int32 // of Reject
	Lost    bool    // the answer is lost
	Applied bool    // of Lost: and the write was done all the same
	// of Lost: it is done, or refused as Reject and Parts say, once Land is called: whenever the network lets it
	// through
	Held bool
}

// New returns an empty cluster.
func New(id string) *Cluster {
	return &Cluster{id: id, topics: map[string]*topic{}, commits: map[string]map[reset.Partition]reset.Position{},
		members: map[string][]reset.Member{}, epochs: map[string]int32{}}
}

// ID implements engine.Cluster.
func (c *Cluster) ID(context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.id, c.down
}

// Topic makes (or makes again, with another id) a topic whose partitions hold records from start to end.
func (c *Cluster) Topic(name, id string, partitions int, start, end int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &topic{id: id}
	for range partitions {
		t.parts = append(t.parts, log{start: start, end: end})
	}
	c.topics[name] = t
}

// DeleteTopic deletes a topic and the commits on it, as Kafka does (GroupCoordinatorService.onPartitionsDeleted).
func (c *Cluster) DeleteTopic(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.topics, name)
	for _, commits := range c.commits {
		maps.DeleteFunc(commits, func(p reset.Partition, _ reset.Position) bool { return p.Topic == name })
	}
}

// SetLog sets one partition's start and end.
func (c *Cluster) SetLog(name string, p int, start, end int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.topics[name].parts[p].start, c.topics[name].parts[p].end = start, end
}

// SetTime sets how a partition answers a time look-up.
func (c *Cluster) SetTime(name string, p int, f func(time.Time) reset.Found) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.topics[name].parts[p].times = f
}

// SetError makes a partition unreadable; "" heals it.
func (c *Cluster) SetError(name string, p int, err string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.topics[name].parts[p].err = err
}

// Commit commits, as a member or from outside.
func (c *Cluster) Commit(group, name string, p int32, offset int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(group, reset.Partition{Topic: name, Partition: p}, reset.Position{Offset: offset})
}

// Committed returns a committed position.
func (c *Cluster) Committed(group, name string, p int32) reset.Position {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.get(group, reset.Partition{Topic: name, Partition: p})
}

// Join sets the members of a group; none makes it Empty.
func (c *Cluster) Join(group string, members ...reset.Member) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.commits[group] == nil {
		c.commits[group] = map[reset.Partition]reset.Position{}
	}
	c.members[group] = members
}

// Epoch makes a group one of the new protocol, whose epoch rises whenever a member joins or leaves.
func (c *Cluster) Epoch(group string, epoch int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epochs[group] = epoch
}

// Down makes every call fail with err; nil brings the cluster back.
func (c *Cluster) Down(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = err
}

// Fault lets the next writes go wrong, one after the other.
func (c *Cluster) Fault(f ...WriteFault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, f...)
}

// Land lets the requests that were held on their way arrive at the coordinator, which treats them as it does any
// other: it refuses them while a member is in the group.
func (c *Cluster) Land() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range c.held {
		c.carryOut(h.group, h.chunk, WriteFault{Reject: h.fault.Reject, Parts: h.fault.Parts})
	}
	c.held = nil
}

// OnWrite is called after each request was carried out and before its answer, OnRead before each read-back. They may
// panic, as a process that is killed there would end.
func (c *Cluster) OnWrite(f func()) { c.mu.Lock(); c.onWrite = f; c.mu.Unlock() }

// OnRead is called before each read-back.
func (c *Cluster) OnRead(f func()) { c.mu.Lock(); c.onRead = f; c.mu.Unlock() }

// Sent returns every request that reached the cluster.
func (c *Cluster) Sent() []Sent {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sent)
}

func (c *Cluster) put(group string, p reset.Partition, pos reset.Position) {
	if c.commits[group] == nil {
		c.commits[group] = map[reset.Partition]reset.Position{}
	}
	if pos.None {
		delete(c.commits[group], p)
		return
	}
	c.commits[group][p] = pos
}

func (c *Cluster) get(group string, p reset.Partition) reset.Position {
	if pos, ok := c.commits[group][p]; ok {
		return pos
	}
	return reset.Position{None: true}
}

func (c *Cluster) state(group string) reset.GroupState {
	if _, ok := c.commits[group]; !ok {
		return reset.GroupState{}
	}
	g := reset.GroupState{Exists: true, State: "Empty", Type: "classic", Protocol: "consumer",
		Members: slices.Clone(c.members[group])}
	if len(g.Members) > 0 {
		g.State = "Stable"
	}
	if epoch, ok := c.epochs[group]; ok {
		g.Type, g.Epoch = "consumer", epoch
	}
	return g
}

// States implements engine.Cluster.
func (c *Cluster) States(ctx context.Context, groups []string) (map[string]reset.GroupState, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.down, ctx.Err()); err != nil {
		return nil, err
	}
	out := make(map[string]reset.GroupState, len(groups))
	for _, g := range groups {
		out[g] = c.state(g)
	}
	return out, nil
}

// Look implements engine.Cluster.
func (c *Cluster) Look(ctx context.Context, groups []string) (map[string]reset.Look, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looks++
	if err := errors.Join(c.down, ctx.Err()); err != nil {
		return nil, err
	}
	out := make(map[string]reset.Look, len(groups))
	for _, g := range groups {
		l := reset.Look{Group: c.state(g)}
		if l.Group.Idle() {
			l.Commits = map[reset.Partition]reset.Position{}
			maps.Copy(l.Commits, c.commits[g])
		}
		out[g] = l
	}
	return out, nil
}

// Looks is how many rounds of looks there were.
func (c *Cluster) Looks() int { c.mu.Lock(); defer c.mu.Unlock(); return c.looks }

// Inspect implements engine.Cluster.
func (c *Cluster) Inspect(ctx context.Context, q reset.Query) (reset.Snapshot, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.down, ctx.Err()); err != nil {
		return reset.Snapshot{}, err
	}
	snap := reset.Snapshot{ClusterID: c.id, Group: c.state(q.Group), Topics: map[string]reset.Topic{}}
	if !snap.Group.Exists {
		snap.Near = slices.Sorted(maps.Keys(c.commits))
	}
	Fill(&snap, q, slices.Collect(maps.Keys(c.commits[q.Group])), c.describe, c.read)
	return snap, nil
}

// Fill puts into a snapshot what a query asks a Kafka in memory for: of the partitions that the group has committed,
// and of those that are named. Describe is the topic of a name; read adds a partition, where it is there.
func Fill(snap *reset.Snapshot, q reset.Query, committed []reset.Partition, describe func(string) reset.Topic,
	read func([]reset.PartitionState, reset.Query, reset.Partition) []reset.PartitionState) {
	for _, p := range committed {
		t := describe(p.Topic)
		t.Commits = snap.Topics[p.Topic].Commits + 1
		snap.Topics[p.Topic] = t
	}
	if q.Scope.All || q.Scope.Empty() {
		for _, p := range committed {
			snap.Partitions = read(snap.Partitions, q, p)
		}
	}
	for _, ts := range q.Scope.Topics {
		t := describe(ts.Topic)
		t.Commits = snap.Topics[ts.Topic].Commits
		snap.Topics[ts.Topic] = t
		parts := ts.Partitions
		for i := range t.Partitions {
			if ts.Partitions == nil {
				parts = append(parts, int32(i))
			}
		}
		for _, p := range parts {
			snap.Partitions = read(snap.Partitions, q, reset.Partition{Topic: ts.Topic, Partition: p})
		}
	}
	slices.SortFunc(snap.Partitions, func(a, b reset.PartitionState) int { return compare(a.Partition, b.Partition) })
}

func (c *Cluster) describe(name string) reset.Topic {
	t, ok := c.topics[name]
	if !ok {
		return reset.Topic{}
	}
	return reset.Topic{ID: t.id, Partitions: len(t.parts)}
}

func (c *Cluster) read(into []reset.PartitionState, q reset.Query, p reset.Partition) []reset.PartitionState {
	t, ok := c.topics[p.Topic]
	if !ok || int(p.Partition) >= len(t.parts) {
		return into
	}
	l := t.parts[p.Partition]
	st := reset.PartitionState{Partition: p, Start: l.start, End: l.end, Committed: c.get(q.Group, p), Err: l.err}
	if q.Like != "" {
		other := c.get(q.Like, p)
		st.Other = &other
	}
	if !q.At.IsZero() {
		f := reset.Found{Offset: l.end, How: reset.HowNoLater}
		if l.times != nil {
			f = l.times(q.At)
		}
		st.Found = &f
	}
	return append(into, st)
}

func compare(a, b reset.Partition) int {
	return cmp.Or(strings.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
}
