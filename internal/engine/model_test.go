package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// TestModel does random things with random people, consumers, clocks, faults and restarts, and looks at every request
// that reaches Kafka and at everything that Slack is told: the promises of the bot have to hold in each of them.
//
//	MODEL_RUNS=2000 go test ./internal/engine -run TestModel       more of it
//	MODEL_SEED=17 go test ./internal/engine -run TestModel/17      one run again
func TestModel(t *testing.T) {
	t.Parallel()
	runs, from := uint64(modelRuns), uint64(1)
	if n, err := strconv.ParseUint(os.Getenv("MODEL_RUNS"), 10, 64); err == nil {
		runs = n
	}
	if n, err := strconv.ParseUint(os.Getenv("MODEL_SEED"), 10, 64); err == nil {
		runs, from = 1, n
	}
	var mu sync.Mutex
	ends := map[string]int{} // how requests ended in all runs: a model that only ever refuses shows nothing
	t.Cleanup(func() { t.Logf("%d runs ended requests as %v", runs, ends) })
	for seed := from; seed < from+runs; seed++ {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			m := newModel(t, seed)
			for range 80 {
				m.step()
				if t.Failed() {
					t.Log(m.did)
					return
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for _, id := range m.ids {
				r := m.load(id)
				ends[string(r.State)+" "+string(r.Outcome)]++
			}
		})
	}
}

// model is a bench on which anything may happen.
type model struct {
	*bench
	rand  *rand.Rand
	guard *guard
	ids   []string
	did   []string
	kill  bool
}

func newModel(t *testing.T, seed uint64) *model {
	m := &model{bench: newBench(t), rand: rand.New(rand.NewPCG(seed, 1))}
	m.guard = &guard{Cluster: m.cluster, m: m, sends: map[string]int{}, reads: map[string][][]reset.Position{}}
	m.cluster.OnWrite(func() {
		if m.kill {
			m.kill = false
			panic("killed after Kafka had the request")
		}
	})
	m.arrange()
	return m
}

// arrange puts the guards before and behind a process that has just begun.
func (m *model) arrange() {
	m.Clusters["prod"] = m.guard
	m.Chat = told{m: m}
}

func (m *model) step() {
	acts := []func() string{m.asks, m.asks, m.approves, m.approves, m.approves, m.decides, m.decides, m.consumers,
		m.consumers, m.consumers, m.log, m.faults, m.restarts, m.clock2, m.clock2, m.clock2, m.brakes}
	did := acts[m.rand.IntN(len(acts))]()
	m.did = append(m.did, did)
	m.settle()
	m.wait(time.Duration(m.rand.IntN(4000)) * time.Millisecond)
}

func (m *model) person() reset.Actor {
	return []reset.Actor{mara, mara, jon, kim, ben, oncall}[m.rand.IntN(6)]
}

func (m *model) request() (reset.Request, bool) {
	if len(m.ids) == 0 {
		return reset.Request{}, false
	}
	var open []reset.Request
	for _, id := range m.ids[max(0, len(m.ids)-6):] {
		if r := m.load(id); r.State.Open() || r.Outcome != "" && r.Settled == nil {
			open = append(open, r)
		}
	}
	if len(open) == 0 {
		return m.load(m.ids[len(m.ids)-1]), true
	}
	return open[m.rand.IntN(len(open))], true
}

func (m *model) asks() string {
	who := []reset.Actor{mara, mara, mara, mara, jon, jon, oncall, ben}[m.rand.IntN(8)]
	target := []reset.Target{reset.Latest{}, reset.Earliest{}, reset.Shift{By: -20}, reset.Shift{By: -20},
		reset.Shift{By: 30}, reset.Shift{By: 30}, reset.Exact{Offset: m.rand.Int64N(1100)}, reset.Current{},
		reset.Nowhere{}}[m.rand.IntN(9)]
	r := m.ask(who, target, func(in *reset.Intent) {
		in.NoWait = m.rand.IntN(8) == 0
		if who == oncall || m.rand.IntN(12) == 0 {
			in.Emergency = "INC-1"
		}
	})
	m.ids = append(m.ids, r.ID)
	return fmt.Sprintf("%s asks %T: %s %s", who.ID, target, r.ID, r.State)
}

