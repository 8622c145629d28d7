package page

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strings"
)

// csp lets the page load its own files and talk to its own server, and nothing else.
const csp = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guarded lets nothing through but the requests of the page itself. Another site that a browser shows can send requests
// to loopback too, by a name of its own that resolves to it: the Host header gives that away. And it cannot know the
// token.
func (p *Server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		h.Set("X-DNS-Prefetch-Control", "off") // a browser would look up the names of all links on the page
		if !p.enter() {
			refuse(w, http.StatusServiceUnavailable, "The demo is being stopped. Start it again, and use its new URL.")
			return
		}
		defer p.work.Done()
		if !named(r.Host, p.port) {
			refuse(w, http.StatusForbidden, fmt.Sprintf("This page is not served as %q. Use the URL that the demo printed.",
				r.Host))
			return
		}
		token, rest, slash := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if subtle.ConstantTimeCompare([]byte(token), []byte(p.token)) != 1 {
			refuse(w, http.StatusNotFound, "There is no page here. Use the URL that the demo printed; each start of the "+
				"demo has a new one.")
			return
		}
		if !slash {
			http.Redirect(w, r, "/"+p.token+"/", http.StatusMovedPermanently)
			return
		}
		if r.Method == http.MethodPost && !p.ours(w, r) {
			return
		}
		if rest != "" && path.Clean("/"+rest) != "/"+rest { // the router would redirect to where it thinks this is
			p.serveNothing(w, r)
			return
		}
		inside := r.Clone(r.Context())
		inside.URL.Path, inside.URL.RawPath = "/"+rest, ""
		next.ServeHTTP(w, inside)
	})
}

// named reports whether a Host header names this page. A browser leaves port 80 out.
func named(host, port string) bool {
	if port == "80" {
		host = strings.TrimSuffix(host, ":80") + ":80"
	}
	return host == "127.0.0.1:"+port || host == "localhost:"+port
}

// ours is false, and the request refused, for a POST that a form or a script of another site could send.
func (p *Server) ours(w http.ResponseWriter, r *http.Request) bool {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, fmt.Sprintf("The body is %q; send application/json.",
			r.Header.Get("Content-Type")))
		return false
	}
	if origin, sent := r.Header["Origin"]; sent && (len(origin) != 1 || origin[0] != "http://"+r.Host) {
		refuse(w, http.StatusForbidden, fmt.Sprintf("The request comes from %s; only the demo's own page may act.",
			strings.Join(origin, ", ")))
		return false
	}
	return true
}

// refuse answers an error as the page shows it.
func refuse(w http.ResponseWriter, status int, sentence string) {
	answer(w, status, map[string]string{"error": sentence})
}

func refuseStranger(w http.ResponseWriter, status int, who string) {
	refuse(w, status, fmt.Sprintf("%q is not one of the people; they are %s.", who, names()))
}

func answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"error":"The demo has no words for the answer."}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // a page that has gone misses nothing
}
