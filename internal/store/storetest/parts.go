package storetest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func step(topic string, partition int32, replay, skip int64) reset.Step {
	return reset.Step{Topic: topic, TopicID: "id-" + topic, Partition: partition, Start: 1, End: 100,
		From: reset.Position{Offset: 50, Metadata: "m"}, To: reset.Position{Offset: 50 - replay + skip},
		How: reset.HowRecord, Asked: 3, RecordAt: t0.Add(time.Duration(partition) * time.Second), Replay: replay,
		Skip: skip}
}

func votesOnce(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Pending))
	vote := func(who reset.Actor, revision int, at time.Time) reset.Vote {
		return reset.Vote{Request: "k7f3", Revision: revision, Digest: "d1", Actor: who, Rule: "pay on production",
			Principal: "S0PAYOWNERS", At: at}
	}
	update(t, s, "k7f3", nil, func(tx *engine.Tx) {
		tx.AddVote(vote(jon, 1, t0))
		tx.AddVote(vote(mara, 2, t0))
	})
	before := load(t, s, "k7f3")
	err := s.Update(t.Context(), "k7f3", nil, func(tx *engine.Tx) error {
		same(t, "votes on the current revision", tx.Votes, []reset.Vote{vote(jon, 1, t0)})
		tx.AddVote(vote(jon, 1, t0.Add(time.Hour)))
		tx.Request.State = reset.Approved
		return nil
	})
	wantErr(t, err, reset.ErrConflict)
	same(t, "request after the second vote", load(t, s, "k7f3"), before)
	update(t, s, "k7f3", nil, func(tx *engine.Tx) {
		tx.AddVote(vote(reset.Actor{Kind: reset.Person, Team: "T9", ID: jon.ID}, 1, t0.Add(1e6)))
	})
	got, err := s.Votes(t.Context(), "k7f3", 1)
	wantErr(t, err, nil)
	same(t, "votes, oldest first", len(got), 2)
	same(t, "the first vote", got[0], vote(jon, 1, t0))
}

// A vote that is dropped is gone, and the same person may vote again, in the same change too.
func votesDropped(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Pending))
	vote := func(who reset.Actor, revision int, principal string) reset.Vote {
		return reset.Vote{Request: "k7f3", Revision: revision, Digest: "d1", Actor: who, Principal: principal, At: t0}
	}
	update(t, s, "k7f3", nil, func(tx *engine.Tx) {
		tx.AddVote(vote(jon, 1, "S0PAYOWNERS"))
		tx.AddVote(vote(mara, 1, "S0PAYOWNERS"))
		tx.AddVote(vote(jon, 2, "S0PAYOWNERS"))
	})
	before := load(t, s, "k7f3").Version
	update(t, s, "k7f3", nil, func(tx *engine.Tx) {
		tx.DropVote(tx.Votes[0])
		same(t, "votes after the drop", len(tx.Votes), 1)
	})
	same(t, "version after a drop alone", load(t, s, "k7f3").Version, before+1)
	update(t, s, "k7f3", nil, func(tx *engine.Tx) {
		tx.DropVote(tx.Votes[0])
		tx.AddVote(vote(jon, 1, "U0JON"))
		tx.AddVote(vote(mara, 1, "U0MARA"))
	})
	got, err := s.Votes(t.Context(), "k7f3", 1)
	wantErr(t, err, nil)
	same(t, "votes", got, []reset.Vote{vote(jon, 1, "U0JON"), vote(mara, 1, "U0MARA")})
	other, err := s.Votes(t.Context(), "k7f3", 2)
	wantErr(t, err, nil)
	same(t, "votes on another revision", other, []reset.Vote{vote(jon, 2, "S0PAYOWNERS")})
}

