package words

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// CardOf is the one public message about a request, edited in place until it has ended.
func CardOf(s reset.Story) Content {
	p, v := phaseOf(s), timeFormatOf(intentOf(s.Request), s.Now)
	c := Content{Title: header(p, s)}
	faces[p].tell(&c, s, v)
	if s.Request.State.Open() && s.Request.State != reset.Applying {
		c.Lines = append(freezeLines(s.Frozen, mostFreezes, v), c.Lines...)
	}
	if len(c.Foot) == 0 {
		c.Foot = []Line{contextLine(s)}
	}
	if slices.Contains(warns, p) {
		fit(&c, append(runningLine(s), briefly(s, v)...))
	}
	c.Details = append(c.Details, details(s, v)...)
	c.Fallback = notification(p, s, c, v)
	return c
}

// warns are the phases in which people can still decide by what a plan warns of. Their cards end with one line of
// people, and the warnings stand before it.
var warns = []phase{phasePreview, phaseApprove}

// notification is what a telephone shows before the card is opened. Its times are the asker's: it has no other zone.
func notification(p phase, s reset.Story, c Content, v timeFormat) string {
	r := s.Request
	out := ""
	if incident := incidentOf(r); incident != "" {
		out = "BREAK-GLASS " + text.Clip(incident, 40) + ". "
	}
	if _, move := r.Intent(); p == phaseApprove && move {
		return text.Clip(out+"Approve? "+askedBy(r).String()+": "+wouldDo(r)+" on "+site(s)+", "+backTo(s, v)+
			v.by(r.Deadline), 400)
	} else if p == phaseApprove {
		return text.Clip("Approve? "+askedBy(r).String()+": "+actPhrase(s, v, zoneOnly)+" on "+site(s)+v.by(r.Deadline), 400)
	}
	word := text.Capital(strings.ToLower(faces[p].word))
	if p == phaseUndone {
		word += " by " + r.UndoneBy
	}
	out += word + " · " + site(s)
	if len(c.Lines) > 0 {
		out += ": " + c.Lines[0].String()
	}
	return text.Clip(out, 400)
}

// by is a deadline in a notification: ", by 08:47 Berlin".
func (v timeFormat) by(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return ", by " + v.clockSpan(t, "15:04").Text
}

// previewCard is the plan with its numbers, and what the requester may do about it.
func previewCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	if _, move := r.Intent(); !move {
		if _, saves := r.Act.(reset.SaveSchedule); !saves {
			freezePreview(c, s, v)
			return
		}
	}
	planned(c, s, v)
	if r.Need > 0 || intentOf(r).Emergency == "" { // of break-glass another line says that none is asked
		c.Lines = append(c.Lines, needLine(r))
	}
	c.Foot = []Line{contextLine(s, asOf(r, v))}
	c.Details = append(c.Details, say("This preview is open", until(" until ", r.Deadline, v), "; ", code("show "+r.ID),
		" brings it back. Rule: ", name(cmp.Or(r.Ruling.Rule, "none")), " (", boundsText(r.Bounds), ")."))
	if s.Blocking == "" || s.Blocking == r.Undoes {
		c.Buttons = one(applyButton(s))
	}
	c.Buttons = append(c.Buttons, partitions(r)...)
	var stop []Button
	if running(r) && len(s.Frozen) == 0 {
		stop = stopEntry(r)
	}
	c.Menu = menu(choices(r), one(cancelButton(r, "Discard")), stop, looks(s))
}

// applyButton is what the requester does with a preview.
func applyButton(s reset.Story) Button {
	r := s.Request
	in, _ := r.Intent()
	_, saves := r.Act.(reset.SaveSchedule)
	switch {
	case in.Emergency != "" && r.Need == 0:
		b := agreeButton(s, "Apply")
		b.Label, b.Style = "Apply BREAK-GLASS", "danger"
		b.Confirm = text.Clip(confirm(s)+" "+breakGlassQuestion(r), 300)
		return b
	case r.Need == 0 && saves:
		return agreeButton(s, "Save")
	case r.Need == 0:
		return agreeButton(s, "Apply")
	}
	return Button{Verb: "approve", Ref: ref(r), Label: "Ask for approval", Style: "primary", Typed: "approve " + ref(r)}
}

