package kafkasim

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Commits of members are exempt from the faults on commits. The simulator's own
// connections (seeds, consumers, the overwriter) are exempt from lost answers,
// silence, slowness, gates and counts, but not from Unreachable.

// FailCommit answers the next n commits with err on every partition; nothing is
// written. n < 0: until the handle is removed. The handle counts the hits.
func (s *Sim) FailCommit(n int, err *kerr.Error) *kfake.FaultHandle {
	return s.failCommit(kfake.Fault{Err: err, Count: n})
}

// FailCommitOf is FailCommit for some partitions of one topic: the others are
// written, as a broker does when only one topic is denied. No partitions: all.
func (s *Sim) FailCommitOf(n int, err *kerr.Error, topic string, partitions ...int32) *kfake.FaultHandle {
	return s.failCommit(kfake.Fault{Err: err, Count: n, Topic: topic, Partitions: partitions})
}

func (s *Sim) failCommit(f kfake.Fault) *kfake.FaultHandle {
	f.Keys = []kmsg.Key{kmsg.OffsetCommit}
	f.When = func(r kmsg.Request) bool { return r.(*kmsg.OffsetCommitRequest).MemberID == "" }
	return s.kafka.Fault(f)
}

// Fail answers the next n requests of a kind with err wherever the answer has
// room for an error: its top level, each group or each partition.
func (s *Sim) Fail(n int, key kmsg.Key, err *kerr.Error) *kfake.FaultHandle {
	return s.kafka.Fault(kfake.Fault{Keys: []kmsg.Key{key}, Err: err, Count: n})
}

// LeaderDown takes the leader of a partition away until the handle is removed.
func (s *Sim) LeaderDown(topic string, partition int32) *kfake.FaultHandle {
	return s.kafka.Fault(kfake.Fault{
		Keys:  []kmsg.Key{kmsg.Metadata, kmsg.ListOffsets, kmsg.Fetch},
		Topic: topic, Partitions: []int32{partition},
		Err: kerr.LeaderNotAvailable, Count: -1,
	})
}

// LoseCommitAnswer cuts the connection instead of answering the next commit;
// applied says whether the broker writes it first.
func (s *Sim) LoseCommitAnswer(applied bool) {
	s.network.lose(&loss{key: int16(kmsg.OffsetCommit), left: 1, applied: applied})
}

// SwallowCommitAnswer is LoseCommitAnswer with the connection left open: the
// client waits until it gives up.
func (s *Sim) SwallowCommitAnswer(applied bool) {
	s.network.lose(&loss{key: int16(kmsg.OffsetCommit), left: 1, applied: applied, hang: true})
}

// LoseAnswer cuts the connection instead of answering the next n requests of a
// kind.
func (s *Sim) LoseAnswer(key kmsg.Key, n int) {
	s.network.lose(&loss{key: int16(key), left: n})
}

func (n *network) lose(l *loss) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.losses = append(n.losses, l)
}

// Unreachable cuts all connections to the brokers and takes no new ones until
// it is called with false. No nodes: all brokers.
func (s *Sim) Unreachable(on bool, nodes ...int32) {
	s.network.set(s.network.down, on, s.nodes(nodes))
	if on {
		s.network.cut()
	}
}

// Silent lets brokers take connections and requests and answer nothing.
// Requests swallowed meanwhile are never answered. No nodes: all brokers.
func (s *Sim) Silent(on bool, nodes ...int32) {
	s.network.set(s.network.silent, on, s.nodes(nodes))
}

func (s *Sim) nodes(some []int32) []int32 {
	if len(some) > 0 {
		return some
	}
	for i := range int32(s.opts.Brokers) {
		some = append(some, i)
	}
	return some
}

func (n *network) set(m map[int32]bool, on bool, nodes []int32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, node := range nodes {
		m[node] = on
	}
}

func (n *network) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.conns {
		if n.down[c.node] {
			c.Conn.Close()
		}
	}
}

// SlowKey makes each request of a kind reach its broker only after d, even if
// its client has given up by then: this is how a commit lands late. 0 ends it.
func (s *Sim) SlowKey(key kmsg.Key, d time.Duration) {
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	s.network.slow[int16(key)] = d
}

// Gate holds requests of one kind before they reach their broker.
type Gate struct {
	arrived, open chan struct{}
	once, opened  sync.Once
	drop          func()
}

// Hold stops requests of a kind until Release, for tests that must act at
// exactly that moment.
func (s *Sim) Hold(key kmsg.Key) *Gate {
	g := &Gate{arrived: make(chan struct{}), open: make(chan struct{})}
	n := s.network
	g.drop = func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.gates[int16(key)] == g {
			delete(n.gates, int16(key))
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.gates[int16(key)] = g
	return g
}

// Arrived is closed once the first request waits.
func (g *Gate) Arrived() <-chan struct{} { return g.arrived }

// Release lets all requests go on, those that wait and those to come.
func (g *Gate) Release() {
	g.opened.Do(func() { g.drop(); close(g.open) })
}

// CountRequests is how many requests of each kind have come since the last
// ResetCounts, without those of the simulator's own clients.
func (s *Sim) CountRequests() map[kmsg.Key]int {
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	out := make(map[kmsg.Key]int, len(s.network.counts))
	for k, v := range s.network.counts {
		out[kmsg.Key(k)] = v
	}
	return out
}

// CountByBroker is CountRequests by node id instead of by kind.
func (s *Sim) CountByBroker() map[int32]int {
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	return maps.Clone(s.network.perNode)
}

// Ended is how clients have ended their connections, in the order in which the brokers saw it.
func (s *Sim) Ended() []End {
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	return slices.Clone(s.network.ended)
}

// Record keeps every request from now on, for Sent.
func (s *Sim) Record() {
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	s.network.records = true
}

// Sent are the requests that have come since Record, without those of the simulator's own clients, as they were on
// the wire: decoded by another library than the one under test, in the version that they came in.
func (s *Sim) Sent() ([]kmsg.Request, error) {
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	var out []kmsg.Request
	for _, r := range s.network.sent {
		got, _, err := r.parse()
		if err != nil {
			return nil, err
		}
		out = append(out, got)
	}
	return out, nil
}

// ResetCounts starts both counts again.
func (s *Sim) ResetCounts() {
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	clear(s.network.counts)
	clear(s.network.perNode)
}
