package engine_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/store"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// bench is a core on a real store, a cluster in memory and a clock that only moves when told.
type bench struct {
	t       *testing.T
	path    string
	cluster *clustertest.Cluster
	people  *people
	mu      sync.Mutex
	now     time.Time
	ids     int
	rule    func(*auth.Rule) // changes the one rule
	rules   func([]auth.Rule) []auth.Rule
	infos   []reset.ClusterInfo // all lead to the one cluster
	*engine.Service
}

var (
	mara = reset.Actor{Kind: reset.Person, Team: "T1", ID: "U0MARA"}
	jon  = reset.Actor{Kind: reset.Person, Team: "T1", ID: "U0JON"}
	kim  = reset.Actor{Kind: reset.Person, Team: "T1", ID: "U0KIM"}
	ben  = reset.Actor{Kind: reset.Person, Team: "T1", ID: "U0BEN"}

	oncall = reset.Actor{Kind: reset.Person, Team: "T1", ID: "U0ONCALL"} // may go alone, and nothing else
)

// people is a directory: everybody is a full member.
type people struct {
	gone map[string]bool
	ids  map[string]string // the one id of somebody who has several
	err  error
}

func (p *people) Person(_ context.Context, user string) (auth.Person, error) {
	return auth.Person{Team: "T1", OrgID: p.ids[user], Deleted: p.gone[user]}, p.err
}

func (p *people) Members(context.Context, string) ([]string, error) { return nil, p.err }

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, path: filepath.Join(t.TempDir(), "bot.db"), cluster: clustertest.New("K1"),
		people: &people{gone: map[string]bool{}}, infos: []reset.ClusterInfo{{Name: "prod", ID: "K1"}},
		now: time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)}
	b.cluster.Topic("orders", "t1", 2, 0, 1000)
	b.cluster.Commit("billing", "orders", 0, 900)
	b.cluster.Commit("billing", "orders", 1, 900)
	b.start()
	return b
}

// start is a process that begins; the one before is gone without a word.
func (b *bench) start() {
	b.t.Helper()
	db, err := store.Open(b.t.Context(), b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = db.Close() })
	rules := []auth.Rule{{Name: "pay", Clusters: []string{"prod"}, Groups: []string{"*"}, View: []string{"members"},
		Request: []string{mara.ID, jon.ID}, Approve: []string{jon.ID, kim.ID}, Wait: 30 * time.Minute,
		MaxWait: time.Hour, Approvals: []auth.Tier{{Skip: 0, Replay: 100, Need: 0}, {Skip: 500, Replay: 500, Need: 1},
			{Skip: math.MaxInt64, Replay: math.MaxInt64, Need: 2}},
		Cap:       &auth.Limit{Skip: 10_000, Replay: 10_000},
		Emergency: &auth.Emergency{Who: []string{oncall.ID}, Limit: auth.Limit{Skip: 1000, Replay: 1000}}}}
	if b.rule != nil {
		b.rule(&rules[0])
	}
	if b.rules != nil {
		rules = b.rules(rules)
	}
	b.Service = &engine.Service{
		Cron:  daily{},
		Store: db, Policy: b.policy(rules), Chat: mute{}, Now: b.clock,
		Clusters: map[string]engine.Cluster{}, Infos: b.infos,
		NewID: func() string { b.ids++; return fmt.Sprintf("k%03d", b.ids) }, Log: slog.New(slog.DiscardHandler),
		Owner: fmt.Sprintf("process %p", db), Times: engine.DefaultTimes,
	}
	for _, info := range b.infos {
		b.Clusters[info.Name] = b.cluster
	}
}

func (b *bench) policy(rules []auth.Rule) *auth.Policy {
	p := auth.New(rules, auth.NewDirectory(b.people, b.clock))
	for _, info := range b.infos {
		p.Clusters = append(p.Clusters, auth.Cluster{Name: info.Name})
	}
	return p
}

func (b *bench) clock() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now }

