package words

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// views are the answers to what people ask; their wording is held fast as that of the cards is.
func views() map[string]Content {
	at := clockAt("03:12:44")
	return map[string]Content{
		"groups":       GroupsOf(groupsView()),
		"groups-none":  GroupsOf(reset.GroupsView{At: at}),
		"clusters":     ClustersOf(clusterViews(), at),
		"history":      HistoryOf(pastPage(), reset.Search{Group: "billing", Cluster: "prod-eu"}, infos(), clockAt("04:00:00")),
		"history-none": HistoryOf(reset.Page{}, reset.Search{By: reset.Actor{Kind: reset.Person, ID: "U0BEN"}}, nil, at),
	}
}

func infos() []reset.ClusterInfo { return []reset.ClusterInfo{prodEU} }

func TestGoldenViews(t *testing.T) {
	t.Parallel()
	said := views()
	for name, c := range said {
		file := filepath.Join("testdata", "views", name+".golden")
		got := c.String() + "\n> " + c.Fallback + "\n"
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got)\n%s\nif that is better: go test ./internal/words -run TestGoldenViews -update", name,
				diff)
		}
		if c.Title == "" || c.Fallback == "" || strings.Count(got, "\n") > 60 {
			t.Errorf("%s: no title, no fallback, or too long", name)
		}
	}
	files, err := filepath.Glob(filepath.Join("testdata", "views", "*.golden"))
	if err != nil || len(files) != len(said) {
		t.Errorf("%d files for %d views, %v", len(files), len(said), err)
	}
}

func groupsView() reset.GroupsView {
	members := []reset.Member{{ID: "a"}, {ID: "b"}}
	down := reset.UnreachableProblem("dr-eu", []string{"k1:9092"}, "i/o timeout")
	return reset.GroupsView{Pattern: "pay*", At: clockAt("03:12:44"), Clusters: []reset.ClusterGroups{
		{Cluster: prodEU, Total: 152, Read: 100, Missing: "broker b3:9092: i/o timeout", Rows: []reset.GroupRow{
			{Group: "pay-billing", Seen: reset.GroupState{Exists: true, State: "Stable", Members: members},
				Lag: &reset.GroupLag{Topics: 2, Partitions: 24, Lag: 18_204}},
			{Group: "pay-refunds", Seen: reset.GroupState{Exists: true, State: "Empty"},
				Lag: &reset.GroupLag{Topics: 1, Partitions: 3, Lag: 12, Unread: 2, Why: "TOPIC_AUTHORIZATION_FAILED"}},
			{Group: "pay-new", Seen: reset.GroupState{Exists: true, State: "Empty"}, Lag: &reset.GroupLag{}},
			{Group: "pay-hidden", Seen: reset.GroupState{Exists: true, State: "Empty"},
				Lag: &reset.GroupLag{Why: "GROUP_AUTHORIZATION_FAILED"}},
			{Group: "pay-zz", Seen: reset.GroupState{Exists: true, State: "Stable"}},
		}},
		{Cluster: reset.ClusterInfo{Name: "sandbox-eu", Label: "sandbox"}},
		{Cluster: reset.ClusterInfo{Name: "dr-eu"}, Problem: down},
	}}
}

func clusterViews() []reset.ClusterView {
	frozen := reset.InForce{Called: "prod-eu", Frozen: reset.Frozen{ID: "f3z8", Cluster: "prod-eu", Why: "INC-4711",
		By: reset.Actor{Kind: reset.Person, ID: "U0MARA"}, At: clockAt("03:00:00")}}
	return []reset.ClusterView{
		{Cluster: prodEU, ID: "K1", Brokers: 3, Groups: 12, Frozen: []reset.InForce{frozen}},
		{Cluster: reset.ClusterInfo{Name: "dr-eu"}, Last: clockAt("02:00:00"),
			Problem: reset.UnreachableProblem("dr-eu", []string{"k1:9092"}, "i/o timeout")},
		{Cluster: reset.ClusterInfo{Name: "alias"}, Problem: reset.SameKafkaProblem("alias", "prod-eu", "K1")},
	}
}

func pastPage() reset.Page {
	applied := appliedStory().Request
	return reset.Page{More: true, Rows: []reset.Past{
		{Request: applied, Written: map[reset.WriteState]int{reset.WriteAtTarget: 12},
			Votes: []reset.Vote{{Actor: reset.Actor{Kind: reset.Person, ID: "U0JON"}, At: time.Time{}}}},
		{Request: failedStory(reset.PartiallyApplied, 8, 4, 0).Request,
			Written: map[reset.WriteState]int{reset.WriteAtTarget: 8, reset.WriteUnchanged: 4}},
	}}
}
