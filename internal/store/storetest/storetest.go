// Package storetest is the contract of engine.Store as tests: every driver passes the same suite.
//
// It knows the port alone. What is a driver's own (its file, its migrations, its triggers) is tested with the driver.
// States are set here as literals: which of them may follow which is tested in package reset.
package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Open opens a handle on one database. Each call is another process's handle on it; none needs to be closed first.
type Open func(t *testing.T) engine.Store

// Run tests a driver. fresh makes a new, empty database.
func Run(t *testing.T, fresh func(t *testing.T) Open) {
	for name, test := range map[string]func(*testing.T, Open){
		"an envelope is recorded once":                    envelopeOnce,
		"a decided envelope is not looked at again":       envelopeDecided,
		"a request is created once per origin":            createOnce,
		"a taken id is a conflict":                        createTakenID,
		"one undo per request":                            createOneUndo,
		"processes create one request per origin":         createConcurrently,
		"requests are listed newest first":                list,
		"who asked is listed once, the latest first":      people,
		"a request survives":                              survives,
		"no field is forgotten":                           everyField,
		"a change is stored with its version":             updateVersion,
		"a failed change leaves nothing":                  updateFails,
		"a change that does nothing writes nothing":       updateNothing,
		"no update is lost between processes":             updateConcurrently,
		"an update needs its fence":                       updateHold,
		"an update sees the recorded cancel":              updateUndecided,
		"an update sees its rivals":                       updateRivals,
		"rivals are saved with their version":             updateOthers,
		"a vote counts once":                              votesOnce,
		"a vote that is dropped may be given again":       votesDropped,
		"one request of a group is applying":              oneApplying,
		"processes enter applying one at a time":          oneApplyingConcurrently,
		"an unsettled outcome blocks the group":           blocked,
		"steps are kept by revision":                      steps,
		"the worst steps and the effect by topic":         worst,
		"a plan of 10,000 partitions":                     bigPlan,
		"an attempt and its writes":                       attempts,
		"the audit is in order":                           audit,
		"a card is kept, its preview's secret is not":     cards,
		"a due row is claimed by one, soonest first":      claimOrder,
		"a claim narrows by kind":                         claimKinds,
		"a lease that ends comes due with a higher fence": claimLease,
		"a renewed claim lasts longer":                    claimRenew,
		"a released claim comes due when asked":           claimRelease,
		"the note of a claim is left to the next":         claimNote,
		"what is made due while held is not forgotten":    claimWanted,
		"claims of the dead are taken over":               claimTakeOver,
		"what waits is recalled":                          claimRecall,
		"processes never claim the same row":              claimConcurrently,
		"a change says when to look again":                lookAgain,
		"a watch is due beside its request":               watchAt,
		"freezes stack":                                   freezesStack,
		"a freeze sees what it concerns":                  freezesConcern,
		"an approved request sees freezes to come":        freezesAsked,
		"which kafka a name leads to is kept":             kafkaLearned,
		"a schedule survives and is due":                  scheduleSurvives,
		"a schedule makes runs with its own next step":    scheduleMakesRuns,
		"a schedule's name is its own while it is kept":   scheduleNames,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t))
		})
	}
}

// t0 is when the tests happen. Its microseconds must survive; what is below them need not.
var t0 = time.Date(2026, 11, 22, 1, 10, 0, 123456000, time.UTC)

var (
	mara = reset.Actor{Kind: reset.Person, Team: "T0", ID: "U0MARA"}
	jon  = reset.Actor{Kind: reset.Person, Team: "T0", ID: "U0JON"}
)

// ask is a request on billing@prod-eu in a state, with its id as its origin.
func ask(id string, state reset.State, edit ...func(*reset.Request)) reset.Request {
	r := reset.Request{ID: id, Revision: 1, State: state, Origin: "envelope-" + id, Actor: mara, ClusterID: "kafka-1",
		Digest:    "d1",
		Act:       reset.Move{Intent: reset.Intent{Cluster: "prod-eu", Group: "billing", Target: reset.Latest{}}},
		CreatedAt: t0}
	for _, e := range edit {
		e(&r)
	}
	return r
}

func on(cluster, id, group string) func(*reset.Request) {
	return func(r *reset.Request) {
		r.ClusterID = id
		r.Act = reset.Move{Intent: reset.Intent{Cluster: cluster, Group: group}}
	}
}

func create(t *testing.T, s engine.Store, r reset.Request) reset.Request {
	t.Helper()
	got, fresh, err := s.Create(t.Context(), r, nil)
	if err != nil || !fresh {
		t.Fatalf("create %s: new %v, error %v", r.ID, fresh, err)
	}
	return got
}

func update(t *testing.T, s engine.Store, id string, hold *engine.Due, change func(*engine.Tx)) {
	t.Helper()
	if err := s.Update(t.Context(), id, hold, func(tx *engine.Tx) error { change(tx); return nil }); err != nil {
		t.Fatalf("update %s: %v", id, err)
	}
}

func load(t *testing.T, s engine.Store, id string) reset.Request {
	t.Helper()
	r, err := s.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// claim takes what is due at a time for ten seconds, and says what: "request k7f3".
func claim(t *testing.T, s engine.Store, at time.Time, kinds ...engine.Kind) ([]string, []engine.Due) {
	t.Helper()
	got, err := s.Claim(t.Context(), engine.Claim{Owner: "a", Now: at, Lease: 10 * time.Second, Limit: 32,
		Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, d := range got {
		names[fmt.Sprint(d.Kind, " ", d.ID)] = true
	}
	return sorted(names), got
}

// quiet claims and releases everything, so that nothing is due.
func quiet(t *testing.T, s engine.Store) {
	t.Helper()
	_, got := claim(t, s, t0)
	for _, d := range got {
		release(t, s, d, time.Time{})
	}
	if at, err := s.Soonest(t.Context()); err != nil || !at.IsZero() {
		t.Fatalf("after everything was released something is due at %v, error %v", at, err)
	}
}

func release(t *testing.T, s engine.Store, d engine.Due, next time.Time) {
	t.Helper()
	if err := s.Release(t.Context(), d, next); err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error is %v, want %v", err, want)
	}
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
