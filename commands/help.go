package commands

import (
	"maps"
	"slices"
	"strings"
)

// usage is one page of help. It must be readable on a phone at three in the morning: what it is, how it is written,
// what is easily misunderstood, examples that can be typed as they are. No line is longer than 60 characters.
type usage struct {
	title    string
	forms    []string
	notes    []string
	examples []string
}

// example is what errors show.
func (u usage) example() string {
	if len(u.examples) == 0 {
		return ""
	}
	return u.examples[0]
}

// Usage returns the page of help on a topic; the empty topic is the first page.
func Usage(topic string) (string, bool) {
	topic = strings.ToLower(strings.TrimLeft(topic, "-"))
	if of, ok := usageAliases[topic]; ok {
		topic = of
	}
	u, ok := usages[topic]
	return u.String(), ok
}

// UsageTopics are the words that Usage knows, aliases left out, in order.
func UsageTopics() []string {
	topics := slices.Sorted(maps.Keys(usages))
	return slices.DeleteFunc(topics, func(topic string) bool { return topic == "" })
}

// String indents what can be typed by two blanks.
func (u usage) String() string {
	var b strings.Builder
	b.WriteString(u.title + "\n")
	typed := func(lines []string) {
		for _, l := range lines {
			b.WriteString("  " + l + "\n")
		}
	}
	typed(u.forms)
	for _, n := range u.notes {
		b.WriteString(n + "\n")
	}
	if len(u.examples) > 0 {
		b.WriteString("For example\n")
		typed(u.examples)
	}
	return b.String()
}

var usageAliases = map[string]string{
	"targets": "target", "to": "target", "shift": "target", "skip": "target", "clear": "target", "latest": "target",
	"earliest": "target", "current": "target", "offset": "target",
	"times": "time", "back": "time", "duration": "time", "tz": "time", "zone": "time",
	"option": "options", "reason": "options", "wait": "options", "no-wait": "options", "emergency": "options",
	"flags": "kafka", "kafka-consumer-groups": "kafka", "kafka-consumer-groups.sh": "kafka", "execute": "kafka",
	"from-file": "file", "name": "names", "group": "names", "cluster": "names", "topic": "names", "topics": "names",
	"all-topics": "names", "quotes": "names", "plan": "file", "verbs": "", "help": "", "future": "target",
	"shortcut": "form", "shortcuts": "form", "mentions": "mention", "alerts": "alert",
	"schedules": "schedule", "cron": "schedule", "until": "schedule", "announce": "schedule", "when-busy": "schedule",
	"if-missed": "schedule", "pause": "schedule", "resume": "schedule", "remove": "schedule",
}

// usages are the pages by their topic.
var usages = func() map[string]usage {
	all := maps.Clone(pages)
	maps.Copy(all, lookPages)
	maps.Copy(all, wayPages)
	return all
}()