// planned is the effect and the target of a plan that can still be decided upon, with both numbers where an approval
// was voided.
func planned(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	if incident := incidentOf(r); incident != "" && r.State == reset.Draft {
		c.Lines = append(c.Lines, breakGlassLine(r))
	}
	if moved := voidedLine(r); moved != nil {
		c.Lines = append(c.Lines, moved)
	}
	if hasWarning(r, reset.WarnNothing) {
		c.Lines = append(c.Lines, thereLine(s))
	}
	if _, saves := r.Act.(reset.SaveSchedule); saves {
		c.Lines = append(c.Lines, say(effectLine(r), " (one run now)"), recurrenceLine(s, v))
		c.Lines = append(c.Lines, nextRunLine(s.Schedule, v)...)
	} else {
		c.Lines = append(c.Lines, effectLine(r), targetLine(s, v))
	}
	c.Table = planTable(s)
}

// thereLine is said of a plan that moves nothing now, with what it would do if it is applied all the same.
func thereLine(s reset.Story) Line {
	l := say(strong("Already there: nothing to move now."))
	busy := hasWarning(s.Request, reset.WarnBusy)
	switch t := intentOf(s.Request).Target.(type) {
	case reset.Latest:
		return say(l, " Messages that arrive before it is written are skipped.")
	case reset.Earliest, reset.Like, reset.Shift:
		return say(l, " It is looked up again when it is written.")
	case reset.Exact, reset.Rows:
		if busy {
			return say(l, " What the consumers commit before it is written is moved back.")
		}
	case reset.Time:
		if busy && !t.Future {
			return say(l, " What the consumers commit before it is written is moved back.")
		}
	case reset.Current, reset.SkipRecord, reset.Undo, reset.Nowhere: // nothing moves later either
	}
	return l
}

// approveCard asks for approvals.
func approveCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	if _, move := r.Intent(); !move {
		if _, saves := r.Act.(reset.SaveSchedule); !saves {
			freezeRequest(c, s, v)
			return
		}
	}
	c.Lines = droppedLines(s)
	if r.Run != nil && r.Problem != nil {
		c.Lines = append(c.Lines, say("The standing approval does not cover this run", why(r)))
	}
	planned(c, s, v)
	c.Lines = append(c.Lines, askerLine(r), lacksLine(s, v))
	c.Foot = []Line{contextLine(s, asOf(r, v))}
	if !unbounded(r.Bounds) {
		c.Details = append(c.Details, coversLine(r))
	}
	c.Buttons = []Button{agreeButton(s, "Approve"), rejectButton(r)}
	c.Menu = menu(partitions(r), one(cancelButton(r, "Cancel")), emergencyEntries(s), withdrawEntry(s), looks(s))
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

// running reports whether consumers are in the group, as last seen or as counted when the plan was made.
func running(r reset.Request) bool {
	if !r.Observation.At.IsZero() {
		return !r.Observation.Group.Idle()
	}
	return groupWarnings(r.Warnings, reset.WarnBusy).code != "" && hasWarning(r, reset.WarnBusy)
}

func hasWarning(r reset.Request, code reset.WarningCode) bool {
	return len(alikeWarnings(r.Warnings, code)) > 0
}

