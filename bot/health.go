package bot

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// health is the state of the sockets.
type health struct {
	mu        sync.Mutex
	wanted    int
	up        map[int]bool
	count     int // connections that Slack counted at the last hello
	countedAt time.Time
	err       error // why the last connection ended or was not made
	sendFault error // the bot token is refused: nothing can be posted

	acks   []time.Duration // of the last envelopes, the oldest is overwritten
	nextAt int
	errors []reset.Trouble // the latest last

	faults map[string]reset.Unread // of the directory, that only a person can repair, by user or user group
}

// helloTogether is how close two hellos may be for their order to say nothing: sockets are read side by side, so that
// the one that Slack counted last may be heard first.
const helloTogether = 5 * time.Second

// connected keeps what a socket's hello says.
func (h *health) connected(n, count int, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.up == nil {
		h.up = map[int]bool{}
	}
	if at.Sub(h.countedAt) < helloTogether {
		count = max(count, h.count)
	}
	h.up[n], h.count, h.countedAt, h.err = true, count, at, nil
}

func (h *health) lost(n int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.up, n)
	h.err = err
}

const (
	keptAcks   = 256
	keptErrors = 5
)

// acknowledged keeps how long an envelope waited for its ack.
func (h *health) acknowledged(after time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.acks) < keptAcks {
		h.acks = append(h.acks, after)
		return
	}
	h.acks[h.nextAt] = after
	h.nextAt = (h.nextAt + 1) % keptAcks
}

// failed keeps a call that failed. The text has no secrets.
func (h *health) failed(at time.Time, what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.errors = append(h.errors, reset.Trouble{At: at, What: what})
	h.errors = h.errors[max(0, len(h.errors)-keptErrors):]
}

// diagnosis is the health for people.
func (h *health) diagnosis() reset.SlackHealth {
	h.mu.Lock()
	defer h.mu.Unlock()
	d := reset.SlackHealth{Sockets: len(h.up), Wanted: h.wanted, Connections: h.count, Acks: len(h.acks)}
	if sorted := slices.Sorted(slices.Values(h.acks)); len(sorted) > 0 {
		d.P50, d.P99 = sorted[len(sorted)/2], sorted[len(sorted)*99/100]
	}
	d.Errors = slices.Clone(h.errors)
	slices.Reverse(d.Errors)
	return d
}

// recordCall stores whether messages can be sent.
func (h *health) recordCall(f *Fault) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case f == nil:
		h.sendFault = nil
	case isDeadCode(f):
		h.sendFault = f
	}
}

// Ready reports whether people can reach the bot and their rights can be checked, with the reason. A missing user
// group is named, but affects only the rules that name it.
func (b *Bot) Ready() (bool, string) {
	h := &b.health
	h.mu.Lock()
	defer h.mu.Unlock()
	ready, said := b.isReachable()
	faults, all := h.currentFaults()
	for _, u := range faults {
		said += "\nslack: " + words.CauseOf(u)
	}
	return ready && !all, said
}

// isReachable reports whether people can reach the bot. The lock is held.
func (b *Bot) isReachable() (bool, string) {
	h := &b.health
	switch {
	case h.sendFault != nil:
		return false, fmt.Sprintf("slack: the bot token is refused: %v", h.sendFault)
	case len(h.up) > 0:
		return true, fmt.Sprintf("slack: %d of %d sockets connected; slack counts %d connections", len(h.up), h.wanted,
			h.count)
	case h.err != nil:
		return false, fmt.Sprintf("slack: not connected: %v", h.err)
	}
	return false, "slack: not connected yet"
}
