package words

import (
	"fmt"
	"math"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// title is what and where, with the label of the cluster in capitals.
func title(in reset.Intent, c reset.ClusterInfo) string {
	t := in.Group
	if t == "" {
		t = "everything" // a freeze is about a cluster
	}
	if where := c.Name; where != "" || in.Cluster != "" {
		if where == "" {
			where = in.Cluster
		}
		t += " on " + where
	}
	switch {
	case strings.EqualFold(c.Label, "production"):
		t += " · PRODUCTION"
	case c.Label != "":
		t += " · " + c.Label
	}
	return t
}

func status(r reset.Request, words string) string {
	if r.State.Open() && r.Revision > 0 {
		return fmt.Sprintf("%s.%d · %s", r.ID, r.Revision, words)
	}
	return r.ID + " · " + words
}

// actPhrase is the act and where, as a phrase that follows "asks to": "go back to 02:10 Europe/Berlin (01:10 UTC) on
// orders".
func actPhrase(s reset.Story, v timeFormat, d timeDetail) string {
	in, _ := s.Request.Intent()
	switch a := s.Request.Act.(type) {
	case reset.Freeze:
		return "freeze " + scopeWord(in.Cluster)
	case reset.Thaw:
		if a.Lifts.ID == "" {
			return "thaw " + scopeWord(in.Cluster)
		}
		return "thaw " + scopeWord(a.Lifts.Cluster)
	case reset.SaveSchedule:
		return "schedule " + whenOf(a.Schedule, v) + ": " + targetPhrase(s, v, d)
	case reset.Move: // its target is the phrase
	}
	return targetPhrase(s, v, d)
}

// targetPhrase is the target, and where.
func targetPhrase(s reset.Story, v timeFormat, d timeDetail) string {
	in, _ := s.Request.Intent()
	on := scope(in, s.Topics)
	_, saves := s.Request.Act.(reset.SaveSchedule)
	switch t := in.Target.(type) {
	case reset.Time:
		if saves && t.Back != 0 {
			return "go back " + text.Duration(t.Back) + " from its time" + on
		}
		if ahead := s.Request.Actual().Skip > 0; t.Back != 0 && ahead { // the group is further behind than that
			return direction(s.Request.Actual()) + text.Duration(t.Back) + " ago, " + v.targetTime(t, min(d, withUTC)) +
				on
		} else if t.Back != 0 {
			return "go back " + text.Duration(t.Back) + ", to " + v.targetTime(t, min(d, withUTC)) + on
		}
		return direction(s.Request.Actual()) + v.targetTime(t, d) + on
	case reset.Exact:
		return direction(s.Request.Actual()) + "offset " + text.WithCommas(t.Offset) + on
	case reset.SkipRecord:
		return "skip one record, offset " + text.WithCommas(t.Offset) + on + ", if it is still the next one"
	case reset.Rows:
		return "go to " + text.Counted(len(t.Rows), "given offset") + on
	case reset.Undo:
		return "take back " + t.Of + on + ": return to the offsets saved before it"
	case reset.Latest:
		return "go to latest (the end of the log)" + on
	case reset.Earliest:
		return "go to earliest (the oldest records still there)" + on
	case reset.Shift:
		if t.By < 0 {
			return "go back " + text.Counted(-t.By, "offset") + eachPartition(s.Request.Actual()) + on
		}
		return "go forward " + text.Counted(t.By, "offset") + eachPartition(s.Request.Actual()) + on
	case reset.Current:
		return "commit the present offsets again" + on
	case reset.Like:
		return "go to where " + t.Group + " stands" + on
	case reset.Nowhere:
		return "delete the commits" + on + ", as if it had never been there"
	}
	return "reset" + on
}

// eachPartition is the suffix for a target that applies to every partition, where there are several.
func eachPartition(e reset.Effect) string {
	if e.Partitions == 1 {
		return ""
	}
	return " in each partition"
}

func direction(e reset.Effect) string {
	switch {
	case e.Replay > 0 && e.Skip == 0:
		return "go back to "
	case e.Skip > 0 && e.Replay == 0:
		return "go forward to "
	}
	return "go to "
}

// place is the target without its verb, for results: "at 02:10", "at latest".
func place(in reset.Intent, v timeFormat) string {
	switch t := in.Target.(type) {
	case reset.Time:
		zone := v.zone
		if t.Zone != "" {
			zone = timeFormatOf(reset.Intent{Zone: t.Zone}, v.now).zone
		}
		local := t.At.In(zone)
		if layout := withSeconds(local); sameDay(local, v.now.In(zone)) {
			return "at " + local.Format(layout)
		}
		return "at " + local.Format("2006-01-02 15:04 MST")
	case reset.Exact:
		return "at offset " + text.WithCommas(t.Offset)
	case reset.SkipRecord:
		return "behind the record"
	case reset.Latest:
		return "at the end"
	case reset.Earliest:
		return "at the log start"
	case reset.Like:
		return "where " + t.Group + " stood"
	case reset.Nowhere:
		return "without a commit"
	case reset.Undo:
		return "back where they were before " + t.Of
	case reset.Rows, reset.Shift, reset.Current: // each partition has its own offset
	}
	return "at their targets"
}

// scope is the topics, as short as possible.
func scope(in reset.Intent, topics []reset.TopicEffect) string {
	var names []string
	for _, t := range in.Scope.Topics {
		if t.Partitions == nil {
			names = append(names, t.Topic)
		} else {
			names = append(names, partitionsLabel(t.Topic, t.Partitions))
		}
	}
	if len(names) == 0 {
		for _, t := range topics {
			names = append(names, t.Topic)
		}
	}
	few := text.List(names, 3)
	switch {
	case in.Scope.All && len(names) > 3:
		return " on all " + text.Counted(len(names), "topic") + " with commits"
	case in.Scope.All && len(names) > 0:
		return " on all its topics (" + few + ")"
	case len(names) > 0:
		return " on " + few
	}
	return ""
}

// partitionsMoved counts partitions: "12 of 12 partitions", "10 of 12 partitions (the rest is there already)".
func partitionsMoved(e reset.Effect) string {
	switch {
	case e.Changed == 1 && e.Partitions == 1:
		return "1 partition"
	case e.Changed == e.Partitions:
		return text.WithCommas(e.Changed) + " of " + text.Counted(e.Partitions, "partition")
	}
	return text.WithCommas(e.Changed) + " of " + text.Counted(e.Partitions, "partition") +
		" (the rest is there already)"
}

// intentLine is the request in one sentence.
func intentLine(s reset.Story, v timeFormat) Line {
	if _, saves := s.Request.Act.(reset.SaveSchedule); saves {
		return say(text.Capital(actPhrase(s, v, withUTC)), ". If it ran now: ", partitionsMoved(s.Request.Actual()),
			".")
	}
	return say(text.Capital(actPhrase(s, v, withAgo)), ": ", partitionsMoved(s.Request.Actual()), ".")
}

// effectLine keeps replay and skip apart, always says both, and says "at most": offsets are not records (compaction,
// transaction markers).
func effectLine(s reset.Story, v timeFormat) Line {
	in, _ := s.Request.Intent()
	e := s.Request.Actual()
	if unknown := unknownStart(s.Request); unknown != nil {
		return unknown
	}
	switch {
	case groupWarnings(s.Request.Warnings, reset.WarnNoneAfter).parts > 0: // "none" would be a promise
		return say("Replays ", strong("at most "+records(e.Replay)), " and skips ", strong("at most "+records(e.Skip)),
			", not counting what arrives before the consumers start.")
	case e.Replay > 0 && e.Skip > 0:
		return say("Replays ", strong("at most "+records(e.Replay)), " and skips ", strong("at most "+records(e.Skip)),
			"; what is skipped, ", in.Group, " never reads.")
	case e.Replay > 0:
		return say("Replays ", strong("at most "+records(e.Replay)), written(e, v), ". Skips none.")
	case e.Skip > 0 && s.Request.Undoes != "":
		return say("Skips ", strong("at most "+records(e.Skip)), ", which ", in.Group, " had behind it before ",
			s.Request.Undoes, ". Replays none.")
	case e.Skip > 0:
		return say("Skips ", strong("at most "+records(e.Skip)), ", which ", in.Group,
			" then never reads. Replays none.")
	}
	return say("Replays none, skips none.")
}

// startsAt says what a partition without a committed offset means for messages. Kafka does not know it: each
// consumer's own setting decides, when it starts.
func startsAt(replay, skip int64) string {
	return "each consumer's auto.offset.reset: earliest reprocesses up to " + text.Counted(replay, "message") +
		", latest skips up to " + text.Counted(skip, "message")
}

// comparedWith says what a first committed offset does. The group has no previous position, only the one that each
// consumer's own setting would choose.
func comparedWith(replay, skip int64) string {
	return "compared with earliest, this skips up to " + text.Counted(skip, "message") +
		"; compared with latest, it reprocesses up to " + text.Counted(replay, "message")
}

func deletes(r reset.Request) bool { return r.Unplaced() == reset.UnplacedAfter }

func firstOffsets(r reset.Request) bool { return r.Unplaced() == reset.UnplacedBefore }

// unknownStart is the effect where the position before or after is not known for any partition; nil otherwise.
func unknownStart(r reset.Request) Line {
	in, _ := r.Intent()
	switch e := r.Actual(); {
	case deletes(r):
		return say("Where ", in.Group, " starts is decided by ", strong(startsAt(e.Replay, e.Skip)),
			", and all that arrive before they start.")
	case firstOffsets(r):
		return say("No partition has a committed offset. Where ", in.Group,
			" would start is decided by each consumer's auto.offset.reset: ", strong(comparedWith(e.Replay, e.Skip)),
			".")
	}
	return nil
}

func written(e reset.Effect, v timeFormat) Line {
	if e.From.IsZero() || e.From.After(v.now) {
		return nil
	}
	return say(", written from ", v.clock(e.From), " on")
}

func records(n int64) string { return text.Counted(n, "record") }

// effectBrief is a request's effect within a sentence, after "it".
func effectBrief(r reset.Request) string {
	e := r.Actual()
	return effectText(r.Unplaced(), e.Replay, e.Skip)
}

// effectText is effectBrief for two numbers; it gives none where a position is not known.
func effectText(u reset.Unplaced, replay, skip int64) string {
	switch u {
	case reset.UnplacedAfter:
		return "leaves the start to " + startsAt(replay, skip)
	case reset.UnplacedBefore:
		return "sets first committed offsets instead of each consumer's auto.offset.reset: " +
			comparedWith(replay, skip)
	}
	return plainBrief(reset.Effect{Replay: replay, Skip: skip})
}

func plainBrief(e reset.Effect) string {
	most := func(n int64) string {
		if n == 0 {
			return "none"
		}
		return "at most " + text.WithCommas(n)
	}
	return "replays " + most(e.Replay) + ", skips " + most(e.Skip)
}

// boundsText is what an approval covers: beyond it the reset is asked for again.
func boundsText(b reset.Bounds) string {
	most := func(n int64) string {
		switch n {
		case math.MaxInt64:
			return "any number"
		case 0:
			return "none"
		}
		return "up to " + text.WithCommas(n)
	}
	if unbounded(b) {
		return "whatever its effect"
	}
	return most(b.MaxReplay) + " replayed, " + most(b.MaxSkip) + " skipped"
}

func unbounded(b reset.Bounds) bool {
	return b.MaxReplay == math.MaxInt64 && b.MaxSkip == math.MaxInt64
}

// isolationLine says what "latest" is for this group: a read_committed group that is moved past an open transaction
// skips what commits later.
func isolationLine(r reset.Request) Line {
	in, _ := r.Intent()
	switch in.Target.(type) {
	case reset.Latest, reset.Current:
	default:
		return nil
	}
	if r.Isolation == reset.ReadCommitted {
		return say("Latest is the last stable offset (read_committed): open transactions stay ahead of the group.")
	}
	return say("Latest is the high watermark (read_uncommitted): it also passes over transactions that are still open.")
}

// states names the state of a request, in a word or two, for lists and late clicks.
var states = map[reset.State]string{
	reset.Planning:  "being planned",
	reset.Draft:     "a preview",
	reset.Pending:   "waiting for approval",
	reset.Approved:  "approved, waiting for an idle group",
	reset.Applying:  "being written",
	reset.Applied:   "done",
	reset.Failed:    "failed",
	reset.Refused:   "refused",
	reset.Rejected:  "rejected",
	reset.Cancelled: "cancelled",
	reset.Expired:   "expired",
}

// stateWord names the state of a request. After a write that arrived late the state is failed, and the word is
// applied.
func stateWord(r reset.Request) string {
	if r.Outcome == reset.AppliedLate {
		return "applied late"
	}
	return states[r.State]
}

// outcomes names how a request ended.
var outcomes = map[reset.Outcome]string{
	reset.Verified:         "every partition was read back at its target",
	reset.Overtaken:        "everything was written, and somebody has committed since",
	reset.Unchanged:        "the offsets are where they were before",
	reset.AppliedLate:      "its answer was lost, then the write landed: every partition is at its target",
	reset.RolledBack:       "what had been written was put back",
	reset.PartiallyApplied: "a part was written and a part was not",
	reset.OutcomeUnknown:   "what was written cannot be known",
}
