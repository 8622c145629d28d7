package slacksim

import (
	"net"
	"net/http"
	"time"
)

// Fault is what happens to a request instead of an answer. Exactly one of Status, Error, Hang and Drop is set.
type Fault struct {
	Status     int           // this HTTP status; 429 carries RetryAfter
	RetryAfter time.Duration // with Status 429; default 1 s
	Error      string        // Slack's own {"ok":false,"error":...}
	Hang       bool          // no answer for as long as the caller waits
	Drop       bool          // the connection is reset: to the caller as good as refused
	Effect     bool          // the request takes effect first; only its answer is lost
	Times      int           // this often; 0 until Heal
	With       string        // only requests that have this argument: "thread_ts" for replies
}

// Names of what is not a Web API method but can fail too.
const (
	AnyRequest   = "*"
	ResponseURLs = "response_url"
	Uploads      = "upload"
	Downloads    = "download"
	Sockets      = "socket" // opening the websocket
)

// Fail makes requests to a method (or AnyRequest, ResponseURLs, Uploads, Downloads, Sockets) fail.
func (s *Sim) Fail(method string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = &f
	s.touch()
}

// Heal ends the faults of a method; AnyRequest ends them all.
func (s *Sim) Heal(method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if method == AnyRequest {
		clear(s.faults)
	}
	delete(s.faults, method)
	s.touch()
}

// fault takes one use of the fault that a method has, if any.
func (s *Sim) fault(method string, a args) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range []string{method, AnyRequest} {
		f, ok := s.faults[name]
		if !ok || f.With != "" && !a.has(f.With) {
			continue
		}
		if f.Times == 1 {
			delete(s.faults, name)
		}
		f.Times--
		return *f, true
	}
	return Fault{}, false
}

// strike answers as the fault says.
func (s *Sim) strike(w http.ResponseWriter, r *http.Request, f Fault) {
	switch {
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-s.closed:
		}
		reset(w)
	case f.Drop:
		reset(w)
	case f.Error != "":
		writeJSON(w, http.StatusOK, map[string]any{"ok": false, "error": f.Error})
	case f.Status == http.StatusTooManyRequests:
		tooMany(w, max(f.RetryAfter, time.Second))
	default:
		w.Header().Set("Content-Type", "text/html") // SG misc.go: Slack's 5xx come with an HTML body
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte("<html><body>Server Error</body></html>"))
	}
}

// reset ends the connection without a word.
func reset(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // an RST, not an orderly end
	}
	_ = conn.Close()
}