var pages = map[string]usage{
	"": {
		title: "Move a consumer group's offsets, safely",
		forms: []string{
			"(nothing)                     a form asks for the rest",
			"GROUP[@CLUSTER]               its topics, lag, targets",
			"GROUP[@CLUSTER] TOPIC TARGET  preview a reset",
		},
		notes: []string{
			"A preview writes nothing. A reset is approved, applied when",
			"the group is inactive, and verified on every partition.",
			"Look: status, lag, groups, clusters, show, history,",
			"access, doctor",
			"Decide: approve, unapprove, reject, cancel, retry, undo,",
			"settle, emergency, choose. Stop all: freeze, thaw.",
			"Delete committed offsets: delete-offsets",
			"Later: schedule, at, run, delay, skip-next",
			"More: help target, time, options, names, kafka, or a verb",
		},
		examples: []string{
			"billing@prod-eu",
			"billing@prod-eu orders to 02:10",
			"billing orders refunds to latest",
			"billing --all-topics back 90m",
		},
	},
	"reset": {
		title: "Preview a reset",
		forms: []string{
			"[reset] GROUP[@CLUSTER] TOPIC... TARGET",
			"[reset] GROUP[@CLUSTER] --all-topics TARGET",
		},
		notes: []string{
			"TOPIC is a whole topic, or partitions of it: orders:0,3-5",
			"--all-topics: those where the group has committed offsets.",
			"Type reset first if the group is named like a verb.",
		},
		examples: []string{
			"reset billing@prod-eu orders to latest",
			`billing orders:0,3-5 to 02:10 --reason "bad deploy"`,
		},
	},
	"target": {
		title: "TARGET: the new position, exactly one",
		forms: []string{
			"to latest, clear     log-end offset: skips the lag",
			"to earliest          log-start offset",
			"to TIME [--future]   first message at or after TIME",
			"back DURATION        that long before now",
			"shift -100           per partition; - reprocesses",
			"to offset N          one offset",
			"to current           the committed offset",
			"skip TOPIC:P@OFFSET  skip this one message",
			"like GROUP           another group's offsets",
			"from T,P,OFFSET ...  rows; from file: a form for them",
		},
		notes: []string{"skip is applied only if OFFSET is still the committed one."},
		examples: []string{
			"billing orders to latest",
			"billing orders to earliest",
			"billing orders to yesterday 14:30",
			"billing orders back 1d12h",
			"billing orders:7 shift -100",
			"billing orders like billing-blue",
			"billing skip orders:7@18231",
		},
	},
	"time": {
		title: "TIME and DURATION",
		forms: []string{
			"02:10  09:30:15  2:10 pm  yesterday 14:30  today",
			"2026-11-22 09:30",
			"2026-11-22T09:30:00Z  ...+05:30",
			"1795332600  1795332600000  (epoch s, ms)",
			"90m  24h  2d  1d12h  1.5h  2 hours  PT1H30M",
		},
		notes: []string{
			"Without a zone: your Slack zone. Another: --tz, or after",
			"the time: UTC, CET, Europe/Berlin; EST and IST are not",
			"clear. A time of day alone is the last one that passed.",
			"Repeated by a clock change: the first. Skipped: the next.",
			"A day in a duration is 24 hours; yesterday is a day of the",
			"calendar, from 00:00, and so is today.",
		},
		examples: []string{
			"billing orders to 02:10 CET",
			"billing orders to yesterday",
			"billing orders to 2026-11-22 09:30 UTC",
			"billing orders to 2026-11-22T09:30:00+05:30",
			"billing orders to 09:30 --tz Europe/Berlin",
			"billing orders to 1795332600",
			"billing orders back PT1H30M",
		},
	},
	"options": {
		title: "Options",
		forms: []string{
			`--reason "..."        the reason, for the approvers`,
			"--wait 30m, --no-wait for an inactive group",
			"--tz ZONE             zone of times (IANA name)",
			"--emergency INCIDENT  break-glass: without approval",
			"--connector-stopped   you stopped that connector",
			"--skip-ahead          a past time may skip messages",
			"--cluster NAME        as GROUP@CLUSTER",
			"--group NAME          any group name, exactly",
			"--topic NAME          any topic name; repeatable",
			"--all-topics          all with committed offsets",
			"--create-group        the group may not exist yet",
			"--future              wait until TIME has come",
			"--help                help on the verb before it",
		},
		examples: []string{
			`billing orders to 02:10 --reason "deploy 4711"`,
			"billing orders to latest --wait 2h",
			"billing orders to latest --no-wait",
			"billing orders to latest --emergency INC-4711",
			"connect-dwh orders to 02:10 --connector-stopped",
		},
	},
	"names": {
		title: "Names",
		notes: []string{
			"Names are exact; the case of other words does not matter.",
			"Cluster: as named, else the channel's, else the only one.",
			"A name that is a word of the grammar, or has blanks or @,",
			"is given by its flag. Quotes are as in a shell.",
		},
		examples: []string{
			"reset status orders to latest",
			"--group latest --topic to --to-latest",
			`--group "my group@home" --cluster prod-eu clear`,
		},
	},
	"kafka": {
		title: "Lines for kafka-consumer-groups.sh",
		forms: []string{
			"--bootstrap-server  of a configured cluster",
			"--group  --topic T[:0,1]  --all-topics",
			"--to-latest  --to-earliest  --to-current",
			"--to-datetime  --by-duration  --shift-by",
			"--to-offset  --from-file",
			"--delete-offsets",
			"--reset-offsets  --dry-run  --export",
			"--execute  --command-config  --timeout  --new-consumer",
		},
		notes: []string{
			"Paste a line as it is, with kubectl exec, ssh, sh -c, a",
			"prompt, a pipe: what is around the command is left out,",
			"and that is said. A server that is not configured chooses",
			"no cluster; a variable or <group> is asked for.",
			"--to-datetime without a zone is UTC, as Kafka reads it.",
			"--execute is ignored, and that is said: a button applies.",
		},
		examples: []string{
			"--group billing --topic orders:0,1 --to-earliest",
			"--group billing --all-topics --by-duration PT1H30M",
			"--group billing --topic orders --shift-by -100",
		},
	},
	"file": {
		title: "Plan files",
		forms: []string{
			"GROUP[@CLUSTER] --from-file plan.csv",
			"GROUP[@CLUSTER] from T,P,OFFSET ...",
			"[group,]topic,partition,offset",
		},
		notes: []string{
			"As kafka-consumer-groups.sh --export writes it; blanks,",
			"tabs or semicolons instead of commas, and a header that",
			"names the columns. A table of --describe goes back to its",
			"CURRENT-OFFSET, and that is said.",
			"In Slack a form opens for the rows or the file.",
		},
		examples: []string{"billing@prod-eu --from-file plan.csv"},
	},
	"approve": {
		title:    "Approve a request, or confirm your own",
		forms:    []string{"approve ID.REVISION"},
		notes:    []string{"Without the revision the plan is shown, with its button."},
		examples: []string{"approve k7f3.2"},
	},
	"unapprove": {
		title: "Withdraw your approval, until the write begins",
		forms: []string{"unapprove ID[.REVISION]"},
		notes: []string{"It then waits for approval again, or expires.",
			"A saved schedule is stopped by schedule pause."},
		examples: []string{"unapprove k7f3"},
	},
	"reject": {
		title:    "Reject a request",
		forms:    []string{"reject ID[.REVISION] [WHY]"},
		examples: []string{"reject k7f3.2", `reject k7f3 "wrong topic"`},
	},
	"cancel": {
		title:    "Cancel a request before it is applied",
		forms:    []string{"cancel ID [WHY]"},
		examples: []string{"cancel k7f3"},
	},
	"retry": {
		title:    "Check a waiting request now",
		forms:    []string{"retry ID"},
		examples: []string{"retry k7f3"},
	},
	"undo": {
		title:    "Restore the offsets from before a request",
		forms:    []string{"undo ID [WHY]"},
		notes:    []string{"This is a new request, with a preview."},
		examples: []string{"undo k7f3"},
	},
	"settle": {
		title:    "Accept a partial or unknown outcome",
		forms:    []string{`settle ID "WHY"`},
		notes:    []string{"Other resets of the group are blocked until settle or undo."},
		examples: []string{`settle k7f3 "reprocessed by hand"`},
	},
	"emergency": {
		title: "Break-glass: apply without approval",
		forms: []string{"emergency ID.REVISION INCIDENT"},
		notes: []string{"Only for people named in the rule, within its emergency",
			"limit. The owner is notified."},
		examples: []string{"emergency k7f3.1 INC-4711"},
	},
	"delete-offsets": {
		title: "Delete a group's committed offsets on topics",
		forms: []string{"delete-offsets GROUP[@CLUSTER] TOPIC..."},
		notes: []string{"Consumers then start at their auto.offset.reset.",
			"Previewed and approved like every reset."},
		examples: []string{"delete-offsets billing@prod-eu orders"},
	},
	"freeze": {
		title: "Stop all writes to a cluster, at once",
		forms: []string{"freeze CLUSTER [WHY]", "freeze everything [WHY]"},
		notes: []string{"Approved requests wait, until their own deadline.",
			"It stays frozen until the last freeze is lifted."},
		examples: []string{"freeze prod-eu brokers are being replaced"},
	},
	"thaw": {
		title: "Lift a freeze",
		forms: []string{"thaw CLUSTER [WHY]", "thaw everything [WHY]", "thaw ID [WHY]"},
		notes: []string{"Each freeze is lifted by its ID; status lists them. Your",
			"own: alone. Another person's: an approver may be needed."},
		examples: []string{"thaw prod-eu brokers are back"},
	},
	"schedule": {
		title: "Recurring resets, each run announced before",
		forms: []string{
			`schedule add "0 2 * * *" [options] -- RESET`,
			"schedule list [GROUP[@CLUSTER]]",
			"schedule show ID, schedule history ID",
			"schedule pause ID, resume ID, remove ID",
			"schedule run ID, schedule skip-next ID",
			"--name NAME      an existing name changes it",
			"--tz ZONE        time zone of the cron expression",
			"--until DATE     end of the approval; default 90d",
			"--announce 15m   so long before a run, or no",
			"--when-busy wait:30m, skip or fail",
			"--if-missed skip, or run-once:6h",
		},
		notes: []string{"Minute, hour, day, month, weekday. Approved once, like",
			"its resets; a change needs a new approval. Durations, and",
			"to yesterday TIME and to today TIME, count from each run."},
		examples: []string{
			ScheduleExample,
			"schedule list billing@prod-eu",
			"schedule pause k7f3 month end",
		},
	},
	"at": {
		title: "One reset, later",
		forms: []string{"at TIME [options] -- RESET"},
		notes: []string{"A time of day is the next one. Durations count from the",
			"planned time. The options are those of schedule."},
		examples: []string{"at 02:10 -- billing@prod-eu orders back 24h",
			"at 2026-11-28 06:00 -- billing orders to latest"},
	},
	"run": {
		title:    "Start a run now: an announced one, or of a schedule",
		forms:    []string{"run ID"},
		examples: []string{"run k7f3"},
	},
	"delay": {
		title:    "Delay an announced run by an hour",
		forms:    []string{"delay ID [1h]"},
		examples: []string{"delay k7f3"},
	},
	"skip-next": {
		title:    "Skip the next run of a schedule",
		forms:    []string{"skip-next ID [WHY]"},
		examples: []string{"skip-next k7f3", "skip-next nightly-orders month end"},
	},
	"choose": {
		title:    "Answer a question of a preview",
		forms:    []string{"choose ID.REVISION NUMBER"},
		examples: []string{"choose k7f3.1 2"},
	},
}
