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
	EndedAt    time.Time // zero: not judged yet
	ReadAt     time.Time // when it was read for the first time, if an answer was lost
	Chunks     []ChunkState
	Outcome    Outcome
	Effect     Effect // what it does as resolved when it began; may differ from the approved plan within its bounds
	Gone       int64  // records between an asked target and a log start that overtook it
	ExtraParts int    // partitions that came after planning and are not written
}

// ChunkState is where a chunk of an attempt stands.
type ChunkState struct {
	N      int
	Phase  Phase
	SentAt time.Time // when it was marked as being sent
	Delete bool
	Back   bool // it puts back what others wrote
}

// Phase is how far a chunk has come. The mark Sending is stored before the request leaves: a chunk that was only
// planned was never sent, whatever happened since.
type Phase string

// The phases of a chunk.
const (
	Planned  Phase = "planned"
	Sending  Phase = "sending"
	Answered Phase = "answered"
)

// Write is one partition of an attempt: where it was, where it goes, and what is known of it.
type Write struct {
	Step
	Chunk     int
	Result    StepResult
	ReadState WriteState
	Read      Position // as last read back
}

// WriteState is what reading says about a partition after a write.
type WriteState string

// The standings. Empty: not read yet.
const (
	WriteAtTarget  WriteState = "written"   // at the target
	WriteUnchanged WriteState = "unchanged" // where it had been
	WriteMoved     WriteState = "moved"     // elsewhere: somebody committed
	WriteUnread    WriteState = "unknown"   // could not be read
)

// putsBack reports whether an attempt that Kafka took in part has begun to write the offsets of before again.
func (a Attempt) IsRollingBack() bool {
	return slices.ContainsFunc(a.Chunks, func(c ChunkState) bool { return c.Back })
}
