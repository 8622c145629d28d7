//go:build chromium

package browser

import (
	"context"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// The keys that tests press. Those with a text also write it where one can write.
var (
	enter     = key{name: "Enter", code: 13, text: "\r"}
	space     = key{name: " ", code: 32, text: " "}
	tabKey    = key{name: "Tab", code: 9}
	escape    = key{name: "Escape", code: 27}
	arrowDown = key{name: "ArrowDown", code: 40}
)

type key struct {
	name, text string
	code       int64
	shift      bool
}

// strikes presses keys, as a keyboard does: what a page prevents writes nothing. (chromedp's own key events write a
// second time.)
func (b *tab) strikes(keys ...key) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	for _, k := range keys {
		down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: k.name, Code: k.name,
			Text: k.text, WindowsVirtualKeyCode: k.code}
		if k.text != "" {
			down.Type = input.DispatchKeyEventTypeKeyDown
		}
		if k.name == " " {
			down.Code = "Space"
		}
		if k.shift {
			down.Modifiers = 8
		}
		up := down
		up.Type, up.Text = input.DispatchKeyEventTypeKeyUp, ""
		for _, event := range []input.DispatchKeyEventParams{down, up} {
			if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, event); err != nil {
				b.t.Fatal(err)
			}
		}
	}
}

// types writes a text where the focus is.
func (b *tab) types(text string) {
	b.t.Helper()
	var keys []key
	for _, r := range text {
		keys = append(keys, key{name: string(r), text: string(r)})
	}
	b.strikes(keys...)
}

// selectAll selects what is written where the focus is.
var selectAll = chromedp.Evaluate[chromedp.Void](`document.activeElement.select()`)
