package words

import (
	"math"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The stories of the golden files: one group, one night, and the people of the conversation.

var (
	mara = reset.Actor{Kind: reset.Person, Team: "T0PAY", ID: "U0MARA"}
	jon  = reset.Actor{Kind: reset.Person, Team: "T0PAY", ID: "U0JON"}
	ben  = reset.Actor{Kind: reset.Person, Team: "T0PAY", ID: "U0BEN"}
)

// clockAt is a time of that night in UTC; Berlin is an hour ahead.
func clockAt(hms string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", "2026-11-22 "+hms)
	if err != nil {
		panic(err)
	}
	return t
}

var prodEU = reset.ClusterInfo{Name: "prod-eu", Label: "production", Home: "C0HOME",
	Bootstrap: []string{"k1.prod-eu:9092", "k2.prod-eu:9092"}}

func ruling() reset.Ruling {
	return reset.Ruling{
		Allowed: true, Rule: "pay on production", Who: []string{"S0PAY", "U0KIM"}, Need: 1, MaxSkip: 1000,
		MaxReplay: 1_000_000, Approvers: []string{"S0PAYOWNERS"}, Owner: "S0PAYOWNERS",
		Stop:    "kubectl -n pay scale deploy/billing --replicas=0",
		Start:   "kubectl -n pay scale deploy/billing --replicas=6",
		Runbook: "https://wiki.example/billing",
	}
}

func wrongDeploy() reset.Intent {
	at := clockAt("01:10:00")
	return reset.Intent{Cluster: "prod-eu", Group: "billing",
		Scope:  reset.Scope{Topics: []reset.TopicScope{{Topic: "orders"}}},
		Target: reset.Time{At: at, Said: "02:10", Zone: "Europe/Berlin"}, Reason: "bad deploy 4711",
		Zone: "Europe/Berlin"}
}

// orders are twelve partitions, furthest back first.
func orders() []reset.Step {
	rows := []struct{ p, from, back, ms int64 }{
		{3, 48_112, 2092, 114}, {0, 51_377, 1826, 20}, {7, 50_210, 1731, 310}, {1, 49_904, 1652, 77},
		{11, 48_777, 1588, 902}, {5, 51_002, 1503, 41}, {9, 50_018, 1461, 660}, {2, 49_333, 1402, 5},
		{10, 47_812, 1377, 215}, {4, 48_420, 1291, 480}, {8, 51_966, 1190, 333}, {6, 50_601, 1091, 128},
	}
	var steps []reset.Step
	for _, r := range rows {
		steps = append(steps, reset.Step{Topic: "orders", TopicID: "a1", Partition: int32(r.p), Start: 1000,
			End: r.from + 40, From: reset.Position{Offset: r.from}, To: reset.Position{Offset: r.from - r.back},
			How: reset.HowRecord, RecordAt: clockAt("01:10:00").Add(time.Duration(r.ms) * time.Millisecond),
			Replay: r.back})
	}
	return steps
}

func consumers(hosts ...string) reset.GroupState {
	g := reset.GroupState{Exists: true, State: "Stable", Type: "classic", Protocol: "consumer"}
	for i, h := range hosts {
		g.Members = append(g.Members, reset.Member{ID: string(rune('a' + i)), ClientID: "billing-6c9f", Host: "/" + h})
	}
	return g
}

func idle() reset.GroupState {
	return reset.GroupState{Exists: true, State: "Empty", Type: "classic", Protocol: "consumer"}
}

// story is k7f3 as a draft at 03:07 Berlin time, over these steps, with no members.
func story(in reset.Intent, steps []reset.Step) reset.Story {
	now := clockAt("02:07:00")
	e := reset.Total(steps)
	r := reset.Request{ID: "k7f3", Revision: 1, Version: 3, State: reset.Draft, Actor: mara,
		Act: reset.Move{Intent: in}, Effect: e, Place: reset.Place{Channel: "C0INC"}, Isolation: reset.ReadUncommitted,
		Digest: "d1", Need: 1, Ruling: ruling(), Bounds: reset.Bounds{MaxSkip: 1000, MaxReplay: 1_000_000},
		Observation: reset.Observation{At: now, Group: idle(), Since: now},
		CreatedAt:   now, Deadline: now.Add(30 * time.Minute)}
	s := reset.Story{Request: r, Cluster: prodEU, Worst: steps[:min(20, len(steps))], Now: now}
	topics := map[string][]reset.Step{}
	var names []string
	for _, st := range steps {
		if topics[st.Topic] == nil {
			names = append(names, st.Topic)
		}
		topics[st.Topic] = append(topics[st.Topic], st)
	}
	for _, n := range names {
		s.Topics = append(s.Topics, reset.TopicEffect{Topic: n, Effect: reset.Total(topics[n])})
	}
	return s
}

func free(s reset.Story) reset.Story {
	s.Request.Need, s.Request.Ruling.Need = 0, 0
	s.Request.Bounds = reset.Bounds{MaxSkip: 0, MaxReplay: 10_000}
	return s
}

func busyStory() reset.Story {
	s := story(wrongDeploy(), orders())
	s.Request.Observation.Group = consumers("10.4.7.21", "10.4.7.22", "10.4.9.3")
	s.Request.Warnings = []reset.Warning{{Code: reset.WarnBusy, Count: 3, Text: "Stable"}}
	s.Request.Options = []reset.Option{{Label: "Use UTC", Typed: "2026-11-22T02:10:00Z"}}
	return s
}

func pendingStory() reset.Story {
	s := busyStory()
	s.Request.State, s.Request.Asked, s.Request.Options = reset.Pending, true, nil
	s.Request.Deadline, s.Now = clockAt("02:41:00"), clockAt("02:11:00")
	return s
}

func voidedStory() reset.Story {
	s := pendingStory()
	before := s.Request.Effect
	s.Request.Before, s.Request.Revision, s.Request.Need = &before, 2, 2
	s.Request.Effect.Replay = 1_204_000
	s.Request.Bounds = reset.Bounds{MaxSkip: math.MaxInt64, MaxReplay: math.MaxInt64}
	s.Request.Problem = &reset.Problem{Code: reset.ProblemVoided, Want: "effect"}
	s.Votes = []reset.Vote{{Actor: jon, At: clockAt("02:20:00")}}
	s.Now = clockAt("02:25:00")
	return s
}

func waitingStory() reset.Story {
	s := pendingStory()
	s.Request.State, s.Request.DecidedAt, s.Request.Deadline = reset.Approved, clockAt("02:12:00"), clockAt("02:45:00")
	s.Votes = []reset.Vote{{Actor: jon, At: clockAt("02:12:00")}}
	s.Now = clockAt("02:13:00")
	s.Request.Observation = reset.Observation{At: s.Now, Group: consumers("10.4.7.22", "10.4.9.3"),
		Since: clockAt("02:12:30")}
	return s
}

func applyingStory() reset.Story {
	s := waitingStory()
	s.Request.State, s.Request.Observation, s.Now = reset.Applying, reset.Observation{At: s.Now, Group: idle()},
		clockAt("02:14:13")
	s.Attempt = &reset.Attempt{Request: "k7f3", N: 1, StartedAt: clockAt("02:14:13"), Effect: s.Request.Effect,
		Chunks: []reset.ChunkState{{N: 0, Phase: reset.Sending}}}
	return s
}

func appliedStory() reset.Story {
	s := applyingStory()
	s.Request.State, s.Request.Outcome, s.Request.EndedAt = reset.Applied, reset.Verified, clockAt("02:14:14")
	s.Request.Deadline = time.Time{}
	s.Attempt.Effect.Replay += 32
	s.Request.Written, s.Back = &s.Attempt.Effect, len(orders())
	s.Attempt.Outcome, s.Attempt.EndedAt = reset.Verified, s.Request.EndedAt
	s.Now = clockAt("02:14:15")
	return s
}

// failedStory ended with so many partitions at each standing, in that order.
func failedStory(o reset.Outcome, written, unchanged, moved int) reset.Story {
	s := appliedStory()
	s.Request.State, s.Request.Outcome, s.Attempt.Outcome = reset.Failed, o, o
	e := reset.Total(orders()[moved+unchanged : moved+unchanged+written])
	if s.Request.Written = &e; !o.Blocks() {
		s.Request.Written = nil
	}
	s.States = map[reset.WriteState]int{reset.WriteAtTarget: written, reset.WriteUnchanged: unchanged,
		reset.WriteMoved: moved}
	at := func(n int, st reset.WriteState, res reset.StepResult, read func(reset.Step) int64) {
		for range n {
			step := orders()[len(s.Evidence)]
			s.Evidence = append(s.Evidence, reset.Write{Step: step, ReadState: st, Result: res,
				Read: reset.Position{Offset: read(step)}})
		}
	}
	lost := reset.StepResult{Detail: "i/o timeout after 5s"}
	at(moved, reset.WriteMoved, lost, func(st reset.Step) int64 { return st.From.Offset + 57 })
	at(unchanged, reset.WriteUnchanged, reset.StepResult{Rejected: "TOPIC_AUTHORIZATION_FAILED"},
		func(st reset.Step) int64 { return st.From.Offset })
	at(written, reset.WriteAtTarget, reset.StepResult{Written: true}, func(st reset.Step) int64 { return st.To.Offset })
	s.Request.Problem = &reset.Problem{Code: reset.ProblemLost, Request: "k7f3", Group: "billing"}
	if o != reset.OutcomeUnknown {
		s.Request.Problem = &reset.Problem{Code: reset.ProblemKafkaRejected, Got: "TOPIC_AUTHORIZATION_FAILED",
			Topic: "orders", Parts: []int32{3, 0}}
	}
	return s
}

// asBeforeStory lost its answer, and may still land.
func asBeforeStory() reset.Story {
	s := failedStory(reset.Unchanged, 0, 12, 0)
	s.Request.Problem = &reset.Problem{Code: reset.ProblemLost, Request: "k7f3", Group: "billing",
		Got: "no answer within 5s"}
	s.Request.Late = &reset.LateWatch{First: clockAt("02:14:25"), Second: clockAt("02:14:27"), Was: reset.Unchanged,
		Until: clockAt("02:29:27")}
	return s
}

// lateStory is the same after the write has landed.
func lateStory() reset.Story {
	s := asBeforeStory()
	l := *s.Request.Late
	l.Landed, l.Ended, l.Why = clockAt("02:16:02"), clockAt("02:16:02"), reset.LateLanded
	written := s.Request.Effect
	s.Request.Outcome, s.Request.Late, s.Request.Written = reset.AppliedLate, &l, &written
	return s
}

func oneStep(topic string, p int32, from, to int64, how reset.How) reset.Step {
	s := reset.Step{Topic: topic, Partition: p, Start: 1000, End: 60_000, From: reset.Position{Offset: from},
		To: reset.Position{Offset: to}, How: how}
	s.Replay, s.Skip = max(0, from-to), max(0, to-from)
	return s
}

func withTarget(t reset.Target) reset.Intent {
	in := wrongDeploy()
	in.Target = t
	return in
}

func skipStory() reset.Story {
	in := withTarget(reset.SkipRecord{Offset: 18_231})
	in.Scope.Topics[0].Partitions = []int32{7}
	in.Reason = "poison record"
	s := free(story(in, []reset.Step{oneStep("orders", 7, 18_231, 18_232, reset.HowExact)}))
	s.Request.Bounds.MaxSkip = 1
	return s
}

func latestStory() reset.Story {
	in := withTarget(reset.Latest{})
	in.Scope = reset.Scope{All: true}
	steps := []reset.Step{oneStep("orders", 0, 41_000, 60_000, reset.HowEnd),
		oneStep("orders", 1, 60_000, 60_000, reset.HowEnd), oneStep("refunds", 0, 59_200, 60_000, reset.HowEnd)}
	s := story(in, steps)
	s.Request.Isolation = reset.ReadCommitted
	s.Request.Need = 2
	s.Request.Bounds = reset.Bounds{MaxSkip: math.MaxInt64, MaxReplay: math.MaxInt64}
	s.Request.Warnings = []reset.Warning{{Code: reset.WarnTopicGone, Names: []string{"orders-old"}, Count: 1}}
	return s
}

func clampedStory() reset.Story {
	in := withTarget(reset.Shift{By: -10_000})
	steps := []reset.Step{oneStep("orders", 0, 41_000, 31_000, reset.HowShifted),
		oneStep("orders", 1, 3_000, 1_000, reset.HowClampStart)}
	steps[1].Asked = -7_000
	s := story(in, steps)
	s.Request.Warnings = []reset.Warning{{Code: reset.WarnClampedStart, Topic: "orders", Parts: []int32{1},
		Count: 1_000},
		{Code: reset.WarnNote, Text: "--execute is ignored: nothing is written before this preview is confirmed."}}
	return s
}

func neverStory() reset.Story {
	steps := orders()[:2]
	never := oneStep("orders", 12, 0, 20_000, reset.HowRecord)
	never.From, never.Replay, never.Skip = reset.Position{None: true}, 40_000, 19_000
	never.RecordAt = clockAt("01:10:00")
	s := story(wrongDeploy(), append(steps, never))
	s.Request.Warnings = []reset.Warning{{Code: reset.WarnNeverCommit, Topic: "orders", Parts: []int32{12},
		Count: 40_000, Other: 19_000}}
	s.Request.Bounds = reset.Bounds{MaxSkip: math.MaxInt64, MaxReplay: math.MaxInt64}
	return s
}

func undoStory() reset.Story {
	in := wrongDeploy()
	in.Target, in.Scope, in.Reason = reset.Undo{Of: "k7f3"}, reset.Scope{}, "replay doubled invoices"
	var steps []reset.Step
	for _, st := range orders() {
		steps = append(steps, oneStep("orders", st.Partition, st.To.Offset, st.From.Offset, reset.HowSaved))
	}
	s := free(story(in, steps))
	s.Request.ID, s.Request.Undoes, s.Request.Bounds = "m2q9", "k7f3", reset.Bounds{MaxSkip: 20_000, MaxReplay: 20_000}
	return s
}

// asked is a request that is still being planned.
func asked(in reset.Intent, p *reset.Problem) reset.Story {
	s := story(in, orders())
	s.Request.State, s.Request.Effect, s.Request.Problem, s.Request.Digest = reset.Planning, reset.Effect{}, p, ""
	s.Worst, s.Topics = nil, nil
	return s
}

func whichClusterStory() reset.Story {
	in := withTarget(reset.Latest{})
	in.Cluster = ""
	s := asked(in, &reset.Problem{Code: reset.ProblemAmbiguous, Want: "cluster", Group: "billing"})
	s.Cluster, s.Request.Question = reset.ClusterInfo{}, "cluster"
	s.Request.Options = []reset.Option{{Label: "prod-eu"}, {Label: "sandbox-eu"}}
	return s
}

func whichTopicsStory() reset.Story {
	in := withTarget(reset.Latest{})
	in.Scope = reset.Scope{}
	s := asked(in, &reset.Problem{Code: reset.ProblemAmbiguous, Want: "topics", Group: "billing"})
	s.Request.Question = "topics"
	s.Request.Topics = []reset.TopicLag{{Topic: "orders", Lag: 18_204}, {Topic: "refunds"}}
	s.Request.Options = []reset.Option{{Label: "orders"}, {Label: "refunds"}, {Label: "all"}}
	return s
}

func refusedStory(p *reset.Problem) reset.Story {
	s := asked(wrongDeploy(), p)
	s.Request.State, s.Request.EndedAt, s.Request.Deadline = reset.Refused, s.Now, time.Time{}
	return s
}

func denied(d reset.Denial, verb reset.Verb) *reset.Problem {
	r := ruling()
	r.Allowed, r.Denial = false, d
	return &reset.Problem{Code: reset.ProblemDenied, Request: "k7f3", Cluster: "prod-eu", Group: "billing", Verb: verb,
		Ruling: &r}
}

func expiredStory() reset.Story {
	s := waitingStory()
	s.Request.State, s.Request.EndedAt, s.Request.Deadline, s.Now = reset.Expired, clockAt("02:45:00"), time.Time{},
		clockAt("02:45:01")
	return s
}

func cancelledStory() reset.Story {
	s := pendingStory()
	s.Request.State, s.Request.EndedAt, s.Request.Deadline, s.Now = reset.Cancelled, clockAt("02:15:00"), time.Time{},
		clockAt("02:15:01")
	s.Entries = []reset.Entry{{At: s.Request.EndedAt, Actor: mara, Event: reset.EvCancelled,
		Facts: map[string]string{"why": "found the other deploy"}}}
	return s
}

func wholeLife() []reset.Entry {
	e := func(hms string, a reset.Actor, ev reset.Event, facts ...string) reset.Entry {
		m := map[string]string{}
		for i := 0; i < len(facts); i += 2 {
			m[facts[i]] = facts[i+1]
		}
		return reset.Entry{At: clockAt(hms), Request: "k7f3", Revision: 1, Actor: a, Event: ev, Facts: m}
	}
	bot := reset.Actor{}
	return []reset.Entry{
		e("02:07:00", mara, reset.EvAsked),
		e("02:07:01", mara, reset.EvPlanned, "partitions", "12", "replay", "18204", "skip", "0"),
		e("02:11:00", mara, reset.EvSubmitted, "need", "1"),
		e("02:11:40", ben, reset.EvDenied, "verb", "approve", "denial", string(reset.DeniedNotIn), "rule",
			"pay on production"),
		e("02:12:00", jon, reset.EvVoted, "votes", "1", "need", "1"),
		e("02:12:00", jon, reset.EvApproved, "replay", "18204", "skip", "0"),
		e("02:14:07", bot, reset.EvIdle, "members", "0", "state", "Empty"),
		e("02:14:13", bot, reset.EvApplying, "attempt", "1", "partitions", "12"),
		e("02:14:13", bot, reset.EvSent, "chunk", "1", "of", "1", "partitions", "12", "answered", "true"),
		e("02:14:14", bot, reset.EvApplied, "outcome", "verified", "partitions", "12", "replay", "18236", "skip", "0"),
	}
}

func lagStory() reset.Lag {
	part := func(topic string, p int32, committed reset.Position, end int64) reset.PartitionState {
		return reset.PartitionState{Partition: reset.Partition{Topic: topic, Partition: p}, Start: 1000, End: end,
			Committed: committed}
	}
	return reset.Lag{Cluster: prodEU, Group: "billing", Ruling: ruling(), Open: []reset.Request{waitingStory().Request},
		Snapshot: reset.Snapshot{Group: consumers("10.4.7.21", "10.4.7.22"),
			Topics: map[string]reset.Topic{"orders": {Partitions: 3, Commits: 2},
				"refunds": {Partitions: 1, Commits: 1}, "audit": {Err: "TOPIC_AUTHORIZATION_FAILED", Partitions: 4}},
			Partitions: []reset.PartitionState{part("orders", 0, reset.Position{Offset: 41_796}, 60_000),
				part("orders", 1, reset.Position{Offset: 60_000}, 60_000),
				part("orders", 2, reset.Position{None: true}, 59_000),
				part("refunds", 0, reset.Position{Offset: 12}, 1_412)}}}
}

func several() []reset.Request {
	undo := undoStory().Request
	undo.Deadline = clockAt("02:50:00")
	return []reset.Request{waitingStory().Request, undo, appliedStory().Request,
		failedStory(reset.OutcomeUnknown, 7, 4, 1).Request}
}
