package reset

import (
	"fmt"
	"strings"
	"time"
)

// Problem is an error that a person can do something about. It is a value that can be stored with a request;
// internal/words makes the text and the next step of it. Every other error is "internal" to a person, and is logged
// in full.
type Problem struct {
	Code    ProblemCode
	Cluster string   `json:",omitempty"`
	Group   string   `json:",omitempty"`
	Topic   string   `json:",omitempty"`
	Parts   []int32  `json:",omitempty"`
	Request string   `json:",omitempty"` // the request that it is about, or that blocks this one
	State   State    `json:",omitempty"` // of that request
	Want    string   `json:",omitempty"` // what was expected, or the id that was pinned
	Got     string   `json:",omitempty"` // what came instead; the cause in Kafka's words
	Names   []string `json:",omitempty"` // near names, clusters, topics, brokers
	Count   int64    `json:",omitempty"`
	Other   int64    `json:",omitempty"`
	// time of a topic's newest record, in milliseconds as Kafka counts; 0: not known
	Newest  int64     `json:",omitempty"`
	Since   time.Time `json:",omitzero"` // of ProblemInternal and ProblemDeleted
	Ruling  *Ruling   `json:",omitempty"`
	Verb    Verb      `json:",omitempty"`
	Members []Member  `json:",omitempty"`

	Rollback *Rollback `json:",omitempty"`
	Unplaced Unplaced  `json:",omitempty"` // of ProblemStale: what Count and Other cannot promise
}

// Rollback is why the written part of a reset could not be rolled back.
type Rollback struct {
	Got     string   // Kafka's error, or why the request was not sent
	Members []Member // who was in the group right after
}

// ProblemCode names a problem.
type ProblemCode string

// The problems, by what they are about.
const (
	// Kafka.
	ProblemUnreachable  ProblemCode = "unreachable"   // Names: brokers tried; Got: cause
	ProblemWrongCluster ProblemCode = "wrong cluster" // Want: pinned id; Got: the id that answered
	ProblemIncomplete   ProblemCode = "incomplete"    // a broker did not answer: absence proves nothing. Got: which
	ProblemNoGroup      ProblemCode = "no group"      // Names: near names
	ProblemNoTopic      ProblemCode = "no topic"      // Names: near names
	// Topic (of Names) was deleted after Since, when it was last seen
	ProblemDeleted     ProblemCode = "deleted"
	ProblemNoPartition ProblemCode = "no partition" // Parts; Count: how many the topic has
	ProblemNoCommits   ProblemCode = "no commits"   // the group has none (on Topic)
	ProblemUnread      ProblemCode = "unread"       // Topic, Parts could not be read; Got: Kafka's error
	// Got: the GroupKind; Want: the tool to use; Names: by what it was recognised
	ProblemWrongTool ProblemCode = "wrong tool"
	// Count topics are hidden by ACLs; 0: not known, Got: why. Names: topics with commits
	ProblemHidden        ProblemCode = "hidden"
	ProblemPhantom       ProblemCode = "phantom"     // offsets move although the group has no members; Count: times
	ProblemBusy          ProblemCode = "busy"        // members are in the group
	ProblemKafkaRejected ProblemCode = "turned down" // Kafka rejected the write; Got: its error
	ProblemSlowStore     ProblemCode = "slow store"  // the store takes too long (Want) to record that a write begins
	ProblemLost          ProblemCode = "lost"        // an answer was lost; Got: what was seen
	// Got: the request of Kafka's protocol that a broker of the cluster does not know
	ProblemNoAPI ProblemCode = "no api"

	// The intent.
	ProblemNoCommit  ProblemCode = "no commit"  // Topic, Parts: nothing to shift or skip from
	ProblemSkipMoved ProblemCode = "skip moved" // Count: the asked offset; Other: the committed one
	ProblemFuture    ProblemCode = "future"     // a time in the future; Got: it; Want: the time of a run that is before it
	ProblemOneRecord ProblemCode = "one record" // skip wants exactly one partition
	// Want: cluster, topics, target, connector (Got: its name), or ahead (see Ahead; Got: the target, Count: messages
	// skipped, Other: partitions without a record as late)
	ProblemAmbiguous ProblemCode = "which"
	ProblemNoCluster ProblemCode = "no cluster" // Got: the name; Names: those configured
	// Cluster is no longer configured; Want: what the same Kafka is called now; Names: those configured
	ProblemClusterGone ProblemCode = "cluster gone"
	// Cluster is another name of the Kafka that goes by Want; Got: its id
	ProblemSameKafka ProblemCode = "same kafka"
	// no progress since Since; Got: what fails, in words. The log has the rest
	ProblemInternal ProblemCode = "internal"
	ProblemTooLong  ProblemCode = "too long"      // Want: the longest wait; Got: the asked one
	ProblemThere    ProblemCode = "already there" // nothing would change: Count partitions are at the target
	ProblemNoRecord ProblemCode = "no record"     // Count: the asked offset; Other: the end; nothing is there to skip
	// Topic was deleted and created again: offsets of the old one mean nothing
	ProblemRecreated ProblemCode = "recreated"
	// an approval no longer covers the effect; Want: why; Topic, Parts: where
	ProblemVoided ProblemCode = "voided"

	// The request.
	ProblemNoRequest ProblemCode = "no request" // Request
	ProblemStale     ProblemCode = "stale"      // Want: current revision; Got: the one decided upon
	ProblemTooLate   ProblemCode = "too late"   // State: its state; Got: its outcome; Want: the WayOut
	ProblemBlocked   ProblemCode = "blocked"    // Request has an outcome that must be settled first
	// Cluster is frozen; Request: the freeze; Names: by whom; Got: why; Count: other freezes beside it
	ProblemFrozen ProblemCode = "frozen"
	// A freeze of Cluster was asked for and is not decided yet; it holds writes until Since.
	ProblemFreezing  ProblemCode = "freezing"
	ProblemNotFrozen ProblemCode = "not frozen" // Cluster is not by itself, or there is no freeze Request
	ProblemLifted    ProblemCode = "lifted"     // of a thaw: its freeze Request was lifted meanwhile, by Names
	ProblemStopping  ProblemCode = "stopping"   // a cancellation is recorded and not decided yet
	ProblemDenied    ProblemCode = "denied"     // Ruling says why, Verb what
	ProblemDirectory ProblemCode = "directory"  // Slack did not answer who may (Ruling.Unread); it is asked again
	ProblemNoOption  ProblemCode = "no option"
	// Count: records that the group is past the place an undo would go back to
	ProblemReadPast ProblemCode = "moved on"
	// Request has nothing to undo; State, Got say why; Want is the undo that it already has
	ProblemNoUndo   ProblemCode = "no undo"
	ProblemNotYours ProblemCode = "not yours" // a draft belongs to its requester
	// who asks has no vote on Request to withdraw; Want: what it rests on instead; Got: the schedule's name
	ProblemNoVote ProblemCode = "no vote"
)

