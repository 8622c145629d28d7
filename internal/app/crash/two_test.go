package crash

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// TestTwoProcesses has two bots on one file and one Slack app: each request is carried out by one of them, once.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.starts()
	s.starts()
	for range 5 {
		s.Prod.ResetCounts()
		r := s.road("alone")
		now := r.applies()
		r.told(now, s.commits(), stood, target)
		if now.State != reset.Applied || now.Attempt != 1 {
			t.Errorf("%s is %s after %d attempts", now.ID, now.State, now.Attempt)
		}
		if n := len(r.cards(now.ID)); n != 1 {
			t.Errorf("%d cards of %s", n, now.ID)
		}
	}
}

// cards are the public messages that show a request.
func (r *road) cards(id string) []slacksim.Message {
	return slices.DeleteFunc(r.Jon.Messages(world.Home), func(m slacksim.Message) bool {
		return m.Ephemeral || m.Thread != "" || !strings.Contains(m.Text(), id)
	})
}

// TestVotesRace lets both approvers click at the same time, twice each: whichever processes take the clicks, two votes
// count, and the reset is armed once.
func TestVotesRace(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.starts()
	s.starts()
	for range 5 {
		s.Prod.ResetCounts()
		r := s.road("two")
		r.clicks(r.Mara, r.asks(), "approve")
		id := r.reaches(reset.Pending).ID
		card := r.sees(r.Jon, id+".1", "APPROVE?")
		var clicks sync.WaitGroup
		for _, p := range []*slacksim.Person{r.Jon, r.Kim, r.Jon, r.Kim} {
			clicks.Go(func() {
				r.does(func() (*slacksim.Delivery, error) {
					d, err := p.Click(card, "approve")
					if err != nil && r.votes(id) == 2 {
						return nil, nil // the button went away under the finger
					}
					return d, err
				})
			})
		}
		clicks.Wait()
		now := r.ends()
		r.told(now, s.commits(), stood, target)
		if n := occurs(r.audit(id), reset.EvVoted); n != 2 || r.votes(id) != 2 {
			t.Errorf("%d votes, %d in the audit", r.votes(id), n)
		}
	}
}

