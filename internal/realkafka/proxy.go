package realkafka

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/twmb/franz-go/pkg/kbin"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Proxy stands before each broker, as a load balancer or a service mesh does: clients that begin at its addresses are
// sent on to its addresses. It passes on what it is given, and can hold one request on the way for as long as a test
// wants.
type Proxy struct {
	lns []net.Listener

	mu    sync.Mutex
	in    map[string]string // the proxy's address by the broker's
	conns map[net.Conn]struct{}
	held  []*Held
	done  bool
	wg    sync.WaitGroup
}

// Held is a request that the proxy keeps back.
type Held struct {
	key     int16
	arrived chan struct{}
	ended   chan error
	release chan struct{}
	once    sync.Once
	answer  chan kmsg.Response
}

// Proxy starts a proxy before the plain listeners. It ends with the test.
func (c *Cluster) Proxy(tb testing.TB) *Proxy {
	tb.Helper()
	p := &Proxy{in: map[string]string{}, conns: map[net.Conn]struct{}{}}
	tb.Cleanup(p.close)
	for _, broker := range c.Bootstrap() {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			tb.Fatalf("proxy: %v", err)
		}
		p.lns = append(p.lns, ln)
		p.in[broker] = ln.Addr().String()
		p.wg.Go(func() { p.serve(ln, broker) })
	}
	return p
}

// Addrs are where clients begin.
func (p *Proxy) Addrs() []string {
	var out []string
	for _, ln := range p.lns {
		out = append(out, ln.Addr().String())
	}
	return out
}

// Hold keeps back the next request of a kind.
func (p *Proxy) Hold(key kmsg.Key) *Held {
	h := &Held{key: int16(key), arrived: make(chan struct{}), ended: make(chan error, 1), release: make(chan struct{}),
		answer: make(chan kmsg.Response, 1)}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = append(p.held, h)
	return h
}

// Arrived is closed once the request is held.
func (h *Held) Arrived() <-chan struct{} { return h.arrived }

// Ended tells how the client ended the connection meanwhile: io.EOF when it closed it, ECONNRESET when it reset it.
func (h *Held) Ended() <-chan error { return h.ended }

// Release lets the request go on to its broker, whether or not its client is still there.
func (h *Held) Release() { h.once.Do(func() { close(h.release) }) }

// Answer is what the broker answers then.
func (h *Held) Answer() <-chan kmsg.Response { return h.answer }

func (p *Proxy) close() {
	p.mu.Lock()
	p.done = true
	for _, ln := range p.lns {
		_ = ln.Close()
	}
	for c := range p.conns {
		_ = c.Close()
	}
	for _, h := range p.held {
		h.Release()
	}
	p.mu.Unlock()
	p.wg.Wait()
}

// keep has a connection closed with the proxy, and says false when that has happened already.
func (p *Proxy) keep(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		_ = c.Close()
		return false
	}
	p.conns[c] = struct{}{}
	return true
}

func (p *Proxy) serve(ln net.Listener, broker string) {
	for {
		client, err := ln.Accept()
		if err != nil {
			return
		}
		if p.keep(client) {
			p.wg.Go(func() { _ = p.relay(client, broker) })
		}
	}
}

// relay passes requests on one by one, until either side ends.
func (p *Proxy) relay(client net.Conn, broker string) error {
	defer client.Close()
	up, err := net.Dial("tcp", broker)
	if err != nil || !p.keep(up) {
		return err
	}
	defer up.Close()
	for {
		asked, err := readFrame(client)
		if err != nil {
			return err
		}
		key, version := int16(binary.BigEndian.Uint16(asked[4:])), int16(binary.BigEndian.Uint16(asked[6:]))
		held := p.take(key)
		if held != nil {
			held.wait(client)
		}
		if _, err := up.Write(asked); err != nil {
			return err
		}
		answered, err := readFrame(up)
		if err != nil {
			return err
		}
		resp, at, err := parse(answered, key, version)
		if err != nil {
			return err
		}
		if p.here(resp) {
			answered = resp.AppendTo(answered[:at:at])
			binary.BigEndian.PutUint32(answered, uint32(len(answered)-4))
		}
		if held != nil {
			held.answer <- resp
		}
		if _, err := client.Write(answered); err != nil {
			return err
		}
	}
}

func (p *Proxy) take(key int16) *Held {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, h := range p.held {
		if h.key == key {
			p.held = append(p.held[:i:i], p.held[i+1:]...)
			return h
		}
	}
	return nil
}

// wait holds a request. Its client sends nothing else before it has the answer, so a read tells how it ends.
func (h *Held) wait(client net.Conn) {
	close(h.arrived)
	go func() {
		_, err := client.Read(make([]byte, 1))
		if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) {
			h.ended <- err
		}
	}()
	<-h.release
}

// here puts the proxy's addresses in the place of the brokers', and says whether there were any.
func (p *Proxy) here(resp kmsg.Response) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	move := func(host *string, port *int32) {
		if at := p.in[net.JoinHostPort(*host, strconv.Itoa(int(*port)))]; at != "" {
			h, n, _ := net.SplitHostPort(at)
			to, _ := strconv.Atoi(n) // a listener's own
			*host, *port = h, int32(to)
		}
	}
	switch r := resp.(type) {
	case *kmsg.MetadataResponse:
		for i := range r.Brokers {
			move(&r.Brokers[i].Host, &r.Brokers[i].Port)
		}
	case *kmsg.FindCoordinatorResponse:
		move(&r.Host, &r.Port)
		for i := range r.Coordinators {
			move(&r.Coordinators[i].Host, &r.Coordinators[i].Port)
		}
	default:
		return false
	}
	return true
}

func readFrame(r io.Reader) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	frame := make([]byte, 4+binary.BigEndian.Uint32(size[:]))
	copy(frame, size[:])
	_, err := io.ReadFull(r, frame[4:])
	return frame, err
}

// parse is an answer, and where its body begins: behind the correlation id, and the tags of a flexible version.
// ApiVersions has none of those, so that clients can read it whatever the broker knows.
func parse(frame []byte, key, version int16) (resp kmsg.Response, at int, err error) {
	req := kmsg.RequestForKey(key)
	if req == nil {
		return nil, 0, fmt.Errorf("a request of the unknown key %d", key)
	}
	req.SetVersion(version)
	resp = req.ResponseKind()
	body := kbin.Reader{Src: frame[8:]}
	if resp.IsFlexible() && kmsg.Key(key) != kmsg.ApiVersions {
		kmsg.SkipTags(&body)
	}
	return resp, len(frame) - len(body.Src), resp.ReadFrom(body.Src)
}
