package reset

import "time"

// Form says that a request is still being filled in: it was made for the numbers that a form shows, and only the
// person who fills that in sees them. Such a request is in no list, and ends unnoticed when the form is closed or
// filled in otherwise. Agreeing to it, or going without approval, takes the mark away.
type Form struct {
	View  string // the chat's address of the form
	State []byte // what was filled in, as the chat keeps it
}

// Suggestions are names that a person may choose from, from memory alone.
type Suggestions struct {
	Names  []Suggestion
	More   bool      // others match too
	At     time.Time // when the names were read from the cluster; zero: not since this process started
	Failed bool      // the cluster did not answer when it was asked last
}

// Suggestion is a group, or a topic of one.
type Suggestion struct {
	Name  string
	State string // of a group, as listed: Stable, Empty, ...; of a topic: empty
	Own   bool   // of a topic: the group has committed offsets on it
	Lag   int64  // messages at most, as last read
	Read  bool   // the lag was read
}

// FormStart is what a form knows before anything is filled in.
type FormStart struct {
	Clusters []string // on which the person may view something
	Bound    string   // the one that is meant in this place without being named; empty: it is asked for
}
