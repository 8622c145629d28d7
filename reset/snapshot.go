package reset

import "time"

// Isolation is which records a group reads, and so what "latest" is.
type Isolation string

// The isolation levels; the zero value means ReadUncommitted.
const (
	ReadUncommitted Isolation = "read_uncommitted" // latest is the high watermark
	ReadCommitted   Isolation = "read_committed"   // latest is the last stable offset
)

// Query says what Inspect should read.
type Query struct {
	Group       string
	Scope       Scope     // empty: every topic with commits, for an overview
	At          time.Time // the time to look up in every partition in scope; zero: none
	Isolation   Isolation
	Like        string // also read this group's committed offsets on the partitions in scope
	Environment bool   // also read the Environment: for a plan that is shown. Markers too
	Markers     bool   // also count the transaction markers in a small lag
}

// Snapshot is what was read from Kafka at one time.
type Snapshot struct {
	At          time.Time
	ClusterID   string
	Group       GroupState
	Near        []string         // names of groups that resemble the asked one, when it does not exist
	Topics      map[string]Topic // every topic in scope, and every topic with commits
	Partitions  []PartitionState // the partitions in scope, by topic and number
	Environment Environment      // when the query asked for it
	// requests of Kafka's protocol that a broker does not support, of those that only some resets need
	Missing []string
}

// Topic is one topic as metadata describes it.
type Topic struct {
	ID         string
	Partitions int    // 0: it does not exist
	Err        string // why it could not be read ("TOPIC_AUTHORIZATION_FAILED"); not for topics that do not exist
	Commits    int    // partitions on which the group has commits
	Near       []string
	Config     *TopicConfig // nil: not asked for, or not known
}

// Partition names a partition.
type Partition struct {
	Topic     string
	Partition int32
}

// PartitionState is one partition as read from Kafka.
type PartitionState struct {
	Partition
	Start     int64
	End       int64 // what "latest" is by the query's isolation: the high watermark or the last stable offset
	High      int64 // the high watermark, with ReadCommitted; 0: it is End
	Committed Position
	Other     *Position // the committed offset of the query's other group
	Found     *Found    // the answer to the time look-up
	Newest    time.Time // where the look-up found no record: the newest time of the last batch; zero: not known
	Err       string    // why this partition could not be read ("LEADER_NOT_AVAILABLE"); the numbers mean nothing then
	// offsets from the committed one to the end, when all of them are transaction markers; read with Query.Markers
	Markers int64

	// Read with Query.Environment; zero when it was not, or does not apply.
	Stable   int64 // the last stable offset, when Open is not 0
	Open     int64 // records after it: transactions are open there
	Expiring int64 // records before it are deleted by retention within TopicConfig.Soon
	Remote   int64 // records before it may be in remote storage only
	Recent   int64 // the first record of the last half of Environment.Retention; the end when there is none
}

// last is the largest offset that may be committed: records up to the high watermark exist, whatever a group reads of
// them.
func (p PartitionState) last() int64 { return max(p.End, p.High) }

// Lag is the number of offsets between the committed one and the end, without those that are known to hold no
// message. Without a committed offset all count.
func (p PartitionState) Lag() int64 {
	at := p.Start
	if !p.Committed.None {
		at = max(p.Committed.Offset, p.Start)
	}
	return max(0, p.End-at-p.Markers)
}

// Found is the answer to a time look-up that was checked: "no record" on a partition with records is verified (facts:
// after DeleteRecords the broker may say "no record" although records follow).
type Found struct {
	Offset int64
	At     time.Time // the record's timestamp; zero when How is not HowRecord
	How    How       // HowRecord, HowNoLater or HowStartInDoubt
}

// Look is a group as read by the cheapest requests that can prove it inactive. The committed offsets were read after
// the state.
type Look struct {
	Group GroupState
	// of all topics; nil: not read, because the group is active or its coordinator did not return them
	Commits map[Partition]Position
	Why     string // why the coordinator did not return them, in Kafka's words
}

// GroupState is a group as returned by ListGroups (state, type) and the describe call of its type (members).
type GroupState struct {
	Exists   bool
	State    string // Empty, Stable, PreparingRebalance, CompletingRebalance, Assigning, Reconciling, Dead
	Type     string // classic, consumer, share, streams
	Protocol string // protocol type of a classic group: consumer, connect, ""
	Assignor string // of a classic group with members: range, stream, ...
	// of a group of type consumer: rises whenever a member joins or leaves. A classic group has no such number
	Epoch   int32
	Members []Member
}

// Idle reports whether the group has no members.
func (g GroupState) Idle() bool {
	return len(g.Members) == 0 && (!g.Exists || g.State == "Empty" || g.State == "Dead")
}

// Member is one consumer of a group.
type Member struct {
	ID       string
	ClientID string
	Host     string
	StaticID string
}
