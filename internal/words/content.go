package words

import (
	"strings"
	"time"
)

// Content is one message, in the order in which a reader needs it. Every part but Title may be empty.
//
// A card has its state and place as Title, and as Lines the newest fact, the effect, the target, the people and the
// deadline, in this order; as Foot the environment and the id; at most two Buttons; and as Details what is one click
// away.
type Content struct {
	Title    string // "🟡 APPROVE? billing@prod-eu"; of other messages "billing on prod-eu · PRODUCTION"
	Status   string // beside the title, of messages that are no cards: "k7f3.1 · waiting for approval"
	Lines    []Line
	Table    *Table
	Warnings []Line // "!" in a terminal
	Hints    []Line // what to run: stop, start, runbook
	Foot     []Line // small print: validity, zone, where to find it again
	Buttons  []Button
	Menu     []Button // what is needed less often: an overflow menu, which Slack limits to five entries
	Details  []Line   // of a card: warnings in full, what an approval covers, the manual command
	Fallback string   // one line for notifications; times in it are UTC
}

// Line is a sentence in pieces. Only the pieces that are not Text may become markup.
type Line []Span

// Span is a piece of a sentence.
type Span struct {
	Kind SpanKind
	Text string    // what is shown where Kind has no better way
	ID   string    // of User, Group, Channel: the Slack id
	URL  string    // of Link
	At   time.Time // of Clock
	Secs bool      // of Clock: it was measured, and is shown with its seconds
}

// SpanKind is the kind of a Span.
type SpanKind string

// The kinds of spans. Text is user text too: the renderer escapes it.
const (
	Text    SpanKind = ""
	Name    SpanKind = "name" // foreign: a topic, a reason; it is shown like Text and no word of ours
	Strong  SpanKind = "strong"
	Code    SpanKind = "code"
	User    SpanKind = "user"    // a person or user group: shown by name, without notifying
	Notify  SpanKind = "notify"  // a person or user group that should be notified
	Channel SpanKind = "channel" // a channel
	Link    SpanKind = "link"
	Clock   SpanKind = "clock"   // a time in the reader's own zone
	Paste   SpanKind = "command" // to be pasted: it is shown whole or not at all
)

// Table is rows of short cells. Numbers are aligned to the right.
type Table struct {
	Caption string // of a table that readers may sort and turn the pages of, where that is possible; empty: a plain one
	Head    []string
	Right   []bool
	Rows    [][]string
	More    int // rows that are left out
}

// Button is an action that is possible now. Slack's value is Ref alone; Verb and Option make the action id.
type Button struct {
	Verb    string // approve, reject, cancel, retry, undo, settle, choose, rows ("Show all")
	Ref     string // "k7f3.1"
	Option  int    // of choose: 1 is the first; of skip-next: the run that is meant, in Unix seconds
	Tag     string // of choose: what the option says
	Label   string
	Style   string // "", primary, danger
	Confirm string // asked before it is sent; empty: not asked
	Typed   string // the text twin, without the slash command's name: "approve k7f3.1"
	URL     string // of a menu entry that opens a page
}

// WithNotes adds what is said about the line that was pasted.
func WithNotes(c Content, notes []string) Content {
	for _, n := range notes {
		c.Foot = append(c.Foot, noted(n))
	}
	return c
}

// noted is a note of the parser: what was typed stands between backticks in it.
func noted(note string) Line {
	var l Line
	for i, piece := range strings.Split(note, "`") {
		switch {
		case piece == "":
		case i%2 == 1:
			l = append(l, code(piece))
		default:
			l = append(l, say(piece)...)
		}
	}
	return l
}
