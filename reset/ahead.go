package reset

import (
	"strings"
	"time"
)

// Ahead asks before a target that means the past skips what lies between: "back 30m" on a topic whose producer dates
// its records in seconds finds none that is as late, and the log end would skip everything unread. It is a question
// when a partition that has a committed offset goes to the log end because no record is as late, and skips. A target
// with records of its time on some partitions is clear; the partitions without such a record follow.
func Ahead(in Intent, plan Plan, snap Snapshot) ([]Option, *Problem) {
	t, ok := in.Target.(Time)
	if !ok || t.Future || in.SkipAhead {
		return nil, nil
	}
	p := AmbiguousProblem(AskAhead).On(in.Cluster, in.Group)
	p.Got = "to " + t.Said
	if t.Back != 0 {
		p.Got = "back " + strings.TrimPrefix(t.Said, "back ")
	}
	forward, blind := false, int64(0)
	for _, s := range plan.Steps {
		if s.From.None || s.From.Offset < s.Start || s.Skip == 0 {
			continue // the committed offset is not known: what may be skipped is a warning
		}
		p.Count = AddSaturating(p.Count, s.Skip)
		switch s.How {
		case HowNoLater:
			blind++
			p.Topic = s.Topic
		case HowRecord:
			forward = true
		case HowStartInDoubt, HowEnd, HowStart, HowExact, HowShifted, HowCommitted, HowLike, HowDeleted, HowSaved,
			HowClampStart, HowClampEnd:
			// no record was found by its time, and none was missed
		}
	}
	if blind == 0 || forward && t.Back == 0 {
		return nil, nil
	}
	p.Other = blind
	for _, s := range snap.Partitions {
		if s.Topic == p.Topic && s.Newest.UnixMilli() > p.Newest {
			p.Newest = s.Newest.UnixMilli()
		}
	}
	offer := func(label, typed string, change func(*Intent)) Option {
		o := in
		change(&o)
		return Option{Label: label, Typed: typed, Intent: o}
	}
	options := []Option{
		offer("Reprocess from earliest", "to earliest", func(o *Intent) { o.Target = Earliest{} }),
		offer("Skip ahead to latest", "to latest", func(o *Intent) { o.Target = Latest{} }),
	}
	if plan.Effect.Replay > 0 || forward {
		options = append(options, offer("Go on as asked", "--skip-ahead", func(o *Intent) { o.SkipAhead = true }))
	}
	return options, p
}

// newest are the times of the newest records, where they are known.
func newest(snap Snapshot) map[Partition]time.Time {
	m := make(map[Partition]time.Time, len(snap.Partitions))
	for _, p := range snap.Partitions {
		m[p.Partition] = p.Newest
	}
	return m
}
