package words

import (
	"cmp"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// CardOf is the one public message about a request, edited in place until it has ended.
func CardOf(s reset.Story) Content {
	r := s.Request
	in, move := r.Intent()
	_, saves := r.Act.(reset.SaveSchedule)
	if !move && !saves {
		return freezeCard(s)
	}
	v := timeFormatOf(in, s.Now)
	c := Content{Title: title(in, s.Cluster)}
	c.Warnings = append(c.Warnings, frozenLines(s, v)...)
	switch r.State {
	case reset.Pending:
		pending(&c, s, v)
	case reset.Approved:
		if r.NotBefore.After(s.Now) {
			announced(&c, s, v)
		} else {
			armed(&c, s, v)
		}
	case reset.Applying:
		applying(&c, s, v)
	case reset.Applied:
		if saves {
			saved(&c, s, v)
		} else {
			applied(&c, s, v)
		}
	case reset.Failed:
		failed(&c, s, v)
	case reset.Rejected, reset.Cancelled, reset.Expired, reset.Refused:
		ended(&c, s, v)
	default: // planned again after an approval was voided
		replanned(&c, s, v)
	}
	if r.State.Open() && r.State != reset.Applying {
		c.Foot = append([]Line{asOf(r, v)}, c.Foot...)
	}
	c.Hints = append(c.Hints, ManualCommand(s)...)
	c.Fallback = fallback(c)
	return c
}

// asOf is what can be said of a request before its write. It has the time: an approved write does not wait for Slack,
// so a card that can no longer be edited must not state that nothing was written.
func asOf(r reset.Request, v timeFormat) Line {
	if _, saves := r.Act.(reset.SaveSchedule); saves {
		return say("Not saved as of ", v.clock(v.now), ".")
	}
	return say("Not written as of ", v.clock(v.now), ".")
}

// askLine is the intent for the approvers: who, what, why, and its effect.
func askLine(s reset.Story, v timeFormat) Line {
	r := s.Request
	in, _ := r.Intent()
	switch {
	case r.Run != nil && r.Effect.Partitions == 0: // not planned yet: there are no numbers
		return say(runAsks(r), " is to ", actPhrase(s, v, withUTC), reason(in), ".")
	case r.Run != nil:
		return say(runAsks(r), " is to ", actPhrase(s, v, withUTC), reason(in), ": ", strong(effectBrief(r)), ".")
	}
	switch r.Act.(type) {
	case reset.Freeze, reset.Thaw: // no offsets are moved
		return say(person(r.Actor), " asks to ", actPhrase(s, v, withUTC), reason(in), ".")
	case reset.SaveSchedule:
		return say(person(r.Actor), " asks to ", actPhrase(s, v, withUTC), reason(in), ". If it ran now, it ",
			strong(effectBrief(r)), ".")
	case reset.Move: // with its numbers
	}
	return say(person(r.Actor), " asks to ", actPhrase(s, v, withUTC), reason(in), ": ", strong(effectBrief(r)), ".")
}

func reason(in reset.Intent) string {
	out := ""
	if in.Reason != "" {
		out = ` ("` + text.Clip(in.Reason, 200) + `")`
	}
	if in.Emergency != "" {
		out += " [emergency " + text.Clip(in.Emergency, 60) + "]"
	}
	return out
}

func pending(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	c.Status = status(r, "waiting for approval")
	c.Lines = []Line{askLine(s, v)}
	if moved := voidedLine(r); moved != nil {
		c.Lines = append(c.Lines, moved)
	}
	if iso := isolationLine(r); iso != nil {
		c.Lines = append(c.Lines, iso)
	}
	if _, saves := r.Act.(reset.SaveSchedule); saves {
		c.Lines = append(c.Lines, scheduleDraft(s, v)...)
	} else if l := futureLine(intentOf(r)); l != nil {
		c.Lines = append(c.Lines, l)
	}
	if r.Run != nil && r.Problem != nil {
		c.Lines = append(c.Lines, say("The standing approval does not cover this run", why(r), "."))
	}
	c.Lines = append(c.Lines, droppedLines(s)...)
	plan(c, s, v)
	who := people(r.Ruling.Approvers, Notify, "or")
	need := say("Needs ", strong(text.Counted(r.Need, "approval")+" from "), who)
	if len(s.Votes) > 0 {
		need = say("Approved by ", voters(s.Votes, v), "; needs ",
			strong(text.WithCommas(max(0, r.Need-len(s.Votes)))+" more of "), who)
	}
	c.Lines = append(c.Lines, say(need, until(" by ", r.Deadline, v), "."))
	if !unbounded(r.Bounds) {
		c.Foot = append(c.Foot, coversLine(r))
	}
	c.Buttons = []Button{
		{Verb: "approve", Ref: ref(r), Label: "Approve", Style: "primary", Confirm: confirm(s, v),
			Typed: "approve " + ref(r)},
		{Verb: "reject", Ref: ref(r), Label: "Reject", Style: "danger", Typed: "reject " + ref(r)},
		cancelButton(r, "Cancel"),
	}
	if r.EmergencyWorks(s.Now) {
		c.Foot = append(c.Foot, say("Nobody there to approve? In an emergency ",
			people(r.Ruling.EmergencyApprovers, User, "or"), " may go alone."))
		c.Buttons = append(c.Buttons, Button{Verb: "emergency", Ref: ref(r), Label: "Emergency", Style: "danger",
			Typed: "emergency " + ref(r) + " INCIDENT"})
	}
	c.Buttons = append(c.Buttons, showAll(r, c.Table)...)
}

// coversLine says when approvals are asked for again. A run has no other tier; for a person's request, a wider tier
// with the same number of approvals voids nothing.
func coversLine(r reset.Request) Line {
	l := say("An approval covers ", boundsText(r.Bounds))
	if r.Run != nil {
		return say(l, "; beyond that it is asked for again.")
	}
	return say(l,
		". It is asked for again if a larger effect needs more approvals, or if a partition would newly skip messages.")
}

func voters(votes []reset.Vote, v timeFormat) Line {
	var parts []any
	for i, vote := range votes {
		if i > 0 {
			parts = append(parts, ", ")
		}
		parts = append(parts, person(vote.Actor), " (", v.clock(vote.At), ")")
	}
	return say(parts...)
}

// armed is a request that waits for an inactive group: its members, and the deadline.
func armed(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	c.Status = status(r, "waiting until "+in.Group+" is idle")
	c.Lines = []Line{askLine(s, v), agreed(s, v)}
	if _, saves := r.Act.(reset.SaveSchedule); saves {
		c.Status = status(r, "being saved")
		return
	}
	switch seen := r.Observation; {
	case r.Problem != nil:
		c.Lines = append(c.Lines, problemLines(r.Problem)...)
	case seen.At.IsZero():
		c.Lines = append(c.Lines, say("Looking who is connected."))
	case !seen.EmptySince.IsZero():
		c.Status = status(r, "idle, about to be written")
		c.Lines = append(c.Lines, say("Idle since ", v.exact(seen.EmptySince),
			"; checking for a few seconds that nobody commits."))
	case seen.Group.Idle():
		c.Lines = append(c.Lines, say("Nobody is connected, but commits still move; waiting until they stand still."))
	default:
		c.Lines = append(c.Lines, say(connected(s, v), " ", membersLeftLine(seen.Group.Members)))
		if b := seen.Restarted; b != nil {
			c.Lines = append(c.Lines, say(strong("They came back"), " after ",
				text.Duration(b.After.Round(time.Second)), " from ", text.List(b.Hosts, 4),
				": a controller restarts them. Scale it down instead of stopping the processes."))
		}
		c.Hints = stopHints(r.Ruling)
	}
	if !r.Deadline.IsZero() {
		c.Lines = append(c.Lines, say("Gives up ", v.clock(r.Deadline),
			". Nothing is written while somebody is connected."))
	}
	c.Buttons = []Button{cancelButton(r, "Cancel")}
}

func agreed(s reset.Story, v timeFormat) Line {
	if a := s.Request.Emergency; a != nil {
		return say(strong("EMERGENCY "+text.Clip(a.Incident, 60)), ": ", person(a.By), " went alone ", v.clock(a.At),
			", without a second person", ruleOf(s.Request.Ruling), owners(s.Request), ".")
	}
	if r := s.Request; r.Run != nil && r.Mandate != nil && len(s.Votes) == 0 {
		return standingApproval(*r.Mandate, v)
	}
	if !s.Request.SoloUntil.IsZero() {
		return say("Needed nobody else: the group was idle and untouched since ", cmp.Or(s.Request.Undoes, "the reset"),
			".")
	}
	if len(s.Votes) > 0 {
		return say("Approved by ", voters(s.Votes, v), ".")
	}
	return say("Needed nobody else's approval", ruleOf(s.Request.Ruling), ".")
}

func ruleOf(r reset.Ruling) string {
	if r.Rule == "" {
		return ""
	}
	return " (rule: " + r.Rule + ")"
}

// connected counts down: "2 of 3 consumers still connected".
func connected(s reset.Story, v timeFormat) Line {
	seen := s.Request.Observation
	n := len(seen.Group.Members)
	first := groupWarnings(s.Request.Warnings, reset.WarnBusy).count
	of := text.Counted(n, "consumer")
	if first > int64(n) {
		of = text.WithCommas(n) + " of " + text.Counted(first, "consumer")
	}
	if n == 0 {
		return say("The group is not idle yet: ", seen.Group.State, since(seen, v), ".")
	}
	return say(strong(of+" still connected"), ": ", members(seen.Group.Members), since(seen, v), ".")
}

func since(seen reset.Observation, v timeFormat) Line {
	if seen.Since.IsZero() {
		return nil
	}
	return say(" (since ", v.clock(seen.Since), ")")
}

func applying(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	c.Status = status(r, "writing")
	c.Lines = []Line{askLine(s, v), agreed(s, v)}
	a := s.Attempt
	switch {
	case r.Problem != nil && r.Problem.Code == reset.ProblemInternal:
		c.Status = status(r, "written or not: to be read back")
		c.Lines = append(c.Lines, problemLines(r.Problem)...)
	// the write was sent: "nothing was changed" is not known here
	case r.Problem != nil && r.Problem.Code != reset.ProblemLost:
		c.Status = status(r, "written or not: to be read back")
		c.Lines = append(c.Lines, say(strong("What stands cannot be read yet"), ": ", in.Cluster,
			" does not answer as a whole", kafkaSaid(r.Problem.Got),
			". It is asked again until it does; nothing is written again."))
	case a == nil:
		c.Lines = append(c.Lines, say("Writing ", text.Counted(r.Effect.Partitions, "partition"), "."))
	case !a.ReadAt.IsZero() || r.Problem != nil:
		c.Status = status(r, "an answer was lost, reading")
		c.Lines = append(c.Lines,
			say("An answer of Kafka was lost. The offsets are read twice to find out what stands; nothing is written again."))
	default:
		answered := 0
		for _, ch := range a.Chunks {
			if ch.Phase == reset.Answered {
				answered++
			}
		}
		l := say("Writing ", text.Counted(r.Effect.Partitions, "partition"), " since ", v.exact(a.StartedAt))
		if len(a.Chunks) > 1 {
			l = say(l, ", ", text.WithCommas(answered), " of ", text.Counted(len(a.Chunks), "request"), " answered")
		}
		c.Lines = append(c.Lines, say(l, ". Each is read back."))
	}
}

// replanned is the card of a request that is planned again, while there is no new plan yet.
func replanned(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	c.Status = status(r, "being planned again")
	if r.Run != nil && r.Problem != nil && r.Problem.Code == reset.ProblemConflictingRequest {
		c.Status = status(r, "stands back")
	}
	if r.State == reset.Draft {
		c.Status = status(r, "planned again: its requester must ask anew")
	}
	c.Lines = []Line{askLine(s, v)}
	if moved := voidedLine(r); moved != nil {
		c.Lines = append(c.Lines, moved)
	}
	if r.Problem != nil {
		c.Lines = append(c.Lines, problemLines(r.Problem)...)
	}
	if r.Question != "" {
		c.Status = status(r, "a question")
		c.Lines = append(c.Lines, say("It is for ", person(r.Actor), " to decide."))
		c.Buttons = choices(r)
	}
	c.Buttons = append(c.Buttons, cancelButton(r, "Cancel"))
}

// endedBy is the event that brings a request into a state in which it was never written. It holds only the states that
// people or the deadline lead to.
//
//exhaustive:ignore
var endedBy = map[reset.State]reset.Event{
	reset.Rejected:  reset.EvRejected,
	reset.Cancelled: reset.EvCancelled,
	reset.Expired:   reset.EvExpired,
}

// ended is a request that was never written.
func ended(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	c.Status = status(r, states[r.State])
	c.Lines = []Line{askLine(s, v)}
	by := lastOf(s.Entries, endedBy[r.State])
	if left := lastOf(s.Entries, reset.EvSkipped); r.State == reset.Cancelled && by == nil {
		by = left
	}
	switch r.State {
	case reset.Expired:
		c.Lines = append(c.Lines, expiredLine(s, v))
		if r.Digest != "" {
			c.Buttons = []Button{retryButton(r, "Ask again")}
		}
	case reset.Refused:
		if p := r.Problem; p != nil && p.Code == reset.ProblemDenied {
			c.Lines = append(c.Lines, denialOf(p, say(person(r.Actor))), say("Nothing was changed."))
			return
		}
		c.Lines = append(c.Lines, refusal(s)...)
	default:
		c.Lines = append(c.Lines, say(text.Capital(states[r.State]), byWhom(by), when(by, v), because(by),
			". Nothing was changed."))
		if r.Problem != nil && slices.Contains(toldAtEnd, r.Problem.Code) {
			c.Lines = append(c.Lines, problemLines(r.Problem)...)
		}
	}
}

// toldAtEnd are the problems that ended a request for a reason of its own, which its card shows.
var toldAtEnd = []reset.ProblemCode{reset.ProblemClusterGone, reset.ProblemSameKafka, reset.ProblemLifted}

func byWhom(e *reset.Entry) Line {
	if e == nil {
		return nil
	}
	return say(" by ", person(e.Actor))
}

func when(e *reset.Entry, v timeFormat) Line {
	if e == nil {
		return nil
	}
	return say(" (", v.clock(e.At), ")")
}

func because(e *reset.Entry) string {
	if e == nil || e.Facts["why"] == "" {
		return ""
	}
	return `: "` + text.Clip(e.Facts["why"], 200) + `"`
}

func lastOf(entries []reset.Entry, ev reset.Event) *reset.Entry {
	for i := len(entries) - 1; i >= 0; i-- {
		if entries[i].Event == ev {
			return &entries[i]
		}
	}
	return nil
}

func intentOf(r reset.Request) reset.Intent {
	in, _ := r.Intent()
	return in
}
