package words

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

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
		c.Lines = []Line{say("Nothing is open that you may view. ", code("history"), " shows what was done.")}
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
		c.Lines = append(c.Lines, say("No decided request that you may view. Open ones: ", code("status"), ". Drafts and refused ones: ",
			code("history --all")))
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
		c.look("Older", TypedHistory(older))
	}
	if len(p.Rows) > 0 {
		c.look("CSV", TypedHistory(q)+" --csv")
	}
	c.Fallback = c.Title + ": " + c.Status
	return c
}

// look adds a button that asks for a view: it is the same as typing it. What is too long for a button is left to be
// typed.
func (c *Content) look(label, typed string) {
	const most = 1500
	if len(typed) <= most {
		c.Buttons = append(c.Buttons, Button{Verb: "look", Ref: typed, Label: label, Typed: typed,
			Option: len(c.Buttons) + 1})
	}
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
	add(q.Group != "", "group ", q.Group)
	add(q.Cluster != "", "on ", q.Cluster)
	add(q.By.ID != "", "asked or approved by ", person(q.By))
	add(!q.Since.IsZero(), "since ", v.clock(q.Since))
	add(!q.Until.IsZero(), "until ", v.clock(q.Until))
	add(q.Before != "", "older than ", q.Before)
	if l == nil {
		return nil
	}
	l = say("Only: ", l, ".")
	if q.Group != "" && q.Cluster == "" && q.By.ID == "" { // a bare name is read as a group's
		l = say(l, " For a person: ", code("history @"+q.Group), ".")
	}
	return l
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

// HistoryCSV is a history as a file, with a header. Times are RFC 3339 in UTC. Cells that a spreadsheet would take for
// a formula are quoted with an apostrophe.
func HistoryCSV(p reset.Page) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	row := func(cells ...string) {
		for i, c := range cells {
			if c != "" && strings.ContainsRune("=+-@", rune(c[0])) {
				cells[i] = "'" + c
			}
		}
		_ = w.Write(cells) // to memory
	}
	row("id", "asked_at", "ended_at", "cluster", "group", "what", "state", "outcome", "asked_by", "approved_by", "reason",
		"partitions_written", "partitions_verified")
	for _, past := range p.Rows {
		r := past.Request
		in, _ := r.Intent()
		var approvers []string
		for _, v := range past.Votes {
			if v.Actor != r.Actor {
				approvers = append(approvers, v.Actor.ID)
			}
		}
		total := 0
		for _, n := range past.Written {
			total += n
		}
		ended := ""
		if !r.EndedAt.IsZero() {
			ended = r.EndedAt.UTC().Format(time.RFC3339)
		}
		row(r.ID, r.CreatedAt.UTC().Format(time.RFC3339), ended, in.Cluster, in.Group,
			actPhrase(reset.Story{Request: r}, timeFormat{time.UTC, r.CreatedAt}, withUTC), string(r.State), string(r.Outcome),
			r.Actor.ID, strings.Join(approvers, " "), in.Reason, strconv.Itoa(total),
			strconv.Itoa(past.Written[reset.WriteAtTarget]))
	}
	w.Flush()
	return b.Bytes()
}

// LagFile is the name of a lag's file.
func LagFile(l reset.Lag) string { return "lag-" + fileName(l.Group) + ".csv" }

// fileName keeps what every file system takes.
func fileName(s string) string {
	return text.Clip(strings.Map(func(r rune) rune {
		if r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '.' || r == '_') {
			return r
		}
		return '_'
	}, s), 80)
}

// FileNote goes with a file.
func FileNote(name string) Content {
	return Content{Title: name, Lines: []Line{say("The file that you asked for is in this thread.")}, Fallback: name}
}

// FileSent answers a person whose file is a direct message.
func FileSent(name string) Content {
	return Content{Title: name, Lines: []Line{say("It is sent to you as a direct message.")}, Fallback: name}
}

// HistorySent says that a history was sent, and that it does not have all that was asked for.
func HistorySent(name string, p reset.Page, q reset.Search) Content {
	c := FileSent(name)
	if n := len(p.Rows); n > 0 && p.More {
		q.Before = p.Rows[n-1].Request.ID
		c.Lines = append(c.Lines, say(strong("It is not complete"), ": it has the latest ", text.Counted(n, "request"),
			". There may be older ones: ", code(TypedHistory(q)+" --csv")))
	}
	return c
}

// FileUnsent says that it could not be sent.
func FileUnsent(name, why string) Content {
	return Content{Title: name, Status: "not sent", Lines: []Line{
		say("Slack did not take the file (", why, "). Try again, or ask for less; the people who run the bot can run ",
			code("kafka-reset-bot check"), ".")}, Fallback: name + ": not sent"}
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
	if r.State == reset.Planning && r.Question != "" {
		l = say(l, " · waiting for its requester's answer (", code("show "+r.ID), ")")
	} else {
		l = say(l, " · ", stateWord(r))
	}
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
		l = say(l, ", undone by ", r.UndoneBy)
	}
	return say(l, " · ", person(r.Actor))
}
