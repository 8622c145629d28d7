package kafka_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func ready() error { return nil }

func write(t *testing.T, c *kafka.Cluster, chunk reset.Chunk) []reset.StepResult {
	t.Helper()
	got, err := c.Write(t.Context(), "billing", chunk, ready)
	ok(t, err)
	return got
}

// committed is what the broker itself has.
func committed(t *testing.T, s *kafkasim.Sim) (out [3]int64) {
	t.Helper()
	for n := range out {
		at, has := s.Committed("billing", "orders", int32(n))
		out[n] = at.Offset
		if !has {
			out[n] = -1
		}
	}
	return out
}

// What the broker says of each partition is what the result says, and what is not certain is not called refused.
func TestWriteAnswers(t *testing.T) {
	t.Parallel()
	for _, code := range []struct {
		err  *kerr.Error
		want reset.StepResult
	}{
		{kerr.UnknownMemberID, reset.StepResult{Rejected: "UNKNOWN_MEMBER_ID"}},
		{kerr.RebalanceInProgress, reset.StepResult{Rejected: "REBALANCE_IN_PROGRESS"}},
		{kerr.CoordinatorLoadInProgress, reset.StepResult{Rejected: "COORDINATOR_LOAD_IN_PROGRESS"}},
		{kerr.TopicAuthorizationFailed, reset.StepResult{Rejected: "TOPIC_AUTHORIZATION_FAILED"}},
		{kerr.UnknownServerError, reset.StepResult{Rejected: "UNKNOWN_SERVER_ERROR"}},
		{kerr.RequestTimedOut, reset.StepResult{Detail: "REQUEST_TIMED_OUT"}},
		{kerr.CoordinatorNotAvailable, reset.StepResult{Detail: "COORDINATOR_NOT_AVAILABLE"}},
		{kerr.NotCoordinator, reset.StepResult{Detail: "NOT_COORDINATOR"}},
	} {
		t.Run(code.err.Message, func(t *testing.T) {
			t.Parallel()
			s := seeded(t)
			c := openSim(t, s)
			s.FailCommitOf(1, code.err, "orders", 1)
			written := reset.StepResult{Written: true}
			equal(t, "results", write(t, c, chunk(10, 11, 12)), []reset.StepResult{written, code.want, written})
			stands := int64(50)
			if code.err == kerr.RequestTimedOut {
				stands = 11 // kfake writes it, as a broker may whose replicas are slow
			}
			equal(t, "commits", committed(t, s), [3]int64{10, stands, 12})
			if n := s.CountRequests()[kmsg.OffsetCommit]; n != 1 {
				t.Errorf("%d commits were sent, want 1", n)
			}
		})
	}
}

func TestDeleteAnswers(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := openSim(t, s)
	gone := reset.Chunk{Delete: true, Steps: []reset.WriteStep{
		{Partition: orders(2)}, {Partition: reset.Partition{Topic: "nowhere", Partition: 0}}, {Partition: orders(0)},
	}}
	written := reset.StepResult{Written: true}
	equal(t, "results", write(t, c, gone),
		[]reset.StepResult{written, {Rejected: "UNKNOWN_TOPIC_OR_PARTITION"}, written})
	equal(t, "commits", committed(t, s), [3]int64{-1, 50, -1})
	got, err := c.Write(t.Context(), "nobody", gone, ready)
	ok(t, err)
	equal(t, "a group that is not there", got[1], reset.StepResult{Rejected: "GROUP_ID_NOT_FOUND"})
	if n := s.CountRequests()[kmsg.OffsetDelete]; n != 2 {
		t.Errorf("%d deletes were sent, want 2", n)
	}
}

