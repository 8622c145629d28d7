package reset

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Schedule is a reset that recurs, or runs once later. Saving one is an act like any other (SaveSchedule): it needs
// the approvals that its resets would need, and they are stored with it as its Mandate. Every run is a request of its
// own.
type Schedule struct {
	ID     string // of the request that created it
	Name   string // what people call it; unique among those that are not removed. Empty: its id
	Expr   string // cron, five fields; empty: At
	Zone   string // IANA zone of Expr
	At     time.Time
	Intent Intent // as said; durations count from each run's own time

	Until    time.Time     // when the standing approval ends; zero: not said (90 days). A file's may have no end
	Announce time.Duration // how long ahead a run is announced
	WhenBusy WhenBusy
	IfMissed IfMissed
	Source   Source
	Owner    Actor // who is responsible for it, and is warned before its approval expires
	Place    Place // where its runs are announced

	Status       Status
	Next         time.Time   // the next run's own time; it never goes back. Zero: none
	Skipped      []time.Time // runs that somebody skipped: they do not come back when it is saved anew
	LastRun      string      // request
	Warned       bool        // that the standing approval ends soon
	Revision     int         // counts what was saved under this id
	Request      string      // that saved it last: its card and audit are the schedule's
	Mandate      Mandate
	LastDecision LastDecision `json:"Heard"`
	Version      int64        // counts every change of the row
}

// Status is the status of a schedule.
type Status string

// The statuses.
const (
	Active  Status = "active"
	Paused  Status = "paused"
	Lapsed  Status = "lapsed"  // its standing approval has ended; saving it again asks for a new one
	Over    Status = "over"    // its last run has ended
	Removed Status = "removed" // for good
)

// Source is where a schedule is kept.
type Source string

// The sources. A schedule of the file is changed and reviewed there.
const (
	FromSlack Source = "slack"
	FromFile  Source = "config"
)

// WhenBusy says what becomes of a run whose group is in use, is being reset, or is watched after a reset.
type WhenBusy struct {
	Do      Busy
	For     time.Duration // of BusyWait
	Default bool          `json:",omitempty"` // For was not said: it is as long as is usual, and as the rule allows
}

// usual reports whether nobody said how long a run waits.
func (b WhenBusy) usual() bool { return b.Default || b.For == 0 && (b.Do == "" || b.Do == BusyWait) }

// Within is how a run waits where nobody said how long: as is usual, or as long as the rule allows.
func (b WhenBusy) Within(rule Ruling) WhenBusy {
	if !b.usual() {
		return b
	}
	b = WhenBusy{Do: BusyWait, For: defaultBusy, Default: true}
	if rule.MaxWait > 0 {
		b.For = min(b.For, rule.MaxWait)
	}
	return b
}

// Busy names a WhenBusy.
type Busy string

// What a run does while its group is busy.
const (
	BusyWait Busy = "wait" // waits so long, then gives up
	BusySkip Busy = "skip" // gives up at its time
	BusyFail Busy = "fail" // gives up at its time, and pauses its schedule until a person resumes it
)

// IfMissed says what becomes of a run at whose time the bot was down. Zero: it is skipped and reported.
type IfMissed struct {
	Run    bool          // the latest one missed runs as soon as possible
	Within time.Duration // unless it is older than this
}

// Mandate is a standing approval: given once, for every run until it ends.
type Mandate struct {
	Request string // that asked for it
	Digest  string // of the approved schedule: a changed one has another digest
	Rule    string // under which it was approved
	Bounds  Bounds
	Need    int
	Owner   Actor // who asked for it: their right to ask is a part of it
	Votes   []Vote
	Until   time.Time // zero: no end
	File    bool      // the reviewed configuration file is the approval, limited by the rule's cap alone
}

// Run links a request to its schedule.
type Run struct {
	Schedule  string
	Name      string
	At        time.Time // its own time: durations of the intent count from here
	Owner     Actor
	WhenBusy  WhenBusy
	IfMissed  IfMissed
	Announce  time.Duration
	Former    *Mandate      `json:"Mandate,omitempty"` // only in documents of earlier versions: see FromEarlier
	Revision  int           // of the schedule that asked for it
	Extra     bool          // it was asked for beside the agreed times
	First     time.Time     // when it was to begin at first
	Planned   time.Time     // when it was to begin at first, or was put off to
	Begun     time.Time     // when its group was first looked at, to write
	Late      time.Duration // it begins so long after its time: the bot was down
	Postponed bool          `json:"Held"` // it stands back for something else
	By        Actor         // who said "run now"
}

// MaxDelay is how far in all a run may be put off within what was agreed to.
const MaxDelay = 2 * time.Hour

// OnTime reports whether what was agreed to speaks of a run that begins then: not before the agreed time, and not put
// off by more than MaxDelay in all.
func (r Run) OnTime(begin time.Time) bool {
	return !begin.Before(r.At) && !begin.After(r.First.Add(MaxDelay))
}

