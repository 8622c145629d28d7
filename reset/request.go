// Package reset has the nouns and rules of an offset reset: request, act, plan, bounds, effect, recheck, the
// judgement of outcomes, and the states with their table.
//
// It is pure: it does nothing, and knows no context, no store and no clock. What happens when is decided by
// internal/engine, who may do what by package auth, and how it is said by internal/words.
package reset

import (
	"slices"
	"time"
)

// Request is one request to act on a consumer group, from its creation to its end. The store has its state; cards are
// projections of it.
type Request struct {
	ID       string // short and typed by people: "k7f3"
	Revision int    // counts what can be approved: rises when the act changes or its bounds break. 1 is the first plan
	Version  int64  // counts every change of the row: compare-and-swap, and "this card is out of date"
	State    State
	Outcome  Outcome // how it ended, once State is applied or failed
	Origin   string  // unique: the envelope or the schedule run that it came from
	Actor    Actor   // who asked
	Place    Place   // where it was asked
	Act      Act
	Form     *Form `json:",omitempty"` // it is filled in still; nil: it was asked for

	ClusterID     string        // Kafka's own id of the cluster, as it answered when the plan was made
	Isolation     Isolation     // what "latest" means for this group
	CommitTimeout time.Duration // the brokers' offsets.commit.timeout.ms as read for the plan; 0: not known
	Effect        Effect        // totals of the current revision's steps
	Written       *Effect       // totals of what was written, once that is known; nil: nothing was
	Warnings      []Warning     // what a person should know before agreeing
	Bounds        Bounds        // what an approval covers
	Digest        string        // what exactly is voted on
	Need          int           // approvals needed by people other than the requester
	Ruling        Ruling        // the policy rule as it applied when the plan was made
	PlannedAt     time.Time     // when the current revision was planned
	Drift         *Drift        // what it would do now, where that has moved since; nil: what was planned
	Before        *Effect       // the effect of the revision before, when a recheck voided it
	Options       []Option      // other readings of what was asked; one may be chosen by its index
	Question      Question      // what the options answer, while nothing can be planned without it
	Topics        []TopicLag    // where the group stands, while there is a question
	Asked         bool          // it has been shown to others: approval was asked for, or it was applied for
	Problem       *Problem      // why it was refused or failed, or what it waits for

	Observation  Observation  `json:"Seen"`  // the group as last observed
	LastDecision LastDecision `json:"Heard"` // the decision that changed it last
	Attempt      int          // attempts to write so far
	Retries      int          // looks in a row that Kafka did not answer
	Undoes       string       // the request that this one undoes
	UndoneBy     string       // the open or applied request that undoes this one
	Settled      *Settlement
	Emergency    *Emergency `json:"Alone"` // applied without approval, within the rule's limit for emergencies
	SoloUntil    time.Time  `json:"Eased"` // until when one authorised person is enough for this undo; zero: never
	Run          *Run       // the schedule that this is a run of
	// What was agreed to beforehand, and counts beside the votes: a schedule's standing approval, or what was agreed to
	// before a time in the future came. A run without one needs what the same reset would need if it were typed.
	Mandate *Mandate `json:"Standing"`

	NotBefore time.Time  // an approved request is not written before
	Watch     *Watch     // what was seen of the group since it was applied
	Late      *LateWatch // a write whose answer was lost, and that may still arrive or did

	CreatedAt time.Time
	Deadline  time.Time // when the current state gives up; zero: never
	DecidedAt time.Time // when it entered approved
	EndedAt   time.Time // when it entered a state that has no next
}

// Intent returns the request's intent when its act is a Move. Of the other acts it returns what they are about, and
// false.
func (r *Request) Intent() (Intent, bool) {
	switch a := r.Act.(type) {
	case Move:
		return a.Intent, true
	case Freeze:
		return Intent{Cluster: a.Cluster, Reason: a.Why}, false
	case Thaw:
		return Intent{Cluster: a.Cluster, Reason: a.Why}, false
	case SaveSchedule:
		return a.Schedule.Intent, false
	}
	return Intent{}, false
}

