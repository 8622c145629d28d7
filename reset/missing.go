package reset

import (
	"maps"
	"slices"
)

// deleteRequest is the request that deletes committed offsets. Kafka before 2.4 and some services do not support it.
const deleteRequest = "OffsetDelete"

// checkDeletable refuses a plan that deletes committed offsets on a cluster that does not support it: before anything
// is written, because the other partitions would stay written.
func checkDeletable(in Intent, snap Snapshot, steps []Step) *Problem {
	if !slices.Contains(snap.Missing, deleteRequest) ||
		!slices.ContainsFunc(steps, func(s Step) bool { return s.To.None }) {
		return nil
	}
	return NoAPIProblem(deleteRequest).On(in.Cluster, in.Group)
}

// cannotUndo warns of partitions without a committed offset on such a cluster: once they have one, it can't be
// deleted.
func cannotUndo(snap Snapshot, steps []Step) []Warning {
	var ws []Warning
	for _, s := range steps {
		if s.From.None && !s.To.None && slices.Contains(snap.Missing, deleteRequest) {
			ws = addWarning(ws, Warning{Code: WarnNoWayBack, Topic: s.Topic, Parts: []int32{s.Partition}})
		}
	}
	return ws
}

// noID is why it can't be known whether a topic is still the one that it was: the broker that answered is older than
// Kafka 2.8, among newer ones that return ids.
const noID = "this broker does not tell the topic's id"

func idUnknown(was string, t Topic) bool { return was != "" && t.ID == "" && t.Partitions > 0 }

// recreated reports whether a topic was deleted and created again, so that its offsets mean something else. An
// unknown id is not a different id.
func recreated(was, is string) bool { return was != "" && is != "" && was != is }

// Missing finds what the request leaves out, and offers the likeliest options.
func Missing(in Intent, snap Snapshot) ([]Option, *Problem) {
	_, rows := in.Target.(Rows)
	_, undo := in.Target.(Undo)
	switch {
	case in.Target == nil:
		if p := CheckTopics(in.Cluster, in.Group, in.Scope.Topics, snap); p != nil {
			return nil, p
		}
		if !slices.ContainsFunc(slices.Collect(maps.Values(snap.Topics)),
			func(t Topic) bool { return t.Commits > 0 || t.Err != "" }) {
			return nil, NoCommitsProblem(in.Cluster, in.Group)
		}
		return targetOptions(in, snap.At), AmbiguousProblem(AskTarget).On(in.Cluster, in.Group)
	case in.Scope.Empty() && !rows && !undo:
		options := topicOptions(in, snap)
		if len(options) == 0 {
			return nil, NoCommitsProblem(in.Cluster, in.Group)
		}
		return options, AmbiguousProblem(AskTopics).On(in.Cluster, in.Group)
	}
	return nil, nil
}
