package engine

import (
	"context"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Store keeps requests and what belongs to them. It decides nothing. Its invariants hold for several processes at
// once: one request per origin, one applying request per (ClusterID, group), one vote per (request, revision, actor),
// one open undo per request, audit rows in the transaction of the change that they record.
type Store interface {
	// Record stores an envelope and makes it due. It reports false when its id is already there; nothing changes then.
	Record(ctx context.Context, in Inbox) (bool, error)
	// Envelope returns a recorded envelope. Decided marks it as decided; it is kept to recognise duplicates.
	Envelope(ctx context.Context, id string) (Inbox, error)
	Decided(ctx context.Context, id string, at time.Time) error

	// Create stores a new request with its entries and makes it due at once. When its origin already has one, that
	// one is returned with false. A request that undoes another one is refused with a Problem (ProblemNoUndo) while
	// an open undo is there.
	Create(ctx context.Context, r reset.Request, entries []reset.Entry) (reset.Request, bool, error)
	// Update loads a request, calls change, and stores the changes, in one transaction that no other update of the
	// same request or group overlaps. A non-nil error from change rolls back and is returned as it is. With a hold,
	// the hold's fence must still be current: ErrConflict.
	Update(ctx context.Context, id string, hold *Due, change func(*Tx) error) error

	Load(ctx context.Context, id string) (reset.Request, error)
	// Steps returns a revision's steps by topic and partition; limit 0: all of them.
	Steps(ctx context.Context, id string, revision, offset, limit int) ([]reset.Step, error)
	// Worst returns the steps with the largest Replay plus Skip, and the effect by topic.
	Worst(ctx context.Context, id string, revision, limit int) ([]reset.Step, []reset.TopicEffect, error)
	Votes(ctx context.Context, id string, revision int) ([]reset.Vote, error)
	// LastAttempt returns ErrNotFound when there was none.
	LastAttempt(ctx context.Context, id string) (reset.Attempt, error)
	Writes(ctx context.Context, id string, attempt int) ([]reset.Write, error)
	// Counts returns how many of the writes of an attempt are in each state, as last read.
	Counts(ctx context.Context, id string, attempt int) (map[reset.WriteState]int, error)
	Audit(ctx context.Context, id string, after int64) ([]reset.Entry, error)
	// Freezes returns the freezes in force, oldest first.
	Freezes(ctx context.Context) ([]reset.Frozen, error)
	// Kafkas returns which Kafka, by its own id, each cluster name led to when it last answered. Learn notes it, also
	// with freezes of that name that were set when it was not known.
	Kafkas(ctx context.Context) (map[string]string, error)
	Learn(ctx context.Context, name, id string, at time.Time) error
	// List returns requests that match, newest first.
	List(ctx context.Context, f Filter) ([]reset.Request, error)
	// People returns who asked for requests, each once, the latest first.
	People(ctx context.Context, limit int) ([]reset.Actor, error)

	// Schedules returns schedules that match, by name. They are written by Update alone (Tx.Schedule).
	Schedules(ctx context.Context, f reset.ScheduleFilter) ([]reset.Schedule, error)

	Card(ctx context.Context, id string) (Card, error) // the zero Card when there is none
	SaveCard(ctx context.Context, c Card) error

	// Claim claims due rows that no owner holds, for Lease. A claim that is never released is due again when the
	// lease ends, with a higher fence.
	Claim(ctx context.Context, c Claim) ([]Due, error)
	// Renew extends a held claim: ErrConflict when it is no longer held.
	Renew(ctx context.Context, d Due, until time.Time) error
	// Release releases a claim with its note, due again at next (zero: never), or sooner when it was made due
	// meanwhile.
	Release(ctx context.Context, d Due, next time.Time) error
	// TakeOver makes what other owners hold due now, and reports how many claims that was. Only a process that serves
	// the store alone may call it: the others have ended. A request that is applying keeps its lease, since what its
	// writer sent may still arrive.
	TakeOver(ctx context.Context, owner string) (int, error)
	// Recall makes rows with a time after now due now, and reports how many: the clock was set back. A row that is
	// due too early is only checked once more.
	Recall(ctx context.Context, now time.Time) (int, error)
	// Soonest returns when the next row comes due; zero: none.
	Soonest(ctx context.Context) (time.Time, error)
}

// Kind of a due row.
type Kind string

// The kinds of due rows.
const (
	DueInbox    Kind = "inbox"
	DueRequest  Kind = "request"
	DueSchedule Kind = "schedule"
	DueWatch    Kind = "watch"
	DueCard     Kind = "card"
)

// Due says when to check something, never what to do: the worker reads the state again, so a spurious row does
// nothing.
type Due struct {
	Kind    Kind
	ID      string
	Cluster string // of a request: so that checks can be batched
	At      time.Time
	Owner   string
	Until   time.Time
	Fence   int64
	Note    Note
}

// Note is the results of the checks of a request so far. Release stores it with the row, and the next claim returns
// it.
type Note struct {
	Streak  IdleStreak `json:",omitzero"`
	Numbers Numbers    `json:",omitzero"`
}

// Claim is the one query for restarts, schedules, watches and replicas.
type Claim struct {
	Owner string
	Now   time.Time
	Lease time.Duration
	Limit int
	Kinds []Kind
}

// Filter narrows a list of requests. Zero fields do not narrow.
type Filter struct {
	Cluster string
	Group   string
	States  []reset.State
	Actor   reset.Actor
	Origin  string
	Undoes  string
	Person  reset.Actor // who asked for it, or voted for one of its revisions
	Shown   bool        // only what was shown to others (Request.Asked)
	Own     reset.Actor // with Shown: and whatever this person asked for, but for what is in a form still
	Since   time.Time   // still open, or ended then or later
	Until   time.Time   // asked for before
	Before  Cursor
	Limit   int
}

// Cursor is a place in a list of requests, newest first: those behind it are older. The zero Cursor is the beginning.
type Cursor struct {
	At time.Time // when a request was asked for
	ID string    // of that request
}

// Card is where a request is shown, and up to which version.
type Card struct {
	Request   string
	Channel   string
	TS        string // the card's message; empty: not posted
	Version   int64  // of the request, as last shown
	ShownAt   time.Time
	Revision  int       // as last shown
	RevisedAt time.Time // when that revision was shown first
	ShownSeq  int64     // audit entries up to here are on the card
	ThreadSeq int64     // audit entries up to here are in the thread
	FilesSeq  int64     // the files that belong to audit entries up to here are there
	ToldSeq   int64     // audit entries up to here were considered for a direct message to the requester
	// the requester was told that others cannot see the card, for this reason (Slack's error); empty: they can
	Unshown string
	Preview Preview
}

// Preview is the address of the person who sees a draft. URL is a secret, valid for 30 minutes and 5 messages.
type Preview struct {
	Actor    reset.Actor
	Channel  string
	URL      string
	Replaces bool // the URL is a click's: it can replace its own message
	Used     int
	Until    time.Time
	Version  int64 // of the request, as last shown there
	Revision int
}

// Showed records that the card shows a story as it is now.
func (c *Card) Showed(s reset.Story, now time.Time) {
	r := s.Request
	if n := len(s.Entries); n > 0 {
		c.ShownSeq = s.Entries[n-1].Seq
	}
	if c.Revision != r.Revision {
		c.Revision, c.RevisedAt = r.Revision, now
	}
	c.Version, c.ShownAt = r.Version, now
}

// Tx is the input and the result of an update. The store fills the first part and writes the second.
type Tx struct {
	Request *reset.Request // as stored; changes to it are stored, with Version one higher
	Votes   []reset.Vote   // of the current revision
	// other requests of the group that are a draft, approved or applying, or block it (mixed, unclear and not settled)
	Rivals  []reset.Request
	Attempt *reset.Attempt    // the last one; changes to its fields are stored
	Freezes []reset.Frozen    // all that are in force, oldest first: reset.FreezesOver says which hold for the request
	Kafkas  map[string]string // see Store.Kafkas
	// of an approved request: the freezes that were asked for and are not decided yet, At is when they were received
	Freezing []reset.Frozen
	// of a freeze or a thaw: the other requests that are open, and those that set the freezes in force
	Concerned []reset.Request
	Undecided []Inbox // recorded envelopes about this request that nobody has decided yet
	// of a SaveSchedule: what it makes, changes or has made; nil: not yet. Of a run: the schedule that asked for it.
	// Changes are stored, with Version one higher
	Schedule *reset.Schedule

	steps     []reset.Step
	planned   bool
	votes     []reset.Vote
	dropped   []reset.Vote
	begun     *reset.Attempt
	writes    []reset.Write
	changed   []reset.Write
	entries   []reset.Entry
	recheckAt time.Time
	recheck   bool
	aside     bool
	watch     time.Time
	watches   bool
	others    []reset.Request
	frozen    []reset.Frozen
	thawed    []string
	made      []NewRequest
	redraw    bool
}

// NewRequest is a request that is born in the transaction of what it comes from.
type NewRequest struct {
	Request reset.Request
	Entries []reset.Entry
}

// Make stores a new request, and makes it due at once. Where its origin has one already, that one stays as it is. An
// id that is taken is ErrConflict.
func (tx *Tx) Make(r reset.Request, entries ...reset.Entry) {
	tx.made = append(tx.made, NewRequest{r, entries})
}

// SetSteps replaces the steps of the request's current revision.
func (tx *Tx) SetSteps(steps []reset.Step) { tx.steps, tx.planned = steps, true }

// AddVote stores a vote.
func (tx *Tx) AddVote(v reset.Vote) { tx.votes = append(tx.votes, v); tx.Votes = append(tx.Votes, v) }

// DropVote takes a vote on the current revision away: it no longer counts, and its voter may vote again.
func (tx *Tx) DropVote(v reset.Vote) {
	tx.dropped = append(tx.dropped, v)
	tx.Votes = slices.DeleteFunc(tx.Votes, func(o reset.Vote) bool { return o.Actor == v.Actor })
}

// Begin stores a new attempt with its writes.
func (tx *Tx) Begin(a reset.Attempt, writes []reset.Write) { tx.begun, tx.writes = &a, writes }

// SetWrites stores the current state of writes of the attempt.
func (tx *Tx) SetWrites(w []reset.Write) { tx.changed = append(tx.changed, w...) }

// Log adds an audit entry.
func (tx *Tx) Log(e reset.Entry) { tx.entries = append(tx.entries, e) }

// RecheckAt makes the request due. Without it, an update from outside the worker makes the request due at once.
func (tx *Tx) RecheckAt(at time.Time) { tx.recheckAt, tx.recheck = at, true }

// LogAside adds an audit entry of what changed nothing, a refusal: the request stays due when it was.
func (tx *Tx) LogAside(e reset.Entry) {
	tx.Log(e)
	tx.aside = true
}

// WatchAt makes the watch over the request's group due.
func (tx *Tx) WatchAt(at time.Time) { tx.watch, tx.watches = at, true }

// AlsoSave stores another request of the group (a rival) in the same transaction, with its version compared.
func (tx *Tx) AlsoSave(r reset.Request) { tx.others = append(tx.others, r) }

// Redraw brings the request's card up to date, though nothing of the request changed: what it shows is of the past.
func (tx *Tx) Redraw() { tx.redraw = true }

// Freeze puts a freeze in force, beside those that are.
func (tx *Tx) Freeze(f reset.Frozen) { tx.frozen = append(tx.frozen, f) }

// Thaw lifts the freeze of an id.
func (tx *Tx) Thaw(id string) { tx.thawed = append(tx.thawed, id) }

// Done is the result of a change, for the store to write.
type Done struct {
	Steps     []reset.Step
	Planned   bool // Steps replace those of the current revision
	Votes     []reset.Vote
	Dropped   []reset.Vote // are taken away before Votes are added
	Begun     *reset.Attempt
	Writes    []reset.Write // of Begun
	Changed   []reset.Write // of Attempt, or of Begun
	Entries   []reset.Entry
	RecheckAt time.Time
	Recheck   bool
	Aside     bool // the request stays due when it was
	Watch     time.Time
	Watches   bool
	Others    []reset.Request
	Frozen    []reset.Frozen
	Thawed    []string // ids of freezes
	Made      []NewRequest
	Redraw    bool // the version rises, whatever else changed
}

// Done returns the result of the change.
func (tx *Tx) Done() Done {
	return Done{Steps: tx.steps, Planned: tx.planned, Votes: tx.votes, Dropped: tx.dropped, Begun: tx.begun,
		Writes: tx.writes, Changed: tx.changed, Entries: tx.entries, RecheckAt: tx.recheckAt, Recheck: tx.recheck,
		Aside: tx.aside, Watch: tx.watch, Watches: tx.watches, Others: tx.others, Frozen: tx.frozen,
		Thawed: tx.thawed, Made: tx.made, Redraw: tx.redraw}
}
