//go:build chromium

package browser

import (
	"fmt"
	"testing"
)

// opensForm opens the reset form with the bare command, and waits for its fields.
func (d *demo) opensForm() {
	d.t.Helper()
	d.write("/kafka-reset")
	d.sees(id("modal"), "Consumer group")
}

// looksUp types a part of a name into a field, and takes what is suggested.
func (d *demo) looksUp(field, part, name string) {
	d.t.Helper()
	d.click(inField(field)+" [role=combobox]", "")
	d.types(part)
	d.click("[role=option]", name)
	d.holds(field, name)
}

// holds waits until a field holds what begins so.
func (d *demo) holds(field, text string) {
	d.t.Helper()
	d.until(field+" to hold "+text, fmt.Sprintf(`[...document.querySelectorAll(%s)].some(e =>
		[e.innerText, ...[...e.querySelectorAll("input, textarea")].map(i => i.value)].some(v => v.includes(%s)))`,
		quoted(inField(field)), quoted(text)))
}

// fills fills the form in for billing's orders, but for the target.
func (d *demo) fills() {
	d.t.Helper()
	d.anew("group", func() { d.choose("cluster", "prod-eu") })
	d.anew("topics", func() { d.looksUp("group", "bil", "billing") })
	d.looksUp("topics", "ord", "orders")
	d.strikes(escape) // of the list, which stays for more topics; the form stays too
	d.misses("[role=option]", "")
	d.sees(id("modal"), "Consumer group")
}

// anew does what gives the form another field of that name: what is written into the one before would be lost.
func (d *demo) anew(field string, do func()) {
	d.t.Helper()
	is := fmt.Sprintf("document.querySelector(%s)?.dataset.testid", quoted(inField(field)))
	before := evaluate[string](d.tab, is)
	do()
	d.until("another field "+field, fmt.Sprintf("(id => id && id !== %s)(%s)", quoted(before), is))
}

// sets writes into a field of text.
func (d *demo) sets(field, text string) {
	d.t.Helper()
	d.click(inField(field)+" :is(input, textarea)", "")
	d.do(selectAll)
	d.types(text)
}

// A mistake is told at its field, with the focus there; corrected, the form is taken.
func TestAFormWithAMistake(t *testing.T) {
	d := newDemo(t, desktop)
	d.enter("pay-ops")
	d.opensForm()
	d.accessible("an empty form")
	d.fills()
	d.choose("where", "Back by a duration")
	d.sets("value", "50 parsecs")
	d.click(id("modal-submit"), "")
	d.sees("[data-testid^=field-error-value]", "is not a duration")
	d.accessible("a form with a mistake")
	d.until("the focus to be at the mistake",
		fmt.Sprintf("document.activeElement?.closest(%s)", quoted("[data-testid^=field-value]")))
	d.sets("value", "10m")
	d.sees(id("modal"), "Reprocesses")
	d.sets("reason", "bad deploy 4711")
	d.submit()
	d.card("WAITING")
}

// What is typed into a field of names is looked up in Kafka; a name that is not there is told as typed.
func TestNamesAreSuggestedWhileTyping(t *testing.T) {
	d := newDemo(t, desktop)
	d.enter("pay-ops")
	d.opensForm()
	d.anew("group", func() { d.choose("cluster", "prod-eu") })
	d.click(inField("group")+" [role=combobox]", "")
	d.types("pay")
	d.sees("[role=option]", "pay-ledger")
	d.sees("[role=option]", "pay-mail")
	d.misses("[role=option]", "billing")
	d.accessible("suggestions")
	d.strikes(arrowDown, enter)
	d.until("a name to be chosen", `document.querySelectorAll("[role=option]").length === 0`)
	d.holds("group", "pay-")
}

// An undo brings back what was before, and the card says so.
func TestAnUndo(t *testing.T) {
	d := newDemo(t, desktop)
	d.enter("pay-ops")
	d.click(groupOf("billing")+" "+id("consumer-stop-all"), "")
	d.write("/kafka-reset billing@prod-eu orders back 5m")
	d.click(d.message("PREVIEW")+" button", "Apply rewind")
	card := d.card("DONE", "Undo")
	d.click(card+" button", "Undo")
	d.click(d.message("PREVIEW")+" button", "Apply")
	d.sees(card, "UNDONE")
}

// groupOf is where the Kafka panel shows a group of prod-eu.
func groupOf(name string) string { return id("cluster-prod-eu") + " " + id("group-"+name) }

// The home lists what waits for a person, and opens the form.
func TestTheHomeTab(t *testing.T) {
	d := newDemo(t, desktop)
	d.enter("pay-ops")
	d.write("/kafka-reset billing@prod-eu orders back 40m")
	d.click(d.message("PREVIEW")+" button", "Ask for approval")
	d.card("APPROVE?")
	d.become("jon")
	d.enter("home")
	d.sees(id("home"), "Waiting for your approval")
	d.sees(id("home"), "billing on prod-eu")
	d.accessible("the home of an approver")
	d.click(id("home")+" button", "Reset...")
	d.sees(id("modal"), "Consumer group")
}
