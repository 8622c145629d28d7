package page_test

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/page"
)

// TestOnlyThePageItselfIsServed: another site, another name and a guess are refused, each with a sentence.
func TestOnlyThePageItselfIsServed(t *testing.T) {
	b := newBrowser(t)
	at, err := url.Parse(b.page.URL())
	if err != nil {
		t.Fatal(err)
	}
	host, token := at.Host, strings.Trim(at.Path, "/")
	help := `{"as":"mara","do":"openHome"}`
	json := http.Header{"Content-Type": {"application/json"}}
	const post = http.MethodPost
	root, act := "/"+token+"/", "/"+token+"/act"
	from := func(origin string) http.Header {
		return http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Origin": {origin}}
	}
	for name, tt := range map[string]struct {
		method, path, host, body string
		header                   http.Header
		status                   int
		says                     string
	}{
		"the page":               {path: root, status: 200, says: `<script src="page.js">`},
		"by the name localhost":  {path: root, host: "localhost:" + at.Port(), status: 200},
		"without the last slash": {path: "/" + token, status: 301},
		"its script":             {path: "/" + token + "/page.js", status: 200},
		"no token":               {path: "/", status: 404, says: "Use the URL that the demo printed"},
		"a wrong token": {path: "/" + strings.Repeat("A", len(token)) + "/", status: 404,
			says: "Use the URL that the demo printed"},
		"a part of the token":    {path: "/" + token[:10] + "/", status: 404},
		"a script without token": {path: "/page.js", status: 404},
		"nothing there":          {path: "/" + token + "/other", status: 404},
		"out of the page":        {path: "/" + token + "/../page.go", status: 404},
		"another name":           {path: root, host: "evil.example.com", status: 403, says: "evil.example.com"},
		"a rebound name":         {path: root, host: "evil.example.com:" + at.Port(), status: 403},
		"another port":           {path: root, host: "127.0.0.1:1", status: 403},
		"an act":                 {method: post, path: act, body: help, header: json, status: 200, says: "{}"},
		"an act from the page":   {method: post, path: act, body: help, header: from("http://" + host), status: 200},
		"from another site":      {method: post, path: act, body: help, header: from("https://evil.example.com"), status: 403, says: "only the demo's own page"},
		"from a sandboxed frame": {method: post, path: act, body: help, header: from("null"), status: 403},
		"from another port":      {method: post, path: act, body: help, header: from("http://127.0.0.1:1"), status: 403},
		"as a form sends it": {method: post, path: act, body: help,
			header: http.Header{"Content-Type": {"text/plain"}}, status: 415, says: "send application/json"},
		"without a type":      {method: post, path: act, body: help, status: 415},
		"an act without one":  {method: post, path: act, body: `{"as":"mara"}`, header: json, status: 400, says: "openHome"},
		"as a stranger":       {method: post, path: act, body: `{"as":"eve","do":"openHome"}`, header: json, status: 400, says: "mara, jon"},
		"not JSON":            {method: post, path: act, body: `as=mara`, header: json, status: 400, says: "An act is JSON"},
		"too much":            {method: post, path: act, body: `{"content":"` + strings.Repeat("x", 10<<20) + `"}`, header: json, status: 413, says: "send less"},
		"an act by a link":    {path: act, status: 404},
		"a stranger's events": {path: "/" + token + "/events?as=eve", status: 404, says: "mara, jon"},
		"a file that is none": {path: "/" + token + "/file/F000000?as=mara", status: 404, says: "mara sees no file"},
		"a stranger's file":   {path: "/" + token + "/file/F000000", status: 404, says: "mara, jon"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), tt.method, "http://"+host+tt.path, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = tt.host
		if tt.header != nil {
			request.Header = tt.header
		}
		answer, err := http.DefaultTransport.RoundTrip(request) // no redirect is followed
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode != tt.status || !strings.Contains(string(body), tt.says) {
			t.Errorf("%s: %d %.200s (%v), want %d and %q", name, answer.StatusCode, body, err, tt.status, tt.says)
		}
		for header, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"Referrer-Policy":         "no-referrer",
			"X-Content-Type-Options":  "nosniff",
			"Cache-Control":           "no-store",
			"X-DNS-Prefetch-Control":  "off",
		} {
			if got := answer.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
		if allowed := answer.Header.Get("Access-Control-Allow-Origin"); allowed != "" {
			t.Errorf("%s: read by %s", name, allowed)
		}
	}
}

// TestThePageIsOnLoopbackOnly: no other address of this machine answers on its port.
func TestThePageIsOnLoopbackOnly(t *testing.T) {
	b := newBrowser(t)
	at, err := url.Parse(b.page.URL())
	if err != nil || at.Hostname() != "127.0.0.1" {
		t.Fatal(at, err)
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		ip, is := a.(*net.IPNet)
		if !is || ip.IP.Equal(net.IPv4(127, 0, 0, 1)) || ip.IP.IsLinkLocalUnicast() {
			continue
		}
		conn, err := net.DialTimeout("tcp", net.JoinHostPort(ip.IP.String(), at.Port()), time.Second)
		if err == nil {
			_ = conn.Close()
			t.Errorf("%s answers", ip.IP)
		}
	}
}

// TestAPortThatCannotBeHad: the error says what to do.
func TestAPortThatCannotBeHad(t *testing.T) {
	b := newBrowser(t)
	at, err := url.Parse(b.page.URL())
	if err != nil {
		t.Fatal(err)
	}
	taken, err := strconv.Atoi(at.Port())
	if err != nil {
		t.Fatal(err)
	}
	for port, says := range map[int]string{taken: "-port 0 takes any free one", 70_000: "the port 70000 does not exist"} {
		if _, err := page.Start(t.Context(), b.stage, page.Options{Port: port}); err == nil ||
			!strings.Contains(err.Error(), says) {
			t.Errorf("port %d: %v, want %q", port, err, says)
		}
	}
}
