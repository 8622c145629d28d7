package reset

import (
	"context"
	"time"
)

// Cluster is one Kafka cluster. Its errors are *Problem where a person can do something about it (ProblemUnreachable,
// ProblemWrongCluster, ...); every other error means the same as unreachable to the core: nothing is concluded from it.
type Cluster interface {
	// States returns the state of each group, from one round over all brokers. A group that no broker lists is in the map
	// with Exists false, and only when every broker answered.
	States(ctx context.Context, groups []string) (map[string]GroupState, error)
	// Look returns, from one round as well, the state of each group and, where that is inactive, the committed offsets of all
	// its topics: a bounded number of requests per broker, however many groups there are.
	Look(ctx context.Context, groups []string) (map[string]Look, error)
	// Inspect reads what a plan needs with a number of requests that is bounded per broker. What could not be read of one
	// partition is in that partition's Err; what could not be read at all is the error.
	Inspect(ctx context.Context, q Query) (Snapshot, error)
	// Write opens a connection of its own to the group's coordinator, calls ready, and, when that returns nil, sends exactly
	// one request (an OffsetCommit, or an OffsetDelete when the chunk deletes), never again. It returns one result per step,
	// in order. An error means that nothing was sent (no connection, or ready's own error).
	Write(ctx context.Context, group string, c Chunk, ready func() error) ([]StepResult, error)
	// ReadBack returns the committed position of every asked partition, each from the coordinator now.
	ReadBack(ctx context.Context, group string, parts []Partition) ([]Position, error)
}

// Isolation is which records a group reads, and so what "latest" is.
type Isolation string

// The isolation levels; the zero value means ReadUncommitted.
const (
	ReadUncommitted Isolation = "read_uncommitted" // latest is the high watermark
	ReadCommitted   Isolation = "read_committed"   // latest is the last stable offset
)

// Query says what Inspect should read.
type Query struct {
	Group     string
	Scope     Scope     // empty: every topic with commits, for an overview
	At        time.Time // look this time up in every partition in scope; zero: do not
	Isolation Isolation
	Like      string // also read where this group stands on the partitions in scope
	Around    bool   // also read what surrounds group and topics: for a plan that somebody will see. Markers too
	Markers   bool   // also find out what of a small lag is transaction markers
}

// Snapshot is what Kafka said at one time.
type Snapshot struct {
	At         time.Time
	ClusterID  string
	Group      GroupState
	Near       []string         // names of groups that resemble the asked one, when it does not exist
	Topics     map[string]Topic // every topic in scope, and every topic with commits
	Partitions []PartitionState // the partitions in scope, by topic and number
	Around     Around           // when the query asked for it
	Missing    []string         // requests of Kafka's protocol that a broker does not know, of those that only some resets need
}

// Topic is one topic as metadata tells it.
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

// PartitionState is one partition as Kafka tells it.
type PartitionState struct {
	Partition
	Start     int64
	End       int64 // what "latest" is by the query's isolation: the high watermark or the last stable offset
	High      int64 // the high watermark, with ReadCommitted; 0: it is End
	Committed Position
	Other     *Position // where the query's other group stands
	Found     *Found    // the answer to the time look-up
	Newest    time.Time // where the look-up found no record: the newest time of the last batch; zero: not known
	Err       string    // why this partition could not be read ("LEADER_NOT_AVAILABLE"); the numbers mean nothing then
	Markers   int64     // offsets from the committed one to the end, when all of them are transaction markers; read with Query.Markers

	// Read with Query.Around; zero when it was not, or does not apply.
	Stable   int64 // the last stable offset, when Open is not 0
	Open     int64 // records behind it: transactions are open there
	Expiring int64 // what lies before it is deleted by retention within TopicConfig.Soon
	Remote   int64 // what lies before it may be in remote storage only
	Recent   int64 // the first record of the last half of Around.Retention; the end when there is none
}

// last is the furthest offset that a commit may name: records up to the high watermark are there, whatever a group reads of them.
func (p PartitionState) last() int64 { return max(p.End, p.High) }

// Lag is how many offsets lie between the committed one and the end, without those that are known to hold nothing to read. Without
// a committed offset everything does.
func (p PartitionState) Lag() int64 {
	at := p.Start
	if !p.Committed.None {
		at = max(p.Committed.Offset, p.Start)
	}
	return max(0, p.End-at-p.Markers)
}

