package words

import (
	"cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// expiredLines say what did not happen before the deadline.
func expiredLines(s reset.Story, v timeFormat) []Line {
	r := s.Request
	in, _ := r.Intent()
	end := firstTime(r.EndedAt, r.Deadline)
	was := expiredIn(s)
	switch {
	case r.Problem != nil && (r.Problem.Code == reset.ProblemConflictingRequest ||
		r.Problem.Code == reset.ProblemMissed):
		return []Line{say(strong("Skipped"), ": ", problemLine(r.Problem))}
	case was == reset.Planning && r.Question != "":
		return []Line{say(strong("The question was not answered"), " before ", v.clock(end))}
	case (was == reset.Planning || was == reset.Approved) && heldUp(r.Problem):
		return heldUpLines(r.Problem, v.clock(end))
	case was == reset.Planning:
		return []Line{say(strong("There was no plan"), " before ", v.clock(end))}
	case was == reset.Approved && givesUp(r) && r.Problem != nil && r.Problem.Code == reset.ProblemBusy:
		return []Line{notWaitedLine(in.Group, r.Problem)}
	case was == reset.Approved:
		l := say(strong(in.Group+" did not become inactive"), " before ", v.clock(end))
		if n := len(r.Observation.Group.Members); n > 0 {
			l = say(l, ": ", text.Counted(n, "consumer"), " still running (", members(r.Observation.Group.Members), ")")
		}
		return []Line{l}
	case was == reset.Pending && len(s.Votes) > 0:
		return []Line{say(strong(text.WithCommas(len(s.Votes))+" of "+text.Counted(r.Need, "approval")), " before ",
			v.clock(end), ": ", approvers(s.Votes))}
	case was == reset.Pending:
		return []Line{say(strong("Not decided"), " before ", v.clock(end), " by ", people(r.Ruling.Approvers, User, "or"))}
	}
	return []Line{say(strong("The preview was not used"), " before ", v.clock(end))}
}

// notWaitedLine says that the group was in use and that the requester wanted no wait.
func notWaitedLine(group string, p *reset.Problem) Line {
	was := say(strong(group + " was " + cmp.Or(p.Got, "active")))
	if n := len(p.Members); n > 0 {
		was = say(strong(group+" was active"), " (", text.Counted(n, "consumer"), ": ", members(p.Members), ")")
	}
	return say(was, " and ", code("--no-wait"), " was given")
}

// expiredIn is the state in which a request expired.
func expiredIn(s reset.Story) reset.State {
	r := s.Request
	e := lastOf(s.Entries, reset.EvExpired)
	switch {
	case e != nil && e.Facts["state"] != "":
		return reset.State(e.Facts["state"])
	case !r.DecidedAt.IsZero():
		return reset.Approved
	case r.Asked:
		return reset.Pending
	}
	return reset.Draft
}

// heldUp reports whether a request waited for something other than an inactive group.
func heldUp(p *reset.Problem) bool {
	return p != nil && p.Code != reset.ProblemBusy && p.Code != reset.ProblemVoided
}

// heldUpLines say what that was. It is not tried again.
func heldUpLines(p *reset.Problem, end Span) []Line {
	switch p.Code {
	case reset.ProblemKafkaRejected, reset.ProblemSlowStore, reset.ProblemInternal:
		return []Line{say(strong("Not written"), " before ", end, kafkaSaid(p.Got))}
	default: // its own text follows
	}
	return append([]Line{say(strong("Not written"), " before ", end, ":")}, problemLines(p)...)
}
