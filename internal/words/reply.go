package words

import (
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// ReplyOf answers a decision in a line or two. The card shows the rest.
func ReplyOf(r reset.Reply) Content {
	req := r.Request
	in, _ := req.Intent()
	v := timeFormatOf(in, firstTime(req.Observation.At, r.At, req.DecidedAt, req.CreatedAt))
	c := Content{Title: title(in, reset.ClusterInfo{Name: in.Cluster}), Status: status(req, states[req.State])}
	c.Lines = []Line{replyLine(r, v)}
	switch r.Did {
	case reset.DidPlan:
		c.Buttons = replyButtons(req)
	case reset.DidSubmit, reset.DidArm:
		if !req.Deadline.IsZero() {
			c.Lines = append(c.Lines, say("Open until ", v.clock(req.Deadline), ". Stop it with ",
				code("cancel "+req.ID), "."))
		}
	case reset.DidVote, reset.DidAlready, reset.DidEmergency, reset.DidReject, reset.DidCancel, reset.DidChoose,
		reset.DidRetry, reset.DidSettle, reset.DidUndo,
		// one line is enough
		reset.DidPause, reset.DidResume, reset.DidRemove, reset.DidSkip, reset.DidDelay, reset.DidRunNow:
	}
	c.Fallback = fallback(c)
	return c
}

func replyLine(r reset.Reply, v timeFormat) Line {
	req := r.Request
	in, _ := req.Intent()
	switch r.Did {
	case reset.DidSubmit:
		return say(req.ID, " is asked for: it needs ", text.Counted(req.Need, "approval"), " from ",
			people(req.Ruling.Approvers, User, "or"), ".")
	case reset.DidArm:
		return say(req.ID, " is approved. It is written as soon as ", in.Group, " is idle.")
	case reset.DidVote:
		return say("Your approval of ", ref(req), " counts: ", text.WithCommas(r.Votes), " of ",
			text.WithCommas(req.Need), ".")
	case reset.DidAlready:
		return say("Already approved by you", decidedBefore(r, v), "; ", req.ID, " is ", states[req.State], ".")
	case reset.DidEmergency:
		return say(req.ID, " goes ahead on your word alone; its owners are told. It is written as soon as ", in.Group,
			" is idle.")
	case reset.DidReject:
		return say(req.ID, " is rejected. Nothing was changed.")
	case reset.DidCancel:
		return say(req.ID, " is cancelled. Nothing was changed.")
	case reset.DidChoose:
		return say(req.ID, " is planned again with your choice.")
	case reset.DidRetry:
		return say(req.ID, " is looked at again now.")
	case reset.DidSettle:
		return say(req.ID, " is accepted as it is; ", in.Group, " may be reset again.")
	case reset.DidUndo:
		return say(req.ID, " undoes ", req.Undoes, ": its preview comes next. It is written only after you apply it.")
	case reset.DidPlan:
		return say("Nothing was decided: say it with its revision. ", req.ID, " is at ", code(ref(req)), "; it ",
			effectBrief(req), ".")
	// scheduleReply, below
	case reset.DidPause, reset.DidResume, reset.DidRemove, reset.DidSkip, reset.DidDelay, reset.DidRunNow:
	}
	if l := scheduleReply(r); l != nil {
		return l
	}
	return say(req.ID, ": ", string(r.Did), ".")
}

func decidedBefore(r reset.Reply, v timeFormat) Line {
	if r.At.IsZero() {
		return nil
	}
	return say(" (", v.clock(r.At), ")")
}

// replyButtons decide on the revision that was just shown.
func replyButtons(r reset.Request) []Button {
	switch {
	case r.State == reset.Pending:
		return []Button{{Verb: "approve", Ref: ref(r), Label: "Approve", Style: "primary", Typed: "approve " + ref(r)},
			{Verb: "reject", Ref: ref(r), Label: "Reject", Style: "danger", Typed: "reject " + ref(r)}}
	case r.State == reset.Draft && r.Need > 0:
		return []Button{{Verb: "approve", Ref: ref(r), Label: "Ask for approval", Style: "primary",
			Typed: "approve " + ref(r)}}
	case r.State == reset.Draft:
		return []Button{{Verb: "approve", Ref: ref(r), Label: "Apply", Style: "primary", Typed: "approve " + ref(r),
			Confirm: text.Capital(effectBrief(r)) + "."}}
	}
	return nil
}
