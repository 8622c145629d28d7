package slacksim

import "time"

// Shown is one content that appeared on screens: that of a new message, or the next one of a message that was there.
// What a message said before an edit stays in the journal, so that a test can hold everything that was ever said
// against what was so.
type Shown struct {
	At                  time.Time
	Channel, TS, Thread string
	Author              string // user id
	// the one person who sees it: of an ephemeral or direct message; empty: all members of the channel
	Reader    string
	Ephemeral bool
	Version   int // 0: the message is new

	sim     *Sim
	content content
}

// Shown is everything that appeared on screens from the given index on, in the order in which it appeared.
func (s *Sim) Shown(from int) []Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Shown, 0, max(0, len(s.journal)-from))
	for _, e := range s.journal[min(from, len(s.journal)):] {
		c := e.on.versions[e.version]
		one := Shown{
			At: c.at, Channel: e.on.channel, TS: e.on.ts, Thread: e.on.thread, Author: e.on.author,
			Reader: e.on.onlyFor, Ephemeral: e.on.onlyFor != "", Version: e.version, sim: s, content: c,
		}
		if ch, ok := s.channels[e.on.channel]; ok && ch.DM != "" {
			one.Reader = ch.DM
		}
		out = append(out, one)
	}
	return out
}

// Text is the content as a person reads it, in their time zone.
func (w Shown) Text(reader string) string {
	w.sim.mu.Lock()
	defer w.sim.mu.Unlock()
	return w.sim.reader(reader).message(w.content.blocks, w.content.text)
}

// Buttons are its buttons, in order.
func (w Shown) Buttons() []Button { return buttons(w.content.blocks) }

// appearance is an entry of the journal.
type appearance struct {
	on      *post
	version int
}
