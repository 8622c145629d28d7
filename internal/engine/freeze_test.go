package engine_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// act asks for a freeze or a thaw.
func (b *bench) act(who reset.Actor, a reset.Act) reset.Request {
	b.t.Helper()
	b.mu.Lock()
	b.ids++
	origin := "envelope of act " + b.now.String() + who.ID + string(rune('a'+b.ids))
	b.mu.Unlock()
	r, err := b.Ask(b.t.Context(), engine.Ask{Actor: who, Place: reset.Place{Channel: "C1"}, Origin: origin, Act: a})
	if err != nil {
		b.t.Fatal(err)
	}
	b.settle()
	return b.load(r.ID)
}

// waits checks that a reset is held by a freeze for a reason.
func (b *bench) waits(r reset.Request, why string) {
	b.t.Helper()
	b.wait(time.Minute)
	if r = b.want(r, reset.Approved, ""); r.Problem == nil || r.Problem.Code != reset.ProblemFrozen ||
		r.Problem.Got != why {
		b.t.Fatalf("problem %v, want %q", r.Problem, why)
	}
	b.committed(900, 900)
}

func TestFrozenClusterIsNotWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.wait(6 * time.Second)
	b.want(b.act(jon, reset.Freeze{Cluster: "prod", Why: "brokers are replaced"}), reset.Applied, reset.Verified)
	b.approve(mara, r)
	b.waits(r, "brokers are replaced")
	story, err := b.Story(t.Context(), r.ID)
	if err != nil || len(story.Frozen) != 1 || story.Frozen[0].By != jon {
		t.Fatalf("story says frozen %+v, %v", story.Frozen, err)
	}

	if denied := b.act(ben, reset.Thaw{Cluster: "prod"}); denied.State != reset.Refused ||
		denied.Problem.Code != reset.ProblemDenied {
		t.Fatalf("%s %v", denied.State, denied.Problem)
	}
	thaw := b.want(b.act(kim, reset.Thaw{Cluster: "prod"}), reset.Pending, "") // not hers: a second person
	_, err = b.Approve(t.Context(), b.by(kim, thaw))
	problem(t, err, reset.ProblemDenied)
	b.approve(jon, thaw)
	b.want(thaw, reset.Applied, reset.Verified)
	b.wait(6 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
	b.want(b.act(kim, reset.Thaw{Cluster: "prod"}), reset.Refused, "")
}

func TestPersonWhoFrozeMayThaw(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.want(b.act(mara, reset.Freeze{Cluster: reset.Everything}), reset.Applied, reset.Verified)
	r := b.armed()
	b.wait(6 * time.Second)
	b.approve(mara, r)
	b.want(r, reset.Approved, "")
	b.want(b.act(mara, reset.Thaw{Cluster: "prod"}), reset.Refused, "") // prod by itself is not frozen
	b.want(b.act(mara, reset.Thaw{Cluster: reset.Everything}), reset.Applied, reset.Verified)
	b.wait(6 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
}

func TestFrozenOutlivesARestart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.act(jon, reset.Freeze{Cluster: "prod"})
	b.start()
	r := b.armed()
	b.wait(6 * time.Second)
	b.approve(mara, r)
	b.wait(31 * time.Minute)
	b.want(r, reset.Expired, "")
	b.committed(900, 900)
}