// runningLine warns that a write has to wait for consumers. A frozen cluster does not ask for stopping them: that would
// be downtime for nothing.
func runningLine(s reset.Story) []Line {
	r := s.Request
	if !running(r) || len(s.Frozen) > 0 {
		return nil
	}
	n := len(r.Observation.Group.Members)
	if n == 0 {
		n = int(groupWarnings(r.Warnings, reset.WarnBusy).count)
	}
	head, then := text.Counted(n, "consumer")+" "+isAreText(n)+" running", say("; written once "+theyStop(n))
	switch {
	case n == 0:
		head, then = "The group is "+r.Observation.Group.State, say("; written once it is inactive")
	case r.State == reset.Draft:
		then = say("; nothing is written until " + theyStop(n))
	}
	if givesUp(r) {
		at := "at once"
		if r.Need > 0 {
			at = "once approved"
		}
		then = say(". ", code("--no-wait"), ": the request expires "+at+" unless ", stopFirst(n))
	}
	return []Line{say(warningSign, strong(head), then)}
}

// givesUp reports whether a person asked not to wait for an inactive group. What a run does then, its schedule says.
func givesUp(r reset.Request) bool {
	in, _ := r.Intent()
	return in.NoWait && r.Run == nil
}

// briefEffect is effect and target in one line, for a card on which something newer comes first.
func briefEffect(s reset.Story, v timeFormat) Line {
	r := s.Request
	e := r.Actual()
	to := say(", ", name(scope(intentOf(r), s.Topics)), " → ", landing(s, v, zoneOnly))
	switch open := unplacedEffect(r); {
	case open != nil:
		return open
	case e.Skip > 0:
		return say(skipSign, strong("Skips "+upToNumber(e.Skip)), ", ", reprocessesNumber(e.Replay), to)
	default:
		return say(rewindSign, text.Capital(reprocessesNumber(e.Replay)), to)
	}
}

func reprocessesNumber(n int64) string { return "reprocesses " + upToNumber(n) }

// scheduledCard is an approved request whose time has not come: a run, or a time in the future.
func scheduledCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	c.Lines = []Line{say(strong("Begins "), v.clock(r.NotBefore), lateBy(r), ". Planned again then."),
		effectLine(r), targetLine(s, v), agreedFor(s, v)}
	c.Foot = []Line{contextLine(s, asOf(r, v))}
	if r.Run == nil {
		c.Buttons = one(cancelButton(r, "Cancel"))
		c.Menu = menu(partitions(r), withdrawEntry(s), looks(s))
		return
	}
	c.Table = planTable(s)
	c.Buttons = []Button{
		{Verb: "run", Ref: ref(r), Label: "Run now", Typed: "run " + r.ID},
		{Verb: "skip-next", Ref: ref(r), Label: "Skip this run", Typed: "skip-next " + r.ID},
	}
	c.Menu = menu(partitions(r), one(Button{Verb: "delay", Ref: ref(r), Label: "Delay 1 h", Typed: "delay " + r.ID}),
		looks(s))
}

func lateBy(r reset.Request) string {
	if r.Run != nil && r.Run.Late > 0 {
		return ", " + text.Duration(r.Run.Late) + " late: the bot was not running"
	}
	return ""
}

// waitingCard is a request that waits for an inactive group: its members, and the deadline.
func waitingCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	if _, saves := r.Act.(reset.SaveSchedule); saves {
		c.Lines = []Line{recurrenceLine(s, v), agreedFor(s, v)}
		return
	}
	c.Lines = append(waitsFor(c, s, v), briefEffect(s, v), say(agreedFor(s, v), until(". Expires ", r.Deadline, v)))
	c.Foot = []Line{contextLine(s, asOf(r, v))}
	c.Buttons = []Button{retryButton(r, "Check now"), cancelButton(r, "Cancel")}
	c.Menu = menu(partitions(r), withdrawEntry(s), looks(s))
}