// IsPrivate reports whether a request is not for somebody to know of: what was never asked for in public is its
// requester's alone.
func (r *Request) IsPrivate(to Actor) bool {
	return !r.Asked && r.Actor.Kind == Person && r.Actor != to
}

// EmergencyWorks reports whether an emergency would let a request go on without approval: whether the rule has one, for
// what it would do now, and at once. It says nothing of who may.
func (r *Request) EmergencyWorks(now time.Time) bool {
	in, move := r.Intent()
	most, e := r.Ruling.EmergencyMost, r.Actual()
	return move && r.Run == nil && !InFuture(in) && !r.NotBefore.After(now) && len(r.Ruling.EmergencyApprovers) > 0 &&
		(most == nil || e.Skip <= most.Skip && e.Replay <= most.Replay)
}

// Ref names what can be approved: request and revision, as buttons carry it and people type it ("k7f3.2").
type Ref struct {
	ID       string
	Revision int // 0: not said
}

// Actor is who acts. It comes from the event itself, never from a button's value or from text.
type Actor struct {
	Kind ActorKind
	Team string // Slack team (or enterprise) id; empty for os and schedule
	ID   string // Slack user id, schedule id, or user name of the operating system
}

// ActorKind is the kind of an Actor.
type ActorKind string

// The kinds of actors.
const (
	Person    ActorKind = "person"
	Scheduled ActorKind = "schedule" // a Schedule, by its id
	OS        ActorKind = "os"
	Config    ActorKind = "config" // the configuration file: schedules that are kept there
)

// Place is where a request was made. The chat gives it meaning; policy may narrow by Channel.
type Place struct {
	Channel string
	Direct  bool // a direct message, read by one person
}

// Outcome is how a request ended. PartiallyApplied and OutcomeUnknown block the group until a person decides.
type Outcome string

// The outcomes. None of them is a guess: each rests on offsets that were read.
const (
	Verified Outcome = "verified" // every partition was read back at its target
	// every partition was written, and some had moved when they were read back
	Overtaken Outcome = "overtaken"
	// every partition was read back where it had been, twice if an answer was lost
	Unchanged Outcome = "unchanged"
	// first judged otherwise, then the write arrived: every partition is at its target
	AppliedLate      Outcome = "late"
	RolledBack       Outcome = "put back" // some were written, and all are back at their previous positions
	PartiallyApplied Outcome = "mixed"    // some are at the target and some at their previous positions
	OutcomeUnknown   Outcome = "unclear"  // an answer was lost and the offsets prove neither
)

// Blocks reports whether a person has to decide before the group may be reset again.
func (o Outcome) Blocks() bool { return o == PartiallyApplied || o == OutcomeUnknown }

// Settlement records that a person accepted a partially applied or unknown outcome.
type Settlement struct {
	By  Actor
	Why string
	At  time.Time
}

// Emergency is a person's statement that this cannot wait for approval.
type Emergency struct {
	By        Actor
	Principal string // by which they had the right; empty: it was not recorded yet
	Incident  string
	At        time.Time
}

// Option is another reading of a request, stored so that a button need not carry it.
type Option struct {
	Label  string // "prod-eu", "orders", "Use UTC"
	Typed  string // what a person would type instead
	Intent Intent
	Freeze *Frozen `json:",omitempty"` // of a thaw: the freeze that is meant, instead of an intent
	// of a time that has not come: the intent is asked for then, once
	At time.Time `json:",omitzero"`
}

// TopicLag is the lag of a group on one topic.
type TopicLag struct {
	Topic      string
	Partitions int
	Committed  int   // partitions with a commit
	Lag        int64 // offsets between the commits and the end, at most
	Markers    int64 // offsets that are left out of Lag: transaction markers
	Err        string
}

// Observation is a group as last seen while its request waits.
type Observation struct {
	At              time.Time
	Group           GroupState
	Since           time.Time // since when it has been seen in this state
	EmptySince      time.Time // since when it has been idle with unmoved commits; zero: it is not
	Commits         string    // digest of the committed offsets at EmptySince
	LastLeft        time.Time `json:"Left"`    // when the last consumer was seen to leave; zero: there was none
	Restarted       *Return   `json:"Back"`    // consumers that came back while the request waited
	MovedWhileEmpty int       `json:"Phantom"` // times that offsets moved although the group had no members
}

