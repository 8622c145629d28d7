package reset

import "time"

// Target is the position in a partition that a reset moves to. A new one does not compile before it says what it is
// stored as, what has to be read for it, where it is in a partition, and whether it is resolved again; the tables and
// the switches over targets in other packages are found by the linter and by the tests that walk over TargetKind.
//
//sumtype:decl
type Target interface {
	// Kind is the name that the target is stored by.
	Kind() TargetKind
	// query adds what has to be read to locate it. saved are the steps that an undo goes back to.
	query(q *Query, saved []Step)
	// locate finds it in one partition. saved is the position that an undo or a plan file names.
	locate(p PartitionState, saved Position) (place, *Problem)
	// moves reports whether it is resolved again when the reset is applied; if not, it is frozen by the plan.
	moves() bool
}

// TargetKind names a kind of target. Kinds are stored: they do not change.
type TargetKind string

// The kinds of targets.
const (
	KindTime       TargetKind = "time"
	KindExact      TargetKind = "exact"
	KindSkipRecord TargetKind = "skip"
	KindRows       TargetKind = "rows"
	KindUndo       TargetKind = "undo"
	KindNowhere    TargetKind = "nowhere"
	KindLatest     TargetKind = "latest"
	KindEarliest   TargetKind = "earliest"
	KindShift      TargetKind = "shift"
	KindCurrent    TargetKind = "current"
	KindLike       TargetKind = "like"
)

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

		// it was asked for as a day, which every run of a schedule counts from its own time: decision 15
		Day   Day           `json:",omitempty"`
		Clock time.Duration `json:",omitempty"` // the time of that day, as clocks show it
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

func (Time) Kind() TargetKind { return KindTime }
func (Time) moves() bool      { return false }

func (t Time) query(q *Query, _ []Step) { q.At = t.At }

func (Time) locate(p PartitionState, _ Position) (place, *Problem) {
	if p.Found == nil {
		return place{}, UnreadProblem("the time was not looked up", p.Topic, p.Partition.Partition)
	}
	if p.Found.How == HowNoLater {
		return place{pos: Position{Offset: p.End}, how: HowNoLater}, nil
	}
	return place{pos: Position{Offset: p.Found.Offset}, how: p.Found.How, at: p.Found.At}, nil
}

func (Exact) Kind() TargetKind     { return KindExact }
func (Exact) moves() bool          { return false }
func (Exact) query(*Query, []Step) {}

func (t Exact) locate(PartitionState, Position) (place, *Problem) {
	return place{pos: Position{Offset: t.Offset}, how: HowExact}, nil
}

func (SkipRecord) Kind() TargetKind     { return KindSkipRecord }
func (SkipRecord) moves() bool          { return false }
func (SkipRecord) query(*Query, []Step) {}

// locate passes over one record only while that record is the next one to be read.
func (t SkipRecord) locate(p PartitionState, _ Position) (place, *Problem) {
	switch {
	case p.Committed.None:
		return place{}, NoCommitProblem(p.Partition)
	case t.Offset >= p.last() && t.Offset >= p.Committed.Offset:
		return place{}, NoRecordProblem(p.Partition, t.Offset, p.last())
	case p.Committed.Offset != t.Offset:
		return place{}, SkipMovedProblem(p.Partition, t.Offset, p.Committed.Offset)
	}
	return place{pos: Position{Offset: t.Offset + 1}, how: HowExact}, nil
}

func (Rows) Kind() TargetKind { return KindRows }
func (Rows) moves() bool      { return false }

func (t Rows) query(q *Query, _ []Step) {
	parts := make([]Partition, len(t.Rows))
	for i, r := range t.Rows {
		parts[i] = Partition{r.Topic, r.Partition}
	}
	q.Scope = ScopeOf(parts)
}

func (Rows) locate(_ PartitionState, saved Position) (place, *Problem) {
	return place{pos: saved, how: HowExact}, nil
}

func (Undo) Kind() TargetKind { return KindUndo }
func (Undo) moves() bool      { return false }

func (Undo) query(q *Query, saved []Step) {
	parts := make([]Partition, len(saved))
	for i, s := range saved {
		parts[i] = Partition{s.Topic, s.Partition}
	}
	q.Scope = ScopeOf(parts)
}

func (Undo) locate(_ PartitionState, saved Position) (place, *Problem) {
	return place{pos: saved, how: HowSaved}, nil
}

func (Nowhere) Kind() TargetKind     { return KindNowhere }
func (Nowhere) moves() bool          { return false }
func (Nowhere) query(*Query, []Step) {}

func (Nowhere) locate(PartitionState, Position) (place, *Problem) {
	return place{pos: Position{None: true}, how: HowDeleted}, nil
}

func (Latest) Kind() TargetKind     { return KindLatest }
func (Latest) moves() bool          { return true }
func (Latest) query(*Query, []Step) {}

func (Latest) locate(p PartitionState, _ Position) (place, *Problem) {
	return place{pos: Position{Offset: p.End}, how: HowEnd}, nil
}

func (Earliest) Kind() TargetKind     { return KindEarliest }
func (Earliest) moves() bool          { return true }
func (Earliest) query(*Query, []Step) {}

func (Earliest) locate(p PartitionState, _ Position) (place, *Problem) {
	return place{pos: Position{Offset: p.Start}, how: HowStart}, nil
}

func (Shift) Kind() TargetKind     { return KindShift }
func (Shift) moves() bool          { return true }
func (Shift) query(*Query, []Step) {}

func (t Shift) locate(p PartitionState, _ Position) (place, *Problem) {
	if p.Committed.None {
		return place{}, NoCommitProblem(p.Partition)
	}
	return place{pos: Position{Offset: AddSaturating(p.Committed.Offset, t.By)}, how: HowShifted}, nil
}

func (Current) Kind() TargetKind     { return KindCurrent }
func (Current) moves() bool          { return true }
func (Current) query(*Query, []Step) {}

func (Current) locate(p PartitionState, _ Position) (place, *Problem) {
	if p.Committed.None {
		return place{pos: Position{Offset: p.End}, how: HowEnd}, nil
	}
	return place{pos: Position{Offset: p.Committed.Offset}, how: HowCommitted}, nil
}

func (Like) Kind() TargetKind { return KindLike }
func (Like) moves() bool      { return true }

func (t Like) query(q *Query, _ []Step) { q.Like = t.Group }

func (t Like) locate(p PartitionState, _ Position) (place, *Problem) {
	if p.Other == nil || p.Other.None {
		return place{}, NothingToCopyProblem(p.Partition, t.Group)
	}
	return place{pos: Position{Offset: p.Other.Offset}, how: HowLike}, nil
}
