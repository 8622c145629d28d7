package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// suggested are the names of suggestions.
func suggested(s reset.Suggestions) (out []string) {
	for _, n := range s.Names {
		out = append(out, n.Name)
	}
	return out
}

// Suggestions are answered from memory: with their age, without Kafka, and only what the person may view.
func TestNamesAreSuggestedFromMemory(t *testing.T) {
	t.Parallel()
	b := hidden(t)
	ctx := t.Context()
	b.cluster.Commit("secret", "orders", 0, 0)
	b.cluster.Topic("payments", "t2", 1, 0, 10)
	got, err := b.SuggestGroups(ctx, mara, "C1", "prod", "")
	if err != nil || len(got.Names) > 0 || !got.At.IsZero() {
		t.Errorf("before anything was read: %+v, %v", got, err)
	}
	b.ReadNames(ctx, "prod")
	for who, want := range map[reset.Actor][]string{ben: {"billing"}, mara: {"billing", "secret"}} {
		got, err := b.SuggestGroups(ctx, who, "C1", "prod", "")
		if err != nil || !slices.Equal(suggested(got), want) || got.At.IsZero() || got.Failed {
			t.Errorf("%s: %+v, %v; want %q", who.ID, got, err, want)
		}
	}
	if got, _ := b.SuggestGroups(ctx, ben, "C1", "prod", "sec"); len(got.Names) > 0 {
		t.Errorf("ben may not know of %q", suggested(got))
	}

	b.ReadNames(ctx, "prod") // what was shown is wanted
	got, _ = b.SuggestGroups(ctx, ben, "C1", "prod", "BILL")
	if n := got.Names; len(n) != 1 || !n[0].Read || n[0].Lag != 200 || n[0].State == "" {
		t.Errorf("billing is %+v", n)
	}
	down := b.clock()
	b.cluster.Down(errors.New("no route to host"))
	b.wait(time.Minute)
	b.ReadNames(ctx, "prod")
	got, err = b.SuggestGroups(ctx, ben, "C1", "prod", "illi")
	if err != nil || !slices.Equal(suggested(got), []string{"billing"}) || !got.Failed || got.At.After(down) {
		t.Errorf("with Kafka stopped: %+v, %v", got, err)
	}
}

// The topics of a group are those that it has committed offsets on; others are named to those who may reset it alone.
func TestTopicsAreSuggestedToThoseWhoMayNameThem(t *testing.T) {
	t.Parallel()
	b := hidden(t)
	ctx := t.Context()
	b.cluster.Commit("secret", "orders", 0, 0)
	b.cluster.Topic("payments", "t2", 1, 0, 10)
	topics := func(who reset.Actor, group, typed string) []string {
		t.Helper()
		got, err := b.SuggestTopics(ctx, who, "C1", "prod", group, typed)
		if err != nil {
			t.Fatal(err)
		}
		return suggested(got)
	}
	b.ReadNames(ctx, "prod") // the names of all; those of billing are wanted from now on
	early, err := b.SuggestTopics(ctx, ben, "C1", "prod", "billing", "")
	if err != nil || len(early.Names) > 0 || !early.At.IsZero() {
		t.Errorf("before the group's topics were read: %+v (%v), and no time of it", early, err)
	}
	b.ReadNames(ctx, "prod")
	for _, tt := range []struct {
		who          reset.Actor
		group, typed string
		want         []string
	}{
		{ben, "billing", "", []string{"orders"}},
		{ben, "billing", "pay", nil}, // they may view it, and not reset it
		{mara, "billing", "", []string{"orders"}},
		{mara, "billing", "pay", []string{"payments"}},
		{mara, "billing", "r", []string{"orders"}},
		{ben, "secret", "ord", nil},
		{mara, "", "ord", nil},
	} {
		if got := topics(tt.who, tt.group, tt.typed); !slices.Equal(got, tt.want) {
			t.Errorf("%s, %s, %q: %q, want %q", tt.who.ID, tt.group, tt.typed, got, tt.want)
		}
	}
}