// PostponedUntil is how long a run makes way for others before it is given up.
func (r Run) PostponedUntil() time.Time {
	switch {
	case r.WhenBusy.Do != BusyWait:
		return r.Planned.Add(time.Minute) // the look at its time itself comes first
	case r.WhenBusy.For == 0:
		return r.Planned.Add(defaultBusy)
	}
	return r.Planned.Add(r.WhenBusy.For)
}

// Latest is until when a run may be written within what was agreed to: so long after its time as it was agreed to wait,
// or as long as a missed run is made up for. Zero: at any time.
func (r Run) Latest() time.Time {
	latest := r.PostponedUntil()
	if r.WhenBusy.Do != BusyWait {
		latest = r.Planned.Add(Tolerance)
	}
	switch m := r.IfMissed; {
	case m.Run && m.Within == 0:
		return time.Time{}
	case m.Run && r.At.Add(m.Within).After(latest):
		return r.At.Add(m.Within)
	}
	return latest
}

// Covers reports whether a run that begins and is written at these times is one that was agreed to.
func (r Run) Covers(begin, now time.Time) bool {
	latest := r.Latest()
	return r.OnTime(begin) && (latest.IsZero() || !now.After(latest))
}

// SaveSchedule makes a schedule, or changes the one whose id (or name) it bears.
type SaveSchedule struct{ Schedule Schedule }

func (SaveSchedule) actKind() ActKind { return ActSchedule }
func (a SaveSchedule) stored() any    { return a.Schedule }

// UpcomingRun is one future run.
type UpcomingRun struct {
	At   time.Time // in the schedule's zone
	Note string    // what a clock change does to it; mostly empty
}

// ScheduleStory is a schedule with what belongs to it.
type ScheduleStory struct {
	Schedule Schedule
	Cluster  ClusterInfo
	Upcoming []UpcomingRun // the next five
	Rule     string        // crontab's rule about days, where it applies
	Runs     []Request     // newest first
	Request  *Request      // that saved it
	Now      time.Time
}

// CronParser reads cron expressions. A refusal is a *Problem (ProblemExpression).
type CronParser interface {
	Parse(expr, zone string) (Recurrence, error)
}

// Recurrence is an expression in a zone.
type Recurrence interface {
	Next(after time.Time) time.Time // zero: never again
	Rule() string
	Note(run time.Time) string
}

// ScheduleFilter narrows a list of schedules. Zero fields do not narrow.
type ScheduleFilter struct {
	ID      string
	Name    string
	Cluster string
	Group   string
	Source  Source
	Kept    bool // not those that are removed
	Limit   int
}

// The events of schedules. They are reported in the thread of the request that saved it.
const (
	EvSaved            Event = "schedule saved"
	EvPaused           Event = "schedule paused" // by the schedule itself: run (its time), request
	EvUnpaused         Event = "schedule resumed"
	EvRemoved          Event = "schedule removed"
	EvApprovalExpiring Event = "approval ends soon" // facts: until, schedule
	EvApprovalExpired  Event = "schedule lapsed"
	EvMissed           Event = "run missed"    // facts: run, count, then: "skipped" or "run"
	EvSkipped          Event = "run skipped"   // facts: run, why
	EvAnnounced        Event = "run announced" // on the run's request: run (its own time), begins
	EvDelayed          Event = "run delayed"   // on the run's request: until
	EvRunNow           Event = "run now"
	EvPostponed        Event = "held back"     // on the run's request: by, another request
	EvTimeReached      Event = "time has come" // on the request of a time in the future: at
)

// What decisions about schedules do. Reply.Schedule is the schedule as it is now.
const (
	DidPause  Did = "paused"
	DidResume Did = "resumed"
	DidRemove Did = "removed"
	DidSkip   Did = "skipped"     // Reply.Request is the announced run that it cancelled, if there was one
	DidDelay  Did = "delayed"     // Reply.Request is the run
	DidRunNow Did = "running now" // Reply.Request is the run
)

// The problems of schedules.
const (
	ProblemExpression ProblemCode = "expression"  // Got: it; Want: why not; Names: a valid one
	ProblemNoSchedule ProblemCode = "no schedule" // Got: id or name
	// Got: the name; Request: the schedule that has it; Group, Cluster: its
	ProblemNameTaken ProblemCode = "name taken"
	// there is no standing approval; Want: "ended", "changed", "emergency"
	ProblemNoStandingApproval ProblemCode = "not standing"
	ProblemNotForRuns         ProblemCode = "not for runs" // Got: the target's kind; Want: "once" or "never"
	// a standing approval ends too late, before its first run, or has ended; Got: when; Want: the latest; Names: the first
	// run, and the day until which it would be valid for that one
	ProblemEnd                ProblemCode = "end"
	ProblemReadOnly           ProblemCode = "read only" // Got: the name; it is changed in the configuration file
	ProblemConflictingRequest ProblemCode = "beside"    // a run is postponed; Request, State: for which
	ProblemMissed             ProblemCode = "missed"    // the bot was down at its time; Count: seconds after it
	ProblemInactive           ProblemCode = "inactive"  // Got: the schedule; Want: its status
	ProblemNotRun             ProblemCode = "not a run" // Request is no announced run
	ProblemTimePassed         ProblemCode = "passed"    // a run at a time that has passed; Got: it
)

