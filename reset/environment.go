package reset

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Environment is what Kafka knows around a group and its topics: what shows the group's kind while it has no members,
// and what warnings are made of. It costs requests of its own and is read only where a plan is shown
// (Query.Environment).
type Environment struct {
	Streams []string // internal topics of a Kafka Streams application with the group's name
	Mirrors []string // topics in which MirrorMaker 2 keeps its checkpoints
	// after which brokers forget the commits of an empty group (offsets.retention.minutes); 0: not known
	Retention time.Duration

	// CommitTimeout is the longest offsets.commit.timeout.ms of the brokers: so long after a commit reached its
	// coordinator it may still be written. 0: not known (older than Kafka's API for it, or denied); Kafka's default
	// is 5 s.
	CommitTimeout time.Duration

	Unread    []string // what has a configuration that could not be read: topics, and "brokers"
	UnreadWhy string   // in Kafka's words
	Hidden    int      // topics of the cluster that an ACL hides from the login; looked for when all topics are meant
	HiddenWhy string   // why hidden topics could not be counted; empty: Hidden is exact
}

// TopicConfig is what a topic's configuration says about its records.
type TopicConfig struct {
	Compacted bool
	Retention time.Duration // 0: records are not deleted for their age
	Local     time.Duration // after which records may be in remote storage only; 0: there is none
}

// Records are about to be deleted when retention deletes them within Soon, or within half of the retention where it
// is short.
const expiresWithin = 6 * time.Hour

// Soon is how far ahead retention is checked.
func (c TopicConfig) Soon() time.Duration { return min(expiresWithin, c.Retention/2) }

// aroundWarnings are the warnings that come from the environment.
func aroundWarnings(in Intent, snap Snapshot, plan Plan) []Warning {
	a := snap.Environment
	var ws []Warning
	if in.ConnectorStopped {
		name := cmp.Or(connectorOf(snap.Group), strings.TrimPrefix(in.Group, connectPrefix))
		ws = append(ws, Warning{Code: WarnConnector, Names: []string{name}})
	}
	if engine := looksLike(in.Group, snap.Group); engine != "" {
		ws = append(ws, Warning{Code: WarnLooksLike, Text: engine})
	}
	if in.Scope.All && a.HiddenWhy != "" {
		ws = append(ws, Warning{Code: WarnHidden, Text: a.HiddenWhy})
	}
	for _, w := range logWarnings(in, snap, plan) {
		ws = addWarning(ws, w)
	}
	if len(a.Mirrors) > 0 && plan.Effect.Replay > 0 {
		ws = append(ws, Warning{Code: WarnMirrored, Names: a.Mirrors})
	}
	if a.Retention > 0 && mayExpire(snap, plan) {
		ws = append(ws, Warning{Code: WarnExpires, Count: int64(a.Retention / time.Second)})
	}
	if len(a.Unread) > 0 {
		ws = append(ws, Warning{Code: WarnUnchecked, Names: a.Unread, Text: a.UnreadWhy})
	}
	return ws
}

// logWarnings are about the records between the target and the end.
func logWarnings(in Intent, snap Snapshot, plan Plan) []Warning {
	var ws []Warning
	parts := make(map[Partition]PartitionState, len(snap.Partitions))
	for _, p := range snap.Partitions {
		parts[p.Partition] = p
	}
	compacted, soon := map[string]bool{}, time.Duration(0)
	t, byTime := in.Target.(Time)
	for _, s := range plan.Steps {
		p := parts[Partition{s.Topic, s.Partition}]
		one := func(c WarningCode, count int64) {
			ws = append(ws, Warning{Code: c, Topic: s.Topic, Parts: []int32{s.Partition}, Count: count})
		}
		var config TopicConfig
		if c := snap.Topics[s.Topic].Config; c != nil {
			config = *c
		}
		if config.Compacted {
			compacted[s.Topic] = true
		}
		if s.To.None {
			continue
		}
		to := s.To.Offset
		if gone := min(p.Expiring, p.End); to < gone {
			one(WarnRetention, gone-to)
			soon = max(soon, config.Soon())
		}
		if byTime && s.How == HowRecord && to == s.Start && s.Start > 0 && s.RecordAt.After(t.At) {
			one(WarnBegins, 0)
			ws[len(ws)-1].At = s.RecordAt
		}
		if remote := min(p.Remote, p.End); to < remote {
			one(WarnRemote, remote-to)
		}
		switch {
		case p.Open > 0 && to > p.Stable:
			one(WarnPastOpen, p.Open)
		case p.Open > 0:
			one(WarnOpen, p.Open)
		}
	}
	for i := range ws {
		if ws[i].Code == WarnRetention {
			ws[i].Text = soon.String() // the longest of its topics': correct for all
		}
	}
	if len(compacted) > 0 {
		ws = append(ws, Warning{Code: WarnCompacted, Names: slices.Sorted(maps.Keys(compacted))})
	}
	return ws
}

// mayExpire reports whether the commits of a classic group that is empty may be deleted soon: the retention time runs
// from when it became empty, whatever is committed since, and no API returns that time. A committed offset after a
// record of the last half of that time was committed since.
func mayExpire(snap Snapshot, plan Plan) bool {
	g := snap.Group
	if !g.Exists || g.State != "Empty" || g.Type != "classic" && g.Type != "" || plan.Effect.Changed == 0 {
		return false
	}
	return !slices.ContainsFunc(snap.Partitions, func(p PartitionState) bool {
		return !p.Committed.None && p.Start < p.End && p.Committed.Offset > p.Recent
	})
}

// looksLike names the engine (Spark, Flink) that a group seems to belong to: by the names that the engines generate,
// or because the engine's name is a word in the group's or a client's name.
func looksLike(group string, g GroupState) string {
	switch {
	case strings.HasPrefix(group, "spark-kafka-source-"), strings.HasPrefix(group, "spark-kafka-relation-"),
		strings.HasPrefix(group, "spark-executor-"):
		return "Spark"
	case strings.HasPrefix(group, "KafkaSource-"):
		return "Flink"
	}
	names := []string{group}
	for _, m := range g.Members {
		names = append(names, m.ClientID)
	}
	for _, name := range names {
		words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) })
		switch {
		case slices.Contains(words, "spark"):
			return "Spark"
		case slices.Contains(words, "flink"):
			return "Flink"
		}
	}
	return ""
}
