package reset

import "time"

// Act is what a request asks for. Every act is asked for, voted on and audited alike.
//
//sumtype:decl
type Act interface{ act() }

type (
	// Move moves a group's committed offsets.
	Move struct{ Intent Intent }
	// Freeze stops all writes on a cluster, or on Everything: armed requests wait.
	Freeze struct{ Cluster, Why string }
	// Thaw lifts a freeze.
	Thaw struct{ Cluster, Why string }
)

// Everything is the name for all clusters.
const Everything = "*"

func (Move) act()   {}
func (Freeze) act() {}
func (Thaw) act()   {}

// Intent is what to move and where to, as parsed and before Kafka was read.
type Intent struct {
	Cluster          string // a configured name; empty: not said
	Group            string
	Scope            Scope
	Target           Target // nil: not said
	Reason           string
	Wait             time.Duration // how long to wait for an idle group; 0: the policy's default
	NoWait           bool          // give up at once when the group is busy
	Emergency        string        // the incident that --emergency names
	Create           bool          // the group may be one that does not exist yet
	ConnectorStopped bool          // the requester says that the Connect sink of this group is stopped
	// the requester says that skipping is meant although the target is in the past: see Ahead
	SkipAhead bool     `json:",omitempty"`
	Upto      Reach    // of what is done later: approval is asked for so much, though the plan as of now does less
	Zone      string   // the IANA zone in which times are read and echoed; "" is UTC
	Notes     []string // what the parser wants said: "--execute has no effect here"
}

// Reach is the largest effect that something may have which is done later, when its effect is not known yet.
type Reach struct{ Skip, Replay int64 }

// Scope is the set of partitions to reset.
type Scope struct {
	All    bool // every topic on which the group has commits
	Topics []TopicScope
}

// Empty reports whether no topic was given.
func (s Scope) Empty() bool { return !s.All && len(s.Topics) == 0 }

// TopicScope is a topic, or some of its partitions.
type TopicScope struct {
	Topic      string
	Partitions []int32 // nil: all of them
}

// Target is the place in a partition that a reset moves to.
//
//sumtype:decl
type Target interface{ target() }

// Fixed targets are frozen to offsets when the plan is made.
type (
	// Time is the first record stored at or after At.
	Time struct {
		At    time.Time
		Back  time.Duration // not 0: it was asked for as a duration before now
		Said  string        // the words it was read from
		Zone  string        // zone in which they were read
		Other *Time         // the other reading (UTC or the asker's zone), when the words named no zone and it differs

		Future bool // it has not come, and the requester wants to wait for it: it is looked up then
	}
	// Exact is one offset, for every partition in scope.
	Exact struct{ Offset int64 }
	// SkipRecord passes over one record, and only while the committed offset is still that record's.
	SkipRecord struct{ Offset int64 }
	// Rows are offsets from a plan file.
	Rows struct{ Rows []Row }
	// Undo goes back to the positions that the attempt of another request saved.
	Undo struct{ Of string }
	// Nowhere deletes the committed offsets, as if the group had never committed.
	Nowhere struct{}
)

// Moving targets are resolved again, once, when the request enters applying.
type (
	// Latest is the end of the log: high watermark, or last stable offset where the group reads committed.
	Latest struct{}
	// Earliest is the log start.
	Earliest struct{}
	// Shift is relative to the committed offset.
	Shift struct{ By int64 }
	// Current writes the committed offset again; where there is none, the end.
	Current struct{}
	// Like is the committed offset of another group.
	Like struct{ Group string }
)

func (Time) target()       {}
func (Exact) target()      {}
func (SkipRecord) target() {}
func (Rows) target()       {}
func (Undo) target()       {}
func (Nowhere) target()    {}
func (Like) target()       {}
func (Latest) target()     {}
func (Earliest) target()   {}
func (Shift) target()      {}
func (Current) target()    {}

// Moves reports whether t is resolved again when the reset is applied.
func Moves(t Target) bool {
	switch t.(type) {
	case Latest, Earliest, Shift, Current, Like:
		return true
	case Time, Exact, SkipRecord, Rows, Undo, Nowhere: // frozen when the plan is made
		return false
	}
	return false
}

// Row is one line of a plan file.
type Row struct {
	Topic     string
	Partition int32
	Offset    int64
}

// Bounds is what an approval covers: these topics, and an effect no larger than the tier that was asked for.
type Bounds struct {
	Topics    []TopicID
	MaxSkip   int64
	MaxReplay int64
}

// TopicID is a topic with Kafka's own id of it (a UUID in hex; empty where the broker has none). A topic that was
// deleted and created again has another one.
type TopicID struct{ Topic, ID string }

// Position is a committed offset, or its absence.
type Position struct {
	Offset   int64
	Metadata string
	None     bool // never committed; going back to it deletes the commit
}
