package words

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// freezePreview is a freeze or a thaw before its requester has confirmed it.
func freezePreview(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	c.Lines = append(freezeEffect(s, v), needLine(r))
	c.Foot = []Line{contextLine(s, say("Open", until(" until ", r.Deadline, v)))}
	b := freezeButton(r)
	if r.Need > 0 {
		b.Label, b.Style, b.Confirm = "Ask for approval", "primary", ""
	}
	c.Buttons = []Button{b, cancelButton(r, "Discard")}
}

// freezeButton decides on a freeze or a thaw. Both are asked about first: they concern all requests of a cluster.
func freezeButton(r reset.Request) Button {
	b := Button{Verb: "approve", Ref: ref(r), Label: "Thaw", Style: "danger", Typed: "approve " + ref(r),
		Confirm: "Approved requests that wait for this are written once their group is inactive."}
	if _, freeze := r.Act.(reset.Freeze); freeze {
		b.Label, b.Confirm = "Freeze", "No reset is written until it is thawed; approved requests wait."
	}
	return b
}

// freezeEffect is what a freeze or a thaw does.
func freezeEffect(s reset.Story, v timeFormat) []Line {
	r := s.Request
	in, _ := r.Intent()
	if thaw, ok := r.Act.(reset.Thaw); ok {
		then := say("Approved requests are then written, once their group is inactive")
		if len(s.Frozen) > 0 {
			then = say("Nothing is written while another freeze is in force")
		}
		if thaw.Lifts.ID != "" {
			return []Line{say(strong("Lifts the freeze "+thaw.Lifts.ID), " of ", scopeWord(thaw.Lifts.Cluster), " by ",
				person(thaw.Lifts.By), " (", v.clock(thaw.Lifts.At), ")", whyFrozen(thaw.Lifts)), then}
		}
		return []Line{say(strong("Lifts the freeze"), " of ", scopeWord(in.Cluster)), then}
	}
	return []Line{say(strong("Pauses all writes"), " to ", scopeWord(in.Cluster), "; approved requests wait")}
}

// freezeRequest is a freeze or a thaw that waits for approval.
func freezeRequest(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	c.Lines = append(freezeEffect(s, v), askerLine(r), lacksLine(s, v))
	b := freezeButton(r)
	b.Label = "Approve " + strings.ToLower(b.Label)
	c.Buttons = []Button{b, rejectButton(r)}
	c.Menu = menu(one(cancelButton(r, "Cancel")))
}

// freezeCard is a freeze or a thaw that is about to take effect.
func freezeCard(c *Content, s reset.Story, v timeFormat) {
	c.Lines = append(freezeEffect(s, v), askerLine(s.Request))
}

// inForceCard is a freeze that is in force.
func inForceCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	c.Lines = []Line{
		say(strong("All writes to "+scopeWord(in.Cluster)+" are paused"), " by ", person(r.Actor), doneAt(r, v),
			because(&reset.Entry{Facts: map[string]string{"why": in.Reason}})),
		say("Approved requests wait until their own deadline. Lift it: ", code("thaw "+r.ID)),
	}
	if e := lastOf(s.Entries, reset.EvFrozen); e != nil && e.Facts["running"] != "" {
		n := strings.Count(e.Facts["running"], ",") + 1 // their ids are for those who may view their groups
		c.Lines = append(c.Lines, say("Writes that had begun are finished: "+text.WithCommas(n)))
	}
}

