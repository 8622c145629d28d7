package words

import (
	"strconv"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// retyped is an intent as a line that asks for it again, to be completed and sent; without a target it asks for one. It
// is empty where a line cannot say it: rows of a file, an undo.
func retyped(in reset.Intent) string {
	to := typedTarget(in.Target)
	if to == "" && in.Target != nil || in.Group == "" {
		return ""
	}
	name := in.Group
	if in.Cluster != "" {
		name += "@" + in.Cluster
	}
	words := []string{name}
	for _, t := range in.Scope.Topics {
		words = append(words, typedTopic(t))
	}
	if in.Scope.All {
		words = append(words, "--all-topics")
	}
	if to != "" {
		words = append(words, to)
	}
	return strings.Join(words, " ")
}

func typedTopic(t reset.TopicScope) string {
	var parts []string
	for _, p := range t.Partitions {
		parts = append(parts, strconv.Itoa(int(p)))
	}
	if len(parts) == 0 {
		return t.Topic
	}
	return t.Topic + ":" + strings.Join(parts, ",")
}

// shortUnits leaves out of a duration the units that are zero.
var shortUnits = strings.NewReplacer("h0m0s", "h", "m0s", "m")

func typedTarget(t reset.Target) string {
	switch t := t.(type) {
	case reset.Time:
		if t.Back != 0 {
			return "back " + shortUnits.Replace(t.Back.String())
		}
		return "to " + t.At.UTC().Format(time.RFC3339Nano)
	case reset.Exact:
		return "to offset " + strconv.FormatInt(t.Offset, 10)
	case reset.Latest:
		return "to latest"
	case reset.Earliest:
		return "to earliest"
	case reset.Current:
		return "to current"
	case reset.Shift:
		return "shift " + strconv.FormatInt(t.By, 10)
	case reset.Like:
		return "like " + t.Group
	case reset.SkipRecord, reset.Rows, reset.Undo, reset.Nowhere: // typed otherwise, or not at all
	}
	return ""
}
