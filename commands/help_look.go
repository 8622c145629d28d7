package commands

// lookPages are the pages of the views.
var lookPages = map[string]usage{
	"status": {
		title:    "Open requests, of all groups or of one",
		forms:    []string{"status [GROUP[@CLUSTER]]"},
		examples: []string{"status", "status billing@prod-eu"},
	},
	"lag": {
		title: "Lag and members of a group",
		forms: []string{"lag GROUP[@CLUSTER] [TOPIC...]", "--page 2   --csv (a file, by direct message)"},
		notes: []string{
			"kafka-consumer-groups.sh --describe --group NAME is the",
			"same; --members, --offsets, --state, --verbose are not",
			"needed.",
		},
		examples: []string{"lag billing@prod-eu", "lag billing orders:0,3-5"},
	},
	"groups": {
		title: "Groups that you may view, largest lag first",
		forms: []string{"groups [PATTERN][@CLUSTER]"},
		notes: []string{
			"* stands for any characters. A PATTERN without * is a",
			"part of the name. kafka-consumer-groups.sh --list and",
			"--describe --all-groups are the same; --type and --state",
			"are not applied.",
		},
		examples: []string{"groups pay-*@prod-eu", "groups billing", "groups"},
	},
	"clusters": {
		title:    "Clusters: do they answer, what is frozen",
		forms:    []string{"clusters"},
		examples: []string{"clusters"},
	},
	"doctor": {
		title:    "How the bot is: Slack, Kafka, its store, last errors",
		forms:    []string{"doctor"},
		notes:    []string{"For those who may freeze a cluster."},
		examples: []string{"doctor"},
	},
	"show": {
		title:    "A request as it is now, or one of its revisions",
		forms:    []string{"show ID[.REVISION]"},
		notes:    []string{"Shows a preview again."},
		examples: []string{"show k7f3", "show k7f3.2"},
	},
	"history": {
		title: "Past requests, or the events of one request",
		forms: []string{
			"history [GROUP[@CLUSTER] | ID] [options]",
			"@PERSON       who requested or approved it",
			"--since 24h   --until \"2026-11-22 09:30\"",
			"--before ID   only older than that request",
			"--all         also your drafts and refused requests",
			"--csv         as a file, by direct message",
		},
		notes:    []string{"Newest first: the requests that you may view."},
		examples: []string{"history billing@prod-eu", "history @mara --since yesterday", "history k7f3"},
	},
	"access": {
		title:    "Your rights on a group, and the rule",
		forms:    []string{"access GROUP[@CLUSTER]"},
		examples: []string{"access billing@prod-eu"},
	},
}
