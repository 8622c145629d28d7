// Package alert reads what a message in Slack says about a consumer group: names, the place of a failing message, a
// start. It only reads. Which configured cluster is meant and which groups and topics exist is found by others, and
// what to do is chosen by people: nothing of a message chooses a target or a direction.
package alert

import (
	"encoding/json"
	"time"
)

// Reading is what may be taken from a message. A name counts only if the message says what it is a name of: a label,
// a tag, a column, "consumer group X". A wrong group is worse than none.
type Reading struct {
	Clusters []string // as the message names them (a name or an id), by its most specific label
	Groups   []string // several: all may be offered, none is chosen
	Topics   []string
	Pairs    []Pair // which topics are said with which group, when there are several groups

	Partitions map[string][]int32 // by topic; only those that the message points at
	Offset     *int64             // of the one message that failed; never a lag, a committed or a log-end offset

	Since Moment   // the start that the message states; zero: none
	Times []Moment // other times, to be offered by what they are

	Kind     Kind
	Resolved bool  // the alert is over
	Below    Names // to be offered below the rest: what is resolved, beside what fires

	Words []string // values without a label: only to be matched with what exists, and offered
}

// Pair is a group and the topics that the message names with it.
type Pair struct {
	Group  string
	Topics []string
}

// Names are names by what they name.
type Names struct{ Clusters, Groups, Topics []string }

// Moment is a time of a message.
type Moment struct {
	At     time.Time
	Within time.Duration // how exact it is
	Source Source
}

// Source says what a Moment is the time of.
type Source string

// The sources of a Moment.
const (
	Stated   Source = "stated"   // the start that the message states
	Logged   Source = "logged"   // when a line was logged
	Notified Source = "notified" // when the alerting tool sent its notification
	Produced Source = "produced" // the timestamp of the message that failed
	Posted   Source = "posted"   // when the message was posted in Slack
)

// Kind is what a message is about.
type Kind string

// The kinds of a message.
const (
	Lag    Kind = "lag"    // a group is behind
	Stuck  Kind = "stuck"  // a group makes no progress
	Poison Kind = "poison" // one message cannot be processed
	Error  Kind = "error"  // another failure of a consumer
	None   Kind = "none"   // nothing in it is about a consumer
)

// mostText is how much text of a message is read: Slack allows 40,000 characters in text, and a trigger lives 3 s.
const mostText = 120_000

// Read reads a message as the payload of a message shortcut has it. It never fails: what cannot be read says nothing.
func Read(message json.RawMessage, labels Labels) Reading {
	p := partsOf(message)
	r := &reader{labels: labels.table(), posted: p.posted, times: p.times, seen: map[string]bool{},
		units: map[int]status{}, alerts: map[int]status{}, unitOf: map[int]int{}}
	for _, s := range p.segments {
		r.segment(s)
	}
	for _, l := range p.links {
		r.link(l)
	}
	return r.reading()
}

// reader collects what the parts of a message say.
type reader struct {
	labels labelTable
	posted time.Time

	facts []fact
	alert int             // the alert of the message that is being read
	seen  map[string]bool // labels of this alert: one that comes again begins the next alert

	unit    int
	section status         // of the alerts that follow
	units   map[int]status // by unit
	alerts  map[int]status // by alert
	unitOf  map[int]int    // by alert

	starts []start
	times  []Moment
	text   vocabulary
	words  wordList
}

// fact is a value and what it is a value of.
type fact struct {
	class class
	value string
	rank  int // how specific its label is
	alert int
	topic string // of a partition and an offset: their topic, where both are spelled as one
}

// common is the alert of a fact that is true of all alerts of a message.
const common = -1

func (r *reader) add(c class, rank int, value string) { r.addOf(c, rank, value, "") }

func (r *reader) addOf(c class, rank int, value, topic string) {
	if len(r.facts) < mostFacts {
		r.facts = append(r.facts, fact{class: c, value: value, rank: rank, alert: r.alert, topic: topic})
	}
}

// mostFacts are kept of one message.
const mostFacts = 1_000