// Current reports whether a run is of its schedule as it is now, and that is active. No other run is written: what was
// paused, removed, saved anew or taken out of the file asks for nothing any more.
func (s *Schedule) Current(r Run) bool {
	return s != nil && s.ID == r.Schedule && s.Status == Active && (s.Revision == r.Revision || r.Revision == 0)
}

// Label is what people call it.
func (s Schedule) Label() string {
	if s.Name != "" {
		return s.Name
	}
	return s.ID
}

// RunsOnce reports whether there is only one run, at At.
func (s Schedule) RunsOnce() bool { return s.Expr == "" }

// Digest identifies what a mandate approves: all that decides what the runs do and when.
func (s Schedule) Digest(b Bounds, rule string, need int) (string, error) {
	in := s.Intent
	in.Reason, in.Notes, in.Server, in.Wait, in.NoWait = "", nil, "", 0, false // WhenBusy says how long a run waits
	if t, ok := in.Target.(Time); ok {
		if t.Future, t.Other = false, nil; t.Recurs() {
			t.At = time.Time{} // of when it was said
		}
		in.Target = t
	}
	doc, err := json.Marshal(struct {
		Expr, Zone string
		At         time.Time
		Intent     Intent
		Announce   time.Duration
		WhenBusy   WhenBusy
		IfMissed   IfMissed
		Until      time.Time
		Source     Source
		Bounds     Bounds
		Rule       string
		Need       int
	}{s.Expr, s.Zone, s.At, in, s.Announce, s.WhenBusy, s.IfMissed, s.Until, s.Source, b, rule, need})
	if err != nil {
		return "", fmt.Errorf("digest of schedule %s: %w", s.ID, err)
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:12]), nil
}

// CheckValid refuses a schedule that changed since its approval, or whose approval has ended.
func (s Schedule) CheckValid(now time.Time) *Problem {
	digest, err := s.Digest(s.Mandate.Bounds, s.Mandate.Rule, s.Mandate.Need)
	switch {
	case err != nil || digest != s.Mandate.Digest:
		return s.noApproval(GapChanged)
	case !s.Mandate.Until.IsZero() && !now.Before(s.Mandate.Until):
		return s.noApproval(GapEnded)
	}
	return nil
}

func (s Schedule) noApproval(gap ApprovalGap) *Problem {
	p := NoStandingApprovalProblem(gap).On(s.Intent.Cluster, s.Intent.Group).For(s.Request)
	p.Got = s.Label()
	return p
}

// Covers reports whether a mandate covers this effect on these topics.
func (m Mandate) Covers(e Effect, steps []Step) bool {
	return m.File || m.Bounds.Covers(e) && !slices.ContainsFunc(steps, func(st Step) bool {
		return !slices.Contains(m.Bounds.Topics, TopicID{st.Topic, st.TopicID})
	})
}

// SameAs reports whether a schedule of the file is the one that is stored.
func (s Schedule) SameAs(want Schedule) bool {
	want.Revision = s.Revision
	if want.WhenBusy.usual() && s.WhenBusy.Default {
		want.WhenBusy = s.WhenBusy // what nobody said is as it was found to be
	}
	if want.RunsOnce() {
		want.Until = s.Until
	}
	digest, err := want.Digest(s.Mandate.Bounds, s.Mandate.Rule, s.Mandate.Need)
	return err == nil && digest == s.Mandate.Digest && want.Owner == s.Owner && want.Place == s.Place &&
		want.Intent.Group == s.Intent.Group
}

// Ended says why a run of a schedule ends with it.
func (s Schedule) Ended(to Status, why string) string {
	said := "schedule " + s.Label() + " was changed"
	if to != Active {
		said = "schedule " + s.Label() + " was " + string(to)
	}
	if to == Lapsed {
		said = "schedule " + s.Label() + " was stopped"
	}
	if why != "" {
		said += ": " + why
	}
	return said
}

// Inactive says that a schedule does not run.
func (s Schedule) Inactive() *Problem {
	return InactiveProblem(s).On(s.Intent.Cluster, s.Intent.Group)
}

const (
	UsualAnnounce     = 15 * time.Minute     // how long ahead a run is announced unless the request says
	ApprovalLasts     = 90 * 24 * time.Hour  // how long a standing approval lasts unless the request says
	LongestApproval   = 366 * 24 * time.Hour // and the longest
	OnceApprovalLasts = 7 * 24 * time.Hour   // the approval of a single run, after its time: the run may be delayed
	ExpiryWarning     = 7 * 24 * time.Hour   // how long before its end the owner is notified
	// the file's schedules wait for a Kafka that is down when the process starts
	FileApprovalWait = 30 * 24 * time.Hour
	defaultBusy      = 30 * time.Minute // a run waits so long for what is beside it

	// Tolerance is how late a run may begin and still be on time: a restart of the bot. It is less than the shortest
	// time between two runs (internal/cron: Least).
	Tolerance = 4 * time.Minute
)
