package reset

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tail is a topic orders of one partition, 0 to 100, committed at 50, of an idle classic group.
func tail(change func(*Snapshot)) Snapshot {
	s := Snapshot{
		At: noon, Group: GroupState{Exists: true, State: "Empty", Type: "classic"},
		Topics:     map[string]Topic{"orders": {ID: "T1", Partitions: 1, Commits: 1}},
		Partitions: []PartitionState{{Partition: Partition{"orders", 0}, End: 100, Committed: Position{Offset: 50}}},
	}
	change(&s)
	return s
}

func TestWhatRunsAGroup(t *testing.T) {
	t.Parallel()
	group := func(change func(*GroupState)) Snapshot { return tail(func(s *Snapshot) { change(&s.Group) }) }
	plain := tail(func(*Snapshot) {})
	streams := tail(func(s *Snapshot) { s.Environment.Streams = []string{"agg-store-changelog"} })
	declared := ClusterInfo{Kinds: []Declared{
		{"etl-*", GroupFlink}, {"agg", GroupConsumer}, {"connect-plain", GroupConsumer},
		{"connect-*-raw", GroupConnect}, {"*-app", GroupStreams}, {"batch", GroupSpark},
	}}
	for _, c := range []struct {
		name, group string
		info        ClusterInfo
		snap        Snapshot
		want        *Problem // Code, Got, Want, Names
	}{
		{"an ordinary group", "billing", declared, plain, nil},
		{"share", "billing", declared, group(func(g *GroupState) { g.Type = "share" }),
			&Problem{Code: ProblemWrongTool, Got: "share", Want: "kafka-share-groups.sh"}},
		{"streams by its type", "billing", declared, group(func(g *GroupState) { g.Type = "streams" }),
			&Problem{Code: ProblemWrongTool, Got: "streams", Want: "kafka-streams-groups.sh",
				Names: []string{"type streams"}}},
		{"streams by its assignor", "billing", declared, group(func(g *GroupState) { g.Assignor = "stream" }),
			&Problem{Code: ProblemWrongTool, Got: "streams", Want: "kafka-streams-application-reset.sh",
				Names: []string{"assignor stream"}}},
		{"empty streams by its topics", "agg", ClusterInfo{}, streams,
			&Problem{Code: ProblemWrongTool, Got: "streams", Want: "kafka-streams-application-reset.sh",
				Names: []string{"agg-store-changelog"}}},
		{"what looks like streams, declared a consumer", "agg", declared, streams, nil},
		{"no declaration overrules what Kafka says", "agg", declared,
			group(func(g *GroupState) { g.Assignor = "stream" }),
			&Problem{Code: ProblemWrongTool, Got: "streams", Want: "kafka-streams-application-reset.sh",
				Names: []string{"assignor stream"}}},
		{"connect workers", "workers", declared, group(func(g *GroupState) { g.Protocol = "connect" }),
			&Problem{Code: ProblemWrongTool, Got: "connect", Want: "PATCH /connectors/NAME/offsets"}},
		{"a connect sink", "connect-dwh", declared, plain,
			&Problem{Code: ProblemAmbiguous, Want: "connector", Got: "dwh"}},
		{"a connect sink by its tasks", "dwh-loader", declared, group(func(g *GroupState) {
			g.State, g.Members = "Stable", []Member{{ClientID: "connector-consumer-dwh-sink-0"}}
		}), &Problem{Code: ProblemAmbiguous, Want: "connector", Got: "dwh-sink"}},
		{"a client that is called nearly so", "billing", declared, group(func(g *GroupState) {
			g.State, g.Members = "Stable", []Member{{ClientID: "connector-consumer-dwh"}}
		}), nil},
		{"declared connect", "connect-dwh-raw", declared, plain,
			&Problem{Code: ProblemWrongTool, Got: "connect", Want: "PATCH /connectors/NAME/offsets"}},
		{"no connector's", "connect-plain", declared, plain, nil},
		{"declared flink", "etl-7", declared, plain,
			&Problem{Code: ProblemWrongTool, Got: "flink", Want: "scan.startup.mode"}},
		{"declared spark", "batch", declared, plain,
			&Problem{Code: ProblemWrongTool, Got: "spark", Want: "startingOffsetsByTimestamp"}},
		{"declared streams", "pay-app", declared, plain,
			&Problem{Code: ProblemWrongTool, Got: "streams", Want: "kafka-streams-application-reset.sh"}},
		{"a group that is not there", "billing", declared,
			tail(func(s *Snapshot) { s.Group, s.Partitions = GroupState{}, nil }), &Problem{Code: ProblemNoGroup}},
	} {
		in := Intent{Group: c.group, Scope: Scope{All: true}, Target: Latest{}}
		if c.want != nil {
			c.want.Group = c.group
		}
		options, got := CheckGroup(in, c.info, c.snap)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if sink := got != nil && got.Code == ProblemAmbiguous; sink != (len(options) == 1) {
			t.Errorf("%s: options %+v", c.name, options)
		} else if sink {
			if _, again := CheckGroup(options[0].Intent, c.info, c.snap); again != nil {
				t.Errorf("%s: acknowledged, it is still %v", c.name, again)
			}
		}
	}
}

