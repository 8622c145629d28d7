package words

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// PlanFile is the name of a plan's file: each revision has its own.
func PlanFile(r reset.Request) string { return ref(r) + ".csv" }

// DoneFile is the name of the file with what was written.
func DoneFile(r reset.Request) string { return r.ID + ".csv" }

// UndoFile is the name of the file with the previous offsets.
func UndoFile(r reset.Request) string { return r.ID + "-undo.csv" }

// UndoScript and DeleteScript are files of commands that are too long for a message.
func UndoScript(r reset.Request) string { return r.ID + "-undo-delete.sh" }

// DeleteScript is the script of a plan.
func DeleteScript(r reset.Request) string { return ref(r) + "-delete.sh" }

// longCommand is how long a command may be in a message. Slack truncates what is longer, and a truncated command is
// another one.
const longCommand = 1500

// ManualCommand is how to do exactly this with Kafka's own tool, for when the bot, its database or Slack is down: it
// is on every message about a plan, and the file is in the card's thread before it is needed. For a partial or
// unknown outcome only the undo is given: writing the rest would be a new decision. What was refused, rejected or
// cancelled, has expired or is undone has no manual command: it was not approved.
func ManualCommand(s reset.Story) []Line {
	r := s.Request
	in, move := r.Intent()
	if !move || r.Digest == "" {
		return nil
	}
	there, back := manualCommands(r)
	if !there && !back {
		return nil
	}
	if l := unsafeLine(in.Group); l != nil {
		return []Line{l}
	}
	var lines []Line
	if there {
		lines = manualReset(s)
	}
	if back {
		lines = append(lines, manualUndo(s)...)
	}
	if s.Cluster.Login && len(lines) > 0 {
		lines = append(lines, say(code(loginFile), " is your own file with login and TLS for ",
			cmp.Or(s.Cluster.Name, in.Cluster), "."))
	}
	return lines
}

// manualCommands reports which of the two commands are given: the reset and its undo.
func manualCommands(r reset.Request) (there, back bool) {
	whole := r.State == reset.Applied || r.Outcome == reset.AppliedLate
	switch {
	case whole:
		return r.UndoneBy == "", r.UndoneBy == ""
	case r.Outcome.Blocks():
		return false, r.UndoneBy == "" && r.Settled == nil
	case r.State == reset.Failed:
		return r.Late == nil, false // with a lost answer the same write may still arrive
	}
	return r.State.Open(), false
}

// manualReset is the command of the reset: the rows of its file, and the partitions that a file cannot have.
func manualReset(s reset.Story) []Line {
	r := s.Request
	in, _ := r.Intent()
	file := PlanFile(r)
	if r.WasWritten() {
		file = DoneFile(r)
	}
	var lines []Line
	if forget := deletedOffsets(s); len(forget) > 0 {
		lines = append(lines, say("Without a committed offset, with Kafka's own tool: ",
			command(orScript(DeleteLine(s.Cluster, in.Group, forget), DeleteScript(r)))))
	}
	if !deletes(r) && len(s.None) < r.Actual().Partitions {
		lines = append([]Line{say("With Kafka's own tool: ", command(ToolLine(s.Cluster, in.Group, file)))},
			lines...)
	}
	return lines
}

// manualUndo is the command that restores every partition: both lines are needed where some had no committed offset.
func manualUndo(s reset.Story) []Line {
	r := s.Request
	in, _ := r.Intent()
	var lines []Line
	if s.Back > 0 {
		lines = append(lines, say("Undo with Kafka's own tool: ", command(ToolLine(s.Cluster, in.Group, UndoFile(r)))))
	}
	if len(s.NoneBack) > 0 {
		lines = append(lines, say("Undo with Kafka's own tool, for ", text.Counted(len(s.NoneBack), "partition"),
			" that had no committed offset: ",
			command(orScript(DeleteLine(s.Cluster, in.Group, reset.ScopeOf(s.NoneBack).Topics), UndoScript(r)))))
	}
	return lines
}

// orScript runs a file from the thread instead of a command that is too long to be shown whole.
func orScript(line, file string) string {
	if len(line) > longCommand {
		return "sh " + file
	}
	return line
}