// What is asked for by a form is in no list while it is filled in, and none after it was let go. What was agreed to is
// a request like others, and the form lets it be.
func TestWhatIsInAFormIsInNoList(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	ask := func(view string) reset.Request {
		r, err := b.Ask(ctx, engine.Ask{Actor: mara, Place: reset.Place{Channel: "C1"}, Origin: "form." + view,
			Intent: reset.Intent{Cluster: "prod", Group: "billing", Target: reset.Shift{By: -50},
				Scope: reset.Scope{Topics: []reset.TopicScope{{Topic: "orders"}}}},
			Form: &reset.Form{View: view}})
		if err != nil {
			t.Fatal(err)
		}
		b.wait(time.Second)
		return r
	}
	letGo := func(r reset.Request, view string) error {
		_, err := b.Decide(ctx, engine.Decision{Verb: engine.DoCancel, Actor: mara, Place: r.Place,
			Ref: reset.Ref{ID: r.ID}, Form: view, Origin: "let go " + view + r.ID, At: b.clock()})
		return err
	}
	listed := func() (n int) {
		open, _, _, err := b.Status(ctx, mara, "C1", "", "")
		if err != nil {
			t.Fatal(err)
		}
		past, err := b.History(ctx, mara, "C1", reset.Search{All: true})
		if err != nil {
			t.Fatal(err)
		}
		return len(open) + len(past.Rows)
	}
	first, second := ask("V1"), ask("V2")
	b.want(first, reset.Draft, "")
	if n := listed(); n != 0 {
		t.Errorf("%d are listed", n)
	}
	problem(t, letGo(first, "V2"), reset.ProblemTooLate) // that is another form's
	if err := letGo(first, "V1"); err != nil {
		t.Fatal(err)
	}
	b.want(first, reset.Cancelled, "")
	if n := listed(); n != 0 {
		t.Errorf("%d are listed after one was let go", n)
	}
	b.approve(mara, second)
	if n := listed(); n != 2 { // open, and in the history
		t.Errorf("%d are listed after one was agreed to", n)
	}
	problem(t, letGo(second, "V2"), reset.ProblemTooLate)
	b.wait(settled)
	b.want(second, reset.Applied, reset.Verified)
}

// BenchmarkSuggestions measures one keystroke of a person who may view few of 10,000 groups, and of one who types a
// topic among 5,000, by the policy as it is in use: 20 rules before the one that decides.
//
//	go test ./internal/engine -run XXX -bench Suggestions
func BenchmarkSuggestions(b *testing.B) {
	s := &engine.Service{Now: time.Now, Clusters: map[string]engine.Cluster{"prod": many{}},
		Infos: []reset.ClusterInfo{{Name: "prod"}}, Times: engine.DefaultTimes, Log: slog.New(slog.DiscardHandler)}
	var rules []auth.Rule
	for i := range 20 {
		rules = append(rules, auth.Rule{Name: fmt.Sprint(i), Clusters: []string{"other*"}, Groups: []string{"*"},
			View: []string{"members"}})
	}
	rules = append(rules, auth.Rule{Name: "one", Clusters: []string{"prod"}, Groups: []string{"team-9999*"},
		View: []string{"members"}, Request: []string{mara.ID}})
	s.Policy = auth.New(rules, auth.NewDirectory(&people{}, time.Now))
	s.ReadNames(b.Context(), "prod")
	for name, typed := range map[string]string{"empty": "", "prefix": "team-999", "part": "99", "none": "zzz"} {
		b.Run("groups/"+name, func(b *testing.B) {
			percentile(b, func() error {
				_, err := s.SuggestGroups(b.Context(), mara, "C1", "prod", typed)
				return err
			})
		})
		b.Run("topics/"+name, func(b *testing.B) {
			percentile(b, func() error {
				_, err := s.SuggestTopics(b.Context(), mara, "C1", "prod", "team-9999-consumer", typed)
				return err
			})
		})
	}
}

// percentile runs f and reports how long 95 of 100 runs take at most, in milliseconds.
func percentile(b *testing.B, f func() error) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		begun := time.Now()
		if err := f(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}

// many is a cluster with 10,000 groups and 5,000 topics.
type many struct{ engine.Cluster }

func (many) List(context.Context) (reset.GroupList, error) {
	out := reset.GroupList{Groups: map[string]reset.GroupState{}}
	for i := range 10_000 {
		out.Groups[fmt.Sprintf("team-%04d-consumer", i)] = reset.GroupState{Exists: true, State: "Stable", Type: "classic"}
	}
	return out, nil
}

func (many) Topics(context.Context) (out []string, err error) {
	for i := range 5_000 {
		out = append(out, fmt.Sprintf("team-%04d.events.v1", i))
	}
	return out, nil
}

func (many) Lags(context.Context, map[string]reset.Isolation) (map[string]reset.GroupLag, error) {
	return nil, nil
}
