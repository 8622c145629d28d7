package kafkasim

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kbin"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// network stands between clients and brokers. kfake can answer a request or
// refuse it; only here can an answer be lost after the broker acted on it, a
// broker fall silent, or a request be counted without its own clients' noise.
type network struct {
	ctx     context.Context
	tls     *tls.Config
	correct func(*request, []byte) []byte

	mu      sync.Mutex
	lns     []net.Listener
	conns   map[*conn]struct{}
	own     map[string]string // ends of our own clients' connections -> host shown
	down    map[int32]bool    // connections are cut and none is taken
	silent  map[int32]bool    // requests are read and never answered
	slow    map[int16]time.Duration
	gates   map[int16]*Gate
	losses  []*loss
	counts  map[int16]int
	perNode map[int32]int
	ended   []End
	records bool
	sent    []*request
}

// loss is answers that shall get lost.
type loss struct {
	key     int16
	left    int
	applied bool // the broker acts on the request first
	hang    bool // no answer ever; else the connection is cut
}

func newNetwork(ctx context.Context, t *tls.Config, correct func(*request, []byte) []byte) *network {
	return &network{
		ctx: ctx, tls: t, correct: correct,
		conns: map[*conn]struct{}{}, own: map[string]string{},
		down: map[int32]bool{}, silent: map[int32]bool{},
		slow: map[int16]time.Duration{}, gates: map[int16]*Gate{},
		counts: map[int16]int{}, perNode: map[int32]int{},
	}
}

// listen is kfake's listener: it asks once for each broker, in order of node id.
func (n *network) listen(network, address string) (net.Listener, error) {
	ln, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	l := &listener{Listener: ln, network: n, node: int32(len(n.lns))}
	n.lns = append(n.lns, l)
	return l, nil
}

func (n *network) addrs() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []string
	for _, l := range n.lns {
		out = append(out, l.Addr().String())
	}
	return out
}

func (n *network) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.conns {
		c.Conn.Close()
	}
}

type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// dialer connects a client of ours. host is the address that brokers shall see
// for it; opened, if not nil, gets each connection.
func (n *network) dialer(host string, opened func(net.Conn) error) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		raw, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		mine := &ownConn{Conn: raw, network: n, ends: ends(raw.LocalAddr(), raw.RemoteAddr())}
		n.mu.Lock()
		n.own[mine.ends] = host
		n.mu.Unlock()
		if opened != nil {
			if err := opened(mine); err != nil {
				mine.Close()
				return nil, err
			}
		}
		if n.tls == nil {
			return mine, nil
		}
		return tls.Client(mine, &tls.Config{InsecureSkipVerify: true}), nil // to ourselves, on loopback
	}
}

// ends name a connection, by the addresses of its client and of its broker: the kernel gives one client port to
// connections with different brokers at a time, so that the port alone would take another client's request for one of
// ours.
func ends(client, broker net.Addr) string { return client.String() + " " + broker.String() }

// ownConn is our client's end of a connection. It is ours for as long as the socket is open: the kernel gives its
// port to another client right after that, before the broker has noticed the end.
type ownConn struct {
	net.Conn
	network *network
	ends    string
	once    sync.Once
}

func (c *ownConn) Close() error {
	c.once.Do(func() {
		c.network.mu.Lock()
		defer c.network.mu.Unlock()
		delete(c.network.own, c.ends)
	})
	return c.Conn.Close()
}

type listener struct {
	net.Listener
	network *network
	node    int32
}

// Accept hands over connections unless the broker is down.
func (l *listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &conn{remote: raw.RemoteAddr().String(), node: l.node, network: l.network, asked: map[int32]*request{}}
		c.Conn = &wire{Conn: raw, of: c}
		if l.network.tls != nil {
			c.Conn = tls.Server(c.Conn, l.network.tls)
		}
		l.network.mu.Lock()
		down := l.network.down[l.node]
		if !down {
			l.network.conns[c] = struct{}{}
		}
		l.network.mu.Unlock()
		if !down {
			return c, nil
		}
		raw.Close()
	}
}

// conn is a client's connection as its broker sees it: whole requests come in,
// whole answers go out.
type conn struct {
	net.Conn
	remote  string
	node    int32
	network *network
	unread  []byte
	own     bool   // a client of ours, known from its first request on; under the network's lock
	host    string // that brokers shall see for it
	last    int16  // key of its last request; under the network's lock

	mu    sync.Mutex
	asked map[int32]*request // by correlation id
}

// request is one request on the wire.
type request struct {
	key, version int16
	id           int32
	body         []byte
	loss         *loss
}

