//go:build chromium

package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// finders find what a person sees. They stand in each page before its own scripts.
const finders = `
window.finders = {
  shown(e) {
    const r = e.getBoundingClientRect();
    return r.width > 0 && r.height > 0 && e.checkVisibility({visibilityProperty: true});
  },
  // An element's name as a screen reader says it, near enough.
  says(e) {
    const by = (e.getAttribute("aria-labelledby") || "").split(" ").map(id => document.getElementById(id)?.innerText || "");
    const name = by.join(" ").trim() || e.getAttribute("aria-label") || e.labels?.[0]?.innerText || e.innerText || e.value;
    return (name || "").replace(/\s+/g, " ").trim();
  },
  // The visible elements of a selector that are called by a name, else those whose words hold it.
  all(selector, name) {
    const seen = [...document.querySelectorAll(selector)].filter(e => finders.shown(e));
    if (!name) return seen;
    const named = seen.filter(e => finders.says(e) === name);
    const words = e => e.innerText.replace(/\s+/g, " ") + "|" + finders.says(e);
    return named.length ? named : seen.filter(e => words(e).includes(name));
  },
  // Where a person would click the last of them; null while it moves, is covered or cannot be used.
  place(selector, name) {
    const e = finders.all(selector, name).at(-1);
    if (!e || e.disabled || e.getAttribute("aria-disabled") === "true") return null;
    e.scrollIntoView({block: "nearest", inline: "nearest", behavior: "instant"});
    const r = e.getBoundingClientRect(), x = r.left + r.width / 2, y = r.top + r.height / 2;
    const at = document.elementFromPoint(x, y);
    return at && (e.contains(at) || at.contains(e) && at.closest("label")) ? {x, y} : null;
  },
};`

// quoted is a text as JavaScript.
func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string is always JSON
	}
	return string(b)
}

// evaluate is the value of an expression in the page.
func evaluate[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for an expression to be true of the page.
func (b *tab) until(what, expression string) {
	b.t.Helper()
	b.waitFor(what, "!!("+expression+")")
}

// waitFor fails with what the page shows if the expression does not come true.
func (b *tab) waitFor(what, expression string) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	if _, err := chromedp.Run(ctx, chromedp.Poll[chromedp.Void](expression,
		chromedp.WithPollingTimeout(patience))); err != nil {
		b.t.Fatalf("waiting for %s (%s): %v\n%s", what, expression, err, b.shown())
	}
}

// soon tells whether an expression comes true within a second.
func (b *tab) soon(expression string) bool {
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	_, err := chromedp.Run(ctx, chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(time.Second)))
	return err == nil
}

// sees waits until an element of a selector shows a text.
func (b *tab) sees(selector, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf("%q in %s", text, selector),
		fmt.Sprintf("finders.all(%s, %s).length", quoted(selector), quoted(text)))
}

// misses waits until no element of a selector shows a text.
func (b *tab) misses(selector, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf("no %q in %s", text, selector),
		fmt.Sprintf("!finders.all(%s, %s).length", quoted(selector), quoted(text)))
}

// point is a place in the window.
type point struct{ X, Y float64 }

// click clicks the last element of a selector that is called by a name, as soon as a person could.
func (b *tab) click(selector, name string) {
	b.t.Helper()
	place := fmt.Sprintf("finders.place(%s, %s)", quoted(selector), quoted(name))
	b.until(fmt.Sprintf("%q in %s to be clickable", name, selector), place)
	at := evaluate[*point](b, place)
	if at == nil { // the page was drawn again just then
		b.click(selector, name)
		return
	}
	b.do(chromedp.MouseClickXY(at.X, at.Y))
}

// press clicks a button.
func (b *tab) press(name string) { b.t.Helper(); b.click("button", name) }

// id is the selector of an element by its name for tests.
func id(name string) string { return fmt.Sprintf("[data-testid=%q]", name) }

// shown is the text of the page, for a test that has failed; with go test's -artifacts, there is a picture too.
func (b *tab) shown() string {
	if picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot()); err == nil {
		_ = os.WriteFile(filepath.Join(b.t.ArtifactDir(), "page.png"), picture, 0o600) // the text is there anyway
	}
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		return "(the page does not answer: " + err.Error() + ")"
	}
	return "the page shows:\n" + text
}

// listen keeps what the page asks for, and what goes wrong in it.
func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *network.EventWebSocketCreated:
		b.requests = append(b.requests, e.URL)
	case *log.EventEntryAdded:
		// A refusal, which is shown as such.
		answered := e.Entry.Source == log.EntrySourceNetwork && strings.HasSuffix(e.Entry.URL, "/act")
		if e.Entry.Level == log.EntryLevelError && !answered {
			b.trouble = append(b.trouble, e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		said := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			said += " " + e.ExceptionDetails.Exception.Description
		}
		b.trouble = append(b.trouble, said)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			b.trouble = append(b.trouble, fmt.Sprintf("console.error: %s", e.Args[0].Value))
		}
	}
}

// elsewhere are the requests that went to another place than an address.
func (b *tab) elsewhere(address string) (others []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	own, err := url.Parse(address)
	if err != nil {
		return []string{err.Error()}
	}
	for _, request := range b.requests {
		u, err := url.Parse(request)
		if err != nil || u.Scheme != "data" && (u.Scheme != own.Scheme || u.Host != own.Host) {
			others = append(others, request)
		}
	}
	return others
}
