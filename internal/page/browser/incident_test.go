//go:build chromium

package browser

import (
	"fmt"
	"testing"
	"time"
)

// step waits until the guide asks for a step, and for the page to point at what it is about.
func (d *demo) step(title string) {
	d.t.Helper()
	d.sees(id("guide"), title)
}

// pointed waits until the page points at something that is called by a name.
func (d *demo) pointed(name string) {
	d.t.Helper()
	d.sees(".guided", name)
}

// choose opens a field of the modal, and takes the option that is called by a name.
func (d *demo) choose(field, option string) {
	d.t.Helper()
	d.click(inField(field)+" [role=combobox]", "")
	d.click("[role=option]", option)
}

// inField is the selector of a field, whose block_id may go on after its name.
func inField(name string) string {
	return fmt.Sprintf("%s [data-testid^=%q]", id("modal"), "field-"+name)
}

// opensAlert chooses the message shortcut on the alert, as mara.
func (d *demo) opensAlert() {
	d.t.Helper()
	d.step("Reset from this alert")
	d.enter("pay-ops")
	d.pointed("More actions")
	d.click(id("message-menu")+".guided", "")
	d.click("[role=menuitem]", "Reset from this alert")
	d.sees(id("modal"), "Reset offsets")
}

// The guide leads through the whole incident, and each step of it can be done on the page.
func TestTheGuidedIncident(t *testing.T) {
	d := newDemo(t, desktop)
	d.accessible("the first screen")
	d.opensAlert()
	d.sees(id("modal"), "billing")
	d.step("Choose since when")
	d.sees(inField("where")+" .guided", "")
	d.accessible("the form of the alert")
	d.choose("where", ", when the alert")
	d.sees(id("modal"), "Reprocesses")
	d.step("Ask for approval")
	d.pointed("Ask for approval")
	d.submit()
	card := d.card("APPROVE?", "billing@prod-eu")
	d.step("Another person approves")
	d.accessible("a card that waits for approval")
	d.become("jon")
	d.pointed("Approve")
	d.click(card+" button", "Approve rewind")
	d.step("Stop the consumers")
	d.sees(card, "WAITING")
	d.pointed("Stop")
	d.click(id("consumer-stop-all")+".guided", "")
	d.step("Applied and verified")
	d.sees(card, "DONE")
	d.accessible("a card that is done")
	d.step("Undo it")
	d.become("mara")
	d.click(card+" button", "Undo")
	preview := d.message("PREVIEW")
	d.accessible("the preview of an undo")
	d.click(preview+" button", "Apply")
	d.sees(card, "UNDONE")
	d.step("Start the consumers")
	d.click(id("consumer-start")+".guided", "")
	d.until("the guide to be over", fmt.Sprintf("!finders.all(%s).length", quoted(".guided")))
	d.accessible("free play")
}

// submit submits the modal, again where its numbers had only just come, until it is closed.
func (d *demo) submit() {
	d.t.Helper()
	for range int(patience / time.Second) {
		d.click(id("modal-submit"), "")
		if d.soon(fmt.Sprintf("!document.querySelector(%s)", quoted(id("modal")))) {
			return
		}
	}
	d.t.Fatalf("the modal stays open\n%s", d.shown())
}
