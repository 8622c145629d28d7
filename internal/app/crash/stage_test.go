package crash

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/store"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const (
	patience = slow * 30 * time.Second // how long a test waits for what has to happen

	topic      = world.Orders
	partitions = 3
	stood      = 100 // every group's commits before the reset
	target     = 40  // and after it
)

const policy = `
  - name: alone
    clusters: [prod-eu]
    groups: ["alone-*"]
    view: [members]
    request: [S0PAY]
    approve: [S0PAYOWNERS]
    approvals: [{need: 0}]
  - name: two must agree
    clusters: [prod-eu]
    groups: ["two-*"]
    view: [members]
    request: [members]
    approve: [S0PAYOWNERS]
    approvals: [{need: 2}]
`

// stage is a world whose bots are processes. Each road on it goes with a group of its own, so that one world is
// enough for many crashes, as a database does.
type stage struct {
	*world.World
	t   testing.TB
	ctx context.Context
	db  *store.Store // the parent's own eye on the file

	close func() // ends the world
	roads int    // so far; each has a number of its own

	mu   sync.Mutex
	bots []*bot
}

func newStage(t testing.TB) *stage {
	t.Helper()
	w, err := world.New(t.Context(), world.Options{Dir: t.TempDir(), Clean: true, Policy: policy,
		Slack: slacksim.Options{Unhurried: true, AckWithin: slow * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{World: w, t: t, ctx: t.Context()}
	if s.db, err = store.Open(t.Context(), w.Database); err != nil {
		w.Close()
		t.Fatal(err)
	}
	s.close = sync.OnceFunc(func() {
		for _, b := range s.family() {
			b.end()
		}
		if err := s.db.Close(); err != nil {
			t.Error(err)
		}
		w.Close()
	})
	t.Cleanup(func() { s.close() })
	series := kafkasim.Series{First: w.Born.Add(-stood * time.Second), Step: time.Second, Count: stood}
	if err := w.Prod.SeedSeries(topic, partitions, series); err != nil {
		t.Fatal(err)
	}
	return s
}

// on is the same world for another test: its process is killed, and commits are counted from zero.
func (s *stage) on(t testing.TB) *stage {
	t.Helper()
	for _, b := range s.family() {
		b.end()
	}
	s.Prod.ResetCounts()
	s.roads++
	next := &stage{World: s.World, t: t, ctx: t.Context(), db: s.db, roads: 100 * s.roads}
	t.Cleanup(func() {
		for _, b := range next.family() {
			b.end()
		}
	})
	return next
}

// roadsOfAWorld is how many cases follow one another in one world.
const roadsOfAWorld = 12

// counted numbers what comes from a channel, from 1.
func counted[T any](queue <-chan T) iter.Seq2[T, int] {
	return func(yield func(T, int) bool) {
		n := 0
		for c := range queue {
			if n++; !yield(c, n) {
				return
			}
		}
	}
}

// atOnce is how many worlds there are side by side. Their bots mostly wait for a dead one's lease, so they are more
// than there are cores, which is what -parallel counts.
const atOnce = 3

// sideBySide runs each case as a test of its own, on worlds that the cases share one after the other.
func sideBySide[T any](t *testing.T, cases iter.Seq[T], name func(T) string, run func(*stage, T)) {
	t.Helper()
	queue := make(chan T)
	go func() {
		defer close(queue)
		cases(func(c T) bool { queue <- c; return true })
	}()
	var wg sync.WaitGroup
	for range atOnce {
		s := newStage(t)
		wg.Go(func() {
			for c, n := range counted(queue) {
				// What was left behind, by a case that failed or by watches that go on for hours, must not be the
				// next one's.
				whole := t.Run(name(c), func(t *testing.T) { run(s.on(t), c) })
				if !whole || n%roadsOfAWorld == 0 {
					s.close()
					s = newStage(t)
				}
			}
		})
	}
	wg.Wait()
}

func (s *stage) family() []*bot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.bots)
}

// starts runs a bot and waits until Slack can reach it.
func (s *stage) starts(traps ...Trap) *bot {
	s.t.Helper()
	b, err := s.launch(traps)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := s.patient()
	defer cancel()
	if err := b.waits(ctx, connected, 1); err != nil && !b.killed() { // what was left to do may lead into the trap
		s.t.Fatalf("%v\n%s", err, b.story())
	}
	return b
}

func (s *stage) launch(traps []Trap) (*bot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	beside := slices.ContainsFunc(s.bots, (*bot).running) // as on a database server: a SQLite file has one process
	b, err := launch(Orders{Config: s.ConfigFile, Traps: traps, Shared: beside})
	if err == nil {
		s.bots = append(s.bots, b)
	}
	return b, err
}

// survives starts another bot, without traps, as soon as this one is killed.
func (s *stage) survives(b *bot) {
	go func() {
		<-b.ended
		if b.killed() && s.ctx.Err() == nil {
			if _, err := s.launch(nil); err != nil {
				s.t.Error(err)
			}
		}
	}()
}

func (s *stage) patient() (context.Context, context.CancelFunc) {
	return context.WithTimeout(s.ctx, patience)
}

// fatal ends the test with everything that the bots have told.
func (s *stage) fatal(format string, args ...any) {
	s.t.Helper()
	var b strings.Builder
	for i, child := range s.family() {
		fmt.Fprintf(&b, "\n-- bot %d: %s", i+1, child.story())
	}
	s.t.Fatalf(format+"%s", append(args, b.String())...)
}

// until waits for something that no protocol tells.
func (s *stage) until(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !ok(); <-time.After(10 * time.Millisecond) {
		if time.Now().After(end) {
			s.fatal("%s: not within %s", what, patience)
		}
	}
}

// killedAt kills the bot at the nth call of a road and checks what comes of it. It reports false when there are fewer
// calls.
func (s *stage) killedAt(n int) bool {
	s.t.Helper()
	r := s.road("alone")
	b := s.starts(Trap{Point: anyPoint, Nth: n, Do: kill})
	s.survives(b)
	now := r.applies()
	r.told(now, s.commits(), stood, target)
	return b.killed()
}

// road is one request from the first word to its end.
type road struct {
	*stage
	group string
	of    *slacksim.Person // who asks
}

// road makes an idle group of its own for a request. The kind decides which rule it falls under.
func (s *stage) road(kind string) *road {
	s.t.Helper()
	s.roads++
	group := fmt.Sprintf("%s-%d", kind, s.roads)
	at := map[int32]int64{}
	for p := range int32(partitions) {
		at[p] = stood
	}
	if err := s.Prod.Commit(group, topic, at); err != nil {
		s.t.Fatal(err)
	}
	return &road{stage: s, group: group, of: s.Mara}
}

// does is what a person does, again and again until the bot has it: Slack shows when the bot did not acknowledge it.
func (r *road) does(act func() (*slacksim.Delivery, error)) {
	r.t.Helper()
	ctx, cancel := r.patient()
	defer cancel()
	for {
		if err := r.Slack.Await(ctx, func() bool { return r.Slack.Connections() > 0 }); err != nil {
			r.fatal("nobody is connected: %v", err)
		}
		d, err := act()
		if err != nil {
			r.fatal("%s: %v", r.group, err)
		}
		if d == nil {
			return // there is nothing to do any more
		}
		ack, err := d.Wait(ctx)
		if err != nil {
			r.fatal("%s: no end of a delivery: %v", r.group, err)
		}
		if ack.Err == "" {
			return
		}
		if _, err := r.db.Envelope(ctx, d.EnvelopeID); err == nil {
			return // recorded, and killed before the ack: it is decided all the same
		}
	}
}

func (r *road) types(text string) {
	r.t.Helper()
	r.does(func() (*slacksim.Delivery, error) { return r.of.Command(world.Home, "/kafka-reset", text) })
}

func (r *road) clicks(p *slacksim.Person, m slacksim.Message, action string) {
	r.t.Helper()
	r.does(func() (*slacksim.Delivery, error) {
		now, err := p.Look(m)
		if err != nil {
			return nil, err
		}
		return p.Click(now, action)
	})
}

// sees waits until a person sees a message with all parts.
func (r *road) sees(p *slacksim.Person, parts ...string) slacksim.Message {
	r.t.Helper()
	ctx, cancel := r.patient()
	defer cancel()
	m, err := p.WaitText(ctx, world.Home, parts...)
	if err != nil {
		r.fatal("%s: no message with %q: %v", r.group, parts, err)
	}
	return m
}

// asks types the command and returns its preview.
func (r *road) asks() slacksim.Message {
	r.t.Helper()
	r.types(r.group + `@prod-eu ` + topic + fmt.Sprintf(` to offset %d --reason "bad deploy"`, target))
	return r.sees(r.of, r.group+"@", "PREVIEW")
}

// applies runs a reset that needs no approval.
func (r *road) applies() reset.Request {
	r.t.Helper()
	r.clicks(r.of, r.asks(), "approve")
	return r.ends()
}

// request is the group's only one, or its newest when it takes another back.
func (r *road) request() (reset.Request, bool) {
	r.t.Helper()
	found, err := r.db.List(r.ctx, engine.Filter{Group: r.group})
	if err != nil {
		r.fatal("%v", err)
	}
	asked := map[string]int{}
	for _, f := range found {
		if asked[f.Undoes]++; asked[f.Undoes] > 1 {
			r.fatal("%s: the request is there twice: %s", r.group, f.ID)
		}
	}
	if len(found) == 0 {
		return reset.Request{}, false
	}
	i := slices.IndexFunc(found, func(f reset.Request) bool { return f.Undoes != "" })
	return found[max(i, 0)], true
}

// reaches waits until the request is in one of these states.
func (r *road) reaches(states ...reset.State) (now reset.Request) {
	r.t.Helper()
	r.until(fmt.Sprintf("the request of %s becomes %q", r.group, states), func() bool {
		var ok bool
		now, ok = r.request()
		return ok && slices.Contains(states, now.State)
	})
	return now
}

// ends waits until the request has ended and its outcome is on the card.
func (r *road) ends() reset.Request {
	r.t.Helper()
	now := r.reaches(reset.Applied, reset.Failed, reset.Cancelled, reset.Expired, reset.Refused, reset.Rejected)
	r.sees(r.Jon, now.ID, ending(now))
	r.until("the card and its thread are up to date", func() bool {
		card, err := r.db.Card(r.ctx, now.ID)
		story, err2 := r.db.Audit(r.ctx, now.ID, card.ThreadSeq)
		latest, ok := r.request()
		return err == nil && err2 == nil && ok && card.Version >= latest.Version && len(story) == 0
	})
	return now
}

// ending is how the card says that it is over.
func ending(r reset.Request) string {
	switch {
	case r.State == reset.Applied:
		return "DONE"
	case r.Outcome == reset.Unchanged && r.Problem != nil && r.Problem.Code == reset.ProblemLost:
		return "OFFSETS UNCHANGED"
	case r.Outcome == reset.Unchanged:
		return "NOT APPLIED"
	case r.Outcome == reset.OutcomeUnknown:
		return "OUTCOME UNKNOWN"
	}
	return strings.ToUpper(string(r.State))
}

// commits is how many commits have reached Kafka since the last count.
func (s *stage) commits() int { return s.Prod.CountRequests()[kmsg.OffsetCommit] }

// stands is where the group's partitions are, when all are at one offset.
func (r *road) stands() int64 {
	r.t.Helper()
	var at []int64
	for p := range int32(partitions) {
		c, _ := r.Prod.Committed(r.group, topic, p)
		at = append(at, c.Offset)
	}
	if slices.Min(at) != slices.Max(at) {
		r.fatal("%s: the partitions stand at %v: not written as one", r.group, at)
	}
	return at[0]
}

// story is the request's audit, in words.
func (r *road) audit(id string) []reset.Event {
	r.t.Helper()
	entries, err := r.db.Audit(r.ctx, id, 0)
	if err != nil {
		r.fatal("%v", err)
	}
	var events []reset.Event
	for _, e := range entries {
		events = append(events, e.Event)
	}
	return events
}

// told checks all that has to be true of a reset from one offset to another, however it was interrupted.
func (r *road) told(now reset.Request, commits int, from, to int64) {
	r.t.Helper()
	stands := r.stands()
	switch {
	case now.State == reset.Applied && now.Outcome == reset.Verified:
		if stands != to || commits != 1 {
			r.fatal("%s is said to be applied; it stands at %d after %d commits", now.ID, stands, commits)
		}
	case now.State == reset.Failed && now.Outcome == reset.Unchanged:
		if stands != from || commits != 0 {
			r.fatal("%s is said to be unchanged; it stands at %d after %d commits", now.ID, stands, commits)
		}
	default:
		r.fatal("%s ended as %s, %s; the group stands at %d after %d commits", now.ID, now.State, now.Outcome, stands,
			commits)
	}
	events := r.audit(now.ID)
	last := reset.EvApplied
	if now.State == reset.Failed {
		last = reset.EvFailed
	}
	for ev, want := range map[reset.Event]int{reset.EvAsked: 1, reset.EvPlanned: 1, reset.EvApproved: 1,
		reset.EvApplying: now.Attempt, last: 1} {
		if n := occurs(events, ev); n != want {
			r.fatal("%s: the audit tells %q %d times, not %d: %q", now.ID, ev, n, want, events)
		}
	}
	r.snapshot(now, from, to)
	r.oneCard(now)
}

func occurs(events []reset.Event, ev reset.Event) int {
	n := 0
	for _, e := range events {
		if e == ev {
			n++
		}
	}
	return n
}

// snapshot checks that the offsets as they were are stored, for the last attempt.
func (r *road) snapshot(now reset.Request, from, to int64) {
	r.t.Helper()
	writes, err := r.db.Writes(r.ctx, now.ID, now.Attempt)
	if err != nil {
		r.fatal("%v", err)
	}
	for _, w := range writes {
		if w.From.Offset != from || w.To.Offset != to {
			r.fatal("%s: the attempt has %s:%d from %d to %d", now.ID, w.Topic, w.Partition, w.From.Offset, w.To.Offset)
		}
	}
	if len(writes) != partitions {
		r.fatal("%s: the attempt saved %d partitions", now.ID, len(writes))
	}
}

// oneCard checks that the request's card tells the end, and that no other message has its buttons: a card that was
// posted and not noted never had any.
func (r *road) oneCard(now reset.Request) {
	r.t.Helper()
	card, err := r.db.Card(r.ctx, now.ID)
	if err != nil {
		r.fatal("%v", err)
	}
	for _, m := range r.Jon.Messages(world.Home) {
		text := m.Text()
		if !strings.Contains(text, now.ID+".") && !strings.Contains(text, now.ID+" · ") || m.Thread != "" ||
			m.Ephemeral {
			continue
		}
		if m.TS == card.TS {
			if !strings.Contains(text, ending(now)) {
				r.fatal("the card of %s says\n%s", now.ID, text)
			}
			continue
		}
		if len(m.Buttons()) > 0 {
			r.fatal("beside the card of %s another one has buttons:\n%s", now.ID, text)
		}
	}
}