// Scripts are the script files that the manual command names, by name.
func Scripts(s reset.Story) map[string][]byte {
	in, _ := s.Request.Intent()
	out := map[string][]byte{}
	add := func(file string, topics []reset.TopicScope) {
		if line := DeleteLine(s.Cluster, in.Group,
			topics); len(line) > longCommand && len(topics) > 0 && unsafeLine(in.Group) == nil {
			out[file] = deleteScript(s.Cluster, in.Group, topics)
		}
	}
	if s.Request.WasWritten() {
		add(UndoScript(s.Request), reset.ScopeOf(s.NoneBack).Topics)
	}
	if !s.Request.Outcome.Blocks() {
		add(DeleteScript(s.Request), deletedOffsets(s))
	}
	return out
}

// maxDeletes is how many partitions one run of the tool is given: a word on a command line may have 128 KiB (Linux).
const maxDeletes = 1000

func deleteScript(c reset.ClusterInfo, group string, topics []reset.TopicScope) []byte {
	var b bytes.Buffer
	b.WriteString("#!/bin/sh\nset -e\n")
	for _, t := range topics {
		if t.Partitions == nil {
			fmt.Fprintln(&b, DeleteLine(c, group, []reset.TopicScope{t}))
		}
		for part := range slices.Chunk(t.Partitions, maxDeletes) {
			fmt.Fprintln(&b, DeleteLine(c, group, []reset.TopicScope{{Topic: t.Topic, Partitions: part}}))
		}
	}
	return b.Bytes()
}

// unsafeLine says why no command is printed: a name with invisible characters is another name when it is typed or
// pasted.
func unsafeLine(group string) Line {
	if !strings.ContainsFunc(group, text.IsDeceptive) {
		return nil
	}
	return say("No command for Kafka's own tool is shown: the group's name has invisible characters (",
		text.Visible(group), "), and a pasted command could name another group.")
}

// deletedOffsets are the partitions that end without a committed offset. A file of offsets cannot say so.
func deletedOffsets(s reset.Story) []reset.TopicScope {
	in, _ := s.Request.Intent()
	switch {
	case !deletes(s.Request):
		return reset.ScopeOf(s.None).Topics
	case !in.Scope.All && !in.Scope.Empty():
		return in.Scope.Topics
	}
	var out []reset.TopicScope
	for _, t := range s.Topics {
		out = append(out, reset.TopicScope{Topic: t.Topic})
	}
	return out
}

// loginFile is the usual name of the file from which Kafka's tools read login and TLS settings.
const loginFile = "client.properties"

// ToolLine is the same reset with Kafka's own tool. All brokers are named: with a dead one as its only address the
// tool fails after 30 seconds.
func ToolLine(c reset.ClusterInfo, group, file string) string {
	return toolCommand(c, group) + " --reset-offsets --from-file " + text.ShellQuote(file) + " --execute"
}

// DeleteLine deletes committed offsets. The tool has no --execute for that: it deletes at once.
func DeleteLine(c reset.ClusterInfo, group string, topics []reset.TopicScope) string {
	line := toolCommand(c, group) + " --delete-offsets"
	for _, t := range topics {
		name := t.Topic
		if t.Partitions != nil {
			name += ":" + commas(t.Partitions)
		}
		line += shellArg("topic", name)
	}
	return line
}

// commas writes partitions as Kafka's tool reads them, without ranges.
func commas(parts []int32) string {
	var out []string
	for _, p := range parts {
		out = append(out, strconv.Itoa(int(p)))
	}
	return strings.Join(out, ",")
}

func toolCommand(c reset.ClusterInfo, group string) string {
	line := "kafka-consumer-groups.sh" + shellArg("bootstrap-server", strings.Join(c.Bootstrap, ","))
	if c.Login {
		line += shellArg("command-config", loginFile)
	}
	return line + shellArg("group", group)
}

// shellArg is an option with its word. A word that begins with a dash would be read as another option.
func shellArg(name, word string) string {
	if strings.HasPrefix(word, "-") {
		return " --" + name + "=" + text.ShellQuote(word)
	}
	return " --" + name + " " + text.ShellQuote(word)
}
