package commands

// lookPages are the pages of the views.
var lookPages = map[string]usage{
	"status": {
		title:    "Open requests, of all groups or of one",
		forms:    []string{"status [GROUP[@CLUSTER]]"},
		examples: []string{"status", "status billing@prod-eu"},
	},
	"lag": {
		title:    "Lag and members of a group",
		forms:    []string{"lag GROUP[@CLUSTER] [TOPIC...]"},
		examples: []string{"lag billing@prod-eu", "lag billing orders:0,3-5"},
	},
	"show": {
		title:    "A request as it is now, or one of its revisions",
		forms:    []string{"show ID[.REVISION]"},
		notes:    []string{"Shows a preview again."},
		examples: []string{"show k7f3", "show k7f3.2"},
	},
	"history": {
		title:    "Past requests of a group, or events of one request",
		forms:    []string{"history GROUP[@CLUSTER]", "history ID"},
		examples: []string{"history billing@prod-eu", "history k7f3"},
	},
	"access": {
		title:    "Your rights on a group, and the rule",
		forms:    []string{"access GROUP[@CLUSTER]"},
		examples: []string{"access billing@prod-eu"},
	},
}
