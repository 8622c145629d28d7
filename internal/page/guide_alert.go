package page

import (
	"fmt"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// trouble is how long ago the deploy was that the alert is about. From then on billing has consumed more than the
// 10,000 messages that may be reprocessed without an approval, and for half an hour less than the 20,000 that need two.
const trouble = 35 * time.Minute

// alertOf is an alert about billing as Alertmanager posts it through its Slack receiver: a title, and the labels as a
// list in an attachment. All that it says is so in the simulated Kafka.
func alertOf(deploy int, lag int64, now time.Time) map[string]any {
	const name = "BillingAmountsWrong"
	title := "[FIRING:1] " + name
	return map[string]any{
		"type": "message", "subtype": "bot_message", "text": "", "username": "Alertmanager", "bot_id": "B0HOOK01",
		"attachments": []any{map[string]any{
			"id": 1, "color": "a30200", "fallback": title + " | https://alertmanager.example.com/#/alerts?receiver=pay",
			"title": title, "title_link": "https://alertmanager.example.com/#/alerts?receiver=pay",
			"mrkdwn_in": []any{"fallback", "pretext", "text"},
			"text": fmt.Sprintf("*Alert:* Invoices do not match orders since deploy %d - `critical`\n"+
				"*Description:* Consumer group %s writes wrong amounts for every message of topic %s since deploy %d. "+
				"Its lag is %s.\n*Started at:* %s\n*Details:*\n • *consumergroup:* `%s`\n"+
				" • *severity:* `critical`\n • *strimzi_io_cluster:* `prod-eu`\n • *topic:* `%s`",
				deploy, world.Billing, world.Orders, deploy, counted(lag),
				now.Add(-trouble).UTC().Format(time.RFC3339), world.Billing, world.Orders),
		}},
	}
}