// Return records consumers that came back soon after a group became empty: a controller restarts them.
type Return struct {
	At    time.Time
	After time.Duration // since the group became empty
	Hosts []string
}

// Vote is one person's approval of one revision. It counts only while that is the request's, while the rule in force
// lists the principal by which the person had the right, and while they have an account. Leaving the user group
// afterwards changes nothing.
type Vote struct {
	Request   string
	Revision  int
	Digest    string // what that revision was
	Actor     Actor
	Rule      string // by which they had the right
	Principal string // user group (S…), user (U…, W…) or "members"; empty: it was not recorded yet
	At        time.Time
}

// Entry is one line of the audit: what happened, to what, by whom. Entries are written in the transaction of the
// change that they record, and never change.
type Entry struct {
	Seq      int64 // given by the store
	At       time.Time
	Request  string
	Revision int
	Actor    Actor
	Event    Event
	Facts    map[string]string // the numbers and names that the event's sentence needs
}

// Event names what an audit entry records.
type Event string

// The events of a request's life, in the order in which they can first happen.
const (
	EvAsked         Event = "asked"
	EvPlanned       Event = "planned"
	EvRefused       Event = "refused"
	EvWaiting       Event = "waiting for kafka"
	EvChosen        Event = "option chosen"
	EvSubmitted     Event = "approval asked"
	EvVoted         Event = "voted"
	EvVoteWithdrawn Event = "vote withdrawn"
	EvDenied        Event = "not allowed"
	EvEmergency     Event = "emergency"
	EvRejected      Event = "rejected"
	EvApproved      Event = "approved"
	EvVoided        Event = "approval voided"
	EvVoteDropped   Event = "vote dropped"         // of a deactivated account, or not by a listed principal any more
	EvEmergencyOver Event = "emergency over"       // for the same reasons
	EvRulesChanged  Event = "rules changed"        // another rule decides, or the rule asks for more
	EvReopened      Event = "approval asked again" // what was approved lacks approvals now
	EvIdle          Event = "idle"
	EvBusy          Event = "busy"
	EvApplying      Event = "applying"
	EvSent          Event = "sent"
	EvKafkaRejected Event = "turned down by kafka"
	EvRollingBack   Event = "putting back"
	EvApplied       Event = "applied"
	EvFailed        Event = "failed"
	EvCancelled     Event = "cancelled"
	EvExpired       Event = "expired"
	EvSettled       Event = "settled"
	EvFrozen        Event = "frozen"
	EvThawed        Event = "thawed"
)

// LastDecision is the last decision that changed a request, by its envelope. A process may die before it has recorded
// that the envelope is decided; the next one must neither act on it twice nor answer that it came too late.
type LastDecision struct {
	Origin  string
	Did     Did
	Earlier []EarlierDecision `json:",omitempty"` // those before it, oldest first, at most mostEarlier
}

// EarlierDecision is one before the last.
type EarlierDecision struct {
	Origin string
	Did    Did
}

// mostEarlier is more than are decided between a crash and the next process, which decides again what it finds
// undecided. Without them a delay that was made before another one would be made twice.
const mostEarlier = 20

// Of is what the decision of an envelope did, if it was made; empty: it was not.
func (l LastDecision) Of(origin string) Did {
	if origin == "" {
		return ""
	}
	if l.Origin == origin {
		return l.Did
	}
	for _, e := range l.Earlier {
		if e.Origin == origin {
			return e.Did
		}
	}
	return ""
}

// Then is the last decision after one more.
func (l LastDecision) Then(origin string, did Did) LastDecision {
	next := LastDecision{Origin: origin, Did: did}
	if next.Earlier = slices.Clone(l.Earlier); l.Origin != "" {
		next.Earlier = append(next.Earlier, EarlierDecision{l.Origin, l.Did})
	}
	if n := len(next.Earlier); n > mostEarlier {
		next.Earlier = next.Earlier[n-mostEarlier:]
	}
	return next
}

// Drift is what a waiting request would do if it were written now. What was approved is Request.Effect.
type Drift struct {
	At     time.Time
	Effect Effect
}
