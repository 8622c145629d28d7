package words

import (
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// maxFreezes is how many freezes a list shows.
const maxFreezes = 20

// StatusOf lists what is open, oldest deadline first. More: others are open too.
func StatusOf(
	rs []reset.Request, more bool, frozen []reset.InForce, infos []reset.ClusterInfo, now time.Time,
) Content {
	rs = slices.Clone(rs)
	slices.SortStableFunc(rs, func(a, b reset.Request) int { return a.Deadline.Compare(b.Deadline) })
	c := Content{Title: "Open requests", Status: text.WithCommas(len(rs))}
	switch {
	case len(rs) == 0 && more:
		c.Status = "not known"
		c.Lines = []Line{say("None of the latest open requests is yours to view; older ones were not looked at.")}
		c.Foot = []Line{narrow("status GROUP@CLUSTER")}
	case len(rs) == 0:
		c.Lines = []Line{say("Nothing is open. ", code("history"), " shows what was done.")}
	case more:
		c.Status = "the latest " + text.WithCommas(len(rs))
		c.Foot = []Line{narrow("status GROUP@CLUSTER")}
	}
	c.Lines = append(c.Lines, requestLines(rs, infos, now)...)
	c.Warnings = append(c.Warnings, freezeLines(frozen, maxFreezes, timeFormat{time.UTC, now})...)
	c.Fallback = c.Title + ": " + c.Status
	return c
}

// narrow says how to see less.
func narrow(typed string) Line { return say("There are more. Narrow it: ", code(typed)) }

// HistoryOf is a page of a history, newest first.
func HistoryOf(p reset.Page, q reset.Search, infos []reset.ClusterInfo, now time.Time) Content {
	c := Content{Title: "History", Status: text.Counted(len(p.Rows), "request")}
	if about := aboutSearch(q, now); about != nil {
		c.Lines = []Line{about}
	}
	switch {
	case len(p.Rows) == 0 && p.More:
		c.Lines = append(c.Lines, say("None of the latest requests is yours to view; older ones were not looked at."))
		c.Foot = []Line{narrow("history GROUP@CLUSTER")}
	case len(p.Rows) == 0 && q != (reset.Search{}):
		c.Lines = append(c.Lines, say("No request matches, of those that you may view."))
	case len(p.Rows) == 0:
		c.Lines = append(c.Lines, say("No request is known here yet."))
	default:
		c.Foot = []Line{say("One of them in full: ", code("show ID"))}
	}
	for _, past := range p.Rows {
		c.Lines = append(c.Lines, pastLine(past, infos, now))
	}
	if n := len(p.Rows); n > 0 && p.More {
		older := q
		older.Before = p.Rows[n-1].Request.ID
		c.Status += ", there are older ones"
		c.Buttons = []Button{look("Older", TypedHistory(older))}
	}
	c.Fallback = c.Title + ": " + c.Status
	return c
}

// look is a button that asks for a view: it is the same as typing it.
func look(label, typed string) Button {
	return Button{Verb: "look", Ref: typed, Label: label, Typed: typed}
}

// TypedHistory is a search as it is typed.
func TypedHistory(q reset.Search) string {
	words := []string{"history"}
	switch {
	case q.Group != "" && q.Cluster != "":
		words = append(words, "--group", text.ShellQuote(q.Group), "--cluster", q.Cluster)
	case q.Group != "":
		words = append(words, "--group", text.ShellQuote(q.Group))
	case q.Cluster != "":
		words = append(words, "--cluster", q.Cluster)
	}
	if q.By.ID != "" {
		words = append(words, "@"+q.By.ID)
	}
	if !q.Since.IsZero() {
		words = append(words, "--since", q.Since.UTC().Format(time.RFC3339))
	}
	if !q.Until.IsZero() {
		words = append(words, "--until", q.Until.UTC().Format(time.RFC3339))
	}
	if q.All {
		words = append(words, "--all")
	}
	if q.Before != "" {
		words = append(words, "--before", q.Before)
	}
	return strings.Join(words, " ")
}

// aboutSearch says what a history is narrowed to; nil: to nothing.
func aboutSearch(q reset.Search, now time.Time) Line {
	v := timeFormat{time.UTC, now}
	var l Line
	add := func(on bool, parts ...any) {
		if on && l != nil {
			l = say(l, ", ")
		}
		if on {
			l = say(append([]any{l}, parts...)...)
		}
	}
	add(q.Group != "", q.Group)
	add(q.Cluster != "", "on ", q.Cluster)
	add(q.By.ID != "", "asked or approved by ", person(q.By))
	add(!q.Since.IsZero(), "since ", v.clock(q.Since))
	add(!q.Until.IsZero(), "until ", v.clock(q.Until))
	add(q.Before != "", "older than ", q.Before)
	if l == nil {
		return nil
	}
	return say("Only: ", l, ".")
}

// pastLine is requestLine with who approved and what was written.
func pastLine(p reset.Past, infos []reset.ClusterInfo, now time.Time) Line {
	l := requestLine(p.Request, infos, now)
	var approvers []any
	for _, v := range p.Votes {
		if v.Actor == p.Request.Actor {
			continue
		}
		if len(approvers) > 0 {
			approvers = append(approvers, ", ")
		}
		approvers = append(approvers, person(v.Actor))
	}
	if len(approvers) > 0 {
		l = say(l, ", approved by ", say(approvers...))
	}
	if e := p.Request.Emergency; e != nil {
		l = say(l, ", break-glass ", e.Incident)
	}
	if told := writtenCount(p.Written); told != "" {
		l = say(l, " · ", told)
	}
	return l
}

// writtenCount is what was written, as it was read back: "12 of 12 partitions verified".
func writtenCount(states map[reset.WriteState]int) string {
	total := 0
	for _, n := range states {
		total += n
	}
	if total == 0 {
		return ""
	}
	told := []string{text.WithCommas(states[reset.WriteAtTarget]) + " of " + text.Counted(total, "partition") +
		" verified at the target"}
	for _, state := range []reset.WriteState{reset.WriteUnchanged, reset.WriteMoved, reset.WriteUnread, ""} {
		if n := states[state]; n > 0 {
			told = append(told, text.WithCommas(n)+" "+writeStates[state])
		}
	}
	return strings.Join(told, ", ")
}

func requestLines(rs []reset.Request, infos []reset.ClusterInfo, now time.Time) []Line {
	lines := make([]Line, len(rs))
	for i, r := range rs {
		lines[i] = requestLine(r, infos, now)
	}
	return lines
}

// listed is the effect of a request in a list: of what was written once something was, and no number where nothing
// was.
func listed(r reset.Request) string {
	switch {
	case r.Effect.Partitions == 0:
		return ""
	case r.State == reset.Failed && r.Written == nil:
		return ""
	case r.State == reset.Failed:
		return "planned: " + plainBrief(r.Effect) + "; written: " + text.Counted(r.Written.Partitions, "partition") +
			", " + plainBrief(*r.Written)
	}
	return effectBrief(r)
}

// requestLine is one request in one line: id, what and where, its effect, its state, who.
func requestLine(r reset.Request, infos []reset.ClusterInfo, now time.Time) Line {
	in, _ := r.Intent()
	v := timeFormatOf(in, now)
	info := reset.ClusterInfo{Name: in.Cluster}
	if i := slices.IndexFunc(infos, func(c reset.ClusterInfo) bool { return c.Name == in.Cluster }); i >= 0 {
		info = infos[i]
	}
	l := say(strong(r.ID), "  ", title(in, info), ": ", actPhrase(reset.Story{Request: r}, v, zoneOnly))
	if told := listed(r); told != "" {
		l = say(l, " (", told, ")")
	}
	l = say(l, " · ", stateWord(r))
	switch {
	case r.Outcome == reset.AppliedLate && r.Late != nil:
		l = say(l, " ", v.clock(r.Late.Landed))
	case !r.EndedAt.IsZero():
		l = say(l, " ", v.clock(r.EndedAt))
	case !r.Deadline.IsZero():
		l = say(l, " until ", v.clock(r.Deadline))
	}
	if r.State == reset.Failed || r.Outcome == reset.Overtaken {
		l = say(l, ", ", outcomes[r.Outcome])
	}
	if r.UndoneBy != "" {
		l = say(l, ", taken back by ", r.UndoneBy)
	}
	return say(l, " · ", person(r.Actor))
}
