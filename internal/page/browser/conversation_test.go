//go:build chromium

package browser

import "testing"

func TestAnotherPersonApproves(t *testing.T) {
	d := newDemo(t, desktop)
	d.enter("pay-ops")
	d.write(`/kafka-reset billing@prod-eu orders back 40m --reason "bad deploy 4711"`)
	preview := d.message("PREVIEW")
	d.click(preview+" button", "Ask for approval")
	card := d.card("APPROVE?", "@mara")
	d.become("ben")
	d.enter("pay-ops")
	d.click(card+" button", "Approve rewind")
	d.message("you are not among them")
	d.become("jon")
	d.enter("pay-ops")
	d.misses(id("message"), aside)
	d.click(card+" button", "Approve rewind")
	d.sees(card, "WAITING")
}

func TestARefusal(t *testing.T) {
	d := newDemo(t, desktop)
	d.become("ben")
	d.enter("pay-ops")
	d.write("/kafka-reset billing@prod-eu orders back 10m")
	d.message("REFUSED")
	d.accessible("a refusal")
	d.become("mara")
	d.misses(id("message"), "REFUSED")
}

func TestAMentionInAThread(t *testing.T) {
	d := newDemo(t, desktop)
	d.enter("pay-ops")
	d.write("billing writes wrong amounts")
	root := d.card("billing writes wrong amounts")
	d.click(root+" button", "Reply in thread")
	d.click(id("thread")+" "+id("composer"), "")
	d.types("@kafka-reset-bot lag billing@prod-eu")
	d.strikes(enter)
	d.sees(id("thread")+" "+id("message"), "billing on prod-eu")
	d.accessible("a thread")
	d.become("jon")
	d.enter("pay-ops")
	d.sees(id("thread-open"), "1 reply")
}

func TestAScheduleIsMadeAndListed(t *testing.T) {
	d := newDemo(t, desktop)
	d.enter("sandbox")
	d.write(`/kafka-reset schedule add "0 2 * * *" --tz Europe/Berlin --name nightly -- billing@sandbox-eu orders back 1h`)
	preview := d.message("PREVIEW", "nightly")
	d.click(preview+" button", "Save schedule")
	d.card("SCHEDULE ACTIVE")
	d.write("/kafka-reset schedule list")
	d.message("nightly", "next")
	d.accessible("a list of schedules")
	d.enter("home")
	d.sees(id("home"), "nightly")
	d.accessible("the home tab")
}
