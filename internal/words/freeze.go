package words

import (
	"cmp"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// freezeCard is the card of a freeze or a thaw.
func freezeCard(s reset.Story) Content {
	r := s.Request
	in, _ := r.Intent()
	v := timeFormatOf(in, s.Now)
	c := Content{Title: title(in, s.Cluster), Status: status(r, states[r.State])}
	c.Lines = []Line{say(person(r.Actor), " asks to ", actPhrase(s, v, withUTC), reason(in), ".")}
	if thaw, ok := r.Act.(reset.Thaw); ok && thaw.Lifts.ID != "" {
		c.Lines = append(c.Lines, say("It lifts the ", freezeName(thaw.Lifts, v), "."))
	}
	_, freeze := r.Act.(reset.Freeze)
	switch {
	case r.State == reset.Applied && freeze:
		frozenCard(&c, s, v)
	case r.State == reset.Applied:
		thawedCard(&c, s, v)
	case r.State == reset.Approved || r.State == reset.Applying:
		c.Status = status(r, "approved, takes effect now")
	case r.State == reset.Pending:
		c.Lines = append(c.Lines, say("Needs ", strong(text.Counted(r.Need, "approval")+" from "),
			people(r.Ruling.Approvers, Notify, "or"), until(" by ", r.Deadline, v), "."))
		c.Buttons = []Button{
			{Verb: "approve", Ref: ref(r), Label: "Approve", Style: "primary", Typed: "approve " + ref(r),
				Confirm: "What is approved and waits here will be written."},
			{Verb: "reject", Ref: ref(r), Label: "Reject", Style: "danger", Typed: "reject " + ref(r)},
			cancelButton(r, "Cancel"),
		}
	case !r.State.Open():
		ended(&c, s, v)
		c.Buttons = nil
	}
	c.Fallback = fallback(c)
	return c
}

// frozenCard is a freeze: in force, or lifted.
func frozenCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	set := say(strong("Frozen"), " by ", person(r.Actor), doneAt(r, v), reason(in), ".")
	if len(s.Frozen) == 0 {
		by := lastOf(s.Entries, reset.EvThawed)
		c.Status = status(r, "lifted")
		c.Lines = []Line{set, say("Lifted", byWhom(by), when(by, v), because(by), ".")}
		return
	}
	c.Status = status(r, "FROZEN")
	c.Lines = []Line{
		say(set, " Nothing is written here until it is thawed; what is approved waits, until its own deadline."),
		say("Lift it: ", code("thaw "+r.ID)),
	}
	if e := lastOf(s.Entries, reset.EvFrozen); e != nil && e.Facts["running"] != "" {
		c.Lines = append(c.Lines, say("Writes that had begun before are finished: ", e.Facts["running"], "."))
	}
}

// thawedCard is a thaw that took effect: what it lifted, and what is still frozen.
func thawedCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	c.Status = status(r, "thawed")
	lifted := r.Act.(reset.Thaw).Lifts
	l := say("Thawed by ", person(r.Actor), doneAt(r, v), reason(in))
	if lifted.ID != "" {
		l = say(l, ": the ", freezeName(lifted, v))
	}
	if len(s.Frozen) == 0 {
		c.Lines = []Line{say(l, ". Approved resets go on.")}
		return
	}
	c.Lines = []Line{say(l, ".")}
	for _, f := range s.Frozen {
		c.Lines = append(c.Lines, say(strong(scopeWord(f.Cluster)+" is still frozen"), ": ", freezeName(f.Frozen, v),
			", ", code("thaw "+f.ID), "."))
	}
}

// freezeName identifies a freeze: "freeze k7f3 of prod-eu by @jon 14:02: "broker upgrade"".
func freezeName(f reset.Frozen, v timeFormat) Line {
	return say("freeze ", f.ID, " of ", scopeWord(f.Cluster), " by ", person(f.By), " ", v.clock(f.At), whyFrozen(f))
}

func whyFrozen(f reset.Frozen) string {
	return because(&reset.Entry{Facts: map[string]string{"why": f.Why}})
}

// whichFreeze asks which of several freezes is meant.
func whichFreeze(r reset.Request, v timeFormat) []Line {
	lines := []Line{say("Which freeze? ", text.WithCommas(len(r.Options)),
		" are in force, and each is lifted by itself.")}
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

// frozenLines are on every open card during a freeze.
func frozenLines(s reset.Story, v timeFormat) []Line {
	if !s.Request.State.Open() {
		return nil
	}
	return freezeLines(s.Frozen, mostFreezes, v)
}

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
	l := say(strong("FROZEN: "+scopeWord(f.Cluster)), " by ", person(f.By), " ", v.clock(f.At), whyFrozen(f.Frozen))
	switch f.Called {
	case f.Cluster:
	case "":
		l = say(l, " (", f.Cluster, " is no longer configured)")
	default:
		l = say(l, " (", f.Cluster, " is called ", f.Called, " now)")
	}
	return say(l, ". Nothing is written until it is thawed: ", code("thaw "+f.ID))
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