func TestAllTopicsWhereSomeMayBeHidden(t *testing.T) {
	t.Parallel()
	all, named := Scope{All: true}, Scope{Topics: []TopicScope{{Topic: "orders"}}}
	hides := Environment{Hidden: 2}
	unknown := Environment{HiddenWhy: "CLUSTER_AUTHORIZATION_FAILED"}
	for _, c := range []struct {
		name   string
		scope  Scope
		around Environment
		sees   bool
		want   *Problem
	}{
		{"nothing is hidden", all, Environment{}, false, nil},
		{"some are", all, hides, false, &Problem{Code: ProblemHidden, Group: "billing", Count: 2,
			Names: []string{"orders"}}},
		{"some are, whatever the configuration says", all, hides, true,
			&Problem{Code: ProblemHidden, Group: "billing", Count: 2, Names: []string{"orders"}}},
		{"nobody knows", all, unknown, false,
			&Problem{Code: ProblemHidden, Group: "billing", Got: unknown.HiddenWhy, Names: []string{"orders"}}},
		{"nobody knows but the configuration", all, unknown, true, nil},
		{"named topics are not all", named, hides, false, nil},
	} {
		in := Intent{Group: "billing", Scope: c.scope, Target: Latest{}}
		_, got := CheckGroup(in, ClusterInfo{SeesAll: c.sees}, tail(func(s *Snapshot) { s.Environment = c.around }))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestWarningsOfWhatSurroundsAPlan(t *testing.T) {
	t.Parallel()
	one := func(code WarningCode, count int64) Warning {
		return Warning{Code: code, Topic: "orders", Parts: []int32{0}, Count: count}
	}
	part := func(change func(*PartitionState)) func(*Snapshot) {
		return func(s *Snapshot) { change(&s.Partitions[0]) }
	}
	config := func(tc TopicConfig) func(*Snapshot) {
		return func(s *Snapshot) { s.Topics["orders"] = Topic{ID: "T1", Partitions: 1, Commits: 1, Config: &tc} }
	}
	retention := func(recent int64) func(*Snapshot) {
		return func(s *Snapshot) { s.Environment.Retention, s.Partitions[0].Recent = 7*24*time.Hour, recent }
	}
	expires := Warning{Code: WarnExpires, Count: 7 * 24 * 3600}
	expiring := one(WarnRetention, 30)
	expiring.Text = "6h0m0s"
	soon := func(s *Snapshot) {
		config(TopicConfig{Retention: 7 * 24 * time.Hour})(s)
		s.Partitions[0].Expiring = 70
	}
	begins := one(WarnBegins, 0)
	begins.At = noon.Add(-time.Hour)
	truncated := func(s *Snapshot) {
		s.Partitions[0].Start, s.Partitions[0].Found = 10, &Found{Offset: 10, At: begins.At, How: HowRecord}
	}
	back := Time{At: noon.Add(-2 * time.Hour)}
	for _, c := range []struct {
		name   string
		target Target
		change func(*Snapshot)
		want   []Warning
	}{
		{"nothing", Exact{40}, func(*Snapshot) {}, nil},
		{"retention deletes the target soon", Exact{40}, soon, []Warning{expiring}},
		{"retention deletes what is before the target", Exact{40}, part(func(p *PartitionState) { p.Expiring = 40 }),
			nil},
		{"retention and the end", Latest{}, part(func(p *PartitionState) { p.Expiring = 100 }), nil},
		{"retention and no target", Nowhere{}, part(func(p *PartitionState) { p.Expiring = 70 }), nil},
		{"the log begins later", back, truncated, []Warning{begins}},
		{"open transactions behind the target", Exact{40}, part(func(p *PartitionState) { p.Stable, p.Open = 90, 10 }),
			[]Warning{one(WarnOpen, 10)}},
		{"open transactions before the target", Latest{}, part(func(p *PartitionState) { p.Stable, p.Open = 90, 10 }),
			[]Warning{one(WarnPastOpen, 10)}},
		{"mirrored, back", Exact{40}, func(s *Snapshot) { s.Environment.Mirrors = []string{"us.checkpoints.internal"} },
			[]Warning{{Code: WarnMirrored, Names: []string{"us.checkpoints.internal"}}}},
		{"mirrored, forward", Exact{60}, func(s *Snapshot) {
			s.Environment.Mirrors = []string{"us.checkpoints.internal"}
		}, nil},
		{"remote", Exact{40}, part(func(p *PartitionState) { p.Remote = 60 }), []Warning{one(WarnRemote, 20)}},
		{"local", Exact{40}, part(func(p *PartitionState) { p.Remote = 30 }), nil},
		{"compacted", Exact{40}, config(TopicConfig{Compacted: true}),
			[]Warning{{Code: WarnCompacted, Names: []string{"orders"}}}},
		{"may expire", Exact{40}, retention(60), []Warning{expires}},
		{"has read a recent record", Exact{40}, retention(49), nil},
		{"all records are gone", Exact{40}, func(s *Snapshot) { retention(0)(s); s.Partitions[0].Start = 100 },
			[]Warning{
				one(WarnClampedStart, 60), one(WarnOutsideLog, 0), expires,
			}},
		{"a group of the new protocol keeps commits from their own time", Exact{40},
			func(s *Snapshot) { retention(60)(s); s.Group.Type = "consumer" }, nil},
		{"nothing is committed", Exact{50}, retention(60), nil},
		{"configuration not read", Exact{40},
			func(s *Snapshot) { s.Environment.Unread, s.Environment.UnreadWhy = []string{"brokers"}, "denied" },
			[]Warning{{Code: WarnUnchecked, Names: []string{"brokers"}, Text: "denied"}}},
	} {
		in := Intent{Group: "billing", Scope: Scope{Topics: []TopicScope{{Topic: "orders"}}}, Target: c.target}
		plan, problem := MakePlan(in, nil, tail(c.change), noon)
		if problem != nil {
			t.Errorf("%s: %v", c.name, problem)
			continue
		}
		var got []Warning
		for _, w := range plan.Warnings {
			if w.Code != WarnNothing {
				got = append(got, w)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestLooksLike(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"spark-kafka-source-4f1e-driver-0": "Spark", "nightly_spark": "Spark", "KafkaSource-orders": "Flink",
		"my-Flink-job": "Flink", "sparkling": "", "billing": "", "flinkster": "",
	} {
		if got := looksLike(name, GroupState{}); got != want {
			t.Errorf("%q looks like %q, want %q", name, got, want)
		}
	}
	if got := looksLike("billing", GroupState{Members: []Member{{ClientID: "flink-worker-3"}}}); got != "Flink" {
		t.Errorf("a client id: %q", got)
	}
}
