package crash

import (
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// TestKilledOnTheRoad kills the bot at each kind of moment in a reset's life. Another process takes over; nothing is
// lost, nothing happens twice, and what is said is so.
func TestKilledOnTheRoad(t *testing.T) {
	t.Parallel()
	type moment struct {
		when     string
		trap     Trap
		ends     reset.State // applied when empty
		attempts int         // 1 when 0
	}
	sideBySide(t, slices.Values([]moment{
		{when: "before the command is stored", trap: Trap{Point: "before store.Record reset"}},
		{when: "after the command is stored, before it is acknowledged", trap: Trap{Point: "after store.Record reset"}},
		{when: "after the command is acknowledged, before it is decided",
			trap: Trap{Point: "after store.Envelope reset"}},
		{when: "after the request is stored, before the way to its author is", trap: Trap{Point: "after store.Create"}},
		{when: "after the request is stored, before the command counts as decided",
			trap: Trap{Point: "before store.Decided reset"}},
		{when: "before Kafka is asked for the plan", trap: Trap{Point: "before kafka.Inspect"}},
		{when: "while the plan is stored", trap: Trap{Point: "inside store.Update planning>draft"}},
		{when: "in draft, before it is shown", trap: Trap{Point: "after store.Update planning>draft"}},
		{when: "in draft, shown, before that is stored", trap: Trap{Point: "before store.SaveCard preview", Nth: 3}},
		{when: "before the click is stored", trap: Trap{Point: "before store.Record approve"}},
		{when: "after the click is stored, before it is acknowledged", trap: Trap{Point: "after store.Record approve"}},
		{when: "while the click is decided", trap: Trap{Point: "inside store.Update draft>approved"}},
		{when: "armed, before the click counts as decided", trap: Trap{Point: "after store.Update draft>approved"}},
		{when: "in draft, looking at the group", trap: Trap{Point: "before kafka.Look"}},
		{when: "armed, looking at the group",
			trap: Trap{Point: "before kafka.Look", Since: "after store.Update draft>approved"}},
		{when: "a card is posted, before that is stored", trap: Trap{Point: "before store.SaveCard card"}},
		{when: "entering applying", trap: Trap{Point: "inside store.Update approved>applying"}},
		{when: "in applying, before anything is sent", trap: Trap{Point: "after store.Update approved>applying"},
			attempts: 2},
		{when: "connected to the coordinator", trap: Trap{Point: "before ready"}, attempts: 2},
		{when: "marking what is about to be sent", trap: Trap{Point: "inside store.Update applying>applying"},
			attempts: 2},
		{when: "marked as being sent, and not sent", trap: Trap{Point: "after ready"}, ends: reset.Failed},
		{when: "answered, before the answer is stored", trap: Trap{Point: "after kafka.Write"}},
		{when: "after the answer is stored, before it is read back", trap: Trap{Point: "before kafka.ReadBack"}},
		{when: "read back, while the end is stored", trap: Trap{Point: "inside store.Update applying>applied"}},
		{when: "applied, before anybody is told", trap: Trap{Point: "after store.Update applying>applied"}},
		{when: "the end is told, before that is stored",
			trap: Trap{Point: "before store.SaveCard card", Since: "after store.Update applying>applied"}},
	}), func(tt moment) string { return tt.when }, func(s *stage, tt moment) {
		r := s.road("alone")
		tt.trap.Do, tt.trap.Nth = kill, max(tt.trap.Nth, 1)
		b := r.starts(tt.trap)
		r.survives(b)
		now := r.applies()
		if !b.killed() {
			r.fatal("nothing was killed")
		}
		r.told(now, r.commits(), stood, target)
		if want := orElse(tt.ends, reset.Applied); now.State != want {
			s.t.Errorf("the request is %s, want %s", now.State, want)
		}
		if want := orElse(tt.attempts, 1); now.Attempt != want {
			s.t.Errorf("%d attempts, want %d", now.Attempt, want)
		}
		if now.Attempt > 1 {
			r.sees(r.Jon, "Nothing was sent: the process stopped before the write.")
		}
	})
}

func orElse[T comparable](v, other T) T {
	var none T
	if v == none {
		return other
	}
	return v
}

// TestKilledWhileApproving kills the bot around votes: each counts once, and the second one arms.
func TestKilledWhileApproving(t *testing.T) {
	t.Parallel()
	sideBySide(t, slices.Values([]Trap{
		{Point: "after store.Update draft>pending", Nth: 1, Do: kill},
		{Point: "after store.Record approve", Nth: 2, Do: kill}, // jon's; the first is mara's own word
		{Point: "inside store.Update pending>pending", Nth: 1, Do: kill},
		{Point: "after store.Update pending>pending", Nth: 1, Do: kill},
		{Point: "inside store.Update pending>approved", Nth: 1, Do: kill},
		{Point: "after store.Update pending>approved", Nth: 1, Do: kill},
	}), Trap.String, func(s *stage, trap Trap) {
		r := s.road("two")
		b := r.starts(trap)
		r.survives(b)
		r.clicks(r.Mara, r.asks(), "approve")
		id := r.reaches(reset.Pending).ID
		r.clicks(r.Jon, r.sees(r.Jon, id+".1", "APPROVE?"), "approve")
		r.until("jon's vote counts", func() bool { return r.votes(id) == 1 })
		r.clicks(r.Kim, r.sees(r.Kim, id+".1", "APPROVE?"), "approve")
		now := r.ends()
		if !b.killed() {
			r.fatal("nothing was killed")
		}
		r.told(now, r.commits(), stood, target)
		if n := occurs(r.audit(id), reset.EvVoted); n != 2 || r.votes(id) != 2 {
			s.t.Errorf("%d votes, %d in the audit", r.votes(id), n)
		}
	})
}

// votes is how many votes a request has.
func (r *road) votes(id string) int {
	r.t.Helper()
	now, err := r.db.Load(r.ctx, id)
	if err != nil {
		r.fatal("%v", err)
	}
	votes, err := r.db.Votes(r.ctx, id, now.Revision)
	if err != nil {
		r.fatal("%v", err)
	}
	return len(votes)
}

// TestDecidedAndKilledBeforeThatIsNoted: the next process takes the same word again. It must not act on it twice, nor
// tell the person that they are too late for what they did themselves.
func TestDecidedAndKilledBeforeThatIsNoted(t *testing.T) {
	t.Parallel()
	type word struct {
		name, point string
		group       string
		say         func(r *road) // up to and with the word
		tells       string
	}
	sideBySide(t, slices.Values([]word{
		{"apply", "after store.Update draft>approved", "alone", func(r *road) { r.clicks(r.Mara, r.asks(), "approve") },
			"DONE"},
		{"cancel, typed", "after store.Update draft>cancelled", "alone", func(r *road) {
			r.asks()
			now := r.reaches(reset.Draft)
			r.types("cancel " + now.ID)
		}, "is cancelled. Nothing was changed"},
		{"reject, typed", "after store.Update pending>rejected", "two", func(r *road) {
			r.clicks(r.Mara, r.asks(), "approve")
			now := r.reaches(reset.Pending)
			r.of = r.Kim
			r.types("reject " + now.ID)
		}, "is rejected. Nothing was changed"},
		{"a choice, which opens the next question", "after store.Update planning>planning", "alone", func(r *road) {
			r.types(r.group + " " + topic + " to 00:01") // on which cluster? and then: in which zone?
			r.clicks(r.Mara, r.sees(r.Mara, r.group, "prod-eu", "QUESTION"), "choose.1")
		}, " Berlin ("},
	}), func(w word) string { return w.name }, func(s *stage, w word) {
		r := s.road(w.group)
		point, nth := w.point, 1
		if strings.HasPrefix(w.name, "a choice") {
			nth = 2 // the first asks the question
		}
		b := r.starts(Trap{Point: point, Nth: nth, Do: kill})
		r.survives(b)
		w.say(r)
		r.sees(r.of, w.tells)
		<-b.ended
		r.until("the word counts as decided", func() bool {
			bots := r.family()
			said := strings.Join(bots[len(bots)-1].trace(), "\n")
			return len(bots) == 2 && strings.Contains(said, "after store.Release inbox")
		})
		r.sees(r.of, w.tells)
		for _, m := range r.of.Messages(world.Home) {
			for _, was := range m.History {
				if strings.Contains(was.Fallback, "Too late") || strings.Contains(was.Fallback, "no such choice") {
					r.fatal("%s was told: %s", r.of.ID, was.Fallback)
				}
			}
		}
		now, _ := r.request()
		if in, _ := now.Intent(); in.Zone != "" && in.Zone != "Europe/Berlin" {
			r.fatal("the zone became %s without anybody's word", in.Zone)
		}
	})
}

// TestKilledInAnUndo kills the bot on the way back: the offsets that were saved are written back once.
func TestKilledInAnUndo(t *testing.T) {
	t.Parallel()
	sideBySide(t, slices.Values([]Trap{
		{Point: "after store.Record undo", Nth: 1, Do: kill},
		{Point: "after store.Create", Nth: 2, Do: kill},
		{Point: "after store.Update planning>draft", Nth: 2, Do: kill},
		{Point: "after store.Update draft>approved", Nth: 2, Do: kill},
		{Point: "after store.Update approved>applying", Nth: 2, Do: kill},
		{Point: "after ready", Nth: 2, Do: kill}, // marked as being sent, and not sent: the one that fails, unchanged
		{Point: "after kafka.Write", Nth: 2, Do: kill},
		{Point: "before kafka.ReadBack", Nth: 2, Do: kill},
		{Point: "after store.Update applying>applied", Nth: 2, Do: kill},
	}), Trap.String, func(s *stage, trap Trap) {
		r := s.road("alone")
		b := r.starts(trap)
		r.survives(b)
		first := r.applies()
		r.told(first, r.commits(), stood, target)
		r.Prod.ResetCounts()
		now := r.goesBack(first)
		if !b.killed() {
			r.fatal("nothing was killed")
		}
		r.told(now, r.commits(), target, stood)
		if failed := trap.Point == "after ready"; failed != (now.State == reset.Failed) {
			s.t.Errorf("the undo is %s", now.State)
		}
		first, err := r.db.Load(r.ctx, first.ID)
		if err != nil {
			r.fatal("%v", err)
		}
		if now.State == reset.Applied && first.UndoneBy != now.ID {
			s.t.Errorf("%s was taken back by %s and says %q", first.ID, now.ID, first.UndoneBy)
		}
	})
}

// goesBack asks for the undo and applies it.
func (r *road) goesBack(first reset.Request) reset.Request {
	r.t.Helper()
	r.clicks(r.Mara, r.sees(r.Mara, first.ID, "DONE"), "undo")
	r.until("the undo is planned", func() bool { now, _ := r.request(); return now.State == reset.Draft })
	undo, _ := r.request()
	r.clicks(r.Mara, r.sees(r.Mara, undo.ID+".1", "PREVIEW"), "approve")
	return r.ends()
}

// TestKilledAtEveryCall kills the bot at the first of its calls, then at the second, until a road is shorter than
// that. The race detector sees each fifth.
func TestKilledAtEveryCall(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64 // of the first road that was not interrupted
	nth := func(yield func(int) bool) {
		for n := 1; n < 200 && calls.Load() == 0 && yield(n); n += slow {
			continue
		}
	}
	sideBySide(t, nth, strconv.Itoa, func(s *stage, n int) {
		if !s.killedAt(n) {
			calls.Store(int64(n))
		}
	})
	if n := calls.Load(); n < 50 {
		t.Errorf("a road has %d calls; are they all watched?", n)
	}
}