func (c *conn) Close() error {
	c.network.mu.Lock()
	delete(c.network.conns, c)
	c.network.mu.Unlock()
	return c.Conn.Close()
}

// RemoteAddr is written as Kafka shows a member's host: "/10.4.7.21", no port.
func (c *conn) RemoteAddr() net.Addr {
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	if c.ours() && c.host != "" {
		return shownAddr("/" + c.host)
	}
	host, _, _ := net.SplitHostPort(c.remote)
	return shownAddr("/" + host)
}

// ours reports whether a client of the simulator is at the other end. The network's lock is held.
func (c *conn) ours() bool {
	if !c.own {
		c.host, c.own = c.network.own[ends(c.Conn.RemoteAddr(), c.Conn.LocalAddr())]
	}
	return c.own
}

type shownAddr string

func (shownAddr) Network() string  { return "tcp" }
func (a shownAddr) String() string { return string(a) }

// Read hands kfake the next request that is to reach it.
func (c *conn) Read(p []byte) (int, error) {
	for len(c.unread) == 0 {
		frame, err := readFrame(c.Conn)
		if err != nil {
			return 0, err
		}
		req, err := parseHeader(frame)
		if err != nil {
			return 0, err
		}
		pass, err := c.network.arrived(c, req)
		if err != nil {
			c.Close()
			return 0, err
		}
		if pass {
			c.mu.Lock()
			c.asked[req.id] = req
			c.mu.Unlock()
			c.unread = frame
		}
	}
	n := copy(p, c.unread)
	c.unread = c.unread[n:]
	return n, nil
}

// Write sends one whole answer, which is how kfake writes them.
func (c *conn) Write(p []byte) (int, error) {
	id := int32(binary.BigEndian.Uint32(p[4:]))
	c.mu.Lock()
	req := c.asked[id]
	delete(c.asked, id)
	c.mu.Unlock()
	if req == nil {
		return 0, errors.New("an answer to no request")
	}
	if req.loss != nil && req.loss.hang {
		return len(p), nil
	}
	if req.loss != nil {
		c.Close()
		return 0, errClosed
	}
	if _, err := c.Conn.Write(c.network.correct(req, p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// arrived decides what becomes of a request: it reaches the broker, it is
// swallowed, or (an error) the connection is cut.
func (n *network) arrived(c *conn, req *request) (pass bool, err error) {
	n.mu.Lock()
	if c.ours() {
		defer n.mu.Unlock()
		return true, nil
	}
	c.last = req.key
	if n.records {
		n.sent = append(n.sent, req)
	}
	n.counts[req.key]++
	n.perNode[c.node]++
	delay, gate, silent := n.slow[req.key], n.gates[req.key], n.silent[c.node]
	req.loss = n.takeLoss(req.key)
	n.mu.Unlock()

	if silent {
		return false, nil
	}
	if delay > 0 {
		n.wait(time.After(delay), nil)
	}
	if gate != nil {
		gate.once.Do(func() { close(gate.arrived) })
		n.wait(nil, gate.open)
	}
	if req.loss != nil && !req.loss.applied {
		if req.loss.hang {
			return false, nil
		}
		return false, errClosed
	}
	return true, nil
}

// wait ends with the simulator, but not with the client: a broker goes on with
// a request whose client has given up.
func (n *network) wait(timer <-chan time.Time, open <-chan struct{}) {
	select {
	case <-timer:
	case <-open:
	case <-n.ctx.Done():
	}
}

func (n *network) takeLoss(key int16) *loss {
	for _, l := range n.losses {
		if l.key == key && l.left != 0 {
			l.left--
			return l
		}
	}
	return nil
}

func readFrame(r io.Reader) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(size[:])
	if length > 100<<20 {
		return nil, errors.New("a request over 100 MiB")
	}
	frame := make([]byte, 4+length)
	copy(frame, size[:])
	_, err := io.ReadFull(r, frame[4:])
	return frame, err
}

func parseHeader(frame []byte) (*request, error) {
	r := kbin.Reader{Src: frame[4:]}
	req := &request{key: r.Int16(), version: r.Int16(), id: r.Int32()}
	r.NullableString() // client id
	req.body = r.Src
	return req, r.Complete()
}

// parse is the request and an empty answer to it.
func (r *request) parse() (kmsg.Request, kmsg.Response, error) {
	kreq := kmsg.RequestForKey(r.key)
	kreq.SetVersion(r.version)
	reader := kbin.Reader{Src: r.body}
	if kreq.IsFlexible() {
		kmsg.SkipTags(&reader)
	}
	return kreq, kreq.ResponseKind(), kreq.ReadFrom(reader.Src)
}