// Found is the answer to a time look-up that was checked: a miss on a partition with records is not believed
// (facts: after DeleteRecords the broker may say "no record" although records follow).
type Found struct {
	Offset int64
	At     time.Time // the record's timestamp; zero when How is not HowRecord
	How    How       // HowRecord, HowNoLater or HowStartInDoubt
}

// Look is a group as the cheapest read that can prove it inactive tells it. The commits were read after the state.
type Look struct {
	Group   GroupState
	Commits map[Partition]Position // of all topics; nil: not read, because the group is active or its coordinator could not tell
	Why     string                 // why the coordinator could not tell, in Kafka's words
}

// GroupState is a group as ListGroups (state, type) and the describe call of its type (members) tell it.
type GroupState struct {
	Exists   bool
	State    string // Empty, Stable, PreparingRebalance, CompletingRebalance, Assigning, Reconciling, Dead
	Type     string // classic, consumer, share, streams
	Protocol string // protocol type of a classic group: consumer, connect, ""
	Assignor string // of a classic group with members: range, stream, ...
	Epoch    int32  // of a group of type consumer: rises whenever a member joins or leaves. A classic group tells nothing of the kind
	Members  []Member
}

// Idle reports whether nobody is in the group.
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

// Chunk is what one request writes. The core cuts chunks by bytes so that a broker takes or refuses a chunk whole.
type Chunk struct {
	Delete bool // delete the commits instead of writing offsets
	Steps  []WriteStep
}

// WriteStep is one partition of a chunk.
type WriteStep struct {
	Partition
	To Position
}

// StepResult is what is known of one written partition.
type StepResult struct {
	Written  bool   // the broker said so
	Rejected string // the broker's error ("UNKNOWN_MEMBER_ID"); empty with Written false: no answer, maybe written
	Detail   string // of a lost answer: what was seen ("i/o timeout after 5s")
}

// Lost reports whether it is not known if the step was written.
func (r StepResult) Lost() bool { return !r.Written && r.Rejected == "" }

// Policy decides who may. An error means that it cannot know (the directory does not answer; where it said why, a *Unread is
// in the error), and the answer is no.
type Policy interface {
	Rule(ctx context.Context, a Asking) (Ruling, error)
}

// Verb is what somebody wants to do.
type Verb string

// The verbs that policy knows.
const (
	VerbView    Verb = "view"
	VerbRequest Verb = "request"
	VerbApprove Verb = "approve"
	VerbCancel  Verb = "cancel"    // the requester, and whoever may request or approve
	VerbReject  Verb = "reject"    // whoever may approve
	VerbRetry   Verb = "retry"     // whoever may request
	VerbUndo    Verb = "undo"      // whoever may request
	VerbSettle  Verb = "settle"    // whoever may approve, and emergency
	VerbFreeze  Verb = "freeze"    // whoever may request or approve anything on the cluster
	VerbThaw    Verb = "thaw"      // whoever may approve anything on the cluster
	VerbAlone   Verb = "emergency" // those whom the rule names for emergencies: alone, within a limit of their own
	VerbApply   Verb = "apply"     // the rules in force, with memberships as they were recorded

	VerbSchedule Verb = "schedule" // saves, resumes and hurries schedules: whoever may request, where the rule allows schedules
)

// Asking is a question to the policy.
type Asking struct {
	Actor     Actor
	Channel   string
	Verb      Verb
	Cluster   string
	Group     string  // empty: the cluster as such
	Effect    *Effect // nil: not known yet, only the right to do so at all is asked
	Requester Actor   // of the request that is decided upon
	Votes     []Vote  // of VerbApply: who has approved
	Alone     Actor   // of VerbApply: who went alone in an emergency
	Eased     bool    // one authorised person is enough: an undo soon after on an untouched group, one's own freeze

	Mandate *Mandate // what a schedule's run rests on

	// Preview: nothing is decided by the answer, so memberships may be as they were up to a minute ago. Without it they are
	// read now.
	Preview bool
	// Again is the rule by which a requester was found to have the right before, while Kafka did not answer. As long as that
	// rule still decides, the directory is not asked again. Only where a second question follows before anything is decided.
	Again string
}

