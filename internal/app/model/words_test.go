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
	{`^(failed$|schedule |this card is out of date|FROZEN|thawed|frozen|saved|paused|removed|lapsed)`, aside},
	// the overview of a group, with a question
	{`^(Empty|Stable|PreparingRebalance|CompletingRebalance|Dead|no group|not there)`, open},
	{`^(a preview|preview|looking|a question|waiting for Kafka|waiting for Slack|being planned|planned again|stands back|announced|planning|draft)`,
		open},
	{`^(waiting for approval)`, collecting},
	{`^(waiting until|idle, about|on its way|being saved|approved|waiting for an idle|waiting for the group)`, armed},
	{`^(writing|an answer was lost|written or not|being written)`, writing},
	{`^done, and moved on`, movedOn},
	{`^(applied late|written late|late)`, late},
	{`^(done|applied)`, done},
	{`^(partly|partially)`, mixed},
	{`^(unclear|outcome unknown)`, unclear},
	{`^failed, (put back|rolled back)`, rolledBack},
	{`^failed, offsets as before`, asBefore},
	{`^failed, (nothing|not)`, nothing},
	{`^(cancelled|rejected|expired|refused|skipped|missed|left out)`, unwritten},
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
	stands = regexp.MustCompile(`([\d,]+) of ([\d,]+) partitions? (?:is|are) (.+?)((?:; [^;]+?)*)(?: and (?:was|were)|\. All [\d,]+ partitions? (?:was|were)) read back(?: \([^)]*?(\d\d:\d\d:\d\d)(?: UTC)?\))?`)
	landed = regexp.MustCompile(
		`landed late: ([\d,]+) of ([\d,]+) partitions? (?:is|are) (.+?)((?:; [^;]+?)*)\. Read [^.]*?(\d\d:\d\d:\d\d)`)
	twice       = regexp.MustCompile(`as before when read [^.]*?(\d\d:\d\d:\d\d) and [^.]*?(\d\d:\d\d:\d\d)`)
	allOf       = regexp.MustCompile(`all ([\d,]+) partitions?, after Kafka's answer was lost`)
	readAt      = regexp.MustCompile(`when read [^.]*?\d\d:\d\d:\d\d and [^.]*?(\d\d:\d\d:\d\d)`)
	membersCame = regexp.MustCompile(`Consumers came back [^.]*?(\d\d:\d\d:\d\d)`)
	strayed     = regexp.MustCompile(`; (\S+?)[-:](\d+) is at ([\d,]+)`)
	others      = regexp.MustCompile(`; and ([\d,]+) partitions? elsewhere`)
	atOffset    = regexp.MustCompile(`^at offset ([\d,]+)$`)
	outturns    = regexp.MustCompile(`Replays (none|at most ([\d,]+))[^.]*\. Skips (none|at most ([\d,]+))`)
	runOf       = regexp.MustCompile(`[Ss]chedule (\S+?)(?:, told to run now by @\w+,)?(?: of @(\w+))? is to|Asked by schedule (\S+) of @`)
	brakeAsker  = regexp.MustCompile(`@(\w+) asks to (?:freeze|thaw|lift)|(?:Frozen|Thawed|Lifted) by @(\w+)`)
	restsOn     = regexp.MustCompile(`Rests on ([a-z][a-z2-9]{3})\b`)
)

func number(s string) int64 {
	n, err := strconv.ParseInt(strings.ReplaceAll(s, ",", ""), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
