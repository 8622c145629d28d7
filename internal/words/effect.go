package words

import (
	"math"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The signs of a rewind and of a skip: they must never look alike.
const (
	rewindSign = "⏪ "
	skipSign   = "⏭ "
)

// effectLine is what a reset does to messages. Both numbers are always said, as "up to": offsets are not messages
// (compaction, transaction markers).
func effectLine(r reset.Request) Line {
	in, _ := r.Intent()
	e := r.Actual()
	if open := unplacedEffect(r); open != nil {
		return open
	}
	switch {
	case groupWarnings(r.Warnings, reset.WarnNoneAfter).parts > 0: // "none" would be a promise
		return say(skipSign, strong("Skips "+upTo(e.Skip)+", reprocesses "+upTo(e.Replay)),
			", and what arrives before the consumers start.")
	case e.Skip > 0 && r.Undoes != "":
		return say(skipSign, strong("Skips "+upTo(e.Skip)+", already processed before "+r.Undoes+"."), " ",
			text.Capital(reprocesses(e.Replay)), ".")
	case e.Skip > 0:
		return say(skipSign, strong("SKIPS "+upTo(e.Skip)+": "+in.Group+" will never process "+themIt(e.Skip)+"."), " ",
			text.Capital(reprocesses(e.Replay)), ".")
	case e.Replay > 0:
		return say(rewindSign, strong(text.Capital(reprocesses(e.Replay))+"."), " Skips none.")
	}
	return say("Reprocesses none. Skips none.")
}

// doneEffect is the effect of what was written, and what changed since the preview.
func doneEffect(r reset.Request) Line {
	if open := unplacedEffect(r); open != nil {
		return open
	}
	in, _ := r.Intent()
	e, planned := r.Actual(), r.Effect
	rewound := upTo(e.Replay) + " to reprocess" + than(planned.Replay, e.Replay)
	skipped := upTo(e.Skip) + than(planned.Skip, e.Skip)
	switch {
	case e.Skip > 0 && e.Replay > 0:
		return say(skipSign, strong("SKIPPED "+skipped), ". ", rewindSign, "Rewound: ", rewound, ".")
	case e.Skip > 0 && r.Undoes != "":
		return say(skipSign, strong("Skipped "+skipped), ", already processed before ", name(r.Undoes),
			". Reprocesses none", than(planned.Replay, 0), ".")
	case e.Skip > 0:
		return say(skipSign, strong("SKIPPED "+skipped+": "+in.Group+" will never process "+themIt(e.Skip)+"."),
			" Reprocesses none", than(planned.Replay, 0), ".")
	case e.Replay > 0:
		return say(rewindSign, "Rewound: ", rewound, ". Skipped none", than(planned.Skip, 0), ".")
	}
	return say("Nothing to reprocess", than(planned.Replay, 0), ". Skipped none", than(planned.Skip, 0), ".")
}

// than compares a number with the one of the preview.
func than(previewed, is int64) string {
	switch {
	case is == 0 && previewed > 0:
		return " (previewed: " + upToNumber(previewed) + ")"
	case is > previewed:
		return ", " + text.WithCommas(is-previewed) + " more than previewed"
	case is < previewed:
		return ", " + text.WithCommas(previewed-is) + " fewer than previewed"
	}
	return ""
}

// upTo is a number of messages as the most that it can be.
func upTo(n int64) string {
	if n == 0 {
		return "none"
	}
	return "up to " + messages(n)
}

func themIt(n int64) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func upToNumber(n int64) string {
	if n == 0 {
		return "none"
	}
	return "up to " + text.WithCommas(n)
}

func messages(n int64) string { return text.Counted(n, "message") }

func reprocesses(n int64) string { return "reprocesses " + upTo(n) }

// unplacedEffect is the effect where the position before or after is not known for any partition; nil otherwise. Kafka
// does not know it: each consumer's own setting decides, when it starts.
func unplacedEffect(r reset.Request) Line {
	in, _ := r.Intent()
	switch e := r.Actual(); {
	case deletes(r):
		return say("Where ", in.Group, " starts is decided by ", strong(startsAt(e.Replay, e.Skip)),
			", and all that arrive before they start.")
	case firstOffsets(r):
		return say("First committed offsets: ", strong(comparedWith(e.Replay, e.Skip)), ".")
	}
	return nil
}

func deletes(r reset.Request) bool { return r.Unplaced() == reset.UnplacedAfter }

func firstOffsets(r reset.Request) bool { return r.Unplaced() == reset.UnplacedBefore }

// startsAt says what a partition without a committed offset means for messages.
func startsAt(replay, skip int64) string {
	return "each consumer's auto.offset.reset: earliest reprocesses up to " + messages(replay) +
		", latest skips up to " + messages(skip)
}

// comparedWith says what a first committed offset does. The group has no previous position, only the one that each
// consumer's own setting would choose.
func comparedWith(replay, skip int64) string {
	return "compared with earliest, this skips up to " + messages(skip) + "; compared with latest, it reprocesses up to " +
		messages(replay)
}

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
	return "reprocesses " + upToNumber(e.Replay) + ", skips " + upToNumber(e.Skip)
}

// wouldDo is the effect in a notification, after the name of who asks: "reprocess up to 16,800".
func wouldDo(r reset.Request) string {
	e := r.Actual()
	var does []string
	if e.Skip > 0 {
		does = append(does, "SKIP "+upToNumber(e.Skip))
	}
	if e.Replay > 0 || e.Skip == 0 {
		does = append(does, "reprocess "+upToNumber(e.Replay))
	}
	if r.Unplaced() != "" {
		return "may " + strings.Join(does, " or ")
	}
	return strings.Join(does, ", ")
}

// boundsText is what an approval covers: beyond it the reset is asked for again.
func boundsText(b reset.Bounds) string {
	most := func(n int64) string {
		if n == math.MaxInt64 {
			return "any number"
		}
		return upToNumber(n)
	}
	if unbounded(b) {
		return "whatever its effect"
	}
	return most(b.MaxReplay) + " reprocessed, " + most(b.MaxSkip) + " skipped"
}

// limitText is the limit of an emergency: "5,000,000 reprocessed, none skipped".
func limitText(b reset.Bounds) string { return strings.ReplaceAll(boundsText(b), "up to ", "") }

func unbounded(b reset.Bounds) bool {
	return b.MaxReplay == math.MaxInt64 && b.MaxSkip == math.MaxInt64
}
