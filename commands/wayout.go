package commands

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// PlanFile is what a plan's file is called: each revision has its own.
func PlanFile(r reset.Request) string { return ref(r) + ".csv" }

// DoneFile is the file of what was written, UndoFile the one of the way back.
func DoneFile(r reset.Request) string { return r.ID + ".csv" }

// UndoFile is the file of the way back.
func UndoFile(r reset.Request) string { return r.ID + "-undo.csv" }

// WayOut is how to do exactly this with Kafka's own tool, for the day on which the bot, its database or Slack is down: it stands
// on every message about a plan, and the file is in the card's thread before it is needed. Who said no is not helped around it.
func WayOut(s reset.Story) []Line {
	r := s.Request
	in, move := r.Move()
	if !move || r.Digest == "" || r.State == reset.Rejected || r.State == reset.Cancelled {
		return nil
	}
	file, back := PlanFile(r), ""
	if r.WasWritten() {
		file, back = DoneFile(r), "; the way back: the same with "+UndoFile(r)
	}
	var lines []Line
	forget := forgotten(s)
	if _, all := in.Target.(reset.Nowhere); !all {
		lines = append(lines, say("The same with Kafka's own tool: ", code(ToolLine(s.Cluster, in.Group, file)), back))
	}
	if len(forget) > 0 {
		lines = append(lines, say("Without a commit again, with Kafka's own tool: ", code(DeleteLine(s.Cluster, in.Group, forget))))
	}
	return lines
}

// forgotten are the partitions that end without a commit. A file of offsets cannot say so.
func forgotten(s reset.Story) []reset.TopicScope {
	in, _ := s.Request.Move()
	if _, all := in.Target.(reset.Nowhere); all && !in.Scope.All && !in.Scope.Empty() {
		return in.Scope.Topics
	}
	if _, all := in.Target.(reset.Nowhere); all {
		var out []reset.TopicScope
		for _, t := range s.Topics {
			out = append(out, reset.TopicScope{Topic: t.Topic})
		}
		return out
	}
	var none scopeReader
	for _, st := range slices.SortedFunc(slices.Values(s.Worst), func(a, b reset.Step) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	}) {
		if st.To.None {
			none.addPartition(st.Topic, st.Partition)
		}
	}
	return none.scopes()
}

// ToolLine is the same reset with Kafka's own tool. All brokers are named: with a dead one as its only address the tool fails
// after 30 seconds.
func ToolLine(c reset.ClusterInfo, group, file string) string {
	return tool(c, group) + " --reset-offsets --from-file " + shell(file) + " --execute"
}

// DeleteLine forgets commits. The tool has no --execute for that: it does it at once.
func DeleteLine(c reset.ClusterInfo, group string, topics []reset.TopicScope) string {
	line := tool(c, group) + " --delete-offsets"
	for _, t := range topics {
		name := t.Topic
		if t.Partitions != nil {
			name += ":" + commas(t.Partitions)
		}
		line += " --topic " + shell(name)
	}
	return line
}

// commas writes partitions as Kafka's tool reads them: it knows no ranges.
func commas(parts []int32) string {
	var out []string
	for _, p := range parts {
		out = append(out, strconv.Itoa(int(p)))
	}
	return strings.Join(out, ",")
}

func tool(c reset.ClusterInfo, group string) string {
	return "kafka-consumer-groups.sh --bootstrap-server " + shell(strings.Join(c.Bootstrap, ",")) + " --group " + shell(group)
}

// shell quotes a word where a shell would read more into it.
func shell(s string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,:/@"
	if s != "" && strings.Trim(s, safe) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
