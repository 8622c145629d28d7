package reset

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"
)

// targetOptions are the three likeliest targets, for a request that names only a group.
func targetOptions(in Intent, now time.Time) []Option {
	if in.Scope.Empty() {
		in.Scope = Scope{All: true}
	}
	offer := func(label string, t Target) Option {
		o := in
		o.Target = t
		return Option{Label: label, Typed: in.Group + "@" + in.Cluster + " --all-topics " + label, Intent: o}
	}
	back := func(d time.Duration) Time {
		return Time{At: now.Add(-d).Truncate(time.Second), Back: d, Said: "back " + shortDuration(d), Zone: in.Zone}
	}
	return []Option{offer("back 1h", back(time.Hour)), offer("back 24h", back(24*time.Hour)),
		offer("to latest", Latest{})}
}

func shortDuration(d time.Duration) string { return strconv.Itoa(int(d.Hours())) + "h" }

// Tag stands for what an option says, so that a click on it is never taken for another one.
func (o Option) Tag() string {
	h := fnv.New32a()
	at := ""
	if !o.At.IsZero() {
		at = o.At.UTC().Format(time.RFC3339)
	}
	h.Write([]byte(strings.Join([]string{o.Label, o.Typed, o.Intent.Cluster, o.Intent.Group, at}, "\x00"))) // never fails
	return strconv.FormatUint(uint64(h.Sum32()), 36)
}

// topicOptions are the topics that the group has commits on, furthest behind first, and all of them.
func topicOptions(in Intent, snap Snapshot) []Option {
	const most = 4
	lags := slices.DeleteFunc(Lags(snap), func(l TopicLag) bool { return l.Partitions == 0 })
	var options []Option
	for _, l := range lags[:min(most, len(lags))] {
		o := in
		o.Scope = Scope{Topics: []TopicScope{{Topic: l.Topic}}}
		options = append(options, Option{Label: l.Topic, Typed: l.Topic, Intent: o})
	}
	if len(lags) > 1 {
		o := in
		o.Scope = Scope{All: true}
		options = append(options, Option{Label: "all", Typed: "--all-topics", Intent: o})
	}
	return options
}
