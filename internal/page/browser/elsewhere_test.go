//go:build chromium

package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// The tests of the page say that it asks for nothing elsewhere: here they would notice.
func TestRequestsElsewhereAreNoticed(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<title>A page</title><img src="data:,"><img src="%s/picture.png" alt="">
			<button aria-label="Ask" onclick="throw new Error('a mistake')">?</button>`, other.URL)
	}))
	t.Cleanup(own.Close)
	b := newTab(t, desktop)
	b.do(chromedp.Navigate(own.URL))
	if others := b.elsewhere(own.URL); !slices.Equal(others, []string{other.URL + "/picture.png"}) {
		t.Errorf("noticed: %q", others)
	}
	b.press("Ask")
	b.until("the click", "true")
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.trouble) == 0 {
		t.Error("an exception in the page is not noticed")
	}
}