// An answer that is lost is told as lost, whether or not the broker wrote; it is never sent again; and the connection
// that lost it is never used again.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]struct {
		how    func(*kafkasim.Sim)
		after  [3]int64
		detail string
	}{
		"cut, not written": {func(s *kafkasim.Sim) { s.LoseCommitAnswer(false) }, [3]int64{50, 50, 50}, ""},
		"cut, written":     {func(s *kafkasim.Sim) { s.LoseCommitAnswer(true) }, [3]int64{10, 11, 12}, ""},
		"silent, not written": {func(s *kafkasim.Sim) { s.SwallowCommitAnswer(false) }, [3]int64{50, 50, 50},
			"no answer within 1s"},
		"silent, written": {func(s *kafkasim.Sim) { s.SwallowCommitAnswer(true) }, [3]int64{10, 11, 12},
			"no answer within 1s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := seeded(t)
			c := impatient(t, s)
			lose.how(s)
			for _, r := range write(t, c, chunk(10, 11, 12)) {
				if !r.Lost() || r.Detail == "" || !strings.Contains(r.Detail, lose.detail) {
					t.Errorf("result %+v: want it lost, with what was seen %q", r, lose.detail)
				}
			}
			equal(t, "commits", committed(t, s), lose.after)
			got, err := c.ReadBack(t.Context(), "billing", []reset.Partition{orders(0), orders(1), orders(2)})
			ok(t, err)
			equal(t, "read back", [3]int64{got[0].Offset, got[1].Offset, got[2].Offset}, lose.after)
			equal(t, "next write", write(t, c, chunk(20)), []reset.StepResult{{Written: true}})
			if at := committed(t, s); at[0] != 20 {
				t.Errorf("after the next write orders:0 is at %d, want 20", at[0])
			}
			if n := s.CountRequests()[kmsg.OffsetCommit]; n != 2 {
				t.Errorf("%d commits were sent, want 2", n)
			}
		})
	}
}

// The connection of a write that is given up is reset, with TLS too: what was sent and has not arrived yet never
// will. One that was answered is closed in order.
func TestWriteThatIsGivenUpIsReset(t *testing.T) {
	t.Parallel()
	server, client := web(t)
	for name, path := range map[string]struct {
		reset bool
		write func(*testing.T, *kafkasim.Sim, *kafka.Cluster)
	}{
		"answered": {false, func(t *testing.T, _ *kafkasim.Sim, c *kafka.Cluster) { write(t, c, chunk(10)) }},
		"refused": {false, func(t *testing.T, s *kafkasim.Sim, c *kafka.Cluster) {
			s.FailCommit(1, kerr.UnknownMemberID)
			write(t, c, chunk(10))
		}},
		"not ready": {false, func(t *testing.T, _ *kafkasim.Sim, c *kafka.Cluster) {
			if _, err := c.Write(t.Context(), "billing", chunk(10),
				func() error { return errors.New("fenced") }); err == nil {
				t.Error("no error")
			}
		}},
		"silent": {true, func(t *testing.T, s *kafkasim.Sim, c *kafka.Cluster) {
			s.SwallowCommitAnswer(false)
			write(t, c, chunk(10))
		}},
		"cancelled": {true, func(t *testing.T, s *kafkasim.Sim, c *kafka.Cluster) {
			gate := s.Hold(kmsg.OffsetCommit)
			ctx, cancel := context.WithCancel(t.Context())
			go func() { <-gate.Arrived(); cancel() }()
			got, err := c.Write(ctx, "billing", chunk(10), ready)
			gate.Release()
			if ok(t, err); !got[0].Lost() {
				t.Errorf("results %+v of a write that was cancelled", got)
			}
		}},
		"an answer that can't be read": {true, func(t *testing.T, s *kafkasim.Sim, c *kafka.Cluster) {
			s.Kafka().ControlKey(int16(kmsg.OffsetCommit), func(r kmsg.Request) (kmsg.Response, error, bool) {
				garbled := kmsg.NewPtrHeartbeatResponse()
				garbled.SetVersion(4)
				return garbled, nil, true
			})
			if got := write(t, c, chunk(10)); !got[0].Lost() {
				t.Errorf("results %+v of an answer that can't be read", got)
			}
		}},
	} {
		for kind, encrypted := range map[string]bool{"": false, ", TLS": true} {
			t.Run(name+kind, func(t *testing.T) {
				t.Parallel()
				o, cfg := kafkasim.Options{Brokers: 1}, kafka.Config{Timeout: time.Second}
				if encrypted {
					o.TLS, cfg.TLS = server, client
				}
				s := newSim(t, o)
				ok(t, s.SeedSeries("orders", 1, kafkasim.Series{First: start, Step: time.Second, Count: 100}))
				ok(t, s.Commit("billing", "orders", map[int32]int64{0: 50}))
				cfg.Bootstrap = s.Addrs()
				c := open(t, cfg)
				path.write(t, s, c)
				var ends []kafkasim.End
				until(t, "the end of the write's connection", func() bool { ends = s.Ended(); return len(ends) > 0 })
				if len(ends) != 1 || ends[0].Reset != path.reset {
					t.Errorf("ends %+v: want one, reset %t", ends, path.reset)
				}
			})
		}
	}
}