// waitsFor is what a write waits for, and the command that ends the wait.
func waitsFor(c *Content, s reset.Story, v timeFormat) []Line {
	r := s.Request
	in, _ := r.Intent()
	switch seen := r.Observation; {
	case r.Problem != nil:
		return problemLines(r.Problem)
	case seen.At.IsZero():
		return []Line{say("Checking which consumers are running")}
	case !seen.EmptySince.IsZero():
		return []Line{say(strong("Inactive"), " since ", v.exact(seen.EmptySince),
			"; written once no offset has moved for a few seconds")}
	case seen.Group.Idle() && seen.MovedWhileEmpty > 0:
		return []Line{say(strong("No consumer is running, but offsets still move"), "; written once they stop")}
	case seen.Group.Idle(): // the checks have not begun: no offset was seen to move
		return []Line{say(strong("Inactive"), "; the bot checks for a few seconds that no offset moves, then writes")}
	case len(seen.Group.Members) == 0:
		return []Line{say(strong("Not inactive yet"), ": ", in.Group, " is ", seen.Group.State, seenSince(seen, v))}
	}
	lines := []Line{stillRunning(s, v)}
	if b := r.Observation.Restarted; b != nil {
		lines = append(lines, say(strong("They came back"), " after ", text.Duration(b.After.Round(time.Second)), " (",
			text.List(b.Hosts, 4), "): a controller restarts them, so scale it down"))
	}
	if r.Ruling.Stop != "" {
		lines = append(lines, say(code(r.Ruling.Stop)))
	}
	c.Details = append(c.Details, say(members(r.Observation.Group.Members), ". ",
		membersLeftLine(r.Observation.Group.Members)))
	return lines
}

// stillRunning counts down: "1 of 2 consumers is still running: 10.4.7.21 (seen since 08:31)".
func stillRunning(s reset.Story, v timeFormat) Line {
	seen := s.Request.Observation
	n := len(seen.Group.Members)
	first := groupWarnings(s.Request.Warnings, reset.WarnBusy).count
	of := text.Counted(n, "consumer")
	if first > int64(n) {
		of = text.WithCommas(n) + " of " + text.Counted(first, "consumer")
	}
	return say(strong(of+" "+isAreText(n)+" still running"), ": ", name(text.List(hosts(seen.Group.Members), 4)),
		seenSince(seen, v))
}

func seenSince(seen reset.Observation, v timeFormat) Line {
	if seen.Since.IsZero() {
		return nil
	}
	return say(" (seen since ", v.clock(seen.Since), ")")
}

// frozenCard is an approved request that waits for a thaw. It has no stop command: stopping consumers would be downtime
// for nothing.
func frozenCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	c.Lines = []Line{briefEffect(s, v), say(agreedFor(s, v), until(". Expires ", r.Deadline, v))}
	c.Foot = []Line{contextLine(s, asOf(r, v))}
	c.Buttons = one(cancelButton(r, "Cancel"))
	c.Menu = menu(partitions(r), looks(s))
}

// writingCard is a write that has begun: what is written is not known before it was read.
func writingCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	a := s.Attempt
	n := text.Counted(r.Effect.Partitions, "partition")
	switch {
	case r.Problem != nil && r.Problem.Code == reset.ProblemInternal:
		c.Lines = problemLines(r.Problem)
	// the write was sent: "nothing was changed" is not known here
	case r.Problem != nil && r.Problem.Code != reset.ProblemLost:
		c.Lines = []Line{say(strong("The offsets cannot be read yet"), ": ", in.Cluster, " does not answer completely",
			kafkaSaid(r.Problem.Got), ". They are read until it does; nothing is written again.")}
	case a == nil:
		c.Lines = []Line{say(strong("Writing " + n))}
	case !a.ReadAt.IsZero() || r.Problem != nil:
		c.Lines = []Line{say(strong("Kafka's answer was lost"),
			": the offsets are read twice to find out what was written; nothing is written again.")}
	default:
		answered := 0
		for _, ch := range a.Chunks {
			if ch.Phase == reset.Answered {
				answered++
			}
		}
		l := say(strong("Writing "+n), " since ", v.exact(a.StartedAt))
		if len(a.Chunks) > 1 {
			l = say(l, ", ", text.WithCommas(answered), " of ", text.Counted(len(a.Chunks), "request"), " answered")
		}
		c.Lines = []Line{say(l, ", each is read back")}
	}
	c.Lines = append(c.Lines, briefEffect(s, v), agreedFor(s, v))
	c.Menu = menu(partitions(r), looks(s))
}
