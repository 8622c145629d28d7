package kafka

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// peer is the other end of a connection: a broker, or a proxy, that sees how it ends.
type peer struct {
	t    *testing.T
	addr string
	came chan *net.TCPConn
}

func newPeer(t *testing.T) *peer {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	p := &peer{t: t, addr: ln.Addr().String(), came: make(chan *net.TCPConn, 8)}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			p.came <- conn.(*net.TCPConn)
		}
	}()
	return p
}

// ended reads to the end of a connection: how many bytes came, and whether it was reset rather than closed.
func (p *peer) ended(conn net.Conn) (n int64, reset bool) {
	p.t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		p.t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, conn)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		p.t.Fatalf("the connection ended with %v, want it closed or reset", err)
	}
	return n, err != nil
}

// certificates are a server's, and the client's trust in it.
func certificates(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	web := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	trust := x509.NewCertPool()
	trust.AddCert(web.Certificate())
	return &tls.Config{Certificates: web.TLS.Certificates}, &tls.Config{RootCAs: trust, ServerName: "example.com"}
}

// conversation is a link to a peer with no Kafka on it: what is sent is a line, and so is the answer.
type conversation struct {
	c    *Cluster
	l    *link
	conn net.Conn     // ours
	far  net.Conn     // the peer's, what TLS leaves of it
	raw  *net.TCPConn // the peer's socket
}

func converse(t *testing.T, p *peer, encrypted bool) *conversation {
	t.Helper()
	c := Open(Config{Name: "prod", Now: time.Now})
	l := newLink(t.Context(), p.addr)
	c.links[l] = struct{}{}
	near, err := l.socket.Dial("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	raw := <-p.came
	v := &conversation{c: c, l: l, conn: near, far: raw, raw: raw}
	if encrypted {
		server, client := certificates(t)
		far, ours := tls.Server(raw, server), tls.Client(near, client)
		done := make(chan error, 1)
		go func() { done <- far.Handshake() }()
		if err := errors.Join(ours.Handshake(), <-done); err != nil {
			t.Fatal(err)
		}
		v.conn, v.far = ours, far
	}
	return v
}

// asks sends a request and waits for its answer.
func (v *conversation) asks() (string, error) {
	if _, err := io.WriteString(v.conn, "commit 7\n"); err != nil {
		return "", err
	}
	return bufio.NewReader(v.conn).ReadString('\n')
}

// hears reads the request at the other end.
func (v *conversation) hears(t *testing.T) {
	t.Helper()
	if got, err := bufio.NewReader(v.far).ReadString('\n'); err != nil || got != "commit 7\n" {
		t.Errorf("heard %q, %v", got, err)
	}
}

// answered is a call that went well.
func (v *conversation) answered(t *testing.T) {
	t.Helper()
	go func() { _, _ = io.WriteString(v.far, "ok\n") }()
	if got, err := callOnLink(t.Context(), v.c, v.l, v.asks); err != nil || got != "ok\n" {
		t.Fatalf("answered %q, %v", got, err)
	}
}

// Whatever gives a request up resets the connection, so that the kernel does not go on delivering it; what ends with
// nothing owed ends as connections do.
func TestEndOfAConnection(t *testing.T) {
	t.Parallel()
	for _, path := range []struct {
		name  string
		reset bool
		end   func(*testing.T, *conversation)
	}{
		{"no answer in time", true, func(t *testing.T, v *conversation) {
			v.c.timeout = 20 * time.Millisecond
			if _, err := callOnLink(t.Context(), v.c, v.l, v.asks); !errors.Is(err, errNoAnswer) {
				t.Errorf("error %v, want no answer", err)
			}
		}},
		{"the caller gives up", true, func(t *testing.T, v *conversation) {
			ctx, cancel := context.WithCancel(t.Context())
			go func() { v.hears(t); cancel() }()
			if _, err := callOnLink(ctx, v.c, v.l, v.asks); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want that it was cancelled", err)
			}
		}},
		{"closed with a call under way", true, func(t *testing.T, v *conversation) {
			go func() { v.hears(t); _ = v.c.Close() }()
			if _, err := callOnLink(t.Context(), v.c, v.l, v.asks); err == nil {
				t.Error("no error")
			}
		}},
		{"an error", true, func(t *testing.T, v *conversation) {
			if _, err := callOnLink(t.Context(), v.c, v.l,
				func() (int, error) { return io.WriteString(v.conn, "commit 7\n") }); err != nil {
				t.Fatal(err)
			}
			_, _ = callOnLink(t.Context(), v.c, v.l,
				func() (int, error) { return 0, errors.New("the answer can't be read") })
		}},
		{"an error, and the library closes it by itself", true, func(t *testing.T, v *conversation) {
			_, _ = callOnLink(t.Context(), v.c, v.l, func() (int, error) {
				_, _ = io.WriteString(v.conn, "commit 7\n")
				return 0, errors.Join(v.conn.Close(), errors.New("the answer can't be read"))
			})
		}},
		{"dropped with nothing asked since an answer", false, func(t *testing.T, v *conversation) {
			v.answered(t)
			v.c.closeLink(v.l)
		}},
		{"closed while it was idle", false, func(t *testing.T, v *conversation) {
			v.answered(t)
			v.c.returnLink(v.l)
			_ = v.c.Close()
		}},
		{"too old to be used again", false, func(t *testing.T, v *conversation) {
			v.answered(t)
			v.c.returnLink(v.l)
			v.l.since = v.l.since.Add(-maxRest)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, _, err := v.c.takeLink(ctx, v.l.addr); err == nil {
				t.Error("a new connection was made for a caller who has gone")
			}
		}},
	} {
		for kind, encrypted := range map[string]bool{"": false, ", TLS": true} {
			t.Run(path.name+kind, func(t *testing.T) {
				t.Parallel()
				p := newPeer(t)
				v := converse(t, p, encrypted)
				path.end(t, v)
				if _, reset := p.ended(v.raw); reset != path.reset {
					t.Errorf("the connection was reset: %t, want %t", reset, path.reset)
				}
			})
		}
	}
}