// TestUndecidedCancel: one process has the word, the other must not begin to write before it is decided.
func TestUndecidedCancel(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	gate := filepath.Join(t.TempDir(), "open")
	trap := Trap{Point: "after store.Envelope cancel", Do: gate}
	a, b := s.starts(trap), s.starts(trap)
	r := s.road("alone")
	consumer, err := s.Prod.StartConsumer(r.group, []string{topic}, kafkasim.ConsumerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := s.patient()
	defer cancel()
	if err := s.Prod.WaitGroup(ctx, r.group, "Stable", 1); err != nil {
		t.Fatal(err)
	}
	r.clicks(r.Mara, r.asks(), "approve")
	id := r.reaches(reset.Approved).ID
	s.Prod.ResetCounts()
	r.clicks(r.Jon, r.sees(r.Jon, id, "WAITING", "Cancel"), "cancel")
	if err := consumer.Stop(); err != nil {
		t.Fatal(err)
	}
	const held = "after store.Update approved>approved refused"
	r.until("the armed reset is held back again and again",
		func() bool { return count(a.trace(), held)+count(b.trace(), held) >= 2 })
	if now := r.reaches(reset.Approved); now.Attempt != 0 {
		r.fatal("an attempt began while a cancel was waiting")
	}
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if now := r.ends(); now.State != reset.Cancelled || s.commits() != 0 {
		r.fatal("%s is %s after %d commits", now.ID, now.State, s.commits())
	}
}

// TestCancelTooLate: the write has begun in one process when the other takes the cancel.
func TestCancelTooLate(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.starts()
	s.starts()
	r := s.road("alone")
	s.Prod.ResetCounts()
	gate := s.holdsCommits()
	r.clicks(r.Mara, r.asks(), "approve")
	r.arrives(gate)
	now := r.reaches(reset.Applying)
	r.snapshot(now, stood, target) // before the first write has reached Kafka
	if at := r.stands(); at != stood {
		r.fatal("the group stands at %d before the write", at)
	}
	r.of = r.Kim
	r.types("cancel " + now.ID)
	r.sees(r.Kim, "Too late: "+now.ID)
	gate.Release()
	now = r.ends()
	r.told(now, s.commits(), stood, target)
	if now.State != reset.Applied {
		t.Errorf("%s is %s", now.ID, now.State)
	}
}

func (s *stage) holdsCommits() *kafkasim.Gate { return s.Prod.Hold(kmsg.OffsetCommit) }

func (r *road) arrives(g *kafkasim.Gate) {
	r.t.Helper()
	ctx, cancel := r.patient()
	defer cancel()
	select {
	case <-g.Arrived():
	case <-ctx.Done():
		r.fatal("no commit comes")
	}
}

// TestFrozen stops a process in the middle of applying for longer than its lease. The other finds out what happened and
// says so; the first, when it wakes, writes nothing.
func TestFrozen(t *testing.T) {
	t.Parallel()
	type moment struct {
		when     string
		point    string
		ends     reset.State
		attempts int
		wakes    string // a point that the woken process comes to
	}
	sideBySide(t, slices.Values([]moment{
		{"connected, about to ask whether it still may", "before ready", reset.Applied, 2, "after ready"},
		{"just marked, not sent", "after store.Update applying>applying", reset.Failed, 1, "after ready"},
		{"answered, before the answer is stored", "after kafka.Write", reset.Applied, 1, "after store.Release request"},
		{"before it reads back", "before kafka.ReadBack", reset.Applied, 1, "after store.Release request"},
	}), func(tt moment) string { return tt.when }, func(s *stage, tt moment) {
		r := s.road("alone")
		frozen := r.starts(Trap{Point: tt.point, Nth: 1, Do: freeze})
		r.clicks(r.Mara, r.asks(), "approve")
		ctx, cancel := r.patient()
		defer cancel()
		if err := frozen.waits(ctx, tt.point, 1); err != nil {
			r.fatal("%v", err)
		}
		r.starts()
		now := r.ends()
		r.told(now, r.commits(), stood, target)
		if now.State != tt.ends || now.Attempt != tt.attempts {
			s.t.Errorf("%s is %s after %d attempts", now.ID, now.State, now.Attempt)
		}
		before := r.commits()
		woken := count(frozen.trace(), tt.wakes)
		if err := frozen.cmd.Process.Signal(syscall.SIGCONT); err != nil {
			r.fatal("%v", err)
		}
		if err := frozen.waits(ctx, tt.wakes, woken+1); err != nil {
			r.fatal("%v", err)
		}
		r.alive(ctx, frozen)
		if after, _ := r.request(); after.State != now.State || r.commits() != before {
			r.fatal("the woken process wrote: %s, %d commits", after.State, r.commits())
		}
		r.told(now, r.commits(), stood, target)
	})
}

const sockets = 2 // of each process, by default

// alive waits until a process that was frozen has given up what it held and serves again.
func (r *road) alive(ctx context.Context, b *bot) {
	r.t.Helper()
	for _, other := range r.family() {
		if other != b {
			other.end()
		}
	}
	if err := r.Slack.Await(ctx, func() bool { return r.Slack.Connections() == sockets }); err != nil {
		r.fatal("the woken process is not connected: %v", err)
	}
	r.types("status")
	r.sees(r.of, "Nothing is open")
}

// TestStoppedWhileWriting is a deploy at the wrong moment: the write is finished, and told.
func TestStoppedWhileWriting(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := s.starts()
	r := s.road("alone")
	s.Prod.ResetCounts()
	gate := s.holdsCommits()
	r.clicks(r.Mara, r.asks(), "approve")
	r.arrives(gate)
	if err := b.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.Slack.Await(s.ctx, func() bool { return s.Slack.Connections() == 0 }); err != nil {
		t.Fatal(err)
	}
	gate.Release()
	<-b.ended
	if b.err != nil {
		r.fatal("the process ended with %v", b.err)
	}
	now := r.ends()
	r.told(now, s.commits(), stood, target)
	if now.State != reset.Applied {
		t.Errorf("%s is %s", now.ID, now.State)
	}
}
