package words

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// warnings are those of a plan that a person should read before approving, one line for each kind, never one for each
// partition.
func warnings(s reset.Story, v timeFormat) []Line {
	var lines []Line
	var done []reset.WarningCode
	for _, w := range s.Request.Warnings {
		same := s.Request.Warnings
		if w.Code == reset.WarnNote {
			same = []reset.Warning{w} // each says something else
		} else if slices.Contains(done, w.Code) {
			continue
		}
		done = append(done, w.Code)
		if l := warningLine(groupWarnings(same, w.Code), s.Request, v); l != nil {
			lines = append(lines, l)
		}
	}
	if s.Blocking != "" && s.Blocking != s.Request.ID {
		lines = append(lines, say(s.Blocking, " has an open outcome and blocks this group: ", code("show "+s.Blocking),
			", then undo or accept it."))
	}
	return lines
}

// warningGroup is all warnings of a plan of one kind.
type warningGroup struct {
	code   reset.WarningCode
	places []string // "orders-3", "orders:0,3-5"
	parts  int
	names  []string
	count  int64
	other  int64
	text   string
	at     time.Time

	request reset.Request
	times   timeFormat
}

func groupWarnings(ws []reset.Warning, code reset.WarningCode) warningGroup {
	g := warningGroup{code: code}
	for _, w := range ws {
		if w.Code != code {
			continue
		}
		if w.Topic != "" {
			g.places = append(g.places, partitionsLabel(w.Topic, w.Parts))
		}
		g.parts += len(w.Parts)
		g.names = append(g.names, w.Names...)
		g.count += w.Count
		g.other += w.Other
		g.text = cmp.Or(w.Text, g.text)
		// the newest of all; else the earliest
		if g.at.IsZero() || !w.At.IsZero() && w.At.After(g.at) == (code == reset.WarnNoLater) {
			g.at = w.At
		}
	}
	return g
}

// partitionsLabel names partitions of a topic: "orders-3", "orders:0,3-5".
func partitionsLabel(topic string, parts []int32) string {
	switch len(parts) {
	case 0:
		return topic
	case 1:
		return fmt.Sprintf("%s-%d", topic, parts[0])
	}
	return topic + ":" + text.Ranges(parts)
}

// didYouMean asks whether an existing group was meant.
func didYouMean(names []string) string {
	if len(names) == 0 {
		return "."
	}
	return ". Or did you mean " + text.List(names, 3) + "?"
}

// warningLine is nil for what other lines say, and for a code that a version to come has stored.
func warningLine(g warningGroup, r reset.Request, v timeFormat) Line {
	g.request, g.times = r, v
	if tell, ok := warningLines[g.code]; ok {
		return tell(g)
	}
	return nil
}

func (g warningGroup) on() string { return text.Counted(g.parts, "partition") }

func (g warningGroup) where() string { return text.List(g.places, 3) }

func (g warningGroup) have() string {
	if g.parts == 1 {
		return "has"
	}
	return "have"
}

// busyLine names who is connected, as last seen, or as counted when the plan was made.
func busyLine(g reset.GroupState, w warningGroup) Line {
	if len(g.Members) == 0 {
		return say(strong(text.Counted(w.count, "consumer")+" "+isAreText(w.count)+" running"), state(w.text), ".")
	}
	n := len(g.Members)
	return say(strong(text.Counted(n, "consumer")+" "+isAreText(n)+" running"), state(g.State), ": ",
		members(g.Members), ".")
}

func isAreText[N int | int64](n N) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// stopFirst is what a request waits for that does not wait for an inactive group.
func stopFirst(n int) string {
	if n == 0 {
		return "it is inactive first"
	}
	return theyStop(n) + " first"
}

// theyStop is what n members do before anything is written.
func theyStop(n int) string {
	if n == 1 {
		return "it stops"
	}
	return "they stop"
}

func state(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// members groups consumers by client id: "billing-6c9f ×3 from 10.4.7.21, 10.4.7.22 and 10.4.9.3".
func members(ms []reset.Member) Line {
	times := map[string]int{}
	var ids []string
	for _, m := range ms {
		if times[m.ClientID]++; times[m.ClientID] == 1 {
			ids = append(ids, m.ClientID)
		}
	}
	for i, id := range ids {
		name := text.Clip(cmp.Or(id, "(no client id)"), 60)
		if n := times[id]; n > 1 {
			name += fmt.Sprintf(" ×%d", n)
		}
		ids[i] = name
	}
	l := say(name(text.List(ids, 3)))
	if from := hosts(ms); len(from) > 0 {
		l = say(l, " from ", text.List(from, 4))
	}
	return l
}

// hosts are the addresses of members, each once. Brokers in Java write one as "/10.4.7.21".
func hosts(ms []reset.Member) []string {
	var out []string
	for _, m := range ms {
		if h := strings.TrimPrefix(m.Host, "/"); h != "" && !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	slices.Sort(out)
	return out
}

// membersLeftLine says why a stopped consumer may still be a member: it stays one until its session times out.
func membersLeftLine(ms []reset.Member) Line {
	var static []string
	for _, m := range ms {
		if m.StaticID != "" {
			static = append(static, text.Clip(m.StaticID, 60))
		}
	}
	slices.Sort(static)
	if n := len(static); n > 0 {
		return say(text.Counted(n, "member"), " ", hasHave(n), " a static id (", text.List(static, 3),
			") and does not leave when stopped: "+
				"it lingers until its session times out, usually 45 s.")
	}
	return say("A crashed one lingers until its session times out, usually 45 s.")
}

func hasHave(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

// stopHints are the stop commands that the policy's owner wrote.
func stopHints(r reset.Ruling) []Line {
	if r.Stop == "" {
		return nil
	}
	return []Line{say("Stop the consumers:  ", code(r.Stop))}
}

func startHints(r reset.Ruling) []Line {
	if r.Start == "" {
		return nil
	}
	return []Line{say("Start the consumers:  ", code(r.Start))}
}

func runbook(r reset.Ruling) []Line {
	if !isWebAddress(r.Runbook) {
		return nil
	}
	return []Line{say(Span{Kind: Link, Text: "Runbook", URL: r.Runbook})}
}
