package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// stored puts a request in the store, one second younger than the one before.
func (b *bench) listed(who reset.Actor, group string, s reset.State, asked bool) string {
	b.t.Helper()
	b.mu.Lock()
	b.ids++
	n := b.ids
	b.mu.Unlock()
	r := reset.Request{ID: fmt.Sprintf("r%03d", n), Revision: 1, State: s, Origin: fmt.Sprint("listed ", n), Actor: who,
		Act:   reset.Move{Intent: reset.Intent{Cluster: "prod", Group: group, Target: reset.Latest{}}},
		Asked: asked, CreatedAt: b.clock().Add(time.Duration(n) * time.Second)}
	if !s.Open() {
		r.EndedAt = r.CreatedAt
	}
	if _, _, err := b.Store.Create(b.t.Context(), r, nil); err != nil {
		b.t.Fatal(err)
	}
	return r.ID
}

// ids are the requests of a page.
func ids(p reset.Page) (out []string) {
	for _, row := range p.Rows {
		out = append(out, row.Request.ID)
	}
	return out
}

// hidden is a bench whose members may view billing, and only mara and the approvers the rest.
func hidden(t *testing.T) *bench {
	b := newBench(t)
	rules := []auth.Rule{
		{Name: "all", Clusters: []string{"prod"}, Groups: []string{"billing"}, View: []string{"members"},
			Request: []string{mara.ID}},
		{Name: "few", Clusters: []string{"prod"}, Groups: []string{"*"}, Request: []string{mara.ID}},
	}
	b.Policy = b.policy(rules)
	return b
}

func TestStatusIsFilteredBeforeItIsCut(t *testing.T) {
	t.Parallel()
	b := hidden(t)
	seen := b.listed(mara, "billing", reset.Pending, true)
	for range 60 {
		b.listed(mara, "billing", reset.Draft, false)
		b.listed(mara, "secret", reset.Pending, true)
	}
	own := b.listed(ben, "billing", reset.Draft, false)
	open, more, _, err := b.Status(t.Context(), ben, "C1", "", "")
	if err != nil || more || len(open) != 2 || open[0].ID != own || open[1].ID != seen {
		t.Errorf("ben sees %d open requests, more %v: %+v, %v", len(open), more, open, err)
	}
	open, more, _, err = b.Status(t.Context(), mara, "C1", "", "")
	if err != nil || !more || len(open) != 20 {
		t.Errorf("mara sees %d open requests, more %v, %v", len(open), more, err)
	}
	if l, err := b.Lag(t.Context(), ben, "C1", "prod", "billing", nil); err != nil || len(l.Open) != 2 {
		t.Errorf("the lag names %+v, %v", l.Open, err)
	}
}

func TestHistoryInPages(t *testing.T) {
	t.Parallel()
	b := hidden(t)
	var want []string
	for range 45 {
		want = append([]string{b.listed(mara, "billing", reset.Rejected, true)}, want...)
		b.listed(mara, "secret", reset.Rejected, true)
		b.listed(mara, "biling", reset.Refused, false)
	}
	var got []string
	q := reset.Search{}
	for pages := 0; ; pages++ {
		p, err := b.History(t.Context(), ben, "C1", q)
		if err != nil || pages > 3 {
			t.Fatalf("page %d: %v", pages, err)
		}
		got = append(got, ids(p)...)
		if !p.More {
			break
		}
		q.Before = got[len(got)-1]
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the pages have %v, want %v", got, want)
	}
	typo := b.listed(ben, "billing", reset.Refused, false)
	p, err := b.History(t.Context(), ben, "C1", reset.Search{All: true})
	if err != nil || ids(p)[0] != typo || ids(p)[1] != want[0] {
		t.Errorf("with ben's own: %v, %v", ids(p), err)
	}
	secret := b.listed(mara, "secret", reset.Rejected, true)
	_, err = b.History(t.Context(), ben, "C1", reset.Search{Before: secret})
	if p := problem(t, err, reset.ProblemNoRequest); p.Group != "" {
		t.Errorf("a page behind a request that ben may not view tells of it: %+v", p)
	}
	if p, err := b.History(t.Context(), ben, "C1", reset.Search{By: mara, Cluster: "prod", Group: "billing",
		Since: b.clock().Add(time.Hour)}); err != nil || len(p.Rows) > 0 || p.More {
		t.Errorf("of an hour in which nothing was: %+v, %v", p, err)
	}
}

func TestHistoryNamesVotesAndWrites(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.ask(mara, reset.Shift{By: -200})
	b.approve(mara, r)
	b.wait(engine.DefaultTimes.Settle)
	b.approve(jon, r)
	b.wait(settled)
	b.want(r, reset.Applied, reset.Verified)
	p, err := b.History(t.Context(), ben, "C1", reset.Search{By: jon})
	if err != nil || len(p.Rows) != 1 || len(p.Rows[0].Votes) != 1 || p.Rows[0].Votes[0].Actor != jon ||
		p.Rows[0].Written[reset.WriteAtTarget] != 2 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestFreezesOfClustersThatOneMayNotViewAreNotTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Policy = b.policy([]auth.Rule{{Name: "few", Clusters: []string{"prod"}, Groups: []string{"*"},
		Request: []string{mara.ID}}})
	b.act(mara, reset.Freeze{Cluster: "prod", Why: "INC-1"})
	for who, want := range map[reset.Actor]int{mara: 1, ben: 0} {
		if _, _, frozen, err := b.Status(t.Context(), who, "C1", "", ""); err != nil || len(frozen) != want {
			t.Errorf("%s sees %+v, %v", who.ID, frozen, err)
		}
	}
}

// Who approved a reset before its time came is named, though it was planned again since.
func TestHistoryNamesThoseWhoApprovedAhead(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.ask(mara, reset.Time{At: b.clock().Add(time.Hour), Future: true},
		func(in *reset.Intent) { in.Upto, in.SkipAhead = reset.Reach{Skip: 300, Replay: 300}, true })
	b.approve(mara, r)
	b.approve(kim, r)
	b.wait(time.Hour + time.Minute)
	b.want(r, reset.Applied, reset.Verified)
	p, err := b.History(t.Context(), ben, "C1", reset.Search{By: kim})
	if err != nil || len(p.Rows) != 1 || len(p.Rows[0].Votes) != 1 || p.Rows[0].Votes[0].Actor != kim {
		t.Errorf("%+v, %v", p, err)
	}
}
