package words

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// quoted is a reason as people wrote it.
func quoted(why string) Span { return name(`"` + text.Clip(why, 200) + `"`) }

// reason is the reason and the emergency of an intent, within a sentence.
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

// askedBy is the person who asked, or the schedule by its name.
func askedBy(r reset.Request) Line {
	if r.Run == nil {
		return say(person(r.Actor))
	}
	l := say("schedule ", name(cmp.Or(r.Run.Name, r.Run.Schedule)), " of ", person(r.Run.Owner))
	if r.Run.By.ID != "" {
		return say(l, ", run now by ", person(r.Run.By))
	}
	return l
}

// askerLine is who asks for it, and why.
func askerLine(r reset.Request) Line {
	in, _ := r.Intent()
	who := capitalLine(askedBy(r))
	if in.Reason == "" {
		return say(who, " gave no reason")
	}
	return say(who, ": ", quoted(in.Reason))
}

// needLine is what a preview needs before it is applied.
func needLine(r reset.Request) Line {
	if r.Need == 0 {
		return say("No approval required")
	}
	return say("Needs ", strong(text.Counted(r.Need, "approval")), " from ", people(r.Ruling.Approvers, User, "or"))
}

// lacksLine is what a pending request still needs, and until when.
func lacksLine(s reset.Story, v timeFormat) Line {
	r := s.Request
	who := people(r.Ruling.Approvers, Notify, "or")
	need := say("Needs ", strong(text.Counted(r.Need, "approval")), " from ", who)
	if len(s.Votes) > 0 {
		need = say("Approved by ", voters(s.Votes, v), ". Needs ",
			strong(text.WithCommas(max(0, r.Need-len(s.Votes)))+" more"), " from ", who)
	}
	return say(need, until(" by ", r.Deadline, v))
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

// approvers are who approved, without the times.
func approvers(votes []reset.Vote) Line {
	var parts []any
	for i, vote := range votes {
		if i > 0 {
			parts = append(parts, ", ")
		}
		parts = append(parts, person(vote.Actor))
	}
	return say(parts...)
}

// agreed is by whose authority it is written: approvals, a standing approval, an emergency, or the asker's own right.
func agreed(s reset.Story, v timeFormat) Line {
	r := s.Request
	switch {
	case r.Emergency != nil:
		return say("Break-glass by ", person(r.Emergency.By), forAsker(r), ", no approval", owners(r))
	case r.Run != nil && r.Mandate != nil && len(s.Votes) == 0:
		return standingApproval(*r.Mandate, v)
	case !r.SoloUntil.IsZero():
		return say("No second approval required: unchanged since ", name(cmp.Or(r.Undoes, "the reset")))
	case len(s.Votes) > 0:
		return say("Approved by ", approvers(s.Votes))
	}
	return say("No second approval required")
}

// agreedFor is agreed with who asked, where those are different people.
func agreedFor(s reset.Story, v timeFormat) Line {
	switch r := s.Request; {
	case r.Emergency != nil:
		return agreed(s, v)
	case len(s.Votes) > 0:
		return say(agreed(s, v), " for ", askedBy(r))
	case r.Run != nil:
		return say(capitalLine(askedBy(r)), ". ", agreed(s, v))
	}
	return say("Confirmed by ", person(s.Request.Actor), "; ", lowerLine(agreed(s, v)))
}

// forAsker is for whom a person used an emergency, where that is another one.
func forAsker(r reset.Request) Line {
	if r.Emergency.By == r.Actor {
		return nil
	}
	return say(" for ", askedBy(r))
}

// owners are notified of an emergency; where the rule names none, the approvers are.
func owners(r reset.Request) Line {
	told := OwnersOf(r)
	if len(told) == 0 {
		return nil
	}
	return say("; ", people(told, Notify, "and"), " notified")
}

// breakGlassLine says what an emergency is, before the click: once written it cannot be made unseen.
func breakGlassLine(r reset.Request) Line {
	if told := OwnersOf(r); len(told) > 0 {
		return say(withoutApproval(r), "; ", people(told, User, "and"), " will be notified")
	}
	return withoutApproval(r)
}

func withoutApproval(r reset.Request) Line {
	return say(strong("Will be applied without approval"), ", within ", limitText(r.Bounds))
}

// breakGlassQuestion is what is asked at the click. It is plain text, where a mention would read as an id: the card
// behind it has the names.
func breakGlassQuestion(r reset.Request) string {
	q := withoutApproval(r).String()
	if len(OwnersOf(r)) > 0 {
		q += "; the owners will be notified"
	}
	return q + "."
}

// contextLine is the environment, the request's id and more: "🔴 PRODUCTION · k7f3.1 · Not written as of 08:31".
func contextLine(s reset.Story, more ...Line) Line {
	r := s.Request
	id := r.ID
	if r.State.Open() && r.Revision > 0 {
		id = ref(r)
	}
	l := say(labelOf(s), name(id))
	for _, m := range more {
		if m != nil {
			l = say(l, " · ", m)
		}
	}
	return l
}

// asOf is what can be said of a request before its write. It has the time: an approved write does not wait for Slack,
// so a card that can no longer be edited must not state that nothing was written.
func asOf(r reset.Request, v timeFormat) Line {
	if _, saves := r.Act.(reset.SaveSchedule); saves {
		return say("Not saved as of ", v.clock(v.now))
	}
	return say("Not written as of ", v.clock(v.now))
}

// askedAndAgreed is who asked for what was written, why, and who approved. It has a reason, which is foreign text: it
// is no small print, where a character may be markup.
func askedAndAgreed(s reset.Story, v timeFormat) Line {
	in, _ := s.Request.Intent()
	l := askedBy(s.Request)
	if in.Reason != "" {
		l = say(l, " ", quoted(in.Reason))
	}
	return say(capitalLine(l), ", ", lowerLine(agreed(s, v)))
}

// lowerLine begins a line with a small letter, to go on within a sentence.
func lowerLine(l Line) Line {
	if len(l) == 0 || l[0].Kind != Text || l[0].Text == "" {
		return l
	}
	out := append(Line{}, l...)
	out[0].Text = strings.ToLower(out[0].Text[:1]) + out[0].Text[1:]
	return out
}

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

// because is the reason that a decision was given.
func because(e *reset.Entry) Line {
	if e == nil || e.Facts["why"] == "" {
		return nil
	}
	return say(": ", quoted(e.Facts["why"]))
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

func until(word string, t time.Time, v timeFormat) Line {
	if t.IsZero() {
		return nil
	}
	return say(word, v.clock(t))
}

// ref names a revision of a request.
func ref(r reset.Request) string { return fmt.Sprintf("%s.%d", r.ID, r.Revision) }
