package model

import (
	"regexp"
	"strconv"
	"strings"
)

// class is what a status means to a person who reads it.
type class string

const (
	open       class = "open"              // nothing was decided, or it waits
	collecting class = "needs approval"    // of others
	armed      class = "armed"             // approved, waits for the group
	writing    class = "writing"           // it may have been written
	done       class = "done"              // written, and read back
	movedOn    class = "done, moved on"    // written, and moved since
	late       class = "late"              // written after it was said not to be
	mixed      class = "partly"            // a part of it
	unclear    class = "unclear"           // what was written is not known
	rolledBack class = "rolled back"       // what had been written was put back
	asBefore   class = "as before"         // an answer was lost; it was not written as far as was read
	nothing    class = "nothing written"   // Kafka took none of it
	unwritten  class = "ended, unwritten"  // never tried, or never taken
	aside      class = "no reset"          // a freeze, a schedule, an answer
	unknown    class = "words not in list" // the list below has to be completed
)

var (
	waiting = []class{open, collecting, armed}
	written = []class{done, movedOn, late, mixed, unclear, rolledBack, asBefore, nothing}
)

// statuses are the words of cards, each with its class; the first that matches counts.
var statuses = []struct {
	words string
	class class
}{
	{`^(failed$|schedule |this card is out of date|FROZEN|lifted|thawed|frozen|saved|paused|removed|lapsed)`, aside},
	// the overview of a group, with a question
	{`^(Empty|Stable|PreparingRebalance|CompletingRebalance|Dead|no group|not there)`, open},
	{`^(a preview|preview|reading|question|retrying|being planned|scheduled)`, open},
	{`^(waiting for approval|approve\?)`, collecting},
	{`^(waiting|takes effect now|saving|approved)`, armed},
	{`^(writing|checking the write|being written)`, writing},
	{`^overwritten`, movedOn},
	{`^applied late`, late},
	{`^(done|applied|caught up|no consumer came back|undone)`, done},
	{`^partially`, mixed},
	{`^(outcome unknown|accepted as is)`, unclear},
	{`^rolled back`, rolledBack},
	{`^offsets unchanged`, asBefore},
	{`^not applied`, nothing},
	{`^(cancelled|rejected|expired|refused)`, unwritten},
}

var statusWords = func() []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, s := range statuses {
		out = append(out, regexp.MustCompile(s.words))
	}
	return out
}()

func classOf(status string) class {
	for i, words := range statusWords {
		if words.MatchString(status) {
			return statuses[i].class
		}
	}
	return unknown
}

// What cards claim.
var (
	stands = regexp.MustCompile(
		`(?m)([\d,]+) of ([\d,]+) partitions? verified ([^;\n]+?)((?:; [^;\n]+?)*)(?: \([^()\n]*?(\d\d:\d\d:\d\d)(?: UTC)?\))?$`)
	twice       = regexp.MustCompile(`unchanged when read [^.]*?(\d\d:\d\d:\d\d) and [^.]*?(\d\d:\d\d:\d\d)`)
	allOf       = regexp.MustCompile(`all ([\d,]+) partitions? were unchanged when read`)
	readAt      = regexp.MustCompile(`when read [^.]*?\d\d:\d\d:\d\d and [^.]*?(\d\d:\d\d:\d\d)`)
	membersCame = regexp.MustCompile(`consumers came back \([^.]*?(\d\d:\d\d:\d\d)`)
	strayed     = regexp.MustCompile(`; (\S+?)[-:](\d+) is at ([\d,]+)`)
	others      = regexp.MustCompile(`; and ([\d,]+) partitions? elsewhere`)
	atOffset    = regexp.MustCompile(`^at offset ([\d,]+)$`)
	rewound     = regexp.MustCompile(`Rewound: up to ([\d,]+)`)
	skipped     = regexp.MustCompile(`(?:SKIPPED|Skipped) up to ([\d,]+)`)
	runOf       = regexp.MustCompile(`[Ss]chedule (\S+) of @(\w+)`)
	brakeAsker  = regexp.MustCompile(`(?:Frozen before|paused) by @(\w+)|(?m)^@(\w+)(?: gave no reason|: ")|(?:Thawed) by @(\w+)`)
	restsOn     = regexp.MustCompile(`pproved in ([a-z][a-z2-9]{3})\b`)
)

// outturn is what a card says was moved; false: it says no number.
func outturn(text string) (effect, bool) {
	back, ahead := rewound.FindStringSubmatch(text), skipped.FindStringSubmatch(text)
	said := effect{}
	if back != nil {
		said.replay = number(back[1])
	}
	if ahead != nil {
		said.skip = number(ahead[1])
	}
	return said, back != nil || ahead != nil || strings.Contains(text, "Nothing to reprocess")
}

func number(s string) int64 {
	n, err := strconv.ParseInt(strings.ReplaceAll(s, ",", ""), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