func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(string(p.Code))
	add := func(name, v string) {
		if v != "" {
			fmt.Fprintf(&b, " %s=%q", name, v)
		}
	}
	add("request", p.Request)
	add("cluster", p.Cluster)
	add("group", p.Group)
	add("topic", p.Topic)
	add("want", p.Want)
	add("got", p.Got)
	return b.String()
}

// Question names what is missing, or has to be decided, before a request can be planned. Questions are stored.
type Question string

// The questions.
const (
	AskCluster   Question = "cluster"
	AskTopics    Question = "topics"
	AskTarget    Question = "target"
	AskConnector Question = "connector" // Got: its name
	// see Ahead; Got: the target, Count: messages skipped, Other: partitions without a record as late
	AskAhead    Question = "ahead"
	AskDeleted  Question = "deleted" // of ProblemDeleted: whether the rest goes on without the topics
	AskFreeze   Question = "freeze"  // of a thaw: which of those that are in force; Names
	AskGroup    Question = "group"   // of ProblemNoGroup; or Got: a pattern, Names: all groups that match
	AskTopic    Question = "topic"   // of ProblemNoTopic
	AskLater    Question = "later"   // of ProblemFuture: wait for it, or ask again then
	AskSkip     Question = "skip"    // of ProblemSkipMoved: skip what lies before it too
	AskWhy      Question = "why"
	AskIncident Question = "incident"
)

// VoidReason is why an approval no longer covers what would be written. Reasons are stored.
type VoidReason string

// The reasons.
const (
	VoidDeleted   VoidReason = "deleted"   // Topic
	VoidRecreated VoidReason = "recreated" // Topic
	VoidGone      VoidReason = "gone"      // Topic, Parts
	VoidSkips     VoidReason = "skips"     // Topic, Parts
	VoidCopied    VoidReason = "copied"    // Topic, Parts
	VoidDirection VoidReason = "direction" // Topic, Parts
	VoidEffect    VoidReason = "effect"    // Ruling, where it needs more approvals
	VoidRival     VoidReason = "rival"     // Request: the one that came first
	VoidTouched   VoidReason = "touched"   // Ruling: one person is not enough for the undo any more
	VoidRule      VoidReason = "rule"
	VoidStanding  VoidReason = "standing"
	VoidTime      VoidReason = "time"
	VoidSchedule  VoidReason = "schedule"
	VoidWithdrawn VoidReason = "withdrawn"
)

// WayOut is what can still be done with a request that a decision came too late for. It is stored.
type WayOut string

// The ways out.
const (
	OutShow     WayOut = "show"
	OutAgain    WayOut = "again"    // it is asked for anew
	OutRetry    WayOut = "retry"    // it is asked for anew as it was
	OutUndo     WayOut = "undo"     // it was written
	OutSettle   WayOut = "settle"   // or undone: what was written is not known, or is a part
	OutSchedule WayOut = "schedule" // it saved one
	OutStatus   WayOut = "status"   // a freeze or a thaw took effect
)

// RestsOn is what a request rests on, of which a person has no vote to withdraw. It is stored.
type RestsOn string

// What a request rests on instead.
const (
	RestsOnOthers    RestsOn = ""          // the votes of others, or none yet
	RestsOnEmergency RestsOn = "emergency" // their own
	RestsOnSchedule  RestsOn = "schedule"  // a standing approval: Got is the schedule
	RestsOnSaved     RestsOn = "saved"     // it saved the schedule Got, whose runs it covers
)

// ApprovalGap is why a standing approval does not let a schedule run. Gaps are stored.
type ApprovalGap string

// The gaps.
const (
	GapEnded     ApprovalGap = "ended"
	GapChanged   ApprovalGap = "changed"
	GapEmergency ApprovalGap = "emergency"
	GapPeople    ApprovalGap = "people" // Ruling: whose right it rested on, and who have it no more
)