// Each freeze is lifted by itself, and a thaw that was asked for one never lifts another.
func TestAThawLiftsTheFreezeThatItNames(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	upgrade := b.act(jon, reset.Freeze{Cluster: "prod", Why: "upgrade"})
	r := b.armed()
	b.wait(6 * time.Second)
	b.approve(mara, r)
	b.waits(r, "upgrade")
	thaw := b.want(b.act(kim, reset.Thaw{Cluster: "prod"}), reset.Pending, "")
	late := b.want(b.act(kim, reset.Thaw{FreezeID: upgrade.ID}), reset.Pending, "")
	loss := b.act(jon, reset.Freeze{Cluster: "prod", Why: "data loss"})
	b.want(b.act(jon, reset.Thaw{FreezeID: upgrade.ID}), reset.Applied, reset.Verified)
	for _, ended := range []reset.Request{thaw, late} {
		if ended = b.want(ended, reset.Cancelled,
			""); ended.Problem == nil || ended.Problem.Code != reset.ProblemLifted || !slices.Equal(ended.Problem.Names,
			[]string{jon.ID}) {
			t.Fatalf("ended for %+v", ended.Problem)
		}
		_, err := b.Approve(t.Context(), b.by(jon, ended))
		problem(t, err, reset.ProblemTooLate)
	}
	b.waits(r, "data loss")
	gone := b.want(b.act(jon, reset.Thaw{FreezeID: upgrade.ID}), reset.Refused, "")
	if gone.Problem.Code != reset.ProblemLifted {
		t.Fatalf("%s %+v", gone.State, gone.Problem)
	}
	b.want(b.act(jon, reset.Thaw{FreezeID: loss.ID}), reset.Applied, reset.Verified)
	b.wait(6 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
}

// A thaw that was asked for by an earlier version, which did not name its freeze, lifts nothing: it is asked for again.
func TestAThawThatNamesNoFreezeLiftsNone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	freeze := b.act(jon, reset.Freeze{Cluster: "prod", Why: "data loss"})
	thaw := b.act(kim, reset.Thaw{Cluster: "prod"})
	if err := b.Store.Update(t.Context(), thaw.ID, nil, func(tx *engine.Tx) error {
		tx.Request.Act = reset.Thaw{Cluster: "prod"}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	b.approve(jon, thaw)
	if thaw = b.want(thaw, reset.Pending, ""); thaw.Revision != 2 || thaw.Act.(reset.Thaw).FreezeID != freeze.ID {
		t.Fatalf("revision %d of %+v", thaw.Revision, thaw.Act)
	}
	if all, err := b.Frozen(t.Context()); err != nil || len(all) != 1 {
		t.Fatalf("frozen %v, %v", all, err)
	}
}

func TestWhichOfSeveralFreezesIsAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.act(jon, reset.Freeze{Cluster: "prod", Why: "upgrade"})
	loss := b.act(mara, reset.Freeze{Cluster: "prod", Why: "data loss"})
	which := b.want(b.act(mara, reset.Thaw{Cluster: "prod"}), reset.Planning, "")
	if which.Question != "freeze" || len(which.Options) != 2 || which.Options[1].Freeze.ID != loss.ID ||
		which.Options[1].Freeze.Why != "data loss" {
		t.Fatalf("question %q, options %+v", which.Question, which.Options)
	}
	if _, err := b.Choose(t.Context(), b.by(mara, which), 2); err != nil {
		t.Fatal(err)
	}
	b.settle()
	b.want(which, reset.Applied, reset.Verified)
	all, err := b.Frozen(t.Context())
	if err != nil || len(all) != 1 || all[0].By != jon {
		t.Fatalf("frozen %+v, %v", all, err)
	}
	// Mara's own was all that she may lift.
	if denied := b.act(mara, reset.Thaw{Cluster: "prod"}); denied.State != reset.Refused ||
		denied.Problem.Code != reset.ProblemDenied {
		t.Fatalf("%s %+v", denied.State, denied.Problem)
	}
}

// What a freeze stops is told in its own transaction: there is no moment at which a process can die between the two.
func TestAFreezeAndWhatItTellsAreOneChange(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.wait(6 * time.Second)
	fails := &failing{Store: b.Store}
	b.Store = fails
	freeze := b.act(jon, reset.Freeze{Cluster: "prod", Why: "data loss"})
	b.Store = fails.Store
	b.want(freeze, reset.Applied, reset.Verified)
	if entries, err := b.Store.Audit(t.Context(), r.ID,
		0); err != nil || entries[len(entries)-1].Event != reset.EvFrozen {
		t.Fatalf("the story of %s ends with %+v, %v", r.ID, entries[len(entries)-1], err)
	}
}

// failing is the store of a process that dies with the first change of a freeze.
type failing struct {
	engine.Store
	dead bool
}

var errDead = errors.New("the process is dead")

func (f *failing) Update(ctx context.Context, id string, hold *engine.Due, change func(*engine.Tx) error) error {
	if f.dead {
		return errDead
	}
	return f.Store.Update(ctx, id, hold, func(tx *engine.Tx) error {
		err := change(tx)
		_, freeze := tx.Request.Act.(reset.Freeze)
		f.dead = freeze && tx.Request.State != reset.Planning
		return err
	})
}

// A thaw is judged once more when it takes effect, by the rules as they are then.
func TestAThawIsJudgedWhenItTakesEffect(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.act(jon, reset.Freeze{Cluster: "prod", Why: "data loss"})
	thaw := b.act(kim, reset.Thaw{Cluster: "prod"})
	if _, err := b.Approve(t.Context(), b.by(jon, thaw)); err != nil {
		t.Fatal(err)
	}
	b.rule = func(r *auth.Rule) { r.Approve = []string{kim.ID, ben.ID} }
	b.start()
	b.settle()
	if thaw = b.want(thaw, reset.Pending, ""); thaw.Revision != 2 {
		t.Fatalf("revision %d", thaw.Revision)
	}
	b.wait(4 * time.Second)
	b.approve(ben, thaw)
	b.want(thaw, reset.Applied, reset.Verified)
}

// A freeze holds for the Kafka and not only for the name: not under the cluster's next name, and not when its name is
// gone.
func TestAFreezeHoldsUnderEveryName(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.act(jon, reset.Freeze{Cluster: "prod", Why: "data loss"})
	b.rule = func(r *auth.Rule) { r.Clusters = []string{"*"} }
	b.infos = []reset.ClusterInfo{{Name: "main", ID: "K1"}}
	b.start()
	r := b.want(b.ask(mara, reset.Shift{By: -10}, under("main")), reset.Draft, "")
	b.wait(6 * time.Second)
	b.approve(mara, r)
	b.waits(r, "data loss")
	b.want(b.act(jon, reset.Thaw{Cluster: "main"}), reset.Applied, reset.Verified)
	b.wait(6 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
}

// A thaw waits for approvals while its cluster gets another name: those who decide about that are asked.
func TestAThawFollowsItsCluster(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.act(jon, reset.Freeze{Cluster: "prod", Why: "data loss"})
	thaw := b.want(b.act(kim, reset.Thaw{Cluster: "prod"}), reset.Pending, "")
	b.rule = func(r *auth.Rule) { r.Clusters = []string{"*"} }
	b.infos = []reset.ClusterInfo{{Name: "main", ID: "K1"}}
	b.start()
	b.wait(time.Minute)
	if thaw = b.want(thaw, reset.Pending, ""); thaw.Revision != 2 || thaw.Act.(reset.Thaw).Cluster != "main" {
		t.Fatalf("revision %d of %+v", thaw.Revision, thaw.Act)
	}
	b.wait(4 * time.Second)
	b.approve(jon, thaw)
	b.want(thaw, reset.Applied, reset.Verified)
}

// twins are two names of one Kafka of which neither is pinned.
func twins(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	b.rule = func(r *auth.Rule) { r.Clusters = []string{"*"} }
	b.infos = []reset.ClusterInfo{{Name: "prod"}, {Name: "dr"}}
	b.start()
	return b
}

// under asks under a name.
func under(cluster string) func(*reset.Intent) {
	return func(in *reset.Intent) { in.Cluster = cluster }
}

// One Kafka has one name: the first of the file that leads to it, however the others come to be known.
func TestOneKafkaHasOneName(t *testing.T) {
	t.Parallel()
	b := twins(t)
	// nothing has shown yet that prod is the same
	dr := b.want(b.ask(mara, reset.Shift{By: -10}, under("dr")), reset.Draft, "")
	prod := b.want(b.ask(mara, reset.Shift{By: -10}, under("prod")), reset.Draft, "")
	again := b.want(b.ask(mara, reset.Shift{By: -10}, under("dr")), reset.Refused, "")
	for _, r := range []reset.Request{b.want(dr, reset.Cancelled, ""), again} {
		if p := r.Problem; p == nil || p.Code != reset.ProblemSameKafka || p.Cluster != "dr" || p.Want != "prod" {
			t.Fatalf("problem %+v", p)
		}
	}
	b.cluster.Down(errors.New("away")) // it holds after a restart, before anything has answered
	b.start()
	again = b.want(b.ask(mara, reset.Shift{By: -10}, under("dr")), reset.Refused, "")
	if r := again; r.Problem.Code != reset.ProblemSameKafka {
		t.Fatalf("problem %+v", r.Problem)
	}
	b.cluster.Down(nil)
	b.wait(6 * time.Second)
	b.approve(mara, prod)
	b.wait(6 * time.Second)
	b.want(prod, reset.Applied, reset.Verified)
	b.committed(890, 890)
}

// What was approved under a name that is refused meanwhile is not written: the transaction that would begin looks at
// the names.
func TestNothingIsWrittenUnderASecondName(t *testing.T) {
	t.Parallel()
	b := twins(t)
	dr := b.want(b.ask(mara, reset.Shift{By: -10}, under("dr")), reset.Draft, "")
	b.wait(6 * time.Second)
	race := &learning{Store: b.Store}
	b.Store = race
	b.approve(mara, dr)
	b.wait(10 * time.Second)
	b.want(dr, reset.Cancelled, "")
	b.committed(900, 900)
	if !race.done {
		t.Fatal("it never came as far as its write")
	}
}

// learning finds out that prod leads to the same Kafka, just before the transaction that would begin to write.
type learning struct {
	engine.Store
	done bool
}

func (l *learning) Update(ctx context.Context, id string, hold *engine.Due, change func(*engine.Tx) error) error {
	if r, err := l.Load(ctx, id); err == nil && r.State == reset.Approved && !l.done {
		probe := errors.New("not yet")
		err := l.Store.Update(ctx, id, hold, func(tx *engine.Tx) error {
			if err := change(tx); err != nil || tx.Request.State != reset.Applying {
				return err
			}
			return probe
		})
		if !errors.Is(err, probe) {
			return err
		}
		l.done = true
		if err := l.Learn(ctx, "prod", "K1", time.Now()); err != nil {
			return err
		}
	}
	return l.Store.Update(ctx, id, hold, change)
}

// Where a freeze is refused for the name, the way out is named.
func TestAFreezeOfASecondNameIsRefused(t *testing.T) {
	t.Parallel()
	b := twins(t)
	b.ask(mara, reset.Shift{By: -10}, under("prod"))
	b.ask(mara, reset.Shift{By: -10}, under("dr"))
	if r := b.want(b.act(jon, reset.Freeze{Cluster: "dr"}), reset.Refused,
		""); r.Problem.Code != reset.ProblemSameKafka || r.Problem.Want != "prod" {
		t.Fatalf("problem %+v", r.Problem)
	}
}

// A freeze under a name that was thought to be another Kafka's holds for the name that counts.
func TestAFreezeUnderASecondNameHoldsForTheFirst(t *testing.T) {
	t.Parallel()
	b := twins(t)
	b.want(b.act(jon, reset.Freeze{Cluster: "dr", Why: "data loss"}), reset.Applied, reset.Verified)
	r := b.want(b.ask(mara, reset.Shift{By: -10}, under("prod")), reset.Draft, "")
	b.ask(mara, reset.Shift{By: -10}, under("dr"))
	b.wait(6 * time.Second)
	b.approve(mara, r)
	b.waits(r, "data loss")
	b.want(b.act(jon, reset.Thaw{Cluster: "dr"}), reset.Applied, reset.Verified)
	b.wait(6 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
}

// Run asks every cluster which Kafka it is, before anybody asks for anything.
func TestEachNameIsIdentifiedWhenTheProcessStarts(t *testing.T) {
	t.Parallel()
	b := twins(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	for {
		known, err := b.Store.Kafkas(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(known) == 2 && known["prod"] == "K1" && known["dr"] == "K1" {
			break
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

var _ engine.Cluster = (*clustertest.Cluster)(nil)

// TestAFreezeThatIsNotDecidedYetHoldsWrites, recorded or asked for, while Slack cannot say who asked: for a minute.
func TestAFreezeThatIsNotDecidedYetHoldsWrites(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Chat = undeciding{}
	r := b.armed()
	b.approve(mara, r)
	in := engine.Inbox{ID: "envelope 7", Kind: "command", Verb: "freeze", About: "prod", ReceivedAt: b.clock()}
	if _, err := b.Store.Record(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	b.wait(50 * time.Second)
	if r = b.want(r, reset.Approved, ""); r.Problem == nil || r.Problem.Code != reset.ProblemFreezing {
		t.Fatalf("waits for %v", r.Problem)
	}
	b.committed(900, 900)
	if err := b.Store.Decided(t.Context(), in.ID, b.clock()); err != nil {
		t.Fatal(err)
	}
	b.people.err = slow()
	freeze := b.act(jon, reset.Freeze{Cluster: "prod"})
	b.wait(50 * time.Second)
	b.want(freeze, reset.Planning, "")
	b.want(r, reset.Approved, "")
	b.wait(20 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
}

// The minute counts from when it was typed, also once the envelope has become a request.
func TestAFreezeHoldsForAMinuteSinceItWasTyped(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Chat = undeciding{}
	r := b.armed()
	b.approve(mara, r)
	in := engine.Inbox{ID: "envelope 7", Kind: "command", Verb: "freeze", About: "prod", ReceivedAt: b.clock()}
	if _, err := b.Store.Record(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	b.wait(50 * time.Second)
	b.people.err = slow()
	freeze, err := b.Ask(t.Context(), engine.Ask{Actor: jon, Place: reset.Place{Channel: "C1"}, Origin: in.ID,
		Act: reset.Freeze{Cluster: "prod"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Store.Decided(t.Context(), in.ID, b.clock()); err != nil {
		t.Fatal(err)
	}
	b.want(r, reset.Approved, "")
	b.wait(20 * time.Second)
	b.want(freeze, reset.Planning, "")
	b.want(r, reset.Applied, reset.Verified)
}

// A thaw that waits for Slack means what was frozen when it was asked for, not what is frozen when Slack answers.
func TestAThawThatWaitedLiftsNoLaterFreeze(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.people.err = slow()
	thaw := b.want(b.act(jon, reset.Thaw{Cluster: "prod"}), reset.Planning, "")
	b.wait(time.Second)
	b.people.err = nil
	b.want(b.act(jon, reset.Freeze{Cluster: "prod", Why: "DATA LOSS"}), reset.Applied, reset.Verified)
	b.wait(time.Minute)
	if thaw = b.want(thaw, reset.Refused, ""); thaw.Problem.Code != reset.ProblemNotFrozen {
		t.Errorf("problem %v", thaw.Problem)
	}
	in, err := b.Store.Freezes(t.Context())
	if err != nil || len(in) != 1 {
		t.Errorf("frozen: %+v, %v", in, err)
	}
}

// Who lifted a freeze is told to those who may look at it. To all others it is not in force, and no more.
func TestWhoLiftedAFreezeIsNotToldToEverybody(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.rule = func(r *auth.Rule) { r.View = nil }
	b.start()
	f := b.act(mara, reset.Freeze{Cluster: "prod", Why: "upgrade"})
	b.want(b.act(mara, reset.Thaw{FreezeID: f.ID}), reset.Applied, reset.Verified)
	if told := b.act(jon, reset.Thaw{FreezeID: f.ID}); told.Problem.Code != reset.ProblemLifted {
		t.Errorf("an approver is told %+v", told.Problem)
	}
	if told := b.act(ben, reset.Thaw{FreezeID: f.ID}); told.Problem.Code != reset.ProblemNotFrozen ||
		told.Problem.Cluster != "" || len(told.Problem.Names) > 0 {
		t.Errorf("a stranger is told %+v", told.Problem)
	}
}
