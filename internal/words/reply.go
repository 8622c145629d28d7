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
	c.Lines = []Line{replyLine(decision{r, in, v})}
	if r.Did == reset.DidPlan {
		c.Buttons = replyButtons(reset.Story{Request: req})
	}
	if asked := r.Did == reset.DidSubmit || r.Did == reset.DidArm; asked && !req.Deadline.IsZero() {
		c.Lines = append(c.Lines, say("Open until ", v.clock(req.Deadline), ". Stop it with ", code("cancel "+req.ID),
			"."))
	}
	c.Fallback = fallback(c)
	return c
}

// decision is a reply with what its sentence is made of.
type decision struct {
	reset.Reply
	intent reset.Intent
	times  timeFormat
}

func replyLine(a decision) Line {
	if tell, ok := replies[a.Did]; ok {
		return tell(a)
	}
	return say(a.Request.ID, ": ", string(a.Did), ".")
}

// label is what the schedule is called that was decided about.
func (a decision) label() string {
	if a.Schedule == nil {
		return a.Request.ID
	}
	return a.Schedule.Label()
}

// next is when that schedule runs next.
func (a decision) next() Line {
	sc := a.Schedule
	if sc == nil || sc.Next.IsZero() {
		return nil
	}
	return say(" Next run: ", timeFormatOf(sc.Intent, firstTime(a.Request.CreatedAt, a.At)).clock(sc.Next), ".")
}

// replies says what each decision did.
var replies = map[reset.Did]func(a decision) Line{
	reset.DidSubmit: func(a decision) Line {
		return say(a.Request.ID, " is asked for: it needs ", text.Counted(a.Request.Need, "approval"), " from ",
			people(a.Request.Ruling.Approvers, User, "or"), ".")
	},
	reset.DidArm: func(a decision) Line {
		return say(a.Request.ID, " is approved. It is written once ", a.intent.Group, " is inactive.")
	},
	reset.DidVote: func(a decision) Line {
		return say("Your approval of ", ref(a.Request), " counts: ", text.WithCommas(a.Votes), " of ",
			text.WithCommas(a.Request.Need), ".")
	},
	reset.DidAlready: func(a decision) Line {
		return say("Already approved by you", decidedBefore(a), "; ", a.Request.ID, " is ", states[a.Request.State],
			".")
	},
	reset.DidEmergency: func(a decision) Line {
		return say(a.Request.ID, " goes on without approval; its owners are notified. It is written once ",
			a.intent.Group, " is inactive.")
	},
	reset.DidUnapprove: func(a decision) Line {
		l := say("Your approval of ", ref(a.Request), " is withdrawn: ", text.WithCommas(a.Votes), " of ",
			text.WithCommas(a.Request.Need), ".")
		if a.Votes < a.Request.Need || a.Request.State != reset.Approved {
			l = say(l, " It is not written before it is approved again.")
		}
		return l
	},
	reset.DidReject: func(a decision) Line {
		return say(a.Request.ID, " is rejected. Nothing was changed.")
	},
	reset.DidCancel: func(a decision) Line {
		return say(a.Request.ID, " is cancelled. Nothing was changed.")
	},
	reset.DidChoose: func(a decision) Line {
		return say(a.Request.ID, " is planned again with your choice.")
	},
	reset.DidRetry: func(a decision) Line {
		return say(a.Request.ID, " is checked now.")
	},
	reset.DidSettle: func(a decision) Line {
		return say(a.Request.ID, " is accepted as it is; ", a.intent.Group, " can be reset again.")
	},
	reset.DidUndo: func(a decision) Line {
		return say(a.Request.ID, " undoes ", a.Request.Undoes,
			": its preview comes next. Nothing is written before you apply it.")
	},
	reset.DidPlan: func(a decision) Line {
		return say("Nothing was decided: name the revision. ", a.Request.ID, " is at ", code(ref(a.Request)),
			"; it ", effectBrief(a.Request), ".")
	},
	reset.DidPause: func(a decision) Line {
		return say(a.label(), " is paused until it is resumed.")
	},
	reset.DidResume: func(a decision) Line {
		return say(a.label(), " runs again.", a.next())
	},
	reset.DidRemove: func(a decision) Line {
		return say(a.label(), " is removed.")
	},
	reset.DidSkip: func(a decision) Line {
		return say("The next run of ", a.label(), " is skipped.", a.next())
	},
	reset.DidDelay: func(a decision) Line {
		return say(a.label(), " is delayed by an hour.")
	},
	reset.DidRunNow: func(a decision) Line {
		return say(a.label(), " runs now, once its group is inactive.")
	},
}

func decidedBefore(a decision) Line {
	if a.At.IsZero() {
		return nil
	}
	return say(" (", a.times.clock(a.At), ")")
}

// replyButtons decide on the revision that was just shown.
func replyButtons(s reset.Story) []Button {
	if s.Request.State == reset.Pending {
		return []Button{agreeButton(s, "Approve"), rejectButton(s.Request)}
	}
	if s.Request.State == reset.Draft {
		return one(applyButton(s))
	}
	return nil
}
