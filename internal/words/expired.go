package words

import (
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// expiredLine says what did not happen before the deadline.
func expiredLine(s reset.Story, v timeFormat) Line {
	r := s.Request
	in, _ := r.Intent()
	end := firstTime(r.EndedAt, r.Deadline)
	was := expiredIn(s)
	switch {
	case r.Problem != nil && (r.Problem.Code == reset.ProblemConflictingRequest ||
		r.Problem.Code == reset.ProblemMissed):
		return say("Left out. ", problemLine(r.Problem), " Nothing was changed.")
	case was == reset.Planning && r.Question != "":
		return say("The question was not answered by ", v.clock(end), ". Nothing was changed.")
	case (was == reset.Planning || was == reset.Approved) && heldUp(r.Problem):
		return heldUpLine(r.Problem, v.clock(end))
	case was == reset.Planning:
		return say("There was no plan by ", v.clock(end), ". Nothing was changed.")
	case was == reset.Approved:
		l := say(in.Group, " was not idle by ", v.clock(end))
		if n := len(r.Observation.Group.Members); n > 0 {
			l = say(l, ": ", text.Counted(n, "consumer"), " still connected (", members(r.Observation.Group.Members),
				")")
		}
		return say(l, ". Nothing was changed.")
	case was == reset.Pending && len(s.Votes) > 0:
		return say(text.WithCommas(len(s.Votes)), " of ", text.Counted(r.Need, "approval"), " by ", v.clock(end), ": ",
			voters(s.Votes, v), ". Nothing was changed.")
	case was == reset.Pending:
		return say("Nobody of ", people(r.Ruling.Approvers, User, "or"), " decided by ", v.clock(end),
			". Nothing was changed.")
	}
	return say("The preview was not used by ", v.clock(end), ". Nothing was changed.")
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

// heldUpLine says what that was. It is not tried again.
func heldUpLine(p *reset.Problem, end Span) Line {
	switch p.Code {
	case reset.ProblemKafkaRejected, reset.ProblemSlowStore, reset.ProblemInternal:
		return say("It could not be written by ", end, kafkaSaid(p.Got), "; nothing was changed.")
	default: // its own text follows
	}
	l := say("Its time ran out ", end, "; nothing was changed. Until then: ")
	for i, why := range problemLines(p) {
		if i > 0 {
			l = say(l, " ")
		}
		l = say(l, why)
	}
	return l
}