// wait lets time pass: what comes due in its first and last seconds is done at its time, what lies between when it is
// over.
func (b *bench) wait(d time.Duration) {
	b.t.Helper()
	end := b.clock().Add(d)
	b.live(min(d, 15*time.Second))
	if left := end.Sub(b.clock()); left > 15*time.Second {
		b.jump(left - 15*time.Second)
	}
	b.live(end.Sub(b.clock()))
}

// settled is a little more than the settle time.
const settled = 7 * time.Second

// live lets a short time pass, from one due row to the next.
func (b *bench) live(d time.Duration) {
	b.t.Helper()
	end := b.clock().Add(d)
	for {
		at, err := b.Store.Soonest(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		if at.IsZero() || at.After(end) {
			b.jump(end.Sub(b.clock()))
			return
		}
		b.jump(max(0, at.Sub(b.clock())))
	}
}

// jump is a process that was stopped for so long.
func (b *bench) jump(d time.Duration) {
	b.t.Helper()
	b.mu.Lock()
	b.now = b.now.Add(d)
	b.mu.Unlock()
	b.settle()
}

// mute is a chat that nobody looks at.
type mute struct{}

func (mute) Receive(context.Context, engine.Inbox) error          { return nil }
func (mute) Show(context.Context, reset.Story) (time.Time, error) { return time.Time{}, nil }

// settle reconciles until nothing is due any more.
func (b *bench) settle() {
	b.t.Helper()
	for range 100 {
		n, err := b.Reconcile(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	b.t.Fatal("something is due for ever")
}

// ask stores a wish and plans it.
func (b *bench) ask(who reset.Actor, target reset.Target, change ...func(*reset.Intent)) reset.Request {
	b.t.Helper()
	in := reset.Intent{Cluster: "prod", Group: "billing", Target: target,
		Scope: reset.Scope{Topics: []reset.TopicScope{{Topic: "orders"}}}}
	for _, c := range change {
		c(&in)
	}
	b.mu.Lock()
	b.ids++
	origin := fmt.Sprintf("envelope %d", b.ids)
	b.mu.Unlock()
	r, err := b.Ask(b.t.Context(), engine.Ask{Actor: who, Place: reset.Place{Channel: "C1"}, Origin: origin,
		Intent: in})
	if err != nil {
		b.t.Fatal(err)
	}
	b.settle()
	return b.load(r.ID)
}

func (b *bench) load(id string) reset.Request {
	b.t.Helper()
	r, err := b.Store.Load(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// by is a click of its own, each time.
func (b *bench) by(who reset.Actor, r reset.Request) engine.Decision {
	return engine.Decision{Actor: who, Place: reset.Place{Channel: "C1"},
		Ref: reset.Ref{ID: r.ID, Revision: r.Revision}, Origin: "click " + rand.Text(), Why: "because"}
}

func (b *bench) approve(who reset.Actor, r reset.Request) reset.Reply {
	b.t.Helper()
	d := b.by(who, r)
	d.Why = "" // a click says none
	reply, err := b.Approve(b.t.Context(), d)
	if err != nil {
		b.t.Fatalf("%s approves %s: %v", who.ID, r.ID, err)
	}
	b.settle()
	return reply
}

// armed is a reset by 100 on each partition that waits for the settle time.
func (b *bench) armed() reset.Request {
	b.t.Helper()
	r := b.ask(mara, reset.Shift{By: -50})
	b.want(r, reset.Draft, "")
	return r
}

// writes is a reset that is written as soon as its requester says so, with what happens to its writes.
func (b *bench) writes(faults ...clustertest.WriteFault) reset.Request {
	b.t.Helper()
	r := b.armed()
	b.wait(engine.DefaultTimes.Settle)
	b.cluster.Fault(faults...)
	b.approve(mara, r)
	return r
}

func (b *bench) want(r reset.Request, s reset.State, o reset.Outcome) reset.Request {
	b.t.Helper()
	r = b.load(r.ID)
	if r.State != s || r.Outcome != o {
		b.t.Fatalf("%s is %s %q (problem %v), want %s %q", r.ID, r.State, r.Outcome, r.Problem, s, o)
	}
	return r
}

func (b *bench) committed(want ...int64) {
	b.t.Helper()
	for p, w := range want {
		if got := b.cluster.Committed("billing", "orders", int32(p)); got.None || got.Offset != w {
			b.t.Errorf("orders-%d is at %+v, want %d", p, got, w)
		}
	}
}

func problem(t *testing.T, err error, code reset.ProblemCode) reset.Problem {
	t.Helper()
	var p *reset.Problem
	if !errors.As(err, &p) || p.Code != code {
		t.Fatalf("%v, want a problem %q", err, code)
	}
	return *p
}

func TestIdleGroupIsResetAtOnceByItsRequester(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.wait(engine.DefaultTimes.Settle) // served while the preview was read
	if reply := b.approve(mara, r); reply.Did != reset.DidArm {
		t.Fatalf("confirming did %q", reply.Did)
	}
	r = b.want(r, reset.Applied, reset.Verified)
	b.committed(850, 850)
	if n := len(b.cluster.Sent()); n != 1 {
		t.Errorf("%d requests were sent", n)
	}
	writes, err := b.WritesFor(t.Context(), r.ID)
	if err != nil || len(writes) != 2 || writes[0].From.Offset != 900 || writes[0].ReadState != reset.WriteAtTarget {
		t.Errorf("saved %+v, %v", writes, err)
	}
}

func TestShiftIsNotShiftedTwice(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.wait(engine.DefaultTimes.Settle)
	b.cluster.OnWrite(func() { panic("killed after the commit") })
	b.approve(mara, r)
	b.want(r, reset.Applying, "")
	b.cluster.OnWrite(nil)
	b.start()
	b.wait(2 * time.Minute)
	b.wait(time.Minute)
	b.want(r, reset.Applied, reset.Verified)
	b.committed(850, 850)
	if n := len(b.cluster.Sent()); n != 1 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestArmedWaitsForIdleAndQuiet(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", reset.Member{ID: "m1", ClientID: "billing", Host: "10.4.7.21"})
	r := b.armed()
	b.approve(mara, r)
	b.wait(time.Minute)
	if r = b.want(r, reset.Approved, ""); len(r.Observation.Group.Members) != 1 {
		t.Errorf("saw %+v", r.Observation)
	}
	b.cluster.Join("billing")
	b.wait(time.Second)
	b.wait(5 * time.Second)
	b.want(r, reset.Approved, "") // idle, but not for 6 s
	b.cluster.Commit("billing", "orders", 0, 901)
	b.wait(time.Second)
	b.want(r, reset.Approved, "") // somebody commits: the 6 s begin anew
	b.wait(6 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
	b.committed(851, 850)
}

func TestArmedGivesUpAtItsDeadline(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	r := b.armed()
	b.approve(mara, r)
	b.wait(31 * time.Minute)
	b.want(r, reset.Expired, "")
	now := b.ask(mara, reset.Shift{By: -50}, func(in *reset.Intent) { in.NoWait = true })
	b.approve(mara, now)
	if now = b.want(now, reset.Expired, ""); now.Problem == nil || now.Problem.Code != reset.ProblemBusy {
		t.Errorf("--no-wait ended with %v", now.Problem)
	}
	b.committed(900, 900)
}

// A process that dies between deciding and noting so leaves the envelope to the next one.
func TestOwnClickTakenUpAgainIsNotTooLate(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, decide := range map[string]func(context.Context, engine.Decision) (reset.Reply, error){
		"approve": b.Approve, "cancel": b.Cancel} {
		click := b.by(mara, b.ask(mara, reset.Shift{By: -50}))
		first, err := decide(t.Context(), click)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decide(t.Context(), click)
		if err != nil || again.Did != first.Did || again.Request.Version != first.Request.Version+1 {
			t.Errorf("%s: did %q, then %q of version %d and %d: %v", name, first.Did, again.Did, first.Request.Version,
				again.Request.Version, err)
		}
	}
}

func TestTwoApprovalsNeedTwoPeople(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.ask(jon, reset.Earliest{}) // replays 1,800
	if r.Need != 2 {
		t.Fatalf("needs %d", r.Need)
	}
	b.approve(jon, r)
	r = b.want(r, reset.Pending, "")
	_, err := b.Approve(t.Context(), b.by(jon, r))
	if p := problem(t, err, reset.ProblemDenied); p.Ruling.Denial != reset.DeniedSelf {
		t.Errorf("own request: %s", p.Ruling.Denial)
	}
	_, err = b.Approve(t.Context(), b.by(ben, r))
	if p := problem(t, err, reset.ProblemDenied); p.Ruling.Denial != reset.DeniedNotIn || p.Ruling.Rule != "pay" {
		t.Errorf("stranger to the rule: %+v", p.Ruling)
	}
	if reply := b.approve(kim, r); reply.Did != reset.DidVote || reply.Votes != 1 {
		t.Errorf("first vote did %+v", reply)
	}
	if reply := b.approve(kim, r); reply.Did != reset.DidAlready {
		t.Errorf("the same vote again did %q", reply.Did)
	}
	b.wait(time.Minute)
	b.want(r, reset.Pending, "")
	b.committed(900, 900)
}

func TestStaleApprovalIsAskedAgainWithBothNumbers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.SetTime("orders", 0, func(time.Time) reset.Found {
		return reset.Found{Offset: 850, How: reset.HowRecord}
	})
	b.cluster.SetTime("orders", 1, func(time.Time) reset.Found {
		return reset.Found{Offset: 850, How: reset.HowRecord}
	})
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	r := b.ask(mara, reset.Time{At: b.clock().Add(-time.Hour)})
	if r.Need != 0 || r.Effect.Replay != 100 {
		t.Fatalf("need %d replay %d", r.Need, r.Effect.Replay)
	}
	b.approve(mara, r)
	b.cluster.Commit("billing", "orders", 0, 990) // the group went on: 240 now
	b.cluster.Join("billing")
	b.wait(time.Second)
	b.wait(6 * time.Second)
	now := b.want(r, reset.Pending, "")
	if now.Revision != 2 || now.Before == nil || now.Before.Replay != 100 || now.Effect.Replay != 190 || now.Need != 1 {
		t.Fatalf("revision %d before %+v now %+v need %d", now.Revision, now.Before, now.Effect, now.Need)
	}
	_, err := b.Approve(t.Context(), b.by(jon, r))
	problem(t, err, reset.ProblemStale)
	b.wait(engine.DefaultTimes.Unread)
	b.approve(jon, now)
	b.wait(6 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
	b.committed(850, 850)
}

func TestLostAnswerIsFoundOutByReading(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		applied bool
		after   func(*bench)
		state   reset.State
		outcome reset.Outcome
	}{
		{"applied", true, func(*bench) {}, reset.Applied, reset.Verified},
		{"not applied", false, func(*bench) {}, reset.Failed, reset.Unchanged},
		{"half of it moved on", true, func(b *bench) { b.cluster.Commit("billing", "orders", 0, 860) }, reset.Failed,
			reset.OutcomeUnknown},
		{"half of it as before", true, func(b *bench) { b.cluster.Commit("billing", "orders", 0, 900) }, reset.Failed,
			reset.PartiallyApplied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := b.writes(clustertest.WriteFault{Lost: true, Applied: tt.applied})
			b.want(r, reset.Applying, "")
			b.wait(10 * time.Second) // before the brokers' commit timeout nothing is said
			b.want(r, reset.Applying, "")
			tt.after(b)
			b.wait(2 * time.Second)
			b.want(r, reset.Applying, "") // one reading is not two
			b.wait(2 * time.Second)
			b.want(r, tt.state, tt.outcome)
			if n := len(b.cluster.Sent()); n != 1 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestRefusedCommitGoesBackToWaiting(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.writes(clustertest.WriteFault{Reject: "UNKNOWN_MEMBER_ID"})
	if r = b.want(r, reset.Approved, ""); r.Problem == nil || r.Problem.Got != "UNKNOWN_MEMBER_ID" {
		t.Errorf("problem %v", r.Problem)
	}
	b.committed(900, 900)
	b.wait(time.Second)
	b.wait(6 * time.Second)
	if r = b.want(r, reset.Applied, reset.Verified); r.Attempt != 2 {
		t.Errorf("attempt %d", r.Attempt)
	}
}

func TestPartialWriteIsPutBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.writes(clustertest.WriteFault{Reject: "TOPIC_AUTHORIZATION_FAILED", Parts: []int32{1}})
	if r = b.want(r, reset.Failed, reset.RolledBack); r.Problem == nil ||
		r.Problem.Got != "TOPIC_AUTHORIZATION_FAILED" {
		t.Errorf("problem %v", r.Problem)
	}
	b.committed(900, 900)
}

func TestWholeRefusalFailsUnchanged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.writes(clustertest.WriteFault{Reject: "GROUP_AUTHORIZATION_FAILED"})
	b.want(r, reset.Failed, reset.Unchanged)
	b.committed(900, 900)
}

func TestKilledBeforeTheWriteIsNotWrittenTwice(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.writes(clustertest.WriteFault{Unsent: errors.New("connection refused")})
	b.want(r, reset.Approved, "")
	b.wait(time.Second)
	b.wait(6 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
	if n := len(b.cluster.Sent()); n != 1 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestUnknownOutcomeBlocksTheGroupUntilSettled(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.doubtful()
	other := b.ask(mara, reset.Shift{By: -1})
	if other = b.want(other, reset.Refused,
		""); other.Problem.Code != reset.ProblemBlocked || other.Problem.Request != r.ID {
		t.Errorf("problem %v", other.Problem)
	}
	_, err := b.Settle(t.Context(), b.by(ben, r))
	problem(t, err, reset.ProblemDenied)
	if _, err := b.Settle(t.Context(), b.by(kim, r)); err != nil {
		t.Fatal(err)
	}
	b.settle()
	b.want(b.ask(mara, reset.Shift{By: -1}), reset.Draft, "")
}

func TestUndoGoesBackAndSettles(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.doubtful()
	reply, err := b.Undo(t.Context(), b.by(mara, r))
	if err != nil {
		t.Fatal(err)
	}
	b.settle()
	undo := b.want(reply.Request, reset.Draft, "")
	if _, err := b.Undo(t.Context(), engine.Decision{Actor: mara, Ref: reset.Ref{ID: r.ID},
		Place: reset.Place{Channel: "C1"}, Origin: "again"}); err == nil {
		t.Error("a second undo was opened beside the first")
	}
	if undo.Need != 0 {
		if undo.Need != 1 {
			t.Fatalf("needs %d", undo.Need)
		}
	}
	b.approve(mara, undo)
	if undo = b.load(undo.ID); undo.State == reset.Pending {
		b.approve(kim, undo)
	}
	b.wait(6 * time.Second)
	b.want(undo, reset.Applied, reset.Verified)
	b.committed(900, 900)
	if r = b.load(r.ID); r.Settled == nil || r.UndoneBy != undo.ID {
		t.Errorf("settled %+v, undone by %q", r.Settled, r.UndoneBy)
	}
}

func TestRecordedCancelIsHonouredBeforeItIsDecided(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.wait(6 * time.Second)
	if _, err := b.Store.Record(t.Context(),
		engine.Inbox{ID: "click 9", Kind: "click", Verb: "cancel", About: r.ID, ReceivedAt: b.clock()}); err != nil {
		t.Fatal(err)
	}
	// Another process holds the envelope and is slow to decide it.
	if _, err := b.Store.Claim(t.Context(),
		engine.Claim{Owner: "another", Now: b.clock(), Lease: time.Hour, Limit: 10,
			Kinds: []engine.Kind{engine.DueInbox}}); err != nil {
		t.Fatal(err)
	}
	b.approve(mara, r)
	b.wait(time.Minute)
	b.want(r, reset.Approved, "")
	if _, err := b.Cancel(t.Context(), b.by(mara, r)); err != nil {
		t.Fatal(err)
	}
	b.wait(time.Minute)
	b.want(r, reset.Cancelled, "")
	b.committed(900, 900)
}

func TestOneResetOfAGroupVoidsTheOthersApproval(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	one, two := b.ask(mara, reset.Shift{By: -10}), b.ask(mara, reset.Shift{By: -20})
	b.approve(mara, one)
	b.approve(mara, two)
	b.cluster.Join("billing")
	b.wait(time.Second)
	b.wait(6 * time.Second)
	b.wait(time.Second)
	one, two = b.load(one.ID), b.load(two.ID)
	if (one.State == reset.Applied) == (two.State == reset.Applied) {
		t.Fatalf("%s and %s", one.State, two.State)
	}
	loser := one
	if one.State == reset.Applied {
		loser = two
	}
	b.want(loser, reset.Draft, "")
	if loser.Problem == nil || loser.Problem.Want != "rival" {
		t.Errorf("problem %v", loser.Problem)
	}
}

func TestQuestionsAreAskedAndAnswered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Topic("refunds", "t2", 1, 0, 10)
	b.cluster.Commit("billing", "refunds", 0, 10)
	r := b.ask(mara, reset.Latest{}, func(in *reset.Intent) { in.Scope = reset.Scope{} })
	if r.State != reset.Planning || r.Question != "topics" || len(r.Options) != 3 || r.Options[0].Label != "orders" {
		t.Fatalf("%s, question %q, options %+v", r.State, r.Question, r.Options)
	}
	if _, err := b.Choose(t.Context(), b.by(ben, r), 1); err == nil {
		t.Error("somebody else chose")
	}
	if _, err := b.Choose(t.Context(), b.by(mara, r), 1); err != nil {
		t.Fatal(err)
	}
	b.settle()
	r = b.want(r, reset.Draft, "")
	if r.Effect.Partitions != 2 || r.Effect.Skip != 200 {
		t.Errorf("effect %+v", r.Effect)
	}
	r = b.want(b.ask(mara, reset.Latest{}, func(in *reset.Intent) { in.Group = "biling" }), reset.Planning, "")
	if r.Question != reset.AskGroup || len(r.Options) == 0 || r.Options[0].Intent.Group != "billing" {
		t.Errorf("question %q, options %+v", r.Question, r.Options)
	}
	b.want(b.ask(ben, reset.Latest{}), reset.Refused, "")
}

// What a person without the right says changes nothing: neither are Kafka and Slack asked sooner for it.
func TestARefusalMakesNothingDue(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	b.approve(mara, r)
	b.cluster.Down(errors.New("connection refused"))
	b.wait(time.Minute)
	before, _ := b.due()
	for range 3 {
		_, err := b.Cancel(t.Context(), b.by(ben, r))
		problem(t, err, reset.ProblemDenied)
		b.settle()
	}
	b.want(r, reset.Approved, "")
	b.wantDue(before)
}

func TestKafkaDownIsWaitedForAndReported(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Down(errors.New("connection refused"))
	r := b.ask(mara, reset.Shift{By: -1})
	if r.State != reset.Planning || r.Problem == nil || r.Problem.Code != reset.ProblemUnreachable {
		t.Fatalf("%s, %v", r.State, r.Problem)
	}
	b.cluster.Down(nil)
	if _, err := b.Retry(t.Context(), b.by(mara, r)); err != nil {
		t.Fatal(err)
	}
	b.settle()
	b.want(r, reset.Draft, "")
	b.cluster.Down(errors.New("connection refused"))
	b.wait(31 * time.Minute)
	b.want(r, reset.Expired, "")
}