func steps(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Planning))
	none := reset.Step{Topic: "refunds", Partition: 7, From: reset.Position{None: true}, To: reset.Position{Offset: 9},
		How: reset.HowEnd}
	first := []reset.Step{step("orders", 0, 1, 0), step("orders", 2, 2, 0), step("orders", 10, 0, 3), none}
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.SetSteps([]reset.Step{step("gone", 1, 1, 1)}) })
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.SetSteps([]reset.Step{first[3], first[2], first[0], first[1]}) })
	update(t, s, "k7f3", nil, func(tx *engine.Tx) {
		tx.Request.Revision = 2
		tx.SetSteps(nil)
	})
	for _, tt := range []struct {
		revision, offset, limit int
		want                    []reset.Step
	}{
		{1, 0, 0, first},
		{1, 0, 2, first[:2]},
		{1, 2, 2, first[2:]},
		{1, 3, 0, first[3:]},
		{1, 4, 2, nil},
		{2, 0, 0, nil},
		{3, 0, 0, nil},
	} {
		got, err := s.Steps(t.Context(), "k7f3", tt.revision, tt.offset, tt.limit)
		wantErr(t, err, nil)
		same(t, fmt.Sprintf("steps of revision %d from %d, %d of them", tt.revision, tt.offset, tt.limit), got, tt.want)
	}
}

func byPlace(a, b reset.Step) int {
	return cmp.Or(strings.Compare(a.Topic, b.Topic), int(a.Partition-b.Partition))
}

func worst(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Planning))
	clamped := step("orders", 3, 0, 0)
	clamped.How, clamped.RecordAt = reset.HowClampEnd, time.Time{}
	none := step("refunds", 0, 9, 9)
	none.From = reset.Position{None: true}
	all := []reset.Step{step("orders", 0, 5, 0), step("orders", 1, 0, 7), step("orders", 2, 3, 2), clamped, none}
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.SetSteps(all) })
	got, topics, err := s.Worst(t.Context(), "k7f3", 1, 4)
	wantErr(t, err, nil)
	same(t, "worst", got, []reset.Step{none, step("orders", 1, 0, 7), step("orders", 0, 5, 0), step("orders", 2, 3, 2)})
	same(t, "effect by topic", topics, []reset.TopicEffect{
		{Topic: "refunds", Effect: reset.Effect{Topics: 1, Partitions: 1, Changed: 1, Replay: 9, Skip: 9, None: 1,
			From: t0, Upto: t0}},
		{Topic: "orders", Effect: reset.Effect{Topics: 1, Partitions: 4, Changed: 3, Replay: 8, Skip: 9, Clamped: 1,
			From: t0, Upto: t0.Add(2 * time.Second)}},
	})
	for _, e := range topics {
		var own []reset.Step
		for _, st := range all {
			if st.Topic == e.Topic {
				own = append(own, st)
			}
		}
		same(t, "effect on "+e.Topic+" as the core counts it", e.Effect, reset.Total(own))
	}
	huge := []reset.Step{step("huge", 0, 1<<62, 0), step("huge", 1, 1<<62, 0), step("huge", 2, 1<<62, 1<<62)}
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.Request.Revision = 3; tx.SetSteps(huge) })
	got, topics, err = s.Worst(t.Context(), "k7f3", 3, 1)
	wantErr(t, err, nil)
	same(t, "the largest of all", got, huge[2:])
	same(t, "more than can be counted", topics[0].Effect, reset.Total(huge))

	// Times of records of any size: the first of 1970, of producers that count in microseconds and in nanoseconds,
	// the largest.
	dated := func(topic string, ms ...int64) (steps []reset.Step) {
		for n, at := range ms {
			st := step(topic, int32(n), 1, 0)
			st.RecordAt = time.UnixMilli(at).UTC()
			steps = append(steps, st)
		}
		return steps
	}
	far := append(dated("near", 0, 1_795_000_000, 1_795_000_000_000),
		append(dated("micro", 1_795_000_000_000, 1_795_000_000_000_000),
			dated("nano", 1_795_000_000_000_000_000, math.MaxInt64)...)...)
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.Request.Revision = 4; tx.SetSteps(far) })
	steps, err := s.Steps(t.Context(), "k7f3", 4, 0, 0)
	wantErr(t, err, nil)
	same(t, "far times", slices.SortedFunc(slices.Values(steps), byPlace),
		slices.SortedFunc(slices.Values(far), byPlace))
	_, topics, err = s.Worst(t.Context(), "k7f3", 4, 1)
	wantErr(t, err, nil)
	for _, e := range topics {
		own := slices.DeleteFunc(slices.Clone(far), func(st reset.Step) bool { return st.Topic != e.Topic })
		same(t, "effect on "+e.Topic+" as the core counts it", e.Effect, reset.Total(own))
	}

	got, topics, err = s.Worst(t.Context(), "k7f3", 2, 4)
	wantErr(t, err, nil)
	same(t, "of another revision", len(got)+len(topics), 0)
}

