package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// Delivery is one envelope to the app and its acknowledgement.
type Delivery struct {
	EnvelopeID string
	Kind       string // slash_commands, interactive or events_api
	sim        *Sim
	payload    obj
	attempt    int           // of an event, from 0
	onAck      func(Ack)     // runs once with the lock held, before done is closed
	done       chan struct{} // closed when acknowledged or given up
	sentTo     []*connection
	ack        Ack
	settled    bool
}

// Ack is how a delivery ended.
type Ack struct {
	Payload json.RawMessage // what came with the acknowledgement, nil if nothing
	Err     string          // operation_timeout (none in time), dispatch_failed (no connection), or ""
}

// AckRecord is one frame the app sent on a socket, and what Slack made of it.
type AckRecord struct {
	At         time.Time
	EnvelopeID string
	Payload    json.RawMessage
	Size       int
	Outcome    AckOutcome
}

// AckOutcome says what became of an acknowledgement.
type AckOutcome string

// All but the first are ignored by Slack without telling the app.
const (
	AckAccepted  AckOutcome = "accepted"
	AckLate      AckOutcome = "late"             // after 3 s
	AckDuplicate AckOutcome = "duplicate"        // for an envelope already acknowledged
	AckUnknown   AckOutcome = "unknown envelope" // not one of ours, or not JSON
	AckOversized AckOutcome = "oversized"        // 20,480 bytes or more
	// not where the envelope was sent (facts 4.5: unknown, so assumed to be lost)
	AckMisrouted AckOutcome = "other connection"
	AckUnheard   AckOutcome = "after disconnect" // on a connection that was told to go, or stalls
	// an event's acknowledgement carries no payload; acknowledged all the same
	AckNotAccepted AckOutcome = "payload not allowed"
)

// Wait returns how the delivery ended.
func (d *Delivery) Wait(ctx context.Context) (Ack, error) {
	select {
	case <-d.done:
		return d.ack, nil
	case <-ctx.Done():
		return Ack{}, context.Cause(ctx)
	case <-d.sim.closed:
		return Ack{}, errClosed
	}
}

// envelope makes a delivery. The lock is held.
func (s *Sim) envelope(kind string, payload obj, onAck func(Ack)) *Delivery {
	return &Delivery{EnvelopeID: s.id("env-"), Kind: kind, sim: s, payload: payload, onAck: onAck,
		done: make(chan struct{})}
}

func (d *Delivery) frame() json.RawMessage {
	out := obj{
		"envelope_id": d.EnvelopeID, "type": d.Kind, "payload": d.payload,
		"accepts_response_payload": d.Kind != "events_api", // python-slack-sdk's fixtures
	}
	if d.Kind == "events_api" {
		out["retry_attempt"], out["retry_reason"] = d.attempt, ""
		if d.attempt > 0 {
			out["retry_reason"] = "timeout"
		}
	}
	return marshal(out)
}

// dispatch gives the envelope to one connection, any one ("best not to assume any particular pattern", bolt-js#2327),
// and gives up on it after 3 s. Commands and clicks never come again, events do (facts 0.1).
func (s *Sim) dispatch(d *Delivery) {
	s.mu.Lock()
	if _, known := s.pending[d.EnvelopeID]; !known {
		s.pending[d.EnvelopeID] = d
	}
	c := s.choose()
	if c != nil {
		d.sentTo = append(d.sentTo, c)
	}
	s.mu.Unlock()
	if c != nil {
		c.send(d.frame())
	} else if d.Kind != "events_api" {
		s.settle(d, Ack{Err: "dispatch_failed"})
		return
	}
	s.later(s.opts.AckWithin, d.done, func() { s.expire(d) })
}

func (s *Sim) choose() *connection {
	open := slices.DeleteFunc(slices.Clone(s.conns), func(c *connection) bool { return c.leaving })
	if len(open) == 0 {
		return nil
	}
	return open[s.rand.IntN(len(open))]
}

func (s *Sim) expire(d *Delivery) {
	if !s.settle(d, Ack{Err: "operation_timeout"}) || d.Kind != "events_api" || d.attempt >= len(s.opts.Retries) {
		return
	}
	s.later(s.opts.Retries[d.attempt], nil, func() { s.Retry(d) })
}

// Retry sends an event once more, as Slack does when no acknowledgement reached it: in another envelope. The event_id
// inside stays; that is what an app can know it by.
func (s *Sim) Retry(d *Delivery) *Delivery {
	s.mu.Lock()
	again := s.envelope(d.Kind, d.payload, nil)
	s.mu.Unlock()
	again.attempt = d.attempt + 1
	s.dispatch(again)
	return again
}