// What lies in this machine's buffers when a call is given up never reaches the broker. That it does when a socket is
// merely closed is what this is about.
func TestWhatWasGivenUpIsNotDelivered(t *testing.T) {
	t.Parallel()
	request := make([]byte, 64<<20) // more than the buffers of both ends hold
	send := func(v *conversation) func() (int, error) {
		return func() (int, error) { return v.conn.Write(request) }
	}
	t.Run("given up", func(t *testing.T) {
		t.Parallel()
		p := newPeer(t)
		v := converse(t, p, false)
		v.c.timeout = 50 * time.Millisecond
		if _, err := callOnLink(t.Context(), v.c, v.l, send(v)); !errors.Is(err, errNoAnswer) {
			t.Fatalf("error %v, want no answer", err)
		}
		if _, reset := p.ended(v.raw); !reset {
			t.Error("the connection was closed, want it reset")
		}
	})
	t.Run("merely closed", func(t *testing.T) {
		t.Parallel()
		p := newPeer(t)
		v := converse(t, p, false)
		if err := v.conn.SetDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		n, err := send(v)()
		if !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 {
			t.Fatalf("wrote %d bytes, %v", n, err)
		}
		if err := v.conn.Close(); err != nil {
			t.Fatal(err)
		}
		if got, reset := p.ended(v.raw); reset || got != int64(n) {
			t.Errorf("%d bytes came, reset %t, want all %d and an ordinary end", got, reset, n)
		}
	})
}

// A dial that is given up is reset as well: a login may be under way on it.
func TestDialThatIsGivenUp(t *testing.T) {
	t.Parallel()
	_, trust := certificates(t)
	for kind, encrypted := range map[string]*tls.Config{"plain": nil, "TLS": trust} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := newPeer(t)
			c := Open(Config{Name: "prod", Now: time.Now, TLS: encrypted, Timeout: 50 * time.Millisecond})
			if _, err := c.dial(t.Context(), p.addr); !errors.Is(err, errNoAnswer) {
				t.Fatalf("error %v, want no answer", err)
			}
			if n, reset := p.ended(<-p.came); n == 0 || !reset {
				t.Errorf("%d bytes came, reset %t, want a greeting and a reset", n, reset)
			}
		})
	}
}

// A process that is killed gives up what it was waiting for: the kernel closes its sockets, and resets this one.
func TestKilledProcessResets(t *testing.T) {
	t.Parallel()
	const variable = "KAFKA_TEST_ASKS"
	if addr := os.Getenv(variable); addr != "" {
		c := Open(Config{Name: "prod", Now: time.Now, Timeout: time.Minute})
		_, _ = c.dial(t.Context(), addr)
		t.Fatal("the parent was to kill this process")
	}
	p := newPeer(t)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledProcessResets$")
	child.Env = append(os.Environ(), variable+"="+p.addr)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	conn := <-p.came
	if _, err := io.ReadFull(conn, make([]byte, 4)); err != nil { // it has sent something, and waits
		t.Fatal(err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // killed
	if _, reset := p.ended(conn); !reset {
		t.Error("the connection was closed, want it reset")
	}
}
