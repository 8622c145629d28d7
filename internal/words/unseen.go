package words

import (
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// UnseenOf tells the requester that no approver can see a pending request: why each way failed, who can change that,
// and what helps meanwhile. home is why the home channel took nothing; direct is Slack's answer to the direct messages,
// empty if the approvers could not even be found.
func UnseenOf(s reset.Story, home Unshown, direct string) Content {
	r := s.Request
	v := timeFormatOf(intentOf(r), s.Now)
	in, _ := r.Intent()
	c := Content{Title: title(in, s.Cluster), Status: status(r, "no approver can see it"), Lines: unseenLines(s)}
	c.Lines[0] = say("Not written as of ", v.clock(s.Now), ". ", c.Lines[0])
	c.Warnings = unseenCauses(home, direct)
	c.Fallback = fallback(c)
	return c
}

// UnseenInThread is UnseenOf for the thread of the card, which calls the requester.
func UnseenInThread(s reset.Story, home Unshown, direct string) []Line {
	lines := append(unseenLines(s), unseenCauses(home, direct)...)
	by := s.Request.Actor
	if s.Request.Run != nil {
		by = s.Request.Run.Owner
	}
	lines[0] = say(Span{Kind: Notify, ID: by.ID, Text: "@" + by.ID}, ": ", lines[0])
	return lines
}

func unseenLines(s reset.Story) []Line {
	r := s.Request
	return []Line{say("No approver can see this request. It needs ", text.Counted(r.Need, "approval"), " from ",
		people(r.Ruling.Approvers, User, "or"), ": ask one of them to type ", code("approve "+ref(r)), ".")}
}

func unseenCauses(home Unshown, direct string) []Line {
	where := Line{{Kind: Channel, ID: home.Channel, Text: home.Channel}}
	out := []Line{say("Slack does not let the bot post in ", where, " (", home.Code, "). ", remedy(home.Code))}
	if direct == "" {
		return append(out, say("The approvers could not be found: the people who run the bot find the reason in its log."))
	}
	return append(out, say("Slack refuses the bot's direct messages to them (", direct, "). ", remedy(direct)))
}