func bigPlan(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Approved))
	plan := make([]reset.Step, 10_000)
	writes := make([]reset.Write, len(plan))
	for i := range plan {
		plan[i] = step(fmt.Sprint("topic-", i/1000), int32(i%1000), int64(i), 0)
		writes[i] = reset.Write{Step: plan[i], Chunk: i / 3000}
	}
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.SetSteps(plan); tx.Begin(reset.Attempt{N: 1}, writes) })
	got, err := s.Steps(t.Context(), "k7f3", 1, 0, 0)
	wantErr(t, err, nil)
	same(t, "steps", got, plan)
	page, err := s.Steps(t.Context(), "k7f3", 1, 9_900, 100)
	wantErr(t, err, nil)
	same(t, "last page", page, plan[9_900:])
	for i := range writes {
		writes[i].Result.Written = true
	}
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.SetWrites(writes) })
	stored, err := s.Writes(t.Context(), "k7f3", 1)
	wantErr(t, err, nil)
	same(t, "writes", stored, writes)
}

func attempts(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Approved))
	_, err := s.LastAttempt(t.Context(), "k7f3")
	wantErr(t, err, reset.ErrNotFound)

	first := reset.Attempt{Request: "k7f3", N: 1, Fence: 3, Revision: 1, StartedAt: t0, ReadAt: t0,
		Effect: reset.Effect{Replay: 5, From: t0}, Gone: 2, ExtraParts: 1,
		Chunks: []reset.ChunkState{{N: 0, Phase: reset.Planned}, {N: 1, Phase: reset.Planned, Delete: true}}}
	writes := []reset.Write{{Step: step("orders", 0, 5, 0)}, {Step: step("orders", 1, 0, 0), Chunk: 1}}
	update(t, s, "k7f3", nil, func(tx *engine.Tx) {
		if tx.Attempt != nil {
			t.Errorf("attempt before the first: %+v", tx.Attempt)
		}
		tx.Request.State = reset.Applying
		tx.Begin(first, writes)
		writes[0].Result.Detail = "about to be sent"
		tx.SetWrites(writes[:1])
	})
	writes[0].Result = reset.StepResult{Rejected: "UNKNOWN_MEMBER_ID", Detail: "d"}
	writes[0].ReadState, writes[0].Read = reset.WriteMoved, reset.Position{Offset: 7, Metadata: "theirs"}
	writes[1].Result.Written, writes[1].Chunk = true, 2
	writes[1].ReadState, writes[1].Read = reset.WriteAtTarget, reset.Position{None: true}
	update(t, s, "k7f3", nil, func(tx *engine.Tx) {
		same(t, "attempt in the update", *tx.Attempt, first)
		tx.Attempt.Chunks[0].Phase, tx.Attempt.Chunks[0].SentAt = reset.Sending, t0
		tx.Attempt.Chunks = append(tx.Attempt.Chunks, reset.ChunkState{N: 2, Phase: reset.Planned, Back: true})
		tx.Attempt.EndedAt, tx.Attempt.Outcome = t0, reset.RolledBack
		lies := []reset.Write{writes[0], writes[1]}
		lies[0].From.Offset = 666 // where it was never changes
		tx.SetWrites(lies)
		first = *tx.Attempt
	})
	got, err := open(t).LastAttempt(t.Context(), "k7f3")
	wantErr(t, err, nil)
	same(t, "last attempt", got, first)
	stored, err := s.Writes(t.Context(), "k7f3", 1)
	wantErr(t, err, nil)
	same(t, "writes", stored, writes)
	counts, err := s.Counts(t.Context(), "k7f3", 1)
	wantErr(t, err, nil)
	same(t, "writes by their state", counts, map[reset.WriteState]int{reset.WriteMoved: 1, reset.WriteAtTarget: 1})

	wantErr(t, s.Update(t.Context(), "k7f3", nil, func(tx *engine.Tx) error {
		tx.SetWrites([]reset.Write{{Step: step("orders", 9, 0, 0)}})
		return nil
	}), reset.ErrNotFound)
	again := func(tx *engine.Tx) error { tx.Begin(reset.Attempt{N: 1}, nil); return nil }
	wantErr(t, s.Update(t.Context(), "k7f3", nil, again), reset.ErrConflict)
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.Begin(reset.Attempt{N: 2, Fence: 4}, writes[:1]) })
	got, err = s.LastAttempt(t.Context(), "k7f3")
	wantErr(t, err, nil)
	same(t, "second attempt", got, reset.Attempt{Request: "k7f3", N: 2, Fence: 4})
}

