package reset

import (
	"slices"
	"strings"
)

// GroupKind says what runs a group. Groups of most kinds have state besides their offsets, and another tool resets
// them.
type GroupKind string

// The kinds. GroupConsumer can only be declared: an ordinary consumer, whatever its name or its topics look like.
const (
	GroupConsumer GroupKind = "consumer"
	GroupStreams  GroupKind = "streams"
	GroupShare    GroupKind = "share"
	GroupConnect  GroupKind = "connect" // the workers' own group, or one that is declared as Connect's
	GroupSink     GroupKind = "sink"    // of a Kafka Connect sink: an ordinary consumer while the connector is stopped
	GroupFlink    GroupKind = "flink"
	GroupSpark    GroupKind = "spark"
)

// Declared is the kind that the configuration gives to the groups that a pattern matches.
type Declared struct {
	Groups string
	Kind   GroupKind
}

// A sink's group is called connect-NAME, and its tasks connector-consumer-NAME-N, unless the worker is told otherwise.
const (
	connectPrefix = "connect-"
	taskPrefix    = "connector-consumer-"
)

// connectorOf is the connector whose tasks are in a group; empty: there are none. An overridden group.id has another
// name than the connector.
func connectorOf(g GroupState) string {
	for _, m := range g.Members {
		task, ok := strings.CutPrefix(m.ClientID, taskPrefix)
		if i := strings.LastIndexByte(task, '-'); ok && i > 0 && i+1 < len(task) &&
			strings.Trim(task[i+1:], "0123456789") == "" {
			return task[:i]
		}
	}
	return ""
}

// kindOf recognises what runs a group, also while it has no members, and by what. Kafka's own group type comes first,
// then the configuration, then names.
func kindOf(group string, info ClusterInfo, snap Snapshot) (k GroupKind, by []string) {
	g := snap.Group
	switch {
	case g.Type == "share":
		return GroupShare, nil
	case g.Type == "streams":
		return GroupStreams, []string{"type streams"}
	case g.Protocol == "connect":
		return GroupConnect, nil
	case g.Assignor == "stream" || g.Assignor == "streams":
		return GroupStreams, []string{"assignor " + g.Assignor}
	}
	for _, d := range info.Kinds {
		if Matches(d.Groups, group) {
			return d.Kind, nil
		}
	}
	switch {
	case len(snap.Environment.Streams) > 0:
		return GroupStreams, snap.Environment.Streams
	case connectorOf(g) != "":
		return GroupSink, []string{connectorOf(g)}
	case strings.HasPrefix(group, connectPrefix) && len(group) > len(connectPrefix):
		return GroupSink, []string{strings.TrimPrefix(group, connectPrefix)}
	}
	return GroupConsumer, nil
}

// CheckGroup refuses a group that does not exist, one that another tool has to reset, and "all topics" where some may
// be hidden. A Connect sink's may be moved once the requester confirms that the connector is stopped; that option is
// offered.
func CheckGroup(in Intent, info ClusterInfo, snap Snapshot) ([]Option, *Problem) {
	kind, by := kindOf(in.Group, info, snap)
	p := WrongToolProblem(kind, by, tools[kind]).On(in.Cluster, in.Group)
	switch {
	case kind == GroupStreams && snap.Group.Type == "streams":
		p.Want = "kafka-streams-groups.sh"
		return nil, p
	case p.Want != "":
		return nil, p
	}
	if p := CheckExists(in, snap); p != nil {
		return nil, p
	}
	if kind == GroupSink && !in.ConnectorStopped && in.Target != nil {
		stopped := in
		stopped.ConnectorStopped = true
		p := AmbiguousProblem(AskConnector).On(in.Cluster, in.Group)
		p.Got = strings.TrimPrefix(in.Group, connectPrefix)
		if len(by) > 0 {
			p.Got = by[0]
		}
		return []Option{{Label: "The connector is stopped", Typed: "--connector-stopped", Intent: stopped}}, p
	}
	return nil, checkVisible(in, info, snap)
}

// Matches reports whether a name fits a pattern of the configuration, in which * matches any number of characters.
func Matches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	if last == 0 {
		return pattern == name
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	for _, part := range parts[1:last] {
		if ok {
			_, rest, ok = strings.Cut(rest, part)
		}
	}
	return ok && strings.HasSuffix(rest, parts[last])
}

// tools are what resets a group that has state besides its committed offsets.
var tools = map[GroupKind]string{
	GroupShare:   "kafka-share-groups.sh",
	GroupStreams: "kafka-streams-application-reset.sh",
	GroupConnect: "PATCH /connectors/NAME/offsets",
	GroupFlink:   "scan.startup.mode",
	GroupSpark:   "startingOffsetsByTimestamp",

	GroupConsumer: "", // moved here
	GroupSink:     "",
}

func CheckExists(in Intent, snap Snapshot) *Problem {
	committed := slices.ContainsFunc(snap.Partitions, func(p PartitionState) bool { return !p.Committed.None })
	if snap.Group.Exists || committed || in.Create {
		return nil
	}
	return NoGroupProblem(in.Cluster, in.Group, snap.Near)
}

// checkVisible refuses "all topics" when an ACL hides one, or when that cannot be known: Kafka leaves out the
// committed offsets on topics that the login may not describe, without an error.
func checkVisible(in Intent, info ClusterInfo, snap Snapshot) *Problem {
	a := snap.Environment
	unknown := a.HiddenWhy != "" && !info.SeesAll
	if !in.Scope.All || a.Hidden == 0 && !unknown {
		return nil
	}
	p := HiddenProblem(a.Hidden, a.HiddenWhy, nil).On(in.Cluster, in.Group)
	for name, t := range snap.Topics {
		if t.Commits > 0 {
			p.Names = append(p.Names, name)
		}
	}
	slices.Sort(p.Names)
	return p
}
