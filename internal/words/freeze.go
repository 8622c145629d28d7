package words

import (
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// freezeCard is the card of a freeze or a thaw.
func freezeCard(s reset.Story) Content {
	r := s.Request
	in, _ := r.Intent()
	_, freeze := r.Act.(reset.Freeze)
	v := timeFormatOf(in, s.Now)
	c := Content{Title: title(in, s.Cluster), Status: status(r, states[r.State])}
	c.Lines = []Line{say(person(r.Actor), " asks to ", actPhrase(s, v, withUTC), reason(in), ".")}
	switch {
	case r.State == reset.Applied && freeze:
		c.Status = status(r, "FROZEN")
		c.Lines = []Line{say(strong("Frozen"), " by ", person(r.Actor), doneAt(r, v), reason(in),
			". Nothing is written here until it is thawed; what is approved waits, until its own deadline."),
			say("Lift it: ", code("thaw "+scopeWord(in.Cluster)))}
	case r.State == reset.Applied:
		c.Status = status(r, "thawed")
		c.Lines = []Line{say("Thawed by ", person(r.Actor), doneAt(r, v), reason(in), ". Approved resets go on.")}
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

// scopeWord is how a freeze's scope is typed.
func scopeWord(cluster string) string {
	if cluster == reset.Everything {
		return "everything"
	}
	return cluster
}

// frozenLine is on every open card during a freeze.
func frozenLine(s reset.Story, v timeFormat) Line {
	if s.Frozen == nil || !s.Request.State.Open() {
		return nil
	}
	return freezeLine(*s.Frozen, v)
}

func freezeLine(f reset.Frozen, v timeFormat) Line {
	return say(strong("FROZEN: "+scopeWord(f.Cluster)), " by ", person(f.By), " ", v.clock(f.At),
		because(&reset.Entry{Facts: map[string]string{"why": f.Why}}), ". Nothing is written until it is thawed: ",
		code("thaw "+scopeWord(f.Cluster)))
}
