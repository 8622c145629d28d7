package reset

import (
	"slices"
	"time"
)

// Attempt is one try to write a request's steps. It is stored, with the offsets as they were, before the first write.
type Attempt struct {
	Request    string
	N          int
	Fence      int64 // of the due row under which it was made
	Revision   int
	StartedAt  time.Time
	EndedAt    time.Time // zero: it has not ended
	ReadAt     time.Time // when it was read for the first time, if an answer was lost
	Chunks     []ChunkState
	Outcome    Outcome
	Effect     Effect // what it does as resolved when it began; may differ from the approved plan within its bounds
	Gone       int64  // records between the requested target and a log start that has passed it
	ExtraParts int    // partitions that came after planning and are not written
}

// ChunkState is the state of a chunk of an attempt.
type ChunkState struct {
	N      int
	Phase  Phase
	SentAt time.Time // when it was marked as being sent
	Delete bool
	Back   bool // it rolls back what other chunks wrote
}

// Phase is the progress of a chunk. Sending is stored before the request is sent: a chunk in Planned was never sent.
type Phase string

// The phases of a chunk.
const (
	Planned  Phase = "planned"
	Sending  Phase = "sending"
	Answered Phase = "answered"
)

// Write is one partition of an attempt: its position before, its target, and what was read since.
type Write struct {
	Step
	Chunk     int
	Result    StepResult
	ReadState WriteState
	Read      Position // as last read back
}

// WriteState is the state of a partition after a write, as read back.
type WriteState string

// The states of a write. Empty: not read yet.
const (
	WriteAtTarget  WriteState = "written"   // at the target
	WriteUnchanged WriteState = "unchanged" // where it had been
	WriteMoved     WriteState = "moved"     // elsewhere: another client committed
	WriteUnread    WriteState = "unknown"   // could not be read
)

// IsRollingBack reports whether an attempt that Kafka applied in part has begun to write the previous offsets again.
func (a Attempt) IsRollingBack() bool {
	return slices.ContainsFunc(a.Chunks, func(c ChunkState) bool { return c.Back })
}
