package words

import (
	"math"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The stories of states that are rarer, for the golden files.

func emergencyStory() reset.Story {
	in := wrongDeploy()
	in.Emergency = "INC-4711"
	s := free(story(in, orders()))
	s.Request.Bounds = reset.Bounds{MaxSkip: 0, MaxReplay: 5_000_000}
	return s
}

func nothingStory() reset.Story {
	s := free(story(withTarget(reset.Latest{}), []reset.Step{oneStep("orders", 0, 41_000, 41_000, reset.HowEnd),
		oneStep("orders", 1, 300, 300, reset.HowEnd)}))
	s.Request.Warnings = []reset.Warning{{Code: reset.WarnNothing}}
	return s
}

// warnedStory is a plan with more warnings than a card has room for.
func warnedStory() reset.Story {
	s := busyStory()
	at := reset.Warning{Topic: "orders", Parts: []int32{3, 4}, Count: 1_200, Names: []string{"orders"}}
	for _, code := range []reset.WarningCode{reset.WarnCompacted, reset.WarnOpen, reset.WarnRemote,
		reset.WarnPastOpen, reset.WarnMirrored, reset.WarnBegins} {
		w := at
		w.Code, w.At = code, clockAt("01:30:00")
		s.Request.Warnings = append(s.Request.Warnings, w)
	}
	return s
}

// skipAllStory moves every partition ahead by the same number of offsets.
func skipAllStory() reset.Story {
	var steps []reset.Step
	for p := range int32(12) {
		steps = append(steps, oneStep("orders", p, 59_900, 60_000, reset.HowEnd))
	}
	s := waits(story(withTarget(reset.Latest{}), steps))
	s.Request.Need, s.Request.Bounds = 2, reset.Bounds{MaxSkip: math.MaxInt64, MaxReplay: math.MaxInt64}
	s.Request.Ruling.EmergencyApprovers = []string{"S0ONCALL"}
	s.Votes = []reset.Vote{{Actor: jon, At: clockAt("02:12:00")}}
	return s
}

// waits is a story that waits for approval.
func waits(s reset.Story) reset.Story {
	s.Request.State, s.Request.Asked, s.Request.Need = reset.Pending, true, 1
	return s
}

func aloneStory() reset.Story {
	s := waitingStory()
	s.Votes = nil
	s.Request.Emergency = &reset.Emergency{By: jon, Incident: "INC-4711", At: clockAt("02:12:00")}
	return s
}

func frozenStory() reset.Story {
	s := waitingStory()
	s.Frozen = []reset.InForce{inForce("p4x1", jon, "broker upgrade")}
	return s
}

func checkingStory() reset.Story {
	s := applyingStory()
	s.Attempt.ReadAt = clockAt("02:14:20")
	return s
}

func caughtUp(w *reset.Watch) {
	cameBack(w)
	w.CaughtUp, w.Ended, w.Why = clockAt("02:23:14"), clockAt("02:23:14"), reset.WatchCaughtUp
}

func noOneBack(w *reset.Watch) {
	w.Checked, w.Ended, w.Why = clockAt("02:14:29"), clockAt("02:44:14"), reset.WatchNoConsumers
}

func hit(w *reset.Watch) {
	w.Checked, w.Overwritten = clockAt("02:14:29"), strays(3, reset.Position{Offset: 48_112})
}

func undoneStory() reset.Story {
	s := watchedStory(cameBack)
	s.Request.UndoneBy, s.Now = "v6zn", clockAt("02:20:00")
	s.Request.Watch.Ended = time.Time{}
	return s
}

func acceptedStory() reset.Story {
	s := failedStory(reset.OutcomeUnknown, 7, 4, 1)
	s.Request.Settled = &reset.Settlement{By: jon, Why: "checked with the team", At: clockAt("02:30:00")}
	return s
}

func rejectedStory() reset.Story {
	s := pendingStory()
	s.Request.State, s.Request.EndedAt, s.Request.Deadline, s.Now = reset.Rejected, clockAt("02:15:00"), time.Time{},
		clockAt("02:15:01")
	s.Entries = []reset.Entry{{At: s.Request.EndedAt, Actor: jon, Event: reset.EvRejected,
		Facts: map[string]string{"why": "use the replay topic"}}}
	return s
}
