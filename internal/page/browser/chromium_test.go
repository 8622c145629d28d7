//go:build chromium

// Package browser opens the demo's page in headless Chromium, as a person would, and photographs what people see. It
// needs Debian's chromium, fonts-noto-color-emoji and fonts-lato; a machine without them fails, it does not skip.
package browser

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for what it expects. It is long: a machine of CI has two cores.
const patience = 30 * time.Second

// chromium is the one browser of all tests; each test has a tab of its own, with nothing kept from another one.
var chromium context.Context

func TestMain(m *testing.M) {
	code, err := withChromium(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// withChromium starts the browser, and stops it when run returns.
func withChromium(run func() int) (int, error) {
	profile, err := os.MkdirTemp("", "chromium-")
	if err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(profile) }()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.DisableGPU, chromedp.UserDataDir(profile), chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true),
		// Pictures are the same on each machine.
		chromedp.Flag("font-render-hinting", "none"), chromedp.Flag("disable-lcd-text", true), chromedp.Flag("lang", "en-GB"))
	if os.Getuid() == 0 { // as in CI's containers, where Chromium's own sandbox cannot be
		options = append(options, chromedp.NoSandbox)
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	ctx, stop = chromedp.NewContext(ctx)
	defer stop()
	if err := chromedp.Do(ctx); err != nil {
		return 1, fmt.Errorf("start Chromium: %w\ninstall it: apt-get install chromium fonts-noto-color-emoji fonts-lato", err)
	}
	chromium = ctx
	code := run()
	if err := chromedp.Cancel(ctx); err != nil {
		return 1, fmt.Errorf("stop Chromium: %w", err)
	}
	return code, nil
}

// screen is the size of a window.
type screen struct {
	name          string
	width, height int64
	phone         bool
}

var (
	desktop = screen{"desktop", 1280, 900, false}
	phone   = screen{"phone", 390, 844, true}
	// For pictures, as high as the longest message.
	tallDesktop = screen{"tall desktop", 1280, 2400, false}
	tallPhone   = screen{"tall phone", 390, 2400, true}
)

// tab is a page that a person looks at.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string // addresses, also of those that the page's policy forbids
	trouble  []string // what the console calls an error, and exceptions
}

// open opens an address in a new tab. When the test ends, no request may have gone elsewhere, and the console may hold
// no error.
func open(t *testing.T, address string, on screen) *tab {
	t.Helper()
	b := newTab(t, on)
	b.do(chromedp.Navigate(address))
	t.Cleanup(func() {
		for _, other := range b.elsewhere(address) {
			t.Errorf("the page asks for %s", other)
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, said := range b.trouble {
			t.Errorf("the browser's console: %s", said)
		}
	})
	return b
}

func newTab(t *testing.T, on screen) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	b := &tab{t: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	// No one in the demo lives there: a time in this zone is the machine's, and must not be seen.
	if _, err := chromedp.Call(ctx, emulation.SetTimezoneOverride,
		emulation.SetTimezoneOverrideParams{TimezoneID: "Pacific/Auckland"}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: finders}); err != nil {
		t.Fatal(err)
	}
	b.resize(on)
	return b
}

// resize gives the tab another screen.
func (b *tab) resize(on screen) {
	b.t.Helper()
	if on.phone {
		b.do(chromedp.EmulateViewport(on.width, on.height, chromedp.EmulateMobile, chromedp.EmulatePortrait,
			chromedp.EmulateTouch, chromedp.EmulateScale(1)))
		return
	}
	b.do(chromedp.EmulateViewport(on.width, on.height))
}

// do runs actions, each of them within the test's patience.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatalf("%v\n%s", err, b.shown())
	}
}
