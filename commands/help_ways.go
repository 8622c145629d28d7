package commands

// wayPages are the pages of the ways into the bot beside the command: they belong to Slack.
var wayPages = map[string]usage{
	"form": {
		title: "The form: a reset that is filled in, in Slack",
		notes: []string{
			"Opens with /kafka-reset alone, with the shortcut Reset Kafka",
			"offsets, or with Reset... in the app's home tab.",
			"Groups and topics are suggested as you type.",
			"The numbers appear below the fields before you submit; the",
			"submit button says what it does. Closing it cancels.",
		},
	},
	"alert": {
		title: "Reset from this alert: the form, from a message",
		notes: []string{
			"In the menu of a message: More message shortcuts. The form",
			"opens with the cluster, group and topic that it names.",
			"Where to is always yours to choose. Check the names.",
		},
	},
	"mention": {
		title: "A mention of the bot is read as a command",
		notes: []string{
			"Type @kafka-reset-bot and a command, in threads too. The",
			"bot must be a member of the channel: /invite it.",
			"Only you see the answer. Edited messages are not read.",
		},
	},
	"home": {
		title: "The home tab of the app",
		notes: []string{
			"What waits for you, your open requests, schedules, the last",
			"resets, freezes and your rights, with Reset... and Refresh.",
			"It updates for 10 minutes after you open it.",
		},
	},
}
