package words

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// views are the answers to what people ask; their wording is held fast as that of the cards is.
func views() map[string]Content {
	at := clockAt("03:12:44")
	seen := lagStory()
	seen.Since = map[string]time.Time{seen.Snapshot.Group.Members[0].ID: clockAt("02:31:00")}
	return map[string]Content{
		"lag-page":     LagOf(manyPartitions(), 2, at),
		"lag-seen":     LagOf(seen, 1, at),
		"groups":       GroupsOf(groupsView()),
		"groups-none":  GroupsOf(reset.GroupsView{At: at}),
		"doctor":       DoctorOf(diagnosis(false)),
		"doctor-ill":   DoctorOf(diagnosis(true)),
		"access":       AccessOf(rights()),
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
		got := c.String() + "\n> " + c.Fallback + "\n"
		isGolden(t, filepath.Join("testdata", "views", name+".golden"), got)
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

// manyPartitions is a group on a topic with a long name.
func manyPartitions() reset.Lag {
	l := lagStory()
	l.Snapshot.Group.Members, l.Snapshot.Partitions, l.Open = nil, nil, nil
	topic := "payments.orders.created.v2.retry"
	l.Asked = []reset.TopicScope{{Topic: topic}}
	l.Snapshot.Topics = map[string]reset.Topic{topic: {Partitions: 120, Commits: 120}}
	for i := range int32(60) {
		l.Snapshot.Partitions = append(l.Snapshot.Partitions, reset.PartitionState{
			Partition: reset.Partition{Topic: topic, Partition: i}, End: 1_204_000,
			Committed: reset.Position{Offset: int64(i) * 10}})
	}
	return l
}

// A phone shows a row of 32 characters on one line, and three columns side by side.
func TestTablesOfViewsFitAPhone(t *testing.T) {
	t.Parallel()
	many := manyPartitions()
	many.Snapshot.Partitions[3].Topic = "another.topic.whose.name.is.long"
	for _, l := range []reset.Lag{lagStory(), manyPartitions(), many} {
		table := LagOf(l, 1, clockAt("03:00:00")).Table
		if len(table.Head) > 3 {
			t.Errorf("%d columns", len(table.Head))
		}
		for _, row := range table.Rows {
			if n := utf8.RuneCountInString(strings.Join(row, "")); n > 32 {
				t.Errorf("%d characters: %q", n, row)
			}
		}
	}
}

func TestLagAsAFile(t *testing.T) {
	t.Parallel()
	l := lagStory()
	l.Snapshot.Partitions[0].Err = "LEADER_NOT_AVAILABLE"
	want := "topic,partition,committed_offset,latest,lag\norders,0,,,\norders,1,60000,60000,0\norders,2,,59000,\n" +
		"refunds,0,12,1412,412\n"
	if got := string(LagCSV(l)); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestHistoryAsAFile(t *testing.T) {
	t.Parallel()
	p := pastPage()
	in, _ := p.Rows[0].Request.Intent()
	in.Reason = "=cmd()"
	p.Rows[0].Request.Act = reset.Move{Intent: in}
	lines := strings.Split(string(HistoryCSV(p)), "\n")
	if !strings.Contains(lines[1], "U0MARA,U0JON,'=cmd(),12,12") || !strings.HasPrefix(lines[1], "k7f3,2026-") {
		t.Errorf("%q", lines[1])
	}
}

func diagnosis(ill bool) reset.Diagnosis {
	at := clockAt("03:12:44")
	d := reset.Diagnosis{At: at, Round: at.Add(-time.Second), Clusters: clusterViews()[:1],
		Store: reset.StoreHealth{Path: "/var/lib/kafka-reset-bot/bot.db", Bytes: 1_200_000},
		Slack: reset.SlackHealth{Sockets: 2, Wanted: 2, Connections: 2, Acks: 256, P50: 12 * time.Millisecond,
			P99: 180 * time.Millisecond, Scopes: true,
			Homes: []reset.HomeHealth{{Cluster: "prod-eu", Channel: "C0KAFKA"}}}}
	if ill {
		d.Round, d.Clusters = at.Add(-time.Hour), clusterViews()[1:2]
		d.Store.Fault = "is on a full disk"
		d.Slack.Connections, d.Slack.P99, d.Slack.Missing = 10, 2900*time.Millisecond, []string{"users:read"}
		d.Slack.Homes[0].Fault = "not_in_channel"
		d.Slack.Errors = []reset.Trouble{{At: at.Add(-time.Minute), What: "ratelimited (chat.update)"}}
	}
	return d
}

func rights() reset.Access {
	a := reset.Access{Cluster: prodEU, Group: "billing", Rulings: map[reset.Verb]reset.Ruling{}}
	for i, v := range reset.Rights {
		r := reset.Ruling{Rule: "pay on production", Allowed: i%2 == 0, Who: []string{"S0PAY", "U0KIM"},
			Owner: "S0PAYOWNERS"}
		if !r.Allowed {
			r.Denial = reset.DeniedNotIn
		}
		a.Rulings[v] = r
	}
	return a
}
