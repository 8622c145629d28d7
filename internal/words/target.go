package words

import (
	"cmp"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// targetLine is where a plan moves what, and how far: "orders → 07:27:38 Berlin (06:27:38 UTC), −1,400 on each of 12
// partitions".
func targetLine(s reset.Story, v timeFormat) Line {
	in, _ := s.Request.Intent()
	detail := withUTC
	t, ok := in.Target.(reset.Time)
	if ok && s.Request.State == reset.Draft && !sameDay(t.At.In(v.zone), v.now.In(v.zone)) {
		detail = withAgo // "yesterday 23:30" may surprise who meant today
	}
	return say(name(scope(in, s.Topics)), " → ", landing(s, v, detail), moves(s))
}

// actPhrase is the act as a clause without a verb: "orders → 02:10 Berlin (01:10 UTC)", "freeze prod-eu".
func actPhrase(s reset.Story, v timeFormat, d timeDetail) string {
	in, _ := s.Request.Intent()
	switch a := s.Request.Act.(type) {
	case reset.Freeze:
		return "freeze " + scopeWord(in.Cluster)
	case reset.Thaw:
		// a thaw that was refused may know no more than which freeze was named
		return "thaw " + cmp.Or(scopeWord(a.Lifts.Cluster), scopeWord(in.Cluster), a.FreezeID)
	case reset.SaveSchedule:
		return "schedule " + whenOf(a.Schedule, v) + ": " + moveTo(s, v, d)
	case reset.Move: // its target is the phrase
	}
	return moveTo(s, v, d)
}

// moveTo is what is moved where.
func moveTo(s reset.Story, v timeFormat, d timeDetail) string {
	in, _ := s.Request.Intent()
	on := scope(in, s.Topics)
	if on != "" {
		on += " "
	}
	return on + "→ " + landing(s, v, d)
}

// landing is the target as a place: "02:10 Berlin", "latest", "offset 18,231".
func landing(s reset.Story, v timeFormat, d timeDetail) string {
	in, _ := s.Request.Intent()
	_, saves := s.Request.Act.(reset.SaveSchedule)
	switch t := in.Target.(type) {
	case reset.Time:
		if saves {
			return atEachRun(s, t, v, d)
		}
		return v.targetTime(t, d)
	case reset.Exact:
		return "offset " + text.WithCommas(t.Offset)
	case reset.SkipRecord:
		return "after offset " + text.WithCommas(t.Offset) + ", if it is still the next one"
	case reset.Rows:
		return text.Counted(len(t.Rows), "given offset")
	case reset.Undo:
		return "the offsets before " + t.Of
	case reset.Latest:
		return "latest"
	case reset.Earliest:
		return "earliest"
	case reset.Shift:
		if t.By < 0 {
			return "back " + text.Counted(-t.By, "offset") + eachPartition(s.Request.Actual())
		}
		return "ahead " + text.Counted(t.By, "offset") + eachPartition(s.Request.Actual())
	case reset.Current:
		return "the current offsets"
	case reset.Like:
		return "the committed offsets of " + t.Group
	case reset.Nowhere:
		return "no committed offsets"
	}
	return "its target"
}

// atEachRun is a time as a schedule has it: what counts from each run is said so, and a fixed time has its date, since
// it is not of the day on which it runs.
func atEachRun(s reset.Story, t reset.Time, v timeFormat, d timeDetail) string {
	save, _ := s.Request.Act.(reset.SaveSchedule)
	dated := timeFormat{zone: v.zone}
	switch {
	case t.Back != 0:
		return "back " + text.Duration(t.Back)
	case t.Day != "" && save.Schedule.RunsOnce():
		return dated.targetTime(t.From(save.Schedule.At), d)
	case t.Day != "":
		return string(t.Day) + " " + time.Time{}.Add(t.Clock).Format(withSeconds(time.Time{}.Add(t.Clock))) + " " +
			zoneCity(t.Zone) + ", counted from each run"
	}
	return dated.targetTime(t, d)
}

func zoneCity(zone string) string {
	loaded, err := time.LoadLocation(zone)
	if err != nil || zone == "" {
		return "UTC"
	}
	return city(loaded)
}

// eachPartition is the suffix for a target that applies to every partition, where there are several.
func eachPartition(e reset.Effect) string {
	if e.Partitions == 1 {
		return ""
	}
	return " in each partition"
}

// place is the target without its zone, for results: "at 02:10", "at latest".
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
		return "after the message"
	case reset.Latest:
		return "at latest"
	case reset.Earliest:
		return "at earliest"
	case reset.Like:
		return "at the offsets of " + t.Group
	case reset.Nowhere:
		return "without a committed offset"
	case reset.Undo:
		return "at the offsets before " + t.Of
	case reset.Rows, reset.Shift, reset.Current: // each partition has its own offset
	}
	return "at their targets"
}

// backTo is a target in a notification: "orders back to 07:27", "orders to latest".
func backTo(s reset.Story, v timeFormat) string {
	in, _ := s.Request.Intent()
	to := strings.TrimPrefix(place(in, v), "at ")
	if t, ok := in.Target.(reset.Time); ok && t.At.Second() != 0 {
		to = strings.TrimSuffix(to, t.At.Format(":05"))
	}
	way := " to "
	if e := s.Request.Actual(); e.Replay > 0 && e.Skip == 0 {
		way = " back to "
	}
	return strings.TrimSpace(scope(in, s.Topics) + way + to)
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
	switch few := text.List(names, 3); {
	case in.Scope.All && len(names) > 3:
		return "all " + text.Counted(len(names), "topic")
	case in.Scope.All && len(names) > 0:
		return "all topics (" + few + ")"
	default:
		return few
	}
}

// moves is how far the partitions move: one number where they are alike, else how many partitions move.
func moves(s reset.Story) string {
	e := s.Request.Actual()
	switch {
	case e.Partitions == 0, e.Changed == 0:
		return ""
	case alike(s) && e.Partitions == 1:
		return ", " + change(s.Worst[0])
	case alike(s):
		return ", " + change(s.Worst[0]) + " on each of " + text.Counted(e.Partitions, "partition")
	case e.Changed == e.Partitions:
		return ", " + text.Counted(e.Partitions, "partition")
	}
	return ", " + text.WithCommas(e.Changed) + " of " + text.Counted(e.Partitions, "partition") +
		", the others are already there"
}

// alike reports whether all partitions move by the same number of offsets, so that one sentence replaces the table.
// A story has the largest steps only: where their effect times the number of partitions is that of the whole, none is
// smaller.
func alike(s reset.Story) bool {
	if len(s.Worst) == 0 {
		return false
	}
	first := s.Worst[0]
	by, known := first.Change()
	if !known {
		return false
	}
	for _, st := range s.Worst {
		if n, ok := st.Change(); !ok || n != by || hows[st.How].missed != nil {
			return false
		}
	}
	e, n := s.Request.Actual(), int64(s.Request.Actual().Partitions)
	return int64(len(s.Worst)) == n || e.Replay == n*first.Replay && e.Skip == n*first.Skip && e.Replay+e.Skip > 0
}

// city is a zone as people call it: "Berlin" of "Europe/Berlin".
func city(zone *time.Location) string {
	if name := zone.String(); name != "Local" {
		return strings.ReplaceAll(name[strings.LastIndex(name, "/")+1:], "_", " ")
	}
	return "UTC"
}
