// Package commands is the grammar: text that people type becomes a Command, and what cannot be read becomes a
// *SyntaxError that says what was expected. It is the same for Slack, the terminal and forms. What is said to people
// is in internal/words.
package commands

import (
	"fmt"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Command is a parsed text.
//
//sumtype:decl
type Command interface{ command() }

// The commands.
type (
	// Reset asks for a reset. What the text leaves out (cluster, topics, target) is empty in the intent; the engine
	// asks for it.
	Reset struct{ Intent reset.Intent }
	// Overview asks what can be done with a group: only the group was given.
	Overview struct {
		Group, Cluster string
		Server         string   // see reset.Intent
		Notes          []string // what is said about a pasted line
	}
	// Upload asks for a form that takes a plan. The same text, parsed again with the plan in Context.ReadFile, is the
	// reset.
	Upload struct{ Group, Cluster string }
	// Help asks for a usage text. Topic is one that Usage knows; empty: the first page.
	Help struct{ Topic string }
	// Status lists the open requests, of all groups or of one.
	Status struct{ Group, Cluster string }
	// Lag asks how far a group is behind; no topics: on all that it has commits on.
	Lag struct {
		Group, Cluster string
		Topics         []reset.TopicScope
		Page           int      // of the partitions; 0: the first
		CSV            bool     // as a file, by direct message
		Server         string   // see reset.Intent
		Notes          []string // what is said about a pasted line
	}
	// Groups lists the groups that one may view; Pattern: see engine's Groups. No cluster: the channel's, or all.
	Groups struct {
		Pattern, Cluster string
		Server           string   // see reset.Intent
		Notes            []string // what is said about a pasted line
	}
	// Clusters lists the clusters.
	Clusters struct{}
	// Doctor asks how the bot itself is.
	Doctor struct{}
	// Show asks for a request as it is now; Revision 0: the current one.
	Show struct {
		ID       string
		Revision int
	}
	// History asks what was done, with a group or in a request. A word that may be either is in both Group and ID: a
	// request with that id comes first.
	History struct {
		Group, Cluster, ID string
		Person             string    // name or id of the one who asked or voted
		Since, Until       time.Time // zero: not said
		Before             string    // the id of a request: only what was asked for before it
		All                bool      // one's own drafts and refused requests too
		CSV                bool      // as a file, by direct message
	}
	// Access asks who may do what with a group.
	Access struct{ Group, Cluster string }
	// SetFreeze freezes or thaws a cluster, or reset.Everything. A thaw may name the freeze that it lifts instead.
	SetFreeze struct {
		Freeze       bool
		Cluster, Why string
		ID           string // of the freeze
	}
	// Schedule asks for a schedule to be saved, or for one reset at a later time.
	Schedule struct{ Schedule reset.Schedule }
	// Schedules lists the schedules, of all groups or of one.
	Schedules struct{ Group, Cluster string }
	// ShowSchedule asks for a schedule as it is now, or for its runs.
	ShowSchedule struct {
		Name string // or id
		Runs bool
	}
	// Decide is a decision about a request: Verb is approve, unapprove, reject, cancel, retry, undo, settle, emergency or
	// choose; or about a schedule or a run of one: pause, resume, remove, run, skip-next or delay, and Ref.ID may be
	// its name.
	Decide struct {
		Verb   string
		Ref    reset.Ref // Revision 0: not said
		Option int       // of choose: 1 is the first
		Why    string    // of emergency: the incident
	}
)

func (Reset) command()     {}
func (Overview) command()  {}
func (Upload) command()    {}
func (Help) command()      {}
func (Status) command()    {}
func (Lag) command()       {}
func (Groups) command()    {}
func (Clusters) command()  {}
func (Doctor) command()    {}
func (Show) command()      {}
func (History) command()   {}
func (Access) command()    {}
func (Decide) command()    {}
func (SetFreeze) command() {}

func (Schedule) command()     {}
func (Schedules) command()    {}
func (ShowSchedule) command() {}

// Context is what the meaning of a text depends on. Parse reads nothing besides it and the text.
type Context struct {
	At       time.Time      // when the text was received: durations, days and "the last 02:10" count from here
	Zone     *time.Location // the asker's; nil is UTC
	ZoneName string         // its IANA name; empty: Zone's own
	Clusters []ClusterName
	Terminal bool // typed in a terminal: nothing was escaped by Slack
	// ReadFile reads a plan file; nil: a form has to ask for it first, which a terminal has not.
	ReadFile func(name string) ([]byte, error)
}

// ClusterName is a configured cluster as texts may name it.
type ClusterName struct {
	Name      string
	Bootstrap []string // host:port
}

// SyntaxError is a text that was not understood. Its message quotes the word, says what was expected and gives an
// example.
type SyntaxError struct {
	Word    string // as typed; empty: a word is missing
	Want    string // what is wrong with it, or what was expected, as a sentence without its full stop
	Example string // a valid text
	Near    string // the nearest valid word
	// Corrected is the whole line as typed, with the mistake put right; it is understood. Empty: it is not known what
	// was meant.
	Corrected string

	correction correction // empty: Word becomes Near
}

func (e *SyntaxError) Error() string {
	switch {
	case e.Corrected != "":
		return e.Sentence() + " Corrected: " + e.Corrected
	case e.Example != "":
		return e.Sentence() + " Example: " + e.Example
	}
	return e.Sentence()
}

// Sentence is the error without a line to type.
func (e *SyntaxError) Sentence() string {
	var b strings.Builder
	b.WriteString(e.Want)
	if !strings.HasSuffix(e.Want, "?") {
		b.WriteByte('.')
	}
	if e.Near != "" && !strings.Contains(e.Want, "id you mean") {
		fmt.Fprintf(&b, " Did you mean %s?", e.Near)
	}
	return b.String()
}

// syntaxError returns the error about one word; want may quote it by %s.
func syntaxError(w word, example, want string) *SyntaxError {
	return &SyntaxError{Word: w.text, Want: strings.Replace(want, "%s", quoted(w.text), 1), Example: example}
}

// suggest adds the nearest of the candidates to the error.
func (e *SyntaxError) suggest(candidates ...string) *SyntaxError {
	e.Near = text.Nearest(e.Word, candidates)
	return e
}

// quoted shows a typed word, shortened and without invisible characters.
func quoted(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
