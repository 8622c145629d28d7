package reset

import "time"

// Verb is what a person wants to do.
type Verb string

// The verbs that policy knows.
const (
	VerbView    Verb = "view"
	VerbRequest Verb = "request"
	VerbApprove Verb = "approve"
	VerbCancel  Verb = "cancel" // the requester, and those who may request or approve
	VerbReject  Verb = "reject" // those who may approve
	VerbRetry   Verb = "retry"  // those who may request
	VerbUndo    Verb = "undo"   // those who may request
	VerbSettle  Verb = "settle" // those who may approve, and emergency
	// those whom the cluster names, else those who may request, approve or use the emergency on it
	VerbFreeze Verb = "freeze"
	// those whom the cluster names, else those who may approve anything on it, and one's own freeze
	VerbThaw Verb = "thaw"
	// those whom the rule names for emergencies: without approval, within a limit of their own
	VerbEmergency Verb = "emergency"
	VerbApply     Verb = "apply" // the rules in force, with memberships as they were recorded

	// saves and resumes schedules, and runs them now: those who may request, where the rule allows schedules
	VerbSchedule Verb = "schedule"
)

// PolicyQuestion is a question to the policy.
type PolicyQuestion struct {
	Actor     Actor
	Channel   string
	Verb      Verb
	Cluster   string
	Group     string  // empty: the cluster itself
	AnyGroup  bool    // the question is whether any rule of the cluster names the actor: decides nothing
	Effect    *Effect // nil: not known yet, the question is the right alone
	Requester Actor   // of the request that is decided upon
	Barred    []Actor // who else counts as having asked for it, and approves it as little
	// what was given, each text by itself; nil: the question is the right alone, or none is needed
	Reasons     []string
	OneIsEnough bool // one authorised person is enough: an undo soon after on an untouched group, one's own freeze
	For         Verb // of VerbApply about a cluster itself: freeze or thaw

	// Of VerbApply: what was recorded when people acted.
	Principal string     // by which the requester had the right; empty: not recorded
	Votes     []Vote     // who has approved
	Emergency *Emergency // who used the emergency

	Mandate *Mandate // the standing approval of a schedule's run

	// Preview: nothing is decided by the answer, so memberships may be as they were up to a minute ago. Without it
	// they are read now.
	Preview bool
	// RuleBefore is the rule by which a requester was found to have the right before, while Kafka did not answer. As
	// long as that rule still decides, the directory is not asked again. Only where a second question follows before
	// anything is decided.
	RuleBefore string
}

// Ruling is the policy's answer: the first rule that matches, and what it says.
type Ruling struct {
	Allowed            bool
	Denial             Denial   // why not
	Rule               string   // name of the rule that decided; empty: none matches
	Who                []string // user groups and users who may (S…, U…, W…, "members")
	Need               int
	MaxSkip            int64 // the tier that covers the effect; math.MaxInt64: open-ended
	MaxReplay          int64
	Cap                string // of DeniedCap: "skip 1,000,000" as the policy writes it
	Isolation          Isolation
	Wait               time.Duration
	MaxWait            time.Duration
	Owner              string
	Approvers          []string // who may approve
	EmergencyApprovers []string `json:"Alone"`      // who may use the emergency
	EmergencyMost      *Reach   `json:",omitempty"` // and up to which effect; nil: there is none, or it is not known
	Reason             string   `json:",omitempty"` // of DeniedReason: what it has to match; empty: any will do
	Stop               string
	Start              string
	Runbook            string
	Note               string  // "memberships could not be read; those recorded were used"
	Unread             *Unread `json:",omitempty"` // of DeniedUnknown: why

	// Principal is the user group, the user or "members" by which the person who asked has the right. It is recorded
	// with what they do, and counts while the rule in force lists it.
	Principal string `json:",omitempty"`
	// Of VerbApply: the votes that no longer count, and why the emergency does not.
	Dropped       []DroppedVote `json:",omitempty"`
	EmergencyOver Denial        `json:",omitempty"`

	Unreachable *Quorum `json:",omitempty"` // of a preview: fewer people can approve it than have to; nil: not known so

	MandateValid bool   `json:"Stands"` // of a schedule's run: its standing approval still counts
	Doubt        Denial // and why it does not
	// whose right the standing approval rested on, and who have it no more
	DoubtAbout []string `json:",omitempty"`
}

// Quorum is how many people can give an approval, where that is not enough.
type Quorum struct {
	Able int // beside the requester
}

// DroppedVote is a vote that no longer counts.
type DroppedVote struct {
	Actor     Actor
	Principal string
	Why       Denial
}

// Denial names why a ruling refuses.
type Denial string

// The denials.
const (
	DeniedNoRule   Denial = "no rule"    // no rule matches cluster and group
	DeniedNotIn    Denial = "not in"     // the rule names others
	DeniedChannel  Denial = "channel"    // not from this channel
	DeniedGuest    Denial = "guest"      // guests are never allowed
	DeniedBot      Denial = "bot"        // bots are never allowed
	DeniedStranger Denial = "stranger"   // users of other organisations are never allowed
	DeniedGone     Denial = "gone"       // deactivated
	DeniedCap      Denial = "cap"        // beyond the rule's cap
	DeniedSelf     Denial = "self"       // a requester does not approve their own request
	DeniedTwice    Denial = "twice"      // the same person has approved under another id
	DeniedVotes    Denial = "votes"      // of VerbApply: fewer votes count than the effect needs
	DeniedUnknown  Denial = "unreadable" // membership could not be read: refused

	DeniedReason    Denial = "reason"    // the rule requires a reason, or one that matches
	DeniedSchedules Denial = "schedules" // the rule does not allow schedules
	// a standing approval rests on a user group among the approvers, and there is none
	DeniedNoTeam  Denial = "no team"
	DeniedChanged Denial = "changed" // what was approved is not what is asked, or was under another rule
)
