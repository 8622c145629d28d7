package kafka_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func states(t *testing.T, c *kafka.Cluster, groups ...string) map[string]reset.GroupState {
	t.Helper()
	got, err := c.States(t.Context(), groups)
	ok(t, err)
	return got
}

func TestCoordinatorThatLoads(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := openSim(t, s)
	for _, key := range []kmsg.Key{kmsg.ListGroups, kmsg.DescribeGroups} {
		s.Fail(2, key, kerr.CoordinatorLoadInProgress)
		if got := states(t, c, "billing")["billing"]; got.State != "Empty" {
			t.Errorf("state is %+v after the coordinator has loaded, want Empty", got)
		}
		h := s.Fail(-1, key, kerr.CoordinatorLoadInProgress)
		_, err := c.States(t.Context(), []string{"billing"})
		if p := problem(t, err); p.Code != reset.ProblemIncomplete || !strings.Contains(p.Got,
			"COORDINATOR_LOAD_IN_PROGRESS") {
			t.Errorf("problem is %+v, want incomplete: its groups are hidden", p)
		}
		h.Remove()
	}
}

// A broker that does not answer hides its groups: what was found elsewhere stands, but nothing is called missing.
func TestOneBrokerIsSilent(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := impatient(t, s)
	states(t, c, "billing")
	home := s.Kafka().CoordinatorFor("billing")
	s.Silent(true, (home+1)%3)
	if got := states(t, c, "billing")["billing"]; !got.Exists || !got.Idle() {
		t.Errorf("state is %+v, want it from the broker that answers", got)
	}
	_, err := c.States(t.Context(), []string{"billing", "nobody"})
	p := problem(t, err)
	if p.Code != reset.ProblemIncomplete || !strings.Contains(p.Got, s.Addrs()[(home+1)%3]) {
		t.Errorf("problem is %+v, want incomplete, with the broker's address", p)
	}
	if _, err := c.Groups(t.Context()); problem(t, err).Code != reset.ProblemIncomplete {
		t.Errorf("listing with a silent broker: %v", err)
	}
}

func TestDescribeThatIsDeniedFailsClosed(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := openSim(t, s)
	for _, key := range []kmsg.Key{kmsg.DescribeGroups, kmsg.ListGroups, kmsg.FindCoordinator} {
		h := s.Fail(-1, key, kerr.GroupAuthorizationFailed)
		_, err := c.States(t.Context(), []string{"billing", "nobody"})
		if p := problem(t, err); p.Code != reset.ProblemUnread || p.Got != "GROUP_AUTHORIZATION_FAILED" {
			t.Errorf("%s denied: problem is %+v", key.Name(), p)
		}
		h.Remove()
	}
}

// Brokers that list without type, or without state, are asked both ways; an active group is never idle.
func TestOldBrokers(t *testing.T) {
	t.Parallel()
	for version, notes := range map[string]int{"3.7": 1, "2.5": 2, "2.4": 3, "2.2": 4} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := newSim(t, kafkasim.Options{Version: version})
			ok(t, s.Seed("orders", 1, kafkasim.Record{Time: start, Value: "x"}))
			ok(t, s.Commit("idle", "orders", map[int32]int64{0: 0}))
			_, err := s.StartConsumer("busy", []string{"orders"}, kafkasim.ConsumerOptions{})
			ok(t, err)
			ok(t, s.WaitGroup(t.Context(), "busy", "Stable", 1))
			c := openSim(t, s)
			got := states(t, c, "busy", "idle", "nobody")
			if b := got["busy"]; b.Idle() || !b.Exists || len(b.Members) != 1 || b.State != "Stable" {
				t.Errorf("busy is %+v", b)
			}
			if i := got["idle"]; !i.Idle() || !i.Exists {
				t.Errorf("idle is %+v", i)
			}
			equal(t, "nobody", got["nobody"], reset.GroupState{})
			snap := inspect(t, c, reset.Query{Group: "idle", Scope: scope("orders"), At: start})
			equal(t, "partition", snap.Partitions[0], reset.PartitionState{
				Partition: orders(0), End: 1, Found: &reset.Found{At: start, How: reset.HowRecord},
			})
			check, err := c.Check(t.Context())
			ok(t, err)
			if len(check.Notes) != notes {
				t.Errorf("notes about brokers of %s: %q, want %d", version, check.Notes, notes)
			}
		})
	}
}

