//go:build chromium

package browser

import (
	"fmt"
	"testing"
)

// fits is that nothing makes the page wider than the screen.
func (b *tab) fits(what string) {
	b.t.Helper()
	if over := evaluate[int](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
		b.t.Errorf("%s: the page is %d pixels wider than the screen", what, over)
	}
}

// workspace opens the drawer with people and places.
func (d *demo) workspace() {
	d.t.Helper()
	d.click("[aria-label^='Workspace:']", "")
	d.sees(id("person-jon"), "")
}

// On a phone people and Kafka come as drawers, and the approval of the guide is done as on a desktop.
func TestOnAPhone(t *testing.T) {
	d := newDemo(t, phone)
	d.fits("the first screen")
	d.accessible("the first screen of a phone")
	d.write("/kafka-reset billing@prod-eu orders back 40m")
	d.click(d.message("PREVIEW")+" button", "Ask for approval")
	card := d.card("APPROVE?")
	d.fits("a card")
	d.step("Another person approves")
	d.workspace()
	d.accessible("the workspace as a drawer")
	d.fits("the workspace as a drawer")
	d.become("jon")
	d.click(card+" button", "Approve rewind")
	d.sees(card, "WAITING")
	d.step("Stop the consumers")
	d.click(id("guide-go"), "Show me Kafka")
	d.sees(id("kafka"), "billing")
	d.fits("Kafka as a drawer")
	d.accessible("Kafka as a drawer")
	d.click(groupOf("billing")+" "+id("consumer-stop-all"), "")
	d.strikes(escape)
	d.sees(card, "DONE")
	d.workspace()
	d.enter("home")
	d.sees(id("home"), "Last resets")
	d.fits("the home")
	d.workspace()
	d.enter("pay-ops")
	d.write("/kafka-reset")
	d.sees(id("modal"), "Consumer group")
	d.fits("the form")
	d.accessible("the form on a phone")
}

// The keyboard alone suffices: for the message shortcut, the form, the approval and the undo.
func TestTheKeyboardAlone(t *testing.T) {
	d := newDemo(t, desktop)
	d.reach(id("message-menu") + ".guided")
	d.strikes(enter)
	d.sees("[role=menuitem]", "Reset from this alert")
	d.strikes(enter)
	d.sees(id("modal"), "Reset offsets")
	d.accessible("the form by the keyboard")
	d.reach(inField("where") + " [role=combobox]")
	d.strikes(arrowDown)
	d.sees("[role=option]", ", when the alert")
	d.strikes(enter)
	d.sees(id("modal"), "Reprocesses")
	for range 20 { // the numbers may have only just come
		d.reach(id("modal-submit"))
		d.strikes(enter)
		if d.soon(fmt.Sprintf("!document.querySelector(%s)", quoted(id("modal")))) {
			break
		}
	}
	card := d.card("APPROVE?")
	d.reach(id("person-jon"))
	d.strikes(space)
	d.reach(card + " [data-action-id=approve]")
	d.strikes(enter)
	d.step("Stop the consumers")
	d.reach(groupOf("billing") + " " + id("consumer-stop-all"))
	d.strikes(enter)
	d.sees(card, "DONE")
	d.reach(id("person-mara"))
	d.strikes(space)
	d.reach(card + " [data-action-id^=undo]")
	d.strikes(enter)
	preview := d.message("PREVIEW")
	d.reach(preview + " [data-action-id=approve]")
	d.strikes(enter)
	d.sees(card, "UNDONE")
}

// reach goes on with the tab key until something has the focus that a selector names: a person sees where the focus is.
func (d *demo) reach(selector string) {
	d.t.Helper()
	d.sees(selector, "")
	for range 150 {
		if evaluate[bool](d.tab, fmt.Sprintf("!!document.activeElement?.matches(%s)", quoted(selector))) {
			return
		}
		d.strikes(tabKey)
	}
	d.t.Fatalf("the tab key does not reach %s\n%s", selector, d.shown())
}
