package page

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	atMost    = 50 * time.Millisecond  // between two snapshots
	kafkaRate = 500 * time.Millisecond // between two looks at Kafka
	keepAlive = 15 * time.Second
	sendLimit = 10 * time.Second // for a page that has stopped reading
)

// signal wakes all that wait for it. The zero value is ready.
type signal struct {
	mu sync.Mutex
	ch chan struct{}
}

// next is closed when the signal is fired the next time.
func (s *signal) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

func (s *signal) fire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}

// watched is the newest of an event that is the same for all people.
type watched struct {
	mu      sync.Mutex
	now     []byte
	changed signal
}

func (w *watched) set(text []byte) {
	w.mu.Lock()
	same := bytes.Equal(w.now, text)
	w.now = text
	w.mu.Unlock()
	if !same {
		w.changed.fire()
	}
}

func (w *watched) get() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// watchKafka looks at Kafka until ctx is done, at once after something was done here.
func (p *Server) watchKafka(ctx context.Context) {
	tick := time.NewTicker(kafkaRate)
	defer tick.Stop()
	for {
		acted := p.acted.next()
		if text, err := json.Marshal(p.lookAtKafka()); err == nil {
			p.kafka.set(text)
		}
		select {
		case <-ctx.Done():
			return
		case <-acted:
		case <-tick.C:
		}
	}
}

// stream is one page that listens.
type stream struct {
	w    http.ResponseWriter
	out  *http.ResponseController
	sent map[string][]byte // by the event's name
}

// serveEvents sends Slack as one person sees it, Kafka, and what the guide says, each when it has changed.
func (p *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	who := r.URL.Query().Get("as")
	if _, known := p.stage.People[who]; !known {
		refuseStranger(w, http.StatusNotFound, who)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	s := &stream{w: w, out: http.NewResponseController(w), sent: map[string][]byte{}}
	beat := time.NewTicker(keepAlive)
	defer beat.Stop()
	for {
		slack, kafka, guided, acted := p.stage.Slack.Changed(), p.kafka.changed.next(), p.guided.next(), p.acted.next()
		if p.sendAll(s, who) != nil {
			return
		}
		select { // the pause first: many changes at once are one event
		case <-r.Context().Done():
			return
		case <-time.After(atMost):
		}
		select {
		case <-r.Context().Done():
			return
		case <-slack:
		case <-kafka:
		case <-guided:
		case <-acted:
		case <-beat.C:
			if s.write([]byte(": still here\n\n")) != nil {
				return
			}
		}
	}
}

// sendAll sends each event whose content has changed since it was last sent.
func (p *Server) sendAll(s *stream, who string) error {
	seen := p.slackOf(who)
	now := seen.Now
	seen.Now = p.stage.Ahead().String() // the clock goes on without an event, but not when it jumps
	same, err := json.Marshal(seen)
	if err != nil {
		return err
	}
	seen.Now = now
	if !bytes.Equal(s.sent["slack"], same) {
		text, err := json.Marshal(seen)
		if err != nil {
			return err
		}
		if err := s.event("slack", text); err != nil {
			return err
		}
		s.sent["slack"] = same
	}
	guide, err := json.Marshal(p.guide.state())
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{"kafka": p.kafka.get(), "guide": guide} {
		if text == nil || bytes.Equal(s.sent[name], text) {
			continue
		}
		if err := s.event(name, text); err != nil {
			return err
		}
		s.sent[name] = text
	}
	return nil
}

func (s *stream) event(name string, data []byte) error {
	return s.write(fmt.Appendf(nil, "event: %s\ndata: %s\n\n", name, data))
}

func (s *stream) write(text []byte) error {
	if err := s.out.SetWriteDeadline(time.Now().Add(sendLimit)); err != nil {
		return err
	}
	if _, err := s.w.Write(text); err != nil {
		return err
	}
	return s.out.Flush()
}