// A broker that lists no types (3.7's ListGroups) and has a group of the new protocol: the classic API calls it Dead,
// and is not believed.
func TestNewGroupOnABrokerWithoutTypes(t *testing.T) {
	t.Parallel()
	untyped := kversion.Stable()
	untyped.SetMaxKeyVersion(int16(kmsg.ListGroups), 4)
	s := newSim(t, kafkasim.Options{Kafka: []kfake.Opt{kfake.MaxVersions(untyped)}})
	ok(t, s.Seed("orders", 1))
	_, err := s.StartConsumer("busy", []string{"orders"},
		kafkasim.ConsumerOptions{Protocol: "consumer", Host: "10.4.7.21"})
	ok(t, err)
	ok(t, s.WaitGroup(t.Context(), "busy", "Stable", 1))
	got := states(t, openSim(t, s), "busy")["busy"]
	if got.Idle() || got.State != "Stable" || got.Type != "consumer" || len(got.Members) != 1 ||
		got.Members[0].Host != "10.4.7.21" {
		t.Errorf("state is %+v, want an active consumer group", got)
	}
}

// A group that no broker lists is believed to be missing only if its coordinator says so too, and it has no commits:
// Azure Event Hubs lists no group without members, calls it Dead, and keeps its commits.
func TestUnlistedGroup(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := openSim(t, s)
	s.Kafka().ControlKey(int16(kmsg.ListGroups), func(r kmsg.Request) (kmsg.Response, error, bool) {
		s.Kafka().KeepControl()
		return r.ResponseKind(), nil, true
	})
	if got := states(t, c, "billing")["billing"]; !got.Exists || got.State != "Empty" {
		t.Errorf("described as Empty, it is %+v", got)
	}
	s.Kafka().ControlKey(int16(kmsg.DescribeGroups), func(r kmsg.Request) (kmsg.Response, error, bool) {
		s.Kafka().KeepControl()
		resp := r.ResponseKind().(*kmsg.DescribeGroupsResponse)
		for _, g := range r.(*kmsg.DescribeGroupsRequest).Groups {
			d := kmsg.NewDescribeGroupsResponseGroup()
			d.Group, d.State = g, "Dead"
			resp.Groups = append(resp.Groups, d)
		}
		return resp, nil, true
	})
	s.Fail(-1, kmsg.ConsumerGroupDescribe, kerr.GroupIDNotFound)
	equal(t, "described as Dead", states(t, c, "billing")["billing"], reset.GroupState{})
	snap := inspect(t, c, reset.Query{Group: "billing", Scope: scope("orders")})
	equal(t, "with its commits", snap.Group, reset.GroupState{Exists: true, State: "Dead"})
	equal(t, "committed", snap.Partitions[0].Committed, reset.Position{Offset: 50})
}

// Share groups are told by their type, which is all that is needed to refuse them.
func TestShareGroup(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	req := kmsg.NewPtrShareGroupHeartbeatRequest()
	req.GroupID, req.MemberID, req.SubscribedTopicNames = "shared", "AAAAAAAAAAAAAAAAAAAAAA", []string{"orders"}
	shareHeartbeat(t, s, req)
	got := states(t, openSim(t, s), "shared")["shared"]
	if got.Type != "share" || !got.Exists {
		t.Errorf("state is %+v, want a share group", got)
	}
	snap := inspect(t, openSim(t, s), reset.Query{Group: "shared", Scope: scope("orders")})
	if snap.Group.Type != "share" || !snap.Partitions[0].Committed.None {
		t.Errorf("inspected %+v with %+v, want a share group without commits", snap.Group, snap.Partitions[0])
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	ok(t, s.Commit("audit", "orders", map[int32]int64{0: 0}))
	got, err := openSim(t, s).Groups(t.Context())
	ok(t, err)
	equal(t, "groups", got, []string{"audit", "billing"})
	if !slices.IsSorted(got) {
		t.Errorf("groups %q are not sorted", got)
	}
}