// thawedCard is a freeze that was lifted, or the thaw that lifted it, and what is still frozen.
func thawedCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	set, thaw := r.Act.(reset.Thaw)
	switch {
	case thaw && set.Lifts.ID != "":
		c.Lines = []Line{say(strong("Thawed"), " by ", person(r.Actor), doneAt(r, v), ": the ", freezeName(set.Lifts, v))}
	case thaw:
		c.Lines = []Line{say(strong("Thawed"), " by ", person(r.Actor), doneAt(r, v))}
	default:
		by := lastOf(s.Entries, reset.EvThawed)
		c.Lines = []Line{say(strong("Lifted"), byWhom(by), when(by, v), because(by)),
			say("Frozen before by ", person(r.Actor), doneAt(r, v))}
	}
	if in, _ := r.Intent(); in.Reason != "" {
		c.Lines = append(c.Lines, say(person(r.Actor), ": ", quoted(in.Reason)))
	}
	for _, f := range s.Frozen {
		c.Lines = append(c.Lines, say("As of ", v.clock(v.now), ", ", strong(scopeWord(f.Cluster)+" is still frozen"), ": ",
			freezeName(f.Frozen, v), ", ", code("thaw "+f.ID)))
	}
	if len(s.Frozen) == 0 && thaw {
		c.Lines = append(c.Lines, say("Writes are allowed again. Approved requests are written once their group is inactive"))
	}
}

// freezeName identifies a freeze: "freeze k7f3 of prod-eu by @jon 14:02: "broker upgrade"".
func freezeName(f reset.Frozen, v timeFormat) Line {
	return say("freeze ", f.ID, " of ", scopeWord(f.Cluster), " by ", person(f.By), " ", v.clock(f.At), whyFrozen(f))
}

func whyFrozen(f reset.Frozen) Line {
	return because(&reset.Entry{Facts: map[string]string{"why": f.Why}})
}

// whichFreeze asks which of several freezes is meant.
func whichFreeze(r reset.Request, v timeFormat) []Line {
	lines := []Line{say("Which freeze? ", text.WithCommas(len(r.Options)), " are in force.")}
	for _, o := range r.Options {
		if o.Freeze != nil {
			lines = append(lines, say(capitalLine(freezeName(*o.Freeze, v)), ": ", code(o.Typed)))
		}
	}
	return lines
}

// scopeWord is how a freeze's scope is typed.
func scopeWord(cluster string) string {
	if cluster == reset.Everything {
		return "everything"
	}
	return cluster
}

// mostFreezes is how many freezes a card lists.
const mostFreezes = 3

// freezeLines lists freezes in force.
func freezeLines(frozen []reset.InForce, most int, v timeFormat) []Line {
	var lines []Line
	for _, f := range frozen[:min(most, len(frozen))] {
		lines = append(lines, freezeLine(f, v))
	}
	if n := len(frozen) - most; n > 0 {
		lines = append(lines, say("... ", text.Counted(n, "more freeze"), ": ", code("status")))
	}
	return slices.Clip(lines)
}

func freezeLine(f reset.InForce, v timeFormat) Line {
	l := say("🧊 ", strong("FROZEN: "+scopeWord(f.Cluster)), " by ", person(f.By), " ", v.clock(f.At),
		whyFrozen(f.Frozen))
	switch f.Called {
	case f.Cluster:
	case "":
		l = say(l, " (", f.Cluster, " is no longer configured)")
	default:
		l = say(l, " (", f.Cluster, " is called ", f.Called, " now)")
	}
	return say(l, ". Lift it: ", code("thaw "+f.ID))
}

// frozenProblem says what is frozen where something waits for it.
func frozenProblem(p *reset.Problem) Line {
	l := say(scopeWord(p.Cluster), " is frozen", byIDs(p.Names), kafkaSaid(p.Got))
	if p.Count > 0 {
		l = say(l, ", and by ", text.Counted(p.Count, "other freeze"))
	}
	return say(l, ". Nothing is written until it is thawed: ", code("thaw "+cmp.Or(p.Request, scopeWord(p.Cluster))))
}

// stillFrozen is the line of a thaw while other freezes are in force.
func stillFrozen(e reset.Entry) string {
	switch left := e.Facts["left"]; left {
	case "", "0":
		return ""
	case "1":
		return "; 1 other freeze is in force"
	default:
		return "; " + left + " other freezes are in force"
	}
}
