package kafkasim

import (
	"errors"
	"io"
	"net"
	"sync"
	"syscall"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// wire is a connection beneath TLS, where it can be seen how the client ends it.
type wire struct {
	net.Conn
	of   *conn
	once sync.Once
}

// End is how a client ended a connection: reset, or closed in order.
type End struct {
	Broker int32
	Last   kmsg.Key // what it asked last
	Reset  bool
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.see(err)
	return n, err
}

// Write sees a reset too: the system tells of one only once, to the first call that asks.
func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.see(err)
	return n, err
}

func (w *wire) see(err error) {
	if reset := errors.Is(err, syscall.ECONNRESET); reset || errors.Is(err, io.EOF) {
		w.once.Do(func() { w.of.network.end(w.of, reset) })
	}
}

func (n *network) end(c *conn, reset bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !c.ours() {
		n.ended = append(n.ended, End{c.node, kmsg.Key(c.last), reset})
	}
}