// settle ends a delivery, once.
func (s *Sim) settle(d *Delivery, ack Ack) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settleLocked(d, ack)
}

func (s *Sim) settleLocked(d *Delivery, ack Ack) bool {
	if d.settled {
		return false
	}
	d.settled, d.ack = true, ack
	if d.onAck != nil {
		d.onAck(ack)
	}
	close(d.done)
	s.touch()
	return true
}

// acknowledged takes a frame from a socket.
func (s *Sim) acknowledged(c *connection, frame []byte) {
	var in struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	malformed := json.Unmarshal(frame, &in) != nil
	s.mu.Lock()
	defer s.mu.Unlock()
	record := AckRecord{At: s.opts.Now(), EnvelopeID: in.EnvelopeID, Payload: in.Payload, Size: len(frame)}
	d := s.pending[in.EnvelopeID]
	switch {
	case len(frame) >= maxResponse:
		record.Outcome = AckOversized
	case malformed || d == nil:
		record.Outcome = AckUnknown
	case c.leaving || c.stalled:
		record.Outcome = AckUnheard
	case !slices.Contains(d.sentTo, c):
		record.Outcome = AckMisrouted
	case d.settled && d.ack.Err != "":
		record.Outcome = AckLate
	case d.settled:
		record.Outcome = AckDuplicate
	case d.Kind == "events_api" && carries(in.Payload):
		record.Outcome = AckNotAccepted
		s.settleLocked(d, Ack{})
	default:
		record.Outcome = AckAccepted
		if !carries(in.Payload) {
			in.Payload = nil
		}
		s.settleLocked(d, Ack{Payload: in.Payload})
	}
	s.acks = append(s.acks, record)
	s.touch()
}

// carries is false for the empty payloads that SDKs add to a bare acknowledgement.
func carries(payload json.RawMessage) bool {
	switch string(payload) {
	case "", "null", "{}", `""`:
		return false
	}
	return true
}

// Acks are the frames the app sent on its sockets, in the order they came.
func (s *Sim) Acks() []AckRecord {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.acks)
}

// Redeliver sends an envelope once more under the same envelope_id, to any connection. Slack does not do that to
// commands and clicks; networks and proxies between have (facts 0.7), and a bot must not act twice.
func (s *Sim) Redeliver(d *Delivery) {
	s.mu.Lock()
	c := s.choose()
	if c != nil {
		d.sentTo = append(d.sentTo, c)
	}
	s.mu.Unlock()
	if c != nil {
		c.send(d.frame())
	}
}

// SendRaw writes any text as a frame on one connection: a malformed envelope, an unknown kind.
func (s *Sim) SendRaw(frame string) error {
	s.mu.Lock()
	c := s.choose()
	s.mu.Unlock()
	if c == nil {
		return errors.New("send raw frame: no connection is open")
	}
	c.send(json.RawMessage(frame))
	return nil
}

// eventScopes are the scopes without which an app receives no such event (ref, events).
var eventScopes = map[string]string{"app_mention": "app_mentions:read", "message.im": "im:history",
	"subteam_members_changed": "usergroups:read"}

// SendEvent delivers an Events API event if the app subscribed to its type and may receive it; nil if not.
func (s *Sim) SendEvent(event obj) *Delivery { return s.sendEvent(event, nil) }

func (s *Sim) sendEvent(event obj, tweaks []Tweak) *Delivery {
	s.mu.Lock()
	kind, _ := event["type"].(string)
	if event["channel_type"] == "im" {
		kind += ".im"
	}
	if !slices.Contains(s.opts.Events, kind) || s.need(eventScopes[kind]) != nil {
		s.mu.Unlock()
		return nil
	}
	var org any
	if s.opts.Enterprise != "" {
		org = s.opts.Enterprise
	}
	d := s.envelope("events_api", obj{
		"token": "sim", "team_id": HomeTeam, "api_app_id": AppID, "type": "event_callback", "event": event,
		"event_id": s.id("Ev"), "event_time": s.opts.Now().Unix(), "is_ext_shared_channel": false,
		"authorizations": []obj{{"enterprise_id": org, "team_id": HomeTeam, "user_id": BotUser, "is_bot": true,
			"is_enterprise_install": false}},
	}, nil)
	s.mu.Unlock()
	return s.deliver(d, tweaks)
}
