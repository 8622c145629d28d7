package words

import (
	"cmp"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// approvalGaps says why a standing approval lets nothing run.
var approvalGaps = map[reset.ApprovalGap]string{
	reset.GapEnded:     "the standing approval has ended",
	reset.GapChanged:   "it was changed since",
	reset.GapEmergency: "an emergency is no standing approval",
}

func reasonOf(why string) string {
	if why == "" {
		return ""
	}
	return ": " + strings.TrimSuffix(why, ".")
}

func example(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "Example: " + names[0] + ". "
}

// warned mentions the owner of a schedule, who has to do something.
func warned(s reset.Story) Line {
	if s.Schedule == nil || s.Schedule.Schedule.Owner.ID == "" {
		return nil
	}
	owner := s.Schedule.Schedule.Owner
	return say(Span{Kind: Notify, ID: owner.ID, Text: "@" + owner.ID}, ": ")
}

func firstLine(l Line, otherwise string) Line {
	if l == nil {
		return say(otherwise)
	}
	return l
}

// doubts is why a standing approval does not cover a run.
func doubts(r reset.Request) string {
	if p := r.Problem; p != nil && p.Ruling != nil && p.Ruling.Doubt != "" {
		return ": " + cmp.Or(denials[p.Ruling.Doubt].brief, string(p.Ruling.Doubt))
	}
	return ""
}