// A read that timed out leaves nothing behind that a later one could mistake for its answer.
func TestTimedOutConnectionIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := impatient(t, s)
	parts := []reset.Partition{orders(0)}
	_, err := c.ReadBack(t.Context(), "billing", parts)
	ok(t, err)
	gate := s.Hold(kmsg.OffsetFetch)
	_, err = c.ReadBack(t.Context(), "billing", parts)
	if p := problem(t, err); p.Code != reset.ProblemIncomplete || !strings.Contains(p.Got, "no answer within 1s") {
		t.Errorf("problem %+v: want it incomplete, after a second", p)
	}
	gate.Release()
	ok(t, s.Commit("billing", "orders", map[int32]int64{0: 7}))
	got, err := c.ReadBack(t.Context(), "billing", parts)
	ok(t, err)
	equal(t, "position", got, []reset.Position{{Offset: 7}})
}

// The error of Write means that nothing was sent.
func TestNothingSent(t *testing.T) {
	t.Parallel()
	never := func(t *testing.T) func() error {
		return func() error { t.Error("ready was called"); return nil }
	}
	fenced := errors.New("fenced")
	for name, run := range map[string]func(*testing.T, *kafkasim.Sim, *kafka.Cluster) error{
		"not ready": func(t *testing.T, _ *kafkasim.Sim, c *kafka.Cluster) error {
			_, err := c.Write(t.Context(), "billing", chunk(1), func() error { return fenced })
			if !errors.Is(err, fenced) {
				t.Errorf("error %v, want ready's own", err)
			}
			return err
		},
		"no steps": func(t *testing.T, _ *kafkasim.Sim, c *kafka.Cluster) error {
			_, err := c.Write(t.Context(), "billing", chunk(), never(t))
			return err
		},
		"an offset that is a word to kafka": func(t *testing.T, _ *kafkasim.Sim, c *kafka.Cluster) error {
			_, err := c.Write(t.Context(), "billing", chunk(1, -1), never(t))
			return err
		},
		"no offset": func(t *testing.T, _ *kafkasim.Sim, c *kafka.Cluster) error {
			none := reset.Chunk{Steps: []reset.WriteStep{{Partition: orders(0), To: reset.Position{None: true}}}}
			_, err := c.Write(t.Context(), "billing", none, never(t))
			return err
		},
		"unreachable": func(t *testing.T, s *kafkasim.Sim, c *kafka.Cluster) error {
			s.Unreachable(true)
			_, err := c.Write(t.Context(), "billing", chunk(1), never(t))
			equal(t, "code", problem(t, err).Code, reset.ProblemUnreachable)
			return err
		},
		"coordinator silent": func(t *testing.T, s *kafkasim.Sim, c *kafka.Cluster) error {
			s.Silent(true, s.Kafka().CoordinatorFor("billing"))
			_, err := c.Write(t.Context(), "billing", chunk(1), never(t))
			equal(t, "code", problem(t, err).Code, reset.ProblemUnreachable)
			return err
		},
		"closed in between": func(t *testing.T, _ *kafkasim.Sim, c *kafka.Cluster) error {
			_, err := c.Write(t.Context(), "billing", chunk(1), c.Close)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := seeded(t)
			if err := run(t, s, impatient(t, s)); err == nil {
				t.Error("no error")
			}
			if n := s.CountRequests()[kmsg.OffsetCommit]; n != 0 {
				t.Errorf("%d commits were sent, want none", n)
			}
			equal(t, "commits", committed(t, s), [3]int64{50, 50, 50})
		})
	}
}

