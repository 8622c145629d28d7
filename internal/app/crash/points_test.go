package crash

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Trap is what shall happen to a process at one of its points: a call of the Store or of a Cluster, before or after
// it has taken effect.
type Trap struct {
	Point string // "after store.Update approved>applying"; anyPoint: whichever is the Nth
	Nth   int    // 1 is the first; 0 means each of them
	Do    string // kill, freeze, or the path of a file to wait for
	Since string // counts only once this point has been passed; empty: from the start
}

func (t Trap) String() string { return fmt.Sprintf("%s, %d", t.Point, t.Nth) }

// What a trap does.
const (
	kill   = "kill"
	freeze = "freeze"
	// anyPoint counts all points but those of a process that has nothing to do.
	anyPoint = "*"
)

// points are a process's calls, in order.
type points struct {
	mu    sync.Mutex
	traps []Trap
	hits  []int // of each trap
	seen  map[string]bool
	say   func(string) // tells the parent

	// writing is held, shared, by each call that takes SQLite's write lock. A process that is frozen with that lock
	// stops all others, which would be a test of SQLite.
	writing sync.RWMutex
}

// write makes a call that takes the write lock.
func (p *points) write(call func()) {
	p.writing.RLock()
	defer p.writing.RUnlock()
	call()
}

// at is called at every point. It does not return when the process is killed there.
func (p *points) at(point string) {
	p.mu.Lock()
	do := ""
	for i, t := range p.traps {
		if t.Point != point && t.Point != anyPoint || t.Since != "" && !p.seen[t.Since] {
			continue
		}
		if p.hits[i]++; t.Nth == 0 || t.Nth == p.hits[i] {
			do = t.Do
		}
	}
	p.seen[point] = true
	p.say(point)
	p.mu.Unlock()
	switch do {
	case "":
	case kill:
		die(syscall.SIGKILL)
	case freeze:
		p.writing.Lock()
		die(syscall.SIGSTOP)
		p.writing.Unlock()
	default:
		for {
			if _, err := os.Stat(do); err == nil {
				return
			}
			<-time.After(5 * time.Millisecond)
		}
	}
}

// die sends a signal to this very process, and does not go on before it has had its effect: kill(2) may return while
// the other threads still run.
func die(sig syscall.Signal) {
	woken := make(chan os.Signal, 1)
	signal.Notify(woken, syscall.SIGCONT)
	if err := syscall.Kill(os.Getpid(), sig); err != nil {
		panic(err)
	}
	<-woken
}

// trappedStore announces the calls that change something, and the reading of an envelope. Points between two reads are
// the same as the one before them: nothing has changed.
type trappedStore struct {
	engine.Store
	*points
}

func (s trappedStore) Record(ctx context.Context, in engine.Inbox) (bool, error) {
	name := "store.Record " + in.Verb
	s.at("before " + name)
	var fresh bool
	var err error
	s.write(func() { fresh, err = s.Store.Record(ctx, in) })
	s.at("after " + name)
	return fresh, err
}

func (s trappedStore) Envelope(ctx context.Context, id string) (engine.Inbox, error) {
	in, err := s.Store.Envelope(ctx, id)
	s.at("after store.Envelope " + in.Verb)
	return in, err
}

func (s trappedStore) Decided(ctx context.Context, id string, at time.Time) error {
	in, err := s.Store.Envelope(ctx, id)
	if err != nil {
		return err
	}
	s.at("before store.Decided " + in.Verb)
	s.write(func() { err = s.Store.Decided(ctx, id, at) })
	s.at("after store.Decided " + in.Verb)
	return err
}

func (s trappedStore) Create(ctx context.Context, r reset.Request, entries []reset.Entry) (reset.Request, bool, error) {
	s.at("before store.Create")
	var fresh bool
	var err error
	s.write(func() { r, fresh, err = s.Store.Create(ctx, r, entries) })
	s.at("after store.Create")
	return r, fresh, err
}

// Update has three points. Inside is at the end of the transaction, which a kill there undoes.
func (s trappedStore) Update(ctx context.Context, id string, hold *engine.Due, change func(*engine.Tx) error) error {
	name := "store.Update"
	var err error
	watched := func(tx *engine.Tx) error {
		from := tx.Request.State
		err := change(tx)
		name = fmt.Sprintf("store.Update %s>%s", from, tx.Request.State)
		if err != nil {
			name += " refused"
		}
		s.at("inside " + name)
		return err
	}
	s.write(func() { err = s.Store.Update(ctx, id, hold, watched) })
	s.at("after " + name)
	return err
}

func (s trappedStore) SaveCard(ctx context.Context, c engine.Card) error {
	name := "store.SaveCard preview"
	if c.TS != "" {
		name = "store.SaveCard card"
	}
	s.at("before " + name)
	var err error
	s.write(func() { err = s.Store.SaveCard(ctx, c) })
	s.at("after " + name)
	return err
}

// Claim is a point when it takes something: how often an idle process looks is chance.
func (s trappedStore) Claim(ctx context.Context, c engine.Claim) ([]engine.Due, error) {
	var dues []engine.Due
	var err error
	s.write(func() { dues, err = s.Store.Claim(ctx, c) })
	if len(dues) > 0 {
		s.at("after store.Claim")
	}
	return dues, err
}

func (s trappedStore) Renew(ctx context.Context, d engine.Due, until time.Time) (err error) {
	s.write(func() { err = s.Store.Renew(ctx, d, until) })
	return err
}

func (s trappedStore) Release(ctx context.Context, d engine.Due, next time.Time) error {
	var err error
	s.write(func() { err = s.Store.Release(ctx, d, next) })
	s.at("after store.Release " + string(d.Kind))
	return err
}

// trappedCluster announces every call of one cluster.
type trappedCluster struct {
	engine.Cluster
	*points
}

func (c trappedCluster) States(ctx context.Context, groups []string) (map[string]reset.GroupState, error) {
	c.at("before kafka.States")
	return c.Cluster.States(ctx, groups)
}

func (c trappedCluster) Look(ctx context.Context, groups []string) (map[string]reset.Look, error) {
	c.at("before kafka.Look")
	return c.Cluster.Look(ctx, groups)
}

func (c trappedCluster) Inspect(ctx context.Context, q reset.Query) (reset.Snapshot, error) {
	c.at("before kafka.Inspect")
	snap, err := c.Cluster.Inspect(ctx, q)
	c.at("after kafka.Inspect")
	return snap, err
}

// Write has four points: before it, around the core's last word (connected, not sent), and after the answer came.
func (c trappedCluster) Write(
	ctx context.Context, group string, chunk reset.Chunk, ready func() error,
) ([]reset.StepResult, error) {
	c.at("before kafka.Write")
	results, err := c.Cluster.Write(ctx, group, chunk, func() error {
		c.at("before ready")
		err := ready()
		c.at("after ready")
		return err
	})
	c.at("after kafka.Write")
	return results, err
}

func (c trappedCluster) ReadBack(ctx context.Context, group string, parts []reset.Partition) ([]reset.Position, error) {
	c.at("before kafka.ReadBack")
	read, err := c.Cluster.ReadBack(ctx, group, parts)
	c.at("after kafka.ReadBack")
	return read, err
}
