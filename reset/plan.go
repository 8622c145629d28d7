package reset

import "time"

// Plan is an intent resolved against a snapshot: what would be written, partition by partition, and what that does.
type Plan struct {
	Steps    []Step
	Effect   Effect
	Warnings []Warning
}

// Step is one partition of a plan.
type Step struct {
	Topic     string
	TopicID   string
	Partition int32
	Start     int64 // log start
	End       int64 // what "latest" means for this group (see Isolation)
	From      Position
	To        Position
	How       How
	Asked     int64     // what was asked for before clamping; meaningful when How is a clamp
	RecordAt  time.Time // timestamp of the record at To; zero: not known
	Replay    int64     // records that are read a second time, at most
	Skip      int64     // records that are never read, at most
}

// How names how a step's target was found.
type How string

// How a target is found. The clamps say that what was asked for is outside the log.
const (
	HowRecord       How = "record"         // the first record at or after the asked time
	HowNoLater      How = "no later"       // no record at or after the asked time: the end
	HowStartInDoubt How = "start in doubt" // the look-up found no record, and that could not be verified: the log start
	HowEnd          How = "end"
	HowStart        How = "start"
	HowExact        How = "exact"
	HowShifted      How = "shifted"
	HowCommitted    How = "committed" // as it is
	HowLike         How = "like"      // the other group's committed offset
	HowDeleted      How = "deleted"   // the commit is deleted
	HowSaved        How = "saved"     // saved by the attempt that is undone
	HowClampStart   How = "clamped to start"
	HowClampEnd     How = "clamped to end"
)

// Change is To minus From, and whether both are offsets.
func (s Step) Change() (int64, bool) {
	if s.From.None || s.To.None {
		return 0, false
	}
	return s.To.Offset - s.From.Offset, true
}

// Effect is the total of what a plan does. Offsets are not records (compaction, transaction markers), so its counts
// are "at most". Replay and skip are never netted against each other.
type Effect struct {
	Topics     int
	Partitions int
	Changed    int   // partitions whose position differs
	Replay     int64 // records read a second time, at most
	Skip       int64 // records never read, at most
	None       int   // partitions without a commit, counted with their worst case on both sides
	Clamped    int
	From, Upto time.Time // earliest and latest known timestamp of a target record
}

// Warning is something a person should know before approving. Its text is made in internal/words.
type Warning struct {
	Code  WarningCode
	Topic string    `json:",omitempty"`
	Parts []int32   `json:",omitempty"`
	Names []string  `json:",omitempty"`
	Count int64     `json:",omitempty"`
	Other int64     `json:",omitempty"` // a second count, where the code has one
	Text  string    `json:",omitempty"`
	At    time.Time `json:",omitzero"`
}

// WarningCode names a warning.
type WarningCode string

// The warnings that the plan itself can find.
const (
	WarnBusy         WarningCode = "busy"          // members are connected
	WarnClampedStart WarningCode = "clamped start" // asked before the log start: Count records are gone
	WarnClampedEnd   WarningCode = "clamped end"   // asked after the log end
	WarnNoLater      WarningCode = "no later"      // a time after the last record
	WarnInDoubt      WarningCode = "in doubt"      // the time look-up found no record, and that could not be verified
	// Count messages are reprocessed compared with latest, Other skipped compared with earliest
	WarnNeverCommit WarningCode = "never committed"
	// go back to no committed offset: earliest reprocesses Count messages, latest skips Other
	WarnNoneAfter    WarningCode = "none after"
	WarnOutsideLog   WarningCode = "outside log"  // the committed offset is outside the log
	WarnFutureDated  WarningCode = "future dated" // the record at the target is dated after now: At
	WarnTopicGone    WarningCode = "topic gone"   // committed offsets on a deleted topic; not changed
	WarnNewPartition WarningCode = "new partitions"
	WarnCreates      WarningCode = "creates" // the group does not exist; Names: near ones

	// From the environment: a Connect sink's group; Names: the connector, confirmed as stopped
	WarnConnector WarningCode = "connector"
	WarnLooksLike WarningCode = "looks like"             // Text: Flink or Spark, by names alone
	WarnHidden    WarningCode = "hidden"                 // it is not known whether ACLs hide topics; Text: why
	WarnRetention WarningCode = "retention"              // Count records at the target are deleted within Text
	WarnBegins    WarningCode = "begins later"           // the log begins after the asked time, at At at the earliest
	WarnOpen      WarningCode = "open transactions"      // Count records after the last stable offset
	WarnPastOpen  WarningCode = "past open transactions" // and the target is among them
	WarnMirrored  WarningCode = "mirrored"               // Names: topics of MirrorMaker 2
	WarnRemote    WarningCode = "remote"                 // Count records come from remote storage
	WarnCompacted WarningCode = "compacted"              // Names: topics
	// Count: seconds after which the commits of an empty group are deleted
	WarnExpires WarningCode = "may expire"
	// no committed offset now, and the cluster can't delete one: an undo is refused
	WarnNoWayBack WarningCode = "no way back"
	WarnUnchecked WarningCode = "unchecked" // Names: whose configuration could not be read; Text: why

	WarnAwaited WarningCode = "awaited" // the lost write of another request (Names) may still land, until At
	WarnAhead   WarningCode = "ahead"   // a time in the future, At: its effect is not known until then
	WarnNote    WarningCode = "note"    // the intent's own notes
	// Count people can approve it, and Other have to; Names: who may approve
	WarnQuorum  WarningCode = "quorum"
	WarnNothing WarningCode = "nothing"
)

const (
	MaxWorst    = 20
	MaxEvidence = 20
)