func audit(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Draft))
	create(t, s, ask("m2n8", reset.Draft, on("sandbox", "kafka-2", "billing")))
	want := []reset.Entry{
		{At: t0, Request: "k7f3", Revision: 1, Actor: mara, Event: reset.EvSubmitted,
			Facts: map[string]string{"need": "1", "words": "<!here>"}},
		{At: t0, Request: "k7f3", Revision: 2, Actor: jon, Event: reset.EvVoted},
		{At: t0.Add(-time.Hour), Request: "k7f3", Actor: jon, Event: reset.EvApproved},
	}
	for _, e := range want {
		update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.Log(e) })
		update(t, s, "m2n8", nil, func(tx *engine.Tx) { tx.Log(reset.Entry{Event: reset.EvBusy}) })
	}
	got, err := s.Audit(t.Context(), "k7f3", 0)
	wantErr(t, err, nil)
	for i, e := range got {
		if i > 0 && e.Seq <= got[i-1].Seq {
			t.Errorf("entry %d has seq %d after %d", i, e.Seq, got[i-1].Seq)
		}
		want[i].Seq = e.Seq
	}
	same(t, "entries", got, want)
	rest, err := s.Audit(t.Context(), "k7f3", got[0].Seq)
	wantErr(t, err, nil)
	same(t, "entries after the first", rest, want[1:])
}

func cards(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Draft))
	got, err := s.Card(t.Context(), "k7f3")
	wantErr(t, err, nil)
	same(t, "card before the first", got, engine.Card{})

	c := engine.Card{Request: "k7f3", Channel: "C1", TS: "1.2", Version: 3, ShownAt: t0, ShownSeq: 5, ThreadSeq: 4,
		FilesSeq: 3, ToldSeq: 2, Unshown: "is_archived", Preview: engine.Preview{
			Actor: mara, Channel: "D1", URL: "https://hooks.example/secret", Replaces: true, Used: 2, Until: t0,
			Version: 3, Revision: 1}}
	wantErr(t, s.SaveCard(t.Context(), c), nil)
	c.TS = "1.3"
	wantErr(t, s.SaveCard(t.Context(), c), nil)
	got, err = open(t).Card(t.Context(), "k7f3")
	wantErr(t, err, nil)
	same(t, "card of a draft", got, c)

	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.Request.State = reset.Pending })
	got, err = s.Card(t.Context(), "k7f3")
	wantErr(t, err, nil)
	same(t, "card until it is shown the last time", got, c)
	wantErr(t, s.SaveCard(t.Context(), c), nil)
	c.Preview.URL = ""
	got, err = s.Card(t.Context(), "k7f3")
	wantErr(t, err, nil)
	same(t, "card after the draft", got, c)
	wantErr(t, s.SaveCard(t.Context(), engine.Card{Request: "zzzz"}), reset.ErrNotFound)
}
