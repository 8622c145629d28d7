package kafka_test

import (
	"math"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// difference names a deliberate way in which a plan is not what kafka-consumer-groups.sh would write. Each has its
// heading and its reason in docs/differences.md.
type difference string

const (
	same           difference = ""
	unexplained    difference = "unexplained"
	outsideKept    difference = "A commit outside the log"
	timeBelowStart difference = "A time whose records were deleted"
	lastStable     difference = "The end for a group that reads committed records"
	shiftWraps     difference = "A shift beyond 64 bits"
	oneSpoilsAll   difference = "One group that cannot be shifted"
	topicTwice     difference = "A topic named twice"
	nothingSaid    difference = "A group without commits"
)

var differences = []difference{outsideKept, timeBelowStart, lastStable, shiftWraps, oneSpoilsAll, topicTwice,
	nothingSaid}

// differ says why one partition's target is not what Kafka's tool printed. It looks at what was asked for and at what
// the broker said, so that a wrong number is never excused by its mere presence in an odd place.
func differ(t reset.Target, iso reset.Isolation, s reset.Step, printed int64) difference {
	if !s.To.None && s.To.Offset == printed {
		return same
	}
	committed := s.From.Offset
	switch t := t.(type) {
	case reset.Current:
		outside := committed < s.Start || committed > s.End
		if !s.From.None && outside && printed == committed && s.To.Offset == min(max(committed, s.Start), s.End) {
			return outsideKept
		}
	case reset.Time:
		// The tool takes a miss for the end; here the records behind it were looked at.
		inLog := s.How == reset.HowStartInDoubt && s.To.Offset == s.Start ||
			s.How == reset.HowRecord && !s.RecordAt.Before(t.At)
		if printed == s.End && inLog && s.Start > 0 && s.To.Offset >= s.Start && s.To.Offset < s.End {
			return timeBelowStart
		}
	case reset.Latest:
		if iso == reset.ReadCommitted && s.How == reset.HowEnd && s.To.Offset == s.End && printed > s.End {
			return lastStable
		}
	case reset.Shift:
		over := t.By > 0 && committed > math.MaxInt64-t.By
		if over && printed == s.Start && s.To.Offset == s.End {
			return shiftWraps
		}
	default: // Kafka's tool and the bot agree on the others, or the tool has no such target
	}
	return unexplained
}

func TestDifferencesAreReported(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../docs/differences.md")
	ok(t, err)
	var want, told []string
	for _, d := range differences {
		want = append(want, string(d))
	}
	for _, m := range regexp.MustCompile(`(?m)^### (.+)$`).FindAllStringSubmatch(string(raw), -1) {
		told = append(told, m[1])
	}
	slices.Sort(want)
	slices.Sort(told)
	equal(t, "headings of docs/differences.md", told, want)
}

func TestOnlyTheRightNumberIsExcused(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	step := func(start, end, from, to int64, how reset.How) reset.Step {
		return reset.Step{Start: start, End: end, From: reset.Position{Offset: from}, To: reset.Position{Offset: to},
			How: how}
	}
	record := step(33, 60, 40, 33, reset.HowRecord)
	record.RecordAt = noon
	early := record
	early.RecordAt = noon.Add(-time.Hour)
	for _, tt := range []struct {
		name    string
		target  reset.Target
		iso     reset.Isolation
		step    reset.Step
		printed int64
		want    difference
	}{
		{"equal", reset.Latest{}, "", step(0, 60, 40, 60, reset.HowEnd), 60, same},
		{"another end", reset.Latest{}, "", step(0, 60, 40, 60, reset.HowEnd), 61, unexplained},
		{"another end, read committed", reset.Latest{}, reset.ReadCommitted, step(0, 60, 40, 60, reset.HowEnd), 61,
			lastStable},
		{"an end before the last stable offset", reset.Latest{}, reset.ReadCommitted, step(0, 60, 40, 60, reset.HowEnd),
			59, unexplained},
		{"current behind the end", reset.Current{}, "", step(0, 60, 99, 60, reset.HowClampEnd), 99, outsideKept},
		{"current behind the end, wrongly clamped", reset.Current{}, "", step(0, 60, 99, 59, reset.HowClampEnd), 99,
			unexplained},
		{"current in the log", reset.Current{}, "", step(0, 60, 50, 60, reset.HowClampEnd), 50, unexplained},
		{"a miss with a record", reset.Time{At: noon}, "", record, 60, timeBelowStart},
		{"a record before the asked time", reset.Time{At: noon}, "", early, 60, unexplained},
		{"a miss in doubt", reset.Time{At: noon}, "", step(33, 60, 40, 33, reset.HowStartInDoubt), 60, timeBelowStart},
		{"no miss", reset.Time{At: noon}, "", record, 41, unexplained},
		{"wraps", reset.Shift{By: math.MaxInt64}, "", step(5, 60, 40, 60, reset.HowClampEnd), 5, shiftWraps},
		{"does not wrap", reset.Shift{By: 30}, "", step(5, 60, 40, 60, reset.HowClampEnd), 5, unexplained},
	} {
		if got := differ(tt.target, tt.iso, tt.step, tt.printed); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
