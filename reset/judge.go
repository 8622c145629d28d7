package reset

import "slices"

// NotSent is recorded in place of Kafka's answer for a request that was never sent.
const NotSent = "not sent"

// refusals are the errors that Kafka's coordinator answers before it appends anything
// (KafkaApis.handleOffsetCommitRequest, GroupCoordinator, OffsetMetadataManager.validateOffsetCommit and
// validateOffsetDelete): they prove that the partition was not written. Every other error may follow an append:
// UNKNOWN_SERVER_ERROR covers any failure, and COORDINATOR_NOT_AVAILABLE and NOT_COORDINATOR are also what a
// coordinator answers that has appended a commit and then lost its replicas or its group. Without this list an error
// would be trusted over the offsets that were read.
var refusals = append([]string{
	"TOPIC_AUTHORIZATION_FAILED", "GROUP_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED",
	"UNKNOWN_TOPIC_OR_PARTITION", "UNKNOWN_TOPIC_ID", "INVALID_TOPIC_EXCEPTION", "OFFSET_METADATA_TOO_LARGE",
	"INVALID_COMMIT_OFFSET_SIZE", "INVALID_GROUP_ID", "GROUP_ID_NOT_FOUND", "FENCED_INSTANCE_ID", "FENCED_MEMBER_EPOCH",
	"STALE_MEMBER_EPOCH", "UNSUPPORTED_VERSION", "INVALID_REQUEST", NotSent,
}, Retriable...)

// Doubtful reports whether a step may have been written although Kafka did not confirm it: the answer was lost, or is
// an error that proves nothing.
func (r StepResult) Doubtful() bool { return !r.Written && !slices.Contains(refusals, r.Rejected) }

// Reason is the error of a step, in Kafka's words where there are any.
func (r StepResult) Reason() string {
	if r.Rejected != "" {
		return r.Rejected
	}
	return r.Detail
}

// StateAt is the state of a write's partition, by the position that was read.
func (w Write) StateAt(read Position) WriteState {
	switch {
	case SamePosition(read, w.To):
		return WriteAtTarget
	case SamePosition(read, w.From):
		return WriteUnchanged
	}
	return WriteMoved
}

func SamePosition(a, b Position) bool { return a.None == b.None && (a.None || a.Offset == b.Offset) }

// Judge says how an attempt ended, from what was read back, and from Kafka's answers where these prove something. The
// offsets decide: an attempt is never called unchanged if a partition is at the target and was not there before.
func Judge(writes []Write, putBack bool) Outcome {
	var target, before, other, doubtful, written, stays int
	for _, w := range writes {
		if SamePosition(w.From, w.To) && w.ReadState == WriteAtTarget {
			stays++ // as before and at the target: it makes no difference
		}
		switch {
		case w.Result.Written:
			written++
		case w.Result.Doubtful():
			doubtful++
		}
		switch w.ReadState {
		case WriteAtTarget:
			target++
		case WriteUnchanged:
			before++
		default:
			other++
		}
	}
	all := len(writes)
	switch {
	case written+doubtful == 0 && target == stays:
		// rejected as a whole, and the offsets confirm it; partitions elsewhere were moved by other clients
		return Unchanged
	case target == all:
		return Verified
	case written == all && !putBack:
		return Overtaken
	case before+stays == all && putBack:
		return RolledBack
	case before+stays == all:
		return Unchanged
	case other == 0:
		return PartiallyApplied
	}
	return OutcomeUnknown
}

// Retriable are Kafka's answers that reject everything and go away by themselves: a member is there, or the
// coordinator is still loading. They prove that nothing was written, see refusals.
var Retriable = []string{
	"UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS", "ILLEGAL_GENERATION", "NON_EMPTY_GROUP", "GROUP_SUBSCRIBED_TO_TOPIC",
	"COORDINATOR_LOAD_IN_PROGRESS", "THROTTLING_QUOTA_EXCEEDED",
}
