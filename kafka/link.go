package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
)

// link is one connection to one broker, used by one caller at a time: a sarama.Broker holds a lock for each round
// trip, so look-ups side by side need several. After any error it is closed and never used again: a sarama.Broker
// that timed out once answers later calls at once with an error and still sends them.
type link struct {
	addr   string
	broker *sarama.Broker
	socket *socket
	apis   apiVersions // what the broker knows
	since  time.Time   // when it became idle
}

func newLink(ctx context.Context, addr string) *link {
	return &link{addr: addr, broker: sarama.NewBroker(addr), socket: &socket{ctx: ctx}}
}

const (
	maxIdle = 4           // links kept per broker: three look-ups side by side, and one more
	maxRest = time.Minute // brokers hang up on idle clients after ten
)

var (
	errNoAnswer = errors.New("no answer")
	errClosed   = errors.New("this connection to kafka was closed by the bot itself, which is stopping")
)

// callBroker calls a broker on an idle link, or on a new one. Only for reads: an idle link that the broker has closed
// meanwhile fails, and the call is made again on another.
func callBroker[T any](ctx context.Context, c *Cluster, addr string, call func(*sarama.Broker) (T, error)) (T, error) {
	for {
		l, idle, err := c.takeLink(ctx, addr)
		if err != nil {
			return *new(T), err
		}
		v, err := callOnLink(ctx, c, l, func() (T, error) { return call(l.broker) })
		if err == nil {
			c.returnLink(l)
			return v, nil
		}
		if !idle || errors.Is(err, errNoAnswer) || ctx.Err() != nil {
			return v, err
		}
	}
}

// callOnLink makes one call on a link. sarama has no contexts, and closing its broker waits for the answer under way;
// so a call is given up by resetting the socket beneath it. Then the request may or may not have been executed, but
// what is not sent yet never will be.
func callOnLink[T any](ctx context.Context, c *Cluster, l *link, call func() (T, error)) (T, error) {
	bounded, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	type result struct {
		v   T
		err error
	}
	done, given := make(chan result), make(chan struct{})
	if !c.begin(func() {
		l.socket.setAnswerOwed(true)
		var v T
		err := guard.Do(func() (err error) { // an answer on which sarama panics is no answer
			v, err = call()
			return err
		})
		select {
		case done <- result{v, err}:
		case <-given:
			c.closeLink(l)
		}
	}) {
		c.closeLink(l)
		return *new(T), errClosed
	}
	select {
	case r := <-done:
		if r.err != nil {
			c.closeLink(l)
			return r.v, c.clean(r.err)
		}
		l.socket.setAnswerOwed(false)
		return r.v, nil
	case <-bounded.Done():
	}
	l.socket.close()
	close(given)
	if ctx.Err() != nil {
		return *new(T), fmt.Errorf("%w: %w", errNoAnswer, context.Cause(ctx))
	}
	return *new(T), fmt.Errorf("%w within %v", errNoAnswer, c.timeout)
}

// begin runs f so that Close waits for it, unless the cluster is closed.
func (c *Cluster) begin(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.running.Go(f)
	}
	return !c.closed
}

func (c *Cluster) takeLink(ctx context.Context, addr string) (l *link, idle bool, err error) {
	for {
		c.mu.Lock()
		n := len(c.idle[addr])
		if n == 0 {
			c.mu.Unlock()
			l, err := c.dial(ctx, addr)
			return l, false, err
		}
		l := c.idle[addr][n-1]
		c.idle[addr] = c.idle[addr][:n-1]
		c.mu.Unlock()
		if c.now().Sub(l.since) < maxRest {
			return l, true, nil
		}
		c.closeLink(l)
	}
}

func (c *Cluster) returnLink(l *link) {
	l.since = c.now()
	c.mu.Lock()
	keep := !c.closed && len(c.idle[l.addr]) < maxIdle
	if keep {
		c.idle[l.addr] = append(c.idle[l.addr], l)
	}
	c.mu.Unlock()
	if !keep {
		c.closeLink(l)
	}
}

// dial opens a link: connected, logged in, with the broker's versions.
func (c *Cluster) dial(ctx context.Context, addr string) (*link, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, fmt.Errorf("connecting took longer than %v", c.timeout))
	defer cancel()
	l := newLink(ctx, addr)
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, errClosed
	}
	c.links[l] = struct{}{}
	c.mu.Unlock()
	cfg := *c.sarama
	cfg.Net.Proxy.Enable, cfg.Net.Proxy.Dialer = true, l.socket
	_, err := callOnLink(ctx, c, l, func() (bool, error) {
		if err := l.broker.Open(&cfg); err != nil {
			return false, err
		}
		return l.broker.Connected() // waits for the connection
	})
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the broker hung up on connecting or logging in: %w", err)
	}
	if err != nil {
		return nil, err
	}
	if l.apis, err = c.apiVersions(ctx, l); err != nil {
		return nil, err
	}
	return l, nil
}

func (c *Cluster) closeLink(l *link) {
	l.socket.close()
	_ = l.broker.Close() // ErrNotConnected when sarama closed it already
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.links, l)
}

// socket dials for sarama (as its "proxy"), so that a connection ends with its context, can be cut at any moment, and
// it is known whether anything was sent on it. It is the TCP connection itself, beneath TLS and login.
//
// While an answer is owed, it lingers for 0 seconds: whatever ends the connection then (a time-out, an error, Close,
// sarama closing it by itself, this process being killed) resets it, and the kernel throws away what it has not
// delivered. A socket that is merely closed goes on retransmitting: a commit that was given up after 5 s was seen to
// arrive 26 s later. Once nothing is owed, an end is an ordinary one.
type socket struct {
	ctx context.Context // of the dial

	mu   sync.Mutex
	conn *net.TCPConn
	owed bool
	gone bool
	sent atomic.Int64 // writes begun
}

// Dial is called by sarama.
func (s *socket) Dial(network, addr string) (net.Conn, error) {
	dialed, err := new(net.Dialer).DialContext(s.ctx, network, addr)
	if err != nil {
		return nil, err
	}
	conn, ok := dialed.(*net.TCPConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("dial %s: %T can't be reset", addr, dialed), dialed.Close())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return nil, errors.Join(net.ErrClosed, conn.Close()) // nothing was sent on it
	}
	s.conn = conn
	if err := s.linger(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &countedConn{conn, &s.sent}, nil
}

// setAnswerOwed sets whether an answer is expected. A failure on a connection that has just ended does not matter.
func (s *socket) setAnswerOwed(owed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owed = owed
	_ = s.linger()
}

func (s *socket) linger() error {
	switch {
	case s.conn == nil:
		return nil
	case s.owed:
		return s.conn.SetLinger(0)
	}
	return s.conn.SetLinger(-1) // the kernel's default: what was sent is delivered
}

// close closes the connection, or resets it when an answer is owed.
func (s *socket) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = true
	if s.conn != nil {
		_ = s.conn.Close()
	}
}

type countedConn struct {
	net.Conn
	sent *atomic.Int64
}

func (c *countedConn) Write(p []byte) (int, error) {
	c.sent.Add(1)
	return c.Conn.Write(p)
}
