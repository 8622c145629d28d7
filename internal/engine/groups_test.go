package engine_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// names are the groups of a list, in its order.
func names(v reset.GroupsView) (out []string) {
	for _, c := range v.Clusters {
		for _, r := range c.Rows {
			out = append(out, r.Group)
		}
	}
	return out
}

func TestGroupsAreThoseThatOneMayView(t *testing.T) {
	t.Parallel()
	b := hidden(t)
	b.cluster.Commit("secret", "orders", 0, 0)
	for who, want := range map[reset.Actor]string{ben: "[billing]", mara: "[secret billing]"} {
		v, err := b.Groups(t.Context(), who, "C1", "prod", "")
		if err != nil || fmt.Sprint(names(v)) != want || v.Clusters[0].Total != len(names(v)) {
			t.Errorf("%s sees %+v, %v; want %s", who.ID, v, err, want)
		}
	}
	if v, err := b.Groups(t.Context(), ben, "C1", "prod", "secret"); err != nil || v.Clusters[0].Total != 0 {
		t.Errorf("a group that ben may not view: %+v, %v", v, err)
	}
	views, err := b.ClusterViews(t.Context(), ben, "C1")
	if err != nil || len(views) != 1 || views[0].Groups != 1 || views[0].ID != "K1" || views[0].Last.IsZero() {
		t.Errorf("clusters of ben: %+v, %v", views, err)
	}
	b.Policy = b.policy([]auth.Rule{{Name: "few", Clusters: []string{"prod"}, Groups: []string{"*"},
		Request: []string{mara.ID}}})
	if views, err := b.ClusterViews(t.Context(), ben, "C1"); err != nil || len(views) != 0 {
		t.Errorf("a cluster on which ben may view nothing: %+v, %v", views, err)
	}
	_, err = b.Groups(t.Context(), ben, "C1", "prod", "")
	problem(t, err, reset.ProblemDenied)
}

func TestGroupsAreSortedByLagAndCut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for i := range 30 {
		b.cluster.Commit(fmt.Sprintf("pay-%02d", i), "orders", 0, int64(100+i))
	}
	b.cluster.Join("pay-29", reset.Member{ID: "m"})
	b.cluster.Commit("other", "orders", 0, 1)
	v, err := b.Groups(t.Context(), ben, "C1", "", "pay-*")
	if err != nil || len(v.Clusters) != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
	c := v.Clusters[0]
	if c.Total != 30 || c.Read != 30 || len(c.Rows) != 20 || c.Rows[0].Group != "pay-00" || c.Rows[0].Lag.Lag != 900 {
		t.Errorf("%d in all, %d read, %d shown: %+v", c.Total, c.Read, len(c.Rows), c.Rows[0])
	}
	for i := range 120 {
		b.cluster.Commit(fmt.Sprintf("many-%03d", i), "orders", 0, 0)
	}
	v, err = b.Groups(t.Context(), ben, "C1", "", "")
	if c := v.Clusters[0]; err != nil || c.Total != 152 || c.Read != 100 || c.Rows[0].Lag.Lag != 1000 {
		t.Errorf("%d in all, %d read: %+v, %v", c.Total, c.Read, c.Rows[0], err)
	}
	b.cluster.Down(errors.New("dial tcp: i/o timeout"))
	v, err = b.Groups(t.Context(), ben, "C1", "", "")
	if err != nil || v.Clusters[0].Problem == nil || v.Clusters[0].Problem.Code != reset.ProblemUnreachable {
		t.Errorf("of a cluster that does not answer: %+v, %v", v, err)
	}
	views, err := b.ClusterViews(t.Context(), ben, "C1")
	if err != nil || views[0].Problem == nil || views[0].Last.IsZero() {
		t.Errorf("%+v, %v: want when it answered last", views, err)
	}
}

func TestDiagnosisIsForThoseWhoMayFreeze(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Commit("secret", "orders", 0, 0)
	d, err := b.Diagnose(t.Context(), mara, "C1")
	if err != nil || len(d.Clusters) != 1 || d.Clusters[0].Problem != nil {
		t.Errorf("%+v, %v", d, err)
	}
	d, err = b.Diagnose(t.Context(), ben, "C1")
	if p := problem(t, err, reset.ProblemDenied); len(d.Clusters) > 0 || p.Cluster != "" || p.Ruling.Rule != "" {
		t.Errorf("ben may freeze nothing and is told %+v, %+v", d, p)
	}
}
