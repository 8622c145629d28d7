//go:build chromium

package browser

import (
	"bufio"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// BenchmarkInteractive is how long a newcomer waits: from `go run ./cmd/demo` to a page that shows the alert and whose
// menu can be opened. It is printed, not judged: machines differ.
//
//	go test -tags chromium -run '^$' -bench Interactive -benchtime 3x ./internal/page/browser
func BenchmarkInteractive(b *testing.B) {
	for b.Loop() {
		interactive(b)
	}
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+/\S+`)

func interactive(b *testing.B) {
	b.Helper()
	ctx, stop := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	defer stop()
	if err := chromedp.Do(ctx); err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	demo := exec.CommandContext(b.Context(), "go", "run", "./cmd/demo")
	demo.Dir, demo.Stderr = "../../..", os.Stderr
	demo.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // go run starts another process
	out, err := demo.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := demo.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = syscall.Kill(-demo.Process.Pid, syscall.SIGTERM)
		_ = demo.Wait()
	}()
	url := ""
	for lines := bufio.NewScanner(out); url == "" && lines.Scan(); {
		url = address.FindString(lines.Text())
	}
	served := time.Since(began)
	// The menu of the alert opens: what is drawn is alive.
	if err := chromedp.Do(ctx, chromedp.Navigate(url),
		chromedp.Click(chromedp.CSS(id("message-menu"))),
		chromedp.WaitVisible(chromedp.CSS("[role=menuitem]"))); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(served.Seconds(), "s-to-serve/op")
	b.ReportMetric(time.Since(began).Seconds(), "s-to-use/op")
	b.ReportMetric(0, "ns/op")
}