// Ruling is the policy's answer: the first rule that matches, and what it says.
type Ruling struct {
	Allowed   bool
	Denial    Denial   // why not
	Rule      string   // name of the rule that decided; empty: none matches
	Who       []string // user groups and users who may (S…, U…, W…, "members")
	Need      int
	MaxSkip   int64 // the tier that covers the effect; math.MaxInt64: open-ended
	MaxReplay int64
	Cap       string // of DeniedCap: "skip 1,000,000" as the policy writes it
	Isolation Isolation
	Wait      time.Duration
	MaxWait   time.Duration
	Owner     string
	Approvers []string // who may approve
	Alone     []string // who may go alone in an emergency
	Stop      string
	Start     string
	Runbook   string
	Note      string  // "memberships could not be read; those recorded were used"
	Unread    *Unread `json:",omitempty"` // of DeniedUnknown: why

	Stands bool   // of a schedule's run: its standing approval still counts
	Doubt  Denial // and why it does not
}

// Denial names why a ruling is no.
type Denial string

// The denials.
const (
	DeniedNoRule   Denial = "no rule"    // no rule matches cluster and group
	DeniedNotIn    Denial = "not in"     // the rule names others
	DeniedChannel  Denial = "channel"    // not from this channel
	DeniedGuest    Denial = "guest"      // guests never may
	DeniedBot      Denial = "bot"        // bots never may
	DeniedStranger Denial = "stranger"   // people of other organisations never may
	DeniedGone     Denial = "gone"       // deactivated
	DeniedCap      Denial = "cap"        // beyond the rule's cap
	DeniedSelf     Denial = "self"       // nobody approves their own request
	DeniedUnknown  Denial = "unreadable" // membership could not be read: the answer is no

	DeniedSchedules Denial = "schedules" // the rule does not allow schedules
	DeniedNoTeam    Denial = "no team"   // a standing approval rests on a user group among the approvers, and there is none
	DeniedChanged   Denial = "changed"   // what was agreed to is not what is asked, or not by this rule
)

// Surface is where people meet the bot.
type Surface interface {
	// Receive decides upon an envelope that was recorded. It answers the person; an error means "look again later".
	Receive(ctx context.Context, in Inbox) error
	// Show makes what people see tell the story. It is called for every new version, may be called again for the same one,
	// and returns when it wants to be called again though nothing changed (zero: not at all).
	Show(ctx context.Context, s Story) (again time.Time, err error)
}

// Inbox is an envelope, stored before it is acknowledged.
type Inbox struct {
	ID         string // the envelope's id: a second delivery of it is not stored again
	Kind       string // command, click, submission, event
	Verb       string // what it asks for, as far as that is known without deciding ("cancel")
	About      string // request id it speaks of
	Raw        []byte
	ReceivedAt time.Time
}

// Story is a request with what belongs to it, for those who show it.
type Story struct {
	Request  Request
	Cluster  ClusterInfo
	Worst    []Step // the steps with the largest effect, 20 at most: of the plan, and of what was written once it was
	Topics   []TopicEffect
	Told            // of the same steps
	Votes    []Vote // of the current revision
	Attempt  *Attempt
	Evidence []Write          // of the attempt, where it is not simply at its target; 20 at most
	Stands   map[Standing]int // of Attempt: how many partitions stand where, as last read
	Entries  []Entry
	Blocking string // the request that blocks this one's group
	Frozen   *Frozen
	Now      time.Time

	Schedule *ScheduleStory // of a SaveSchedule, and of a run
}

// TopicEffect is a plan's effect on one topic.
type TopicEffect struct {
	Topic  string
	Effect Effect
}

// ClusterInfo is what the configuration says about a cluster.
type ClusterInfo struct {
	Name      string
	ID        string // pinned; empty: not pinned
	Label     string // "production"
	Home      string // home channel
	Channels  []string
	Bootstrap []string
	Timeout   time.Duration // of connecting to a broker and of each request; Write takes at most four times this
	Kinds     []Declared    // what runs the groups; the first pattern that matches counts
	Login     bool          // it takes a login or TLS: Kafka's own tools need a file for that
	SeesAll   bool          // whoever runs the bot says that no topic is hidden from its login
}
