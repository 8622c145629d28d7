package reset

import "time"

// Act is what a request asks for. Every act is asked for, voted on and audited alike.
//
//sumtype:decl
type Act interface {
	actKind() ActKind
	stored() any // what is stored of it, under its kind
}

type (
	// Move moves a group's committed offsets.
	Move struct{ Intent Intent }
	// Freeze stops all writes on a cluster, or on Everything: armed requests wait.
	Freeze struct{ Cluster, Why string }
	// Thaw lifts one freeze and no other. When only a cluster was said, planning finds the freeze, or asks which one
	// is meant.
	Thaw struct {
		FreezeID string
		Cluster  string // whose rules say who may: what the Kafka of the freeze is called now, see Frozen.Scope
		Why      string
		Lifts    Frozen `json:",omitzero"` // the freeze, as it was when the thaw was planned
	}
)

// Everything is the name for all clusters.
const Everything = "*"

func (Move) actKind() ActKind   { return ActMove }
func (Freeze) actKind() ActKind { return ActFreeze }
func (Thaw) actKind() ActKind   { return ActThaw }

func (a Move) stored() any   { return a.Intent }
func (a Freeze) stored() any { return a }
func (a Thaw) stored() any   { return a }

// Intent is what to move and where to, as parsed and before Kafka was read.
type Intent struct {
	Cluster string // a configured name; empty: not said
	// the server that a pasted line names instead of a cluster, which no configured cluster has; then the cluster is
	// asked for, whatever the channel is bound to
	Server           string `json:",omitempty"`
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
