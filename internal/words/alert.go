package words

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/alert"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// AlertShown is what became of a reading in the form that it opens.
type AlertShown struct {
	Cluster string // the configured cluster that the alert means; empty: it means none that is known
	Zone    *time.Location
	Now     time.Time
}

// AlertNotes are what the form says of the message that it was opened from: what was read, what was not, and what a
// message cannot say.
func AlertNotes(r alert.Reading, a AlertShown) []string {
	if r.Kind == alert.None {
		return []string{"This message does not say which consumer group or topic it is about."}
	}
	var out []string
	if r.Resolved {
		out = append(out, "This alert is resolved.")
	}
	out = append(out, alertRead(r, a)...)
	out = append(out, severalGroups(r)...)
	if len(r.Below.Groups) > 0 {
		out = append(out, "Resolved, and offered below the rest: "+text.List(r.Below.Groups, shownInAlert)+".")
	}
	if len(r.Groups) == 0 {
		out = append(out, "It names no consumer group: choose one.")
	}
	if r.Kind == alert.Poison {
		out = append(out, "One message failed"+failedAt(r)+". Rewinding or skipping it is for you to choose.")
	}
	if !r.Since.At.IsZero() {
		out = append(out, "The alert states its start: "+timeFormat{a.Zone, a.Now}.clock(r.Since.At).Text+
			". The problem may have begun earlier.")
	}
	return out
}

// shownInAlert names are written out.
const shownInAlert = 5

// AlertMatches says which groups are offered because their names are words of the message.
func AlertMatches(groups []string) []string {
	if len(groups) == 0 {
		return nil
	}
	return []string{alertMatches + text.List(groups, shownInAlert) + ". Check before you choose."}
}

const alertMatches = "Groups whose names appear in the message: "

// IsAlertMatch reports whether a note is of AlertMatches.
func IsAlertMatch(note string) bool { return strings.HasPrefix(note, alertMatches) }

// alertRead says what was taken over, and of the cluster also what could not be.
func alertRead(r alert.Reading, a AlertShown) (out []string) {
	var parts []string
	if a.Cluster != "" && len(r.Clusters) == 1 {
		parts = append(parts, "cluster "+a.Cluster)
	}
	if len(r.Groups) == 1 {
		parts = append(parts, "group "+r.Groups[0])
	}
	if len(r.Topics) == 1 {
		parts = append(parts, "topic "+r.Topics[0])
		if p := r.Partitions[r.Topics[0]]; len(p) > 0 {
			parts[len(parts)-1] += ":" + text.Ranges(p)
		}
	}
	if len(parts) > 0 {
		out = append(out, "Read from the message: "+strings.Join(parts, ", ")+".")
	}
	switch {
	case len(r.Clusters) > 1:
		out = append(out, "It names several clusters: "+text.List(r.Clusters, shownInAlert)+".")
	case len(r.Clusters) == 1 && a.Cluster == "":
		out = append(out, fmt.Sprintf("It names cluster %s, which is not configured or not visible to you. Choose a cluster.",
			r.Clusters[0]))
	}
	return out
}

func severalGroups(r alert.Reading) (out []string) {
	if len(r.Groups) < 2 {
		if len(r.Topics) > 1 {
			out = append(out, "It names several topics: "+text.List(r.Topics, shownInAlert)+". None is chosen.")
		}
		return out
	}
	out = append(out, fmt.Sprintf("It names %d consumer groups: choose one.", len(r.Groups)))
	for _, p := range r.Pairs[:min(len(r.Pairs), shownInAlert)] {
		out = append(out, p.Group+": "+text.List(p.Topics, shownInAlert))
	}
	return out
}

func failedAt(r alert.Reading) string {
	if len(r.Topics) != 1 || r.Offset == nil || len(r.Partitions[r.Topics[0]]) != 1 {
		return ""
	}
	return fmt.Sprintf(": %s:%d@%d", r.Topics[0], r.Partitions[r.Topics[0]][0], *r.Offset)
}

// alertMoments say what the times of a message are the times of.
var alertMoments = map[alert.Source]string{
	alert.Stated:   "the alert started",
	alert.Notified: "the alert was sent",
	alert.Logged:   "it was logged",
	alert.Produced: "the failed message was written",
	alert.Posted:   "this was posted",
}

// AlertRewind is the target that a time of an alert suggests.
func AlertRewind(m alert.Moment, zone *time.Location, now time.Time) string {
	return "To " + timeFormat{zone, now}.clock(m.At).Text + ", when " + alertMoments[m.Source]
}

// AlertSkip and AlertReread are the targets that a failed message suggests; at is TOPIC:PARTITION@OFFSET.
func AlertSkip(at string) string   { return "Skip the failed message " + at }
func AlertReread(at string) string { return "Rewind to the failed message " + at }

// AlertRecord compares the message that failed with the committed offset: whether it is still ahead is what decides
// between skipping and rewinding. Without the partition among the steps it says nothing.
func AlertRecord(topic string, partition int32, offset int64, steps []reset.Step) []Line {
	i := slices.IndexFunc(steps, func(s reset.Step) bool { return s.Topic == topic && s.Partition == partition })
	if i < 0 {
		return nil
	}
	at, from := code(fmt.Sprintf("%s:%d@%d", topic, partition, offset)), steps[i].From
	switch {
	case from.None:
		return []Line{say("The failed message ", at, ": the group has no committed offset on its partition.")}
	case from.Offset > offset:
		return []Line{say("The failed message ", at, " was already passed: the committed offset is ",
			text.WithCommas(from.Offset), ".")}
	case from.Offset == offset:
		return []Line{say("The failed message ", at, " is the next one to be consumed.")}
	}
	return []Line{say("The failed message ", at, " is still ahead, after up to ",
		text.Counted(offset-from.Offset, "message"), ": the committed offset is ", text.WithCommas(from.Offset), ".")}
}
