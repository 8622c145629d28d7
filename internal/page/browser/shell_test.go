//go:build chromium

package browser

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/page"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// line is JavaScript for what stands in the conversation's message box.
var line = fmt.Sprintf("document.querySelector(%s).value", quoted("main "+id("composer")))

// list is JavaScript for the conversation's list of messages.
const list = `document.querySelector("main [role=log]")`

func TestTheURLKeepsWhoAndWhere(t *testing.T) {
	d := newDemo(t, desktop)
	d.enter("sandbox")
	d.become("kim")
	d.write("is this the sandbox?")
	root := d.card("is this the sandbox?")
	d.click(root+" button", "Reply in thread")
	d.sees(id("thread"), "is this the sandbox?")
	d.do(chromedp.Reload())
	d.sees(id("person-kim")+"[aria-pressed=true]", "kim")
	d.sees(id("channel-sandbox")+"[aria-current=page]", "sandbox")
	d.sees(id("thread"), "is this the sandbox?")
}

func TestWhoIsCalledHasABadgeUntilTheyLook(t *testing.T) {
	d := newDemo(t, desktop)
	d.enter("pay-ops")
	d.write("@jon please look at billing")
	d.sees(id("person-jon"), "1 unread, with a mention")
	d.enter("sandbox")
	d.become("jon")
	d.sees(id("channel-pay-ops"), "1 unread, with a mention")
	d.enter("pay-ops")
	d.misses(id("channel-pay-ops"), "unread")
	d.become("mara")
	d.misses(id("person-jon"), "unread")
}

func TestTheComposerCompletesAndRemembers(t *testing.T) {
	d := newDemo(t, desktop)
	d.enter("pay-ops")
	d.click("main "+id("composer"), "")
	d.types("/kaf")
	d.sees("[role=option]", "/kafka-reset GROUP")
	d.accessible("a completion")
	d.strikes(enter)
	d.until("the command to be completed", line+` === "/kafka-reset "`)
	d.types("help")
	d.strikes(enter)
	d.message("Move a consumer group's offsets")
	d.types("@kaf")
	d.strikes(tabKey)
	d.until("the mention to be completed", line+` === "@kafka-reset-bot "`)
	d.types("lag billing@prod-eu")
	d.strikes(enter)
	d.message("billing on prod-eu")
	up := key{name: "ArrowUp", code: 38}
	d.strikes(up, up)
	d.until("the line before the last", line+` === "/kafka-reset help"`)
	d.strikes(arrowDown)
	d.until("the last line", line+` === "@kafka-reset-bot lag billing@prod-eu"`)
}

func TestWhatSlackDoesNotTakeStaysInTheComposer(t *testing.T) {
	d := newDemo(t, desktop)
	d.enter("pay-ops")
	d.click("main "+id("composer"), "")
	d.types("/kafka-rest help")
	d.strikes(enter)
	d.sees(id("toast"), "/kafka-rest is not a command here")
	d.until("the line to be kept", line+` === "/kafka-rest help"`)
	root := d.card("FIRING")
	d.click(root+" button", "Reply in thread")
	d.click(id("thread")+" "+id("composer"), "")
	d.types("/kafka-reset help")
	d.strikes(enter)
	d.sees(id("toast"), "Write @kafka-reset-bot help instead")
	d.accessible("toasts")
}

func TestAListStaysWhereOneReads(t *testing.T) {
	d := newDemo(t, desktop)
	d.enter("sandbox")
	jon := d.stage.People["jon"]
	for i := range 12 {
		if _, _, err := jon.Say(world.Sandbox, strings.Repeat(fmt.Sprintf("line %d of a long story ", i), 30)); err != nil {
			t.Fatal(err)
		}
	}
	d.card("line 11 of a long story")
	d.until("the list at its end", list+".scrollHeight - "+list+".scrollTop - "+list+".clientHeight < 2")
	d.until("the list to be scrolled up", "("+list+".scrollTop = 40) && "+list+".scrollTop === 40")
	d.sees("button", "Newest messages")
	if _, _, err := jon.Say(world.Sandbox, "news from jon"); err != nil {
		t.Fatal(err)
	}
	d.until("the message to be there", list+`.innerText.includes("news from jon")`)
	if at := evaluate[float64](d.tab, list+".scrollTop"); at != 40 {
		t.Errorf("the list has moved to %v while one reads older messages", at)
	}
	d.press("Newest messages")
	d.until("the list at its end", list+".scrollHeight - "+list+".scrollTop - "+list+".clientHeight < 2")
}

func TestThePageSaysThatTheDemoIsGone(t *testing.T) {
	s, err := stage.Start(t.Context(), stage.Options{Settle: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	server, err := page.Start(t.Context(), s, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := newTab(t, desktop) // without a look at its console, which says the same
	b.do(chromedp.Navigate(server.URL()))
	b.sees(id("guide"), "Reset from this alert")
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	b.sees(id("connection-lost"), "The connection to the demo is lost")
	b.click("main "+id("composer"), "")
	b.types("hello")
	b.strikes(enter)
	b.sees(id("toast"), "The demo cannot be reached")
	b.until("the line to be kept", line+` === "hello"`)
}

func TestTheMessageMenuByKeyboard(t *testing.T) {
	d := newDemo(t, desktop)
	d.enter("pay-ops")
	d.card("FIRING")
	d.until("the menu's button to have the focus", fmt.Sprintf(`(e => { e?.focus(); return e && e === document.activeElement })(
		document.querySelector(%s))`, quoted(id("message-menu"))))
	d.strikes(enter)
	d.until("the first entry to have the focus", `document.activeElement.getAttribute("role") === "menuitem"`)
	d.accessible("a message's menu")
	d.strikes(escape)
	d.until("the button to have it again", `document.activeElement.dataset.testid === "message-menu"`)
	d.strikes(enter, arrowDown, enter)
	d.sees(id("thread"), "FIRING")
	d.until("the thread's message box to have it", `document.activeElement.closest("[data-testid=thread]") !== null`)
	d.strikes(escape)
	d.until("the thread to be closed, the button to have it",
		`document.activeElement.dataset.testid === "message-menu"`)
}

func TestDrawersOnAPhone(t *testing.T) {
	d := newDemo(t, phone)
	d.until("nothing beside the window", "document.documentElement.scrollWidth <= innerWidth")
	d.click(id("open-workspace"), "")
	d.sees("nav", "Act as")
	d.accessible("the workspace on a phone")
	d.strikes(escape)
	d.misses("nav", "Act as")
	d.click(id("open-workspace"), "")
	d.click(id("person-jon"), "")
	d.sees("header", "jon")
	d.click(id("open-kafka"), "")
	d.sees(id("kafka"), "prod-eu")
	d.accessible("Kafka on a phone")
	d.click("button", "Close Kafka")
	d.misses(id("kafka"), "prod-eu")
}