func (m *model) approves() string {
	r, ok := m.request()
	if !ok {
		return "nothing to approve"
	}
	who := []reset.Actor{r.Actor, jon, kim, kim, ben}[m.rand.IntN(5)]
	if r.State == reset.Draft && m.rand.IntN(5) > 0 {
		who = r.Actor
	}
	d := m.by(who, r)
	if m.rand.IntN(10) == 0 {
		d.Ref.Revision++
	}
	reply, err := m.Approve(m.t.Context(), d)
	return fmt.Sprintf("%s approves %s.%d: %s %v", d.Actor.ID, r.ID, d.Ref.Revision, reply.Did, err)
}

func (m *model) decides() string {
	r, ok := m.request()
	if !ok {
		return "nothing to decide"
	}
	if (r.State == reset.Draft || r.State == reset.Approved) && m.rand.IntN(4) > 0 {
		return "let it go on"
	}
	verbs := map[string]func(context.Context, engine.Decision) (reset.Reply, error){
		"cancels": m.Cancel, "rejects": m.Reject, "retries": m.Retry, "undoes": m.Undo, "settles": m.Settle,
		"goes alone on": m.Emergency}
	names := []string{"cancels", "rejects", "retries", "undoes", "undoes", "settles", "settles", "goes alone on"}
	verb := names[m.rand.IntN(len(names))]
	d := m.by(m.person(), r)
	d.Origin = fmt.Sprintf("decision %d", m.rand.Uint64())
	reply, err := verbs[verb](m.t.Context(), d)
	if err == nil && reply.Request.ID != r.ID {
		m.ids = append(m.ids, reply.Request.ID)
	}
	return fmt.Sprintf("%s %s %s: %s %v", d.Actor.ID, verb, r.ID, reply.Did, err)
}

func (m *model) consumers() string {
	switch m.rand.IntN(8) {
	case 0, 1:
		m.cluster.Join("billing", reset.Member{ID: "m1", Host: "10.4.7.21"})
		return "a consumer joins"
	case 2:
		p := int32(m.rand.IntN(2))
		m.cluster.Commit("billing", "orders", p, m.rand.Int64N(1000))
		return "somebody commits"
	}
	m.cluster.Join("billing")
	m.wait(time.Second)
	m.wait(8 * time.Second)
	return "all consumers leave"
}

func (m *model) log() string {
	start := m.rand.Int64N(200)
	m.cluster.SetLog("orders", m.rand.IntN(2), start, 1000+m.rand.Int64N(300))
	return "the log moves"
}

func (m *model) faults() string {
	f := []clustertest.WriteFault{{Lost: true, Applied: true}, {Lost: true}, {Reject: "UNKNOWN_MEMBER_ID"},
		{Reject: "GROUP_AUTHORIZATION_FAILED"}, {Reject: "TOPIC_AUTHORIZATION_FAILED", Parts: []int32{1}},
		{Unsent: errors.New("connection refused")}}[m.rand.IntN(6)]
	m.cluster.Fault(f)
	return fmt.Sprintf("the next write: %+v", f)
}

func (m *model) restarts() string {
	if m.rand.IntN(2) == 0 {
		m.kill = true
		return "the next write kills the process"
	}
	m.start()
	m.arrange()
	return "the process is killed and starts again"
}

func (m *model) clock2() string {
	d := []time.Duration{time.Second, 6 * time.Second, 15 * time.Second, time.Minute, 20 * time.Minute}[m.rand.IntN(5)]
	m.wait(d)
	return "time passes: " + d.String()
}