// The connection is there, versions and all, before ready is asked: between its yes and the request lies no round trip.
func TestReadyIsAskedLast(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := openSim(t, s)
	var before int
	_, err := c.Write(t.Context(), "billing", chunk(1), func() error {
		s.ResetCounts()
		before++
		return nil
	})
	ok(t, err)
	equal(t, "requests after ready", s.CountRequests(), map[kmsg.Key]int{kmsg.OffsetCommit: 1})
	equal(t, "calls of ready", before, 1)
}

// A coordinator that has moved or is still loading is waited for before anything is sent.
func TestWriteFindsTheCoordinator(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := openSim(t, s)
	write(t, c, chunk(1))
	s.Kafka().RehashCoordinators()
	s.Fail(2, kmsg.FindCoordinator, kerr.CoordinatorNotAvailable)
	equal(t, "results", write(t, c, chunk(2)), []reset.StepResult{{Written: true}})
}

func TestReadBack(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := openSim(t, s)
	parts := []reset.Partition{orders(1), orders(9)}
	for _, passing := range []*kerr.Error{kerr.CoordinatorLoadInProgress, kerr.NotCoordinator,
		kerr.UnstableOffsetCommit} {
		s.Fail(2, kmsg.OffsetFetch, passing)
		got, err := c.ReadBack(t.Context(), "billing", parts)
		ok(t, err)
		equal(t, passing.Message, got, []reset.Position{{Offset: 50}, {None: true}})
	}
	for code, want := range map[*kerr.Error]reset.ProblemCode{
		kerr.GroupAuthorizationFailed: reset.ProblemUnread,
		kerr.UnstableOffsetCommit:     reset.ProblemIncomplete,
	} {
		h := s.Fail(-1, kmsg.OffsetFetch, code)
		_, err := c.ReadBack(t.Context(), "billing", parts)
		if p := problem(t, err); p.Code != want || !strings.Contains(p.Got, code.Message) {
			t.Errorf("problem %+v, want %s, %s", p, want, code.Message)
		}
		h.Remove()
	}
	none, err := c.ReadBack(t.Context(), "billing", nil)
	ok(t, err)
	equal(t, "no partitions", len(none), 0)
	got, err := c.ReadBack(t.Context(), "nobody", parts)
	ok(t, err)
	equal(t, "no group", got, []reset.Position{{None: true}, {None: true}})
}

// A read-back that leaves out a partition proves nothing about it.
func TestReadBackThatIsIncomplete(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := openSim(t, s)
	s.Kafka().ControlKey(int16(kmsg.OffsetFetch), func(r kmsg.Request) (kmsg.Response, error, bool) {
		resp := r.ResponseKind().(*kmsg.OffsetFetchResponse)
		g := kmsg.NewOffsetFetchResponseGroup()
		g.Group = "billing"
		resp.Groups = append(resp.Groups, g)
		return resp, nil, true
	})
	_, err := c.ReadBack(t.Context(), "billing", []reset.Partition{orders(0)})
	if err == nil || !strings.Contains(err.Error(), "orders:0") {
		t.Errorf("error is %v, want the partition that is missing", err)
	}
}

// A commit inside a transaction that is still open may replace what is read: it is not taken for an answer.
func TestReadBackInATransaction(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := openSim(t, s)
	tx, err := s.Begin("copier", "orders", kafkasim.Record{Time: start, Value: "x"})
	ok(t, err)
	ok(t, tx.StageOffsets("billing", "orders", map[int32]int64{1: 77}))
	_, err = c.ReadBack(t.Context(), "billing", []reset.Partition{orders(1)})
	equal(t, "code", problem(t, err).Code, reset.ProblemIncomplete)
	snap, err := c.Inspect(t.Context(), reset.Query{Group: "billing", Scope: scope("orders")})
	ok(t, err)
	equal(t, "error", snap.Partitions[1].Err, "UNSTABLE_OFFSET_COMMIT")
	ok(t, tx.End(true))
	got, err := c.ReadBack(t.Context(), "billing", []reset.Partition{orders(1)})
	ok(t, err)
	equal(t, "position", got, []reset.Position{{Offset: 77}})
}
