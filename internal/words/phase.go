package words

import (
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// phase is the newest fact about a request: it is what the header of its card says.
type phase int

const (
	phaseReading phase = iota
	phaseAsking
	phaseRetrying
	phasePreview
	phaseApprove
	phaseScheduled
	phaseWaiting
	phaseFrozen
	phaseWriting
	phaseChecking
	phaseDone
	phaseCaughtUp
	phaseNoConsumer
	phaseOverwritten
	phaseUndone
	phaseUnknown
	phasePartial
	phaseAccepted
	phaseNotApplied
	phaseMayLand
	phaseUnchanged
	phaseRolledBack
	phaseLate
	phaseRejected
	phaseCancelled
	phaseExpired
	phaseRefused

	phaseSaving
	phaseReplacedSchedule
	phaseActiveSchedule
	phasePausedSchedule
	phaseExpiredSchedule
	phaseEndedSchedule
	phaseRemovedSchedule

	phaseFreezing
	phaseInForce
	phaseLifted
	phaseStillInForce
)

// face is a phase in the header: a sign that is seen first, and a word for those who do not see it. tell adds what
// is particular to it: the newest fact first, its buttons last.
type face struct {
	sign, word string
	tell       func(c *Content, s reset.Story, v timeFormat)
}

// faces are the headers and the bodies of all cards.
var faces = map[phase]face{
	phaseReading:  {"🔎", "READING", readingCard},
	phaseAsking:   {"❓", "QUESTION", questionCard},
	phaseRetrying: {"⏳", "RETRYING", retryingCard},
	phasePreview:  {"👀", "PREVIEW", previewCard},

	phaseApprove:   {"🟡", "APPROVE?", approveCard},
	phaseScheduled: {"📅", "SCHEDULED", scheduledCard},
	phaseWaiting:   {"⏳", "WAITING", waitingCard},
	phaseFrozen:    {"🧊", "FROZEN", frozenCard},
	phaseWriting:   {"✍️", "WRITING", writingCard},
	phaseChecking:  {"🔍", "CHECKING THE WRITE", writingCard},

	phaseDone:        {"✅", "DONE", doneCard},
	phaseCaughtUp:    {"🏁", "CAUGHT UP", doneCard},
	phaseNoConsumer:  {"🟠", "NO CONSUMER CAME BACK", doneCard},
	phaseOverwritten: {"🚨", "OVERWRITTEN", doneCard},
	phaseUndone:      {"↩️", "UNDONE", undoneCard},

	phaseUnknown:    {"🆘", "OUTCOME UNKNOWN", blockingCard},
	phasePartial:    {"🟥", "PARTIALLY APPLIED", blockingCard},
	phaseAccepted:   {"☑️", "ACCEPTED AS IS", blockingCard},
	phaseNotApplied: {"❌", "NOT APPLIED", failedCard},
	phaseMayLand:    {"⚠️", "OFFSETS UNCHANGED SO FAR", failedCard},
	phaseUnchanged:  {"⚠️", "OFFSETS UNCHANGED", failedCard},
	phaseRolledBack: {"↩️", "ROLLED BACK", failedCard},
	phaseLate:       {"⚠️", "APPLIED LATE", lateCard},

	phaseRejected:  {"⛔", "REJECTED", endedCard},
	phaseCancelled: {"🚫", "CANCELLED", endedCard},
	phaseExpired:   {"⌛", "EXPIRED", endedCard},
	phaseRefused:   {"⛔", "REFUSED", endedCard},

	phaseSaving:           {"📅", "SAVING SCHEDULE", waitingCard},
	phaseReplacedSchedule: {"📅", "SCHEDULE REPLACED", savedCard},
	phaseActiveSchedule:   {"📅", "SCHEDULE ACTIVE", savedCard},
	phasePausedSchedule:   {"⏸️", "SCHEDULE PAUSED", savedCard},
	phaseExpiredSchedule:  {"⌛", "SCHEDULE EXPIRED", savedCard},
	phaseEndedSchedule:    {"🏁", "SCHEDULE ENDED", savedCard},
	phaseRemovedSchedule:  {"🚫", "SCHEDULE REMOVED", savedCard},

	phaseFreezing:     {"🧊", "TAKES EFFECT NOW", freezeCard},
	phaseInForce:      {"🧊", "FROZEN", inForceCard},
	phaseLifted:       {"☀️", "THAWED", thawedCard},
	phaseStillInForce: {"🧊", "STILL FROZEN", thawedCard},
}

// phaseOf is the newest fact about a request.
func phaseOf(s reset.Story) phase {
	r := s.Request
	_, move := r.Intent()
	_, saves := r.Act.(reset.SaveSchedule)
	switch r.State {
	case reset.Planning:
		switch {
		case r.Question != "" || len(r.Options) > 0:
			return phaseAsking
		case r.Problem != nil && r.Problem.Code != reset.ProblemVoided:
			return phaseRetrying
		}
		return phaseReading
	case reset.Draft:
		return phasePreview
	case reset.Pending:
		return phaseApprove
	case reset.Approved:
		return armedPhase(s)
	case reset.Applying:
		switch {
		case saves:
			return phaseSaving
		case !move:
			return phaseFreezing
		case r.Problem != nil, s.Attempt != nil && !s.Attempt.ReadAt.IsZero():
			return phaseChecking
		}
		return phaseWriting
	case reset.Applied:
		switch {
		case saves:
			return schedulePhase(s)
		case !move:
			return freezePhase(s)
		}
		return appliedPhase(r)
	case reset.Failed:
		return failedPhase(r)
	case reset.Refused:
		return phaseRefused
	case reset.Rejected:
		return phaseRejected
	case reset.Cancelled:
		return phaseCancelled
	case reset.Expired:
		return phaseExpired
	}
	return phaseReading // of a version to come
}

func armedPhase(s reset.Story) phase {
	_, move := s.Request.Intent()
	_, saves := s.Request.Act.(reset.SaveSchedule)
	switch {
	case saves:
		return phaseSaving
	case !move:
		return phaseFreezing
	case s.Request.NotBefore.After(s.Now):
		return phaseScheduled
	case len(s.Frozen) > 0:
		return phaseFrozen
	}
	return phaseWaiting
}

// appliedPhase is what became of a reset that was applied.
func appliedPhase(r reset.Request) phase {
	w := r.Watch
	switch {
	case r.UndoneBy != "":
		return phaseUndone
	case r.Outcome == reset.Overtaken, w != nil && w.Overwrote():
		return phaseOverwritten
	case w == nil:
		return phaseDone
	case w.Why == reset.WatchCaughtUp:
		return phaseCaughtUp
	case w.Why == reset.WatchNoConsumers:
		return phaseNoConsumer
	}
	return phaseDone
}

func failedPhase(r reset.Request) phase {
	switch {
	case r.UndoneBy != "":
		return phaseUndone
	case r.Outcome.Blocks() && r.Settled != nil:
		return phaseAccepted
	case r.Outcome == reset.OutcomeUnknown:
		return phaseUnknown
	case r.Outcome == reset.PartiallyApplied:
		return phasePartial
	case r.Outcome == reset.RolledBack:
		return phaseRolledBack
	case r.Outcome == reset.AppliedLate:
		return phaseLate
	case r.Late.Open():
		return phaseMayLand
	case r.Late != nil, r.Problem != nil && r.Problem.Code == reset.ProblemLost: // only the readings are known
		return phaseUnchanged
	}
	return phaseNotApplied
}

// schedulePhases are the headers of a saved schedule.
var schedulePhases = map[reset.Status]phase{
	reset.Active: phaseActiveSchedule, reset.Paused: phasePausedSchedule, reset.Lapsed: phaseExpiredSchedule,
	reset.Over: phaseEndedSchedule, reset.Removed: phaseRemovedSchedule,
}

func schedulePhase(s reset.Story) phase {
	if s.Schedule == nil || s.Schedule.Schedule.Request != s.Request.ID {
		return phaseReplacedSchedule
	}
	return schedulePhases[s.Schedule.Schedule.Status]
}

func freezePhase(s reset.Story) phase {
	_, freeze := s.Request.Act.(reset.Freeze)
	switch {
	case freeze && len(s.Frozen) > 0:
		return phaseInForce
	case len(s.Frozen) > 0:
		return phaseStillInForce
	}
	return phaseLifted
}

// header is the state and the place: "🟡 APPROVE? billing@prod-eu". An emergency is told by it for good.
func header(p phase, s reset.Story) string {
	sign, word := faces[p].sign, faces[p].word
	if r := s.Request; p == phaseUndone {
		word += " by " + r.UndoneBy
	}
	if incident := incidentOf(s.Request); incident != "" {
		sign, word = "🚑", "BREAK-GLASS "+text.Clip(incident, 40)+" · "+word
	}
	between := " · "
	if strings.HasSuffix(word, "?") {
		between = " "
	}
	return sign + " " + word + between + site(s)
}

// incidentOf is the incident of an emergency: of one that was used, or that the preview of one asks for.
func incidentOf(r reset.Request) string {
	if r.Emergency != nil {
		return r.Emergency.Incident
	}
	if in, _ := r.Intent(); r.State == reset.Draft || r.State == reset.Planning {
		return in.Emergency
	}
	return ""
}

// site is what a request is about: "billing@prod-eu", "prod-eu".
func site(s reset.Story) string {
	in, _ := s.Request.Intent()
	cluster := s.Cluster.Name
	if cluster == "" {
		cluster = in.Cluster
	}
	switch group := text.Clip(in.Group, 90); {
	case group == "" && cluster == "":
		if thaw, ok := s.Request.Act.(reset.Thaw); ok && thaw.FreezeID != "" {
			return "freeze " + thaw.FreezeID
		}
		return "everything" // a freeze of all clusters
	case group == "":
		return scopeWord(cluster)
	case cluster == "":
		return group
	default:
		return group + "@" + cluster
	}
}