func (m *model) brakes() string {
	if m.rand.IntN(4) == 0 {
		m.act(jon, reset.Freeze{Cluster: "prod"})
		return "jon freezes"
	}
	m.act(jon, reset.Thaw{Cluster: "prod"})
	return "jon thaws"
}

// guard stands between the core and Kafka.
type guard struct {
	*clustertest.Cluster
	m     *model
	sends map[string]int // forward requests by attempt
	reads map[string][][]reset.Position
}

// Write looks at the store in the moment in which a request leaves.
func (g *guard) Write(
	ctx context.Context, group string, c reset.Chunk, ready func() error,
) ([]reset.StepResult, error) {
	return g.Cluster.Write(ctx, group, c, func() error {
		if err := ready(); err != nil {
			return err
		}
		g.leaving(ctx, group, c)
		return nil
	})
}

func (g *guard) leaving(ctx context.Context, group string, c reset.Chunk) {
	t := g.m.t
	writing, err := g.m.Store.List(ctx, engine.Filter{Group: group, States: []reset.State{reset.Applying}})
	if err != nil || len(writing) != 1 {
		t.Errorf("%d requests are applying while one writes (%v)", len(writing), err)
		return
	}
	r := writing[0]
	a, err := g.m.Store.LastAttempt(ctx, r.ID)
	if err != nil {
		t.Errorf("%s writes without an attempt: %v", r.ID, err)
		return
	}
	writes, err := g.m.Store.Writes(ctx, r.ID, a.N)
	if err != nil || len(writes) == 0 {
		t.Errorf("%s writes without a snapshot: %v", r.ID, err)
	}
	back := slices.ContainsFunc(a.Chunks, func(c reset.ChunkState) bool { return c.Back })
	if !back {
		g.forward(ctx, r, a, writes, c)
	}
	if frozen, err := g.m.Store.Freezes(ctx); err != nil ||
		len(frozen) > 0 && !back && a.StartedAt.After(frozen[0].At) {
		t.Errorf("%s began while the cluster was frozen (%v)", r.ID, err)
	}
}

// forward is a request that moves offsets, and does not put them back.
func (g *guard) forward(ctx context.Context, r reset.Request, a reset.Attempt, writes []reset.Write, c reset.Chunk) {
	t := g.m.t
	key := fmt.Sprintf("%s attempt %d delete %v", r.ID, a.N, c.Delete)
	if g.sends[key]++; g.sends[key] > 1 {
		t.Errorf("%s was sent %d times", key, g.sends[key])
	}
	if !r.Bounds.Covers(a.Effect) {
		t.Errorf("%s is written with %+v, beyond its bounds %+v", r.ID, a.Effect, r.Bounds)
	}
	votes, err := g.m.Store.Votes(ctx, r.ID, r.Revision)
	others := slices.DeleteFunc(votes, func(v reset.Vote) bool { return v.Actor == r.Actor || v.Actor == ben })
	if enough := len(others) >= r.Need || r.Emergency != nil; err != nil || !enough {
		t.Errorf("%s is written with %d approvals of %d (%v)", r.ID, len(others), r.Need, err)
	}
	for _, w := range writes {
		if now := g.Committed("billing", w.Topic, w.Partition); now.None != w.From.None || now.Offset != w.From.Offset {
			if len(g.sent(a)) == 0 {
				// a race that Kafka allows
				t.Logf("%s: %s-%d stands at %+v, saved was %+v", r.ID, w.Topic, w.Partition, now, w.From)
			}
		}
	}
	entries, err := g.m.Store.Audit(ctx, r.ID, 0)
	if err != nil || !slices.ContainsFunc(entries, func(e reset.Entry) bool {
		return e.Event == reset.EvApplying && e.Facts["attempt"] == strconv.Itoa(a.N)
	}) {
		t.Errorf("%s is written and the audit does not know it (%v)", r.ID, err)
	}
	blocking, err := g.m.Store.List(ctx, engine.Filter{Group: "billing", States: []reset.State{reset.Failed}})
	for _, b := range blocking {
		if b.Outcome.Blocks() && b.Settled == nil && b.ID != r.Undoes {
			t.Errorf("%s is written beside %s, which is %s and not settled (%v)", r.ID, b.ID, b.Outcome, err)
		}
	}
}

