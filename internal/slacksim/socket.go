package slacksim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// connection is one registered Socket Mode connection, as the server sees it. A ghost has no socket behind it.
type connection struct {
	sim     *Sim
	ws      *websocket.Conn
	write   sync.Mutex
	leaving bool // a disconnect frame was sent: nothing more goes out, nothing that comes in counts
	stalled bool
}

// Reasons of a disconnect frame. The first four: facts 3.1 (python-slack-sdk's fixtures, node-slack-sdk#1654, #2254).
const (
	ReasonWarning          = "warning"
	ReasonRefreshRequested = "refresh_requested"
	ReasonLinkDisabled     = "link_disabled"
	ReasonTooMany          = "too_many_websockets"
)

const (
	maxConnections = 10        // docs, Socket Mode
	maxResponse    = 20 * 1024 // SG socketmode.go: responses of this size and more are dropped without a word
)

// openConnection is apps.connections.open. The token counts in the header only (docs, apps.connections.open).
func (s *Sim) openConnection(token string) (args, time.Duration) {
	switch {
	case token == "":
		return fail(refuse("not_authed")), 0
	case token == BotToken:
		return fail(refuse("not_allowed_token_type")), 0
	case token != AppToken:
		return fail(refuse("invalid_auth")), 0
	}
	if wait := s.take("apps.connections.open", "", tier1); wait > 0 {
		return nil, wait
	}
	ticket := s.secret("ticket")
	s.tickets[ticket] = true
	return args{"ok": true, "url": "ws" + strings.TrimPrefix(s.url, "http") + "/link/?ticket=" + ticket + "&app_id=" +
		AppID}, 0
}

func (s *Sim) serveSocket(w http.ResponseWriter, r *http.Request) {
	note := s.note(Sockets, args{}, r.URL.RawQuery)
	if fault, failing := s.fault(Sockets, nil); failing {
		note(fault.Status, fault.Error)
		s.strike(w, r, fault)
		return
	}
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	known := s.tickets[ticket]
	delete(s.tickets, ticket) // an address is good for one connection (docs, Socket Mode)
	s.mu.Unlock()
	if !known {
		note(http.StatusForbidden, "")
		http.Error(w, "bad ticket", http.StatusForbidden)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	note(http.StatusSwitchingProtocols, "")
	s.welcome(ws, r.URL.Query().Get("debug_reconnects") == "true")
}

// welcome registers a connection, or tells it why not, and reads it to its end.
func (s *Sim) welcome(ws *websocket.Conn, debug bool) {
	c := &connection{sim: s, ws: ws}
	c.write.Lock() // hello is the first frame whatever is dispatched meanwhile
	s.mu.Lock()
	if s.dead {
		s.mu.Unlock()
		c.write.Unlock()
		_ = ws.Close()
		return
	}
	refused := ""
	switch {
	case s.dark:
		refused = ReasonLinkDisabled
	case len(s.conns) >= maxConnections:
		refused = ReasonTooMany
	}
	c.leaving = refused != ""
	s.conns = append(s.conns, c)
	n := len(s.conns)
	s.mu.Unlock()
	lifetime := 18060 // seconds, python-slack-sdk's fixture
	if debug {
		lifetime = 360 // SG socket_mode.go, debug_reconnects
	}
	if refused == "" {
		_ = ws.WriteMessage(websocket.TextMessage, marshal(obj{
			"type": "hello", "num_connections": n, "connection_info": obj{"app_id": AppID},
			"debug_info": obj{"host": "applink-sim", "build_number": 1, "approximate_connection_time": lifetime},
		})) // a broken socket shows when it is read
	}
	c.write.Unlock()
	if refused != "" {
		c.disconnect(refused)
	}
	s.run(c.ping)
	s.mu.Lock()
	s.touch()
	s.mu.Unlock()
	c.read()
}

func (c *connection) ping() {
	tick := time.NewTicker(c.sim.opts.PingEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-c.sim.closed:
			return
		}
		c.sim.mu.Lock()
		gone, stalled := !slices.Contains(c.sim.conns, c), c.stalled
		c.sim.mu.Unlock()
		if gone {
			return
		}
		if !stalled {
			c.write.Lock()
			_ = c.ws.WriteMessage(websocket.PingMessage, []byte("ping from applink-sim"))
			c.write.Unlock()
		}
	}
}

// read takes frames until the socket ends, then forgets the connection.
func (c *connection) read() {
	for {
		_, frame, err := c.ws.ReadMessage()
		if err != nil {
			break
		}
		c.sim.acknowledged(c, frame)
	}
	_ = c.ws.Close()
	c.sim.forget(c)
}

func (s *Sim) forget(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = slices.DeleteFunc(s.conns, func(other *connection) bool { return other == c })
	s.touch()
}

// send writes one frame; a ghost or a stalled connection swallows it, which is all Slack would notice.
func (c *connection) send(frame json.RawMessage) {
	c.sim.mu.Lock()
	lost := c.ws == nil || c.stalled
	c.sim.mu.Unlock()
	if lost {
		return
	}
	c.write.Lock()
	defer c.write.Unlock()
	_ = c.ws.WriteMessage(websocket.TextMessage, frame)
}

// disconnect announces the end: from here nothing goes out on the connection and nothing that comes in counts
// (facts 5). After a warning the socket stays open for a while, otherwise it ends at once.
func (c *connection) disconnect(reason string) {
	c.send(marshal(obj{"type": "disconnect", "reason": reason, "debug_info": obj{"host": "applink-sim"}}))
	c.sim.mu.Lock()
	c.leaving = true
	c.sim.mu.Unlock()
	if reason == ReasonWarning {
		c.sim.later(c.sim.opts.Notice, nil, c.hangUp)
		return
	}
	// The closing handshake, as Slack does it; a client that ignores it is cut off.
	if c.ws == nil {
		c.sim.forget(c)
		return
	}
	c.write.Lock()
	_ = c.ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""))
	c.write.Unlock()
	c.sim.later(time.Second, nil, c.hangUp)
}

func (c *connection) hangUp() {
	if c.ws != nil {
		_ = c.ws.Close()
	}
}

// Connections is how many connections Slack counts, ghosts among them.
func (s *Sim) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Disconnect sends a disconnect frame on every connection, the way Slack refreshes them.
func (s *Sim) Disconnect(reason string) {
	for _, c := range s.current() {
		c.disconnect(reason)
	}
}

// Cut ends every socket without a closing handshake.
func (s *Sim) Cut() {
	for _, c := range s.current() {
		c.hangUp()
	}
}

// Stall silences the connections there are: no pings, no envelopes, yet Slack goes on counting and choosing them
// (facts 4.17: every second command ended in operation_timeout).
func (s *Sim) Stall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.stalled = true
	}
}

// Haunt adds registrations without a client (slackapi/python-slack-sdk#1940).
func (s *Sim) Haunt(ghosts int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range ghosts {
		s.conns = append(s.conns, &connection{sim: s})
	}
	s.touch()
}

func (s *Sim) current() []*connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.conns)
}
