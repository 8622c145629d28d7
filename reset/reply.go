package reset

import (
	"slices"
	"time"
)

// Reply is what a decision did.
type Reply struct {
	Did     Did
	Request Request
	Votes   int       // that count now
	At      time.Time // of an earlier decision that makes this one moot

	Schedule *Schedule // of a decision about a schedule: it, as it is now
}

// Did names what a decision did.
type Did string

// What decisions do.
const (
	DidSubmit    Did = "submitted"     // approval is being asked for
	DidArm       Did = "armed"         // approved: waiting for the group to be idle
	DidVote      Did = "voted"         // counted; more are needed
	DidAlready   Did = "already voted" // by the same person: nothing changed
	DidUnapprove Did = "vote withdrawn"
	DidReject    Did = "rejected"
	DidCancel    Did = "cancelled"
	DidChoose    Did = "chosen"    // planned again with the option
	DidRetry     Did = "retried"   // checked again now
	DidEmergency Did = "emergency" // armed by one person without approval
	DidSettle    Did = "settled"
	DidUndo      Did = "undo asked" // Request is the undo
	DidPlan      Did = "shown"      // approve without a revision: the plan is shown, nothing is decided
)

// Lag is a group's lag on its topics, for a view.
type Lag struct {
	Cluster  ClusterInfo
	Group    string
	Asked    []TopicScope // what was asked for; none: all topics with committed offsets
	Snapshot Snapshot
	Ruling   Ruling
	Open     []Request
	// when this process saw a member first, by its id; one that is not there was first seen now
	Since map[string]time.Time
}

// CheckTopics is a topic or a partition that was asked for and is not there; nil: all are. Topics that the group has
// committed offsets on are the likeliest ones.
func CheckTopics(cluster, group string, asked []TopicScope, snap Snapshot) *Problem {
	for _, a := range asked {
		t := snap.Topics[a.Topic]
		if t.Err != "" {
			continue // it may be there
		}
		if t.Partitions == 0 {
			return NoTopicProblem(a.Topic, nearTopics(t.Near, snap)).On(cluster, group)
		}
		var beyond []int32
		for _, n := range a.Partitions {
			if int(n) >= t.Partitions {
				beyond = append(beyond, n)
			}
		}
		if len(beyond) > 0 {
			return NoPartitionProblem(a.Topic, beyond, t.Partitions).On(cluster, group)
		}
	}
	return nil
}

// nearTopics are names to suggest: what resembles the typed one, else what the group has committed offsets on.
func nearTopics(near []string, snap Snapshot) []string {
	if len(near) > 0 {
		return near
	}
	const most = 3
	for name, t := range snap.Topics {
		if t.Commits > 0 {
			near = append(near, name)
		}
	}
	slices.Sort(near)
	return near[:min(most, len(near))]
}

// Search narrows a history. Zero fields do not narrow.
type Search struct {
	Cluster, Group string
	By             Actor     // who asked or voted
	Since          time.Time // still open, or ended then or later
	Until          time.Time // asked for before
	Before         string    // a request: only those that were asked for before it
	All            bool      // the asker's own drafts and refused requests too
}

// Page is a part of a history, newest first.
type Page struct {
	Rows []Past
	// older ones were left out: those before the last row, or, where there is no row, those beyond what was searched
	More bool
}

// Past is a request in a history, with what was decided and written.
type Past struct {
	Request Request
	Votes   []Vote // that count
	// partitions of the last attempt to write, by their state as last read; empty: nothing was sent
	Written map[WriteState]int
}

// Rights are the verbs that access tells, in its order.
var Rights = []Verb{VerbView, VerbRequest, VerbApprove, VerbEmergency, VerbSettle, VerbSchedule, VerbFreeze, VerbThaw}

// Access is who may do what with a group, and why.
type Access struct {
	Cluster ClusterInfo
	Group   string
	Rulings map[Verb]Ruling // of the person who asked
}