func (g *guard) sent(a reset.Attempt) (out []reset.ChunkState) {
	for _, c := range a.Chunks {
		if c.Phase == reset.Answered {
			out = append(out, c)
		}
	}
	return out
}

// ReadBack remembers what the core was told.
func (g *guard) ReadBack(ctx context.Context, group string, parts []reset.Partition) ([]reset.Position, error) {
	read, err := g.Cluster.ReadBack(ctx, group, parts)
	writing, _ := g.m.Store.List(ctx, engine.Filter{Group: group, States: []reset.State{reset.Applying}})
	if err == nil && len(writing) == 1 {
		g.reads[writing[0].ID] = append(g.reads[writing[0].ID], read)
	}
	return read, err
}

// told is everything that people come to see.
type told struct{ m *model }

func (told) Receive(context.Context, engine.Inbox) error { return nil }

func (s told) Show(ctx context.Context, story reset.Story) (time.Time, error) {
	s.m.look(ctx, story)
	return time.Time{}, nil
}

// look holds a story against the audit and against what was read.
func (m *model) look(ctx context.Context, story reset.Story) {
	r := story.Request
	want := map[reset.State]reset.Event{reset.Pending: reset.EvSubmitted, reset.Approved: reset.EvApproved,
		reset.Applying: reset.EvApplying, reset.Applied: reset.EvApplied, reset.Failed: reset.EvFailed,
		reset.Cancelled: reset.EvCancelled, reset.Rejected: reset.EvRejected, reset.Expired: reset.EvExpired,
		reset.Refused: reset.EvRefused, reset.Draft: reset.EvPlanned}[r.State]
	if _, move := r.Intent(); !move {
		return
	}
	if r.State == reset.Pending {
		want = reset.EvPlanned // asked for, or planned again
	}
	if want != "" && !slices.ContainsFunc(story.Entries, func(e reset.Entry) bool { return e.Event == want }) {
		m.t.Errorf("%s is shown as %s and the audit has no %q", r.ID, r.State, want)
	}
	if r.Outcome == "" || r.Settled != nil {
		return
	}
	writes, err := m.WritesFor(ctx, r.ID)
	if err != nil {
		m.t.Errorf("%s is %s without writes: %v", r.ID, r.Outcome, err)
	}
	reads := m.guard.reads[r.ID]
	lost := slices.ContainsFunc(writes, func(w reset.Write) bool { return w.Result.Lost() })
	switch {
	case r.Outcome == reset.Verified:
		m.stands(r, writes, reads, 1, func(w reset.Write) reset.Position { return w.To })
	case r.Outcome == reset.Unchanged && lost:
		m.stands(r, writes, reads, 2, func(w reset.Write) reset.Position { return w.From })
	case r.Outcome == reset.RolledBack:
		m.stands(r, writes, reads, 1, func(w reset.Write) reset.Position { return w.From })
	case r.Outcome == reset.Overtaken && lost:
		m.t.Errorf("%s is said to be written, and an answer was lost", r.ID)
	}
}

// stands checks that the last readings say what is claimed.
func (m *model) stands(
	r reset.Request, writes []reset.Write, reads [][]reset.Position, n int, where func(reset.Write) reset.Position,
) {
	if len(reads) < n {
		m.t.Errorf("%s claims %s after %d readings", r.ID, r.Outcome, len(reads))
		return
	}
	for _, read := range reads[len(reads)-n:] {
		for i, w := range writes {
			if p := where(w); read[i].None != p.None || !p.None && read[i].Offset != p.Offset {
				m.t.Errorf("%s claims %s, and %s-%d was read at %+v, not %+v", r.ID, r.Outcome, w.Topic, w.Partition,
					read[i], p)
			}
		}
	}
}
