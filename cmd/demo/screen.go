package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// screen prints what people see in the simulated Slack: a message when it is new, and again when it has changed.
type screen struct {
	world *world.World
	zone  *time.Location // of the times at the left: mara's, as on her cards

	mu    sync.Mutex
	out   io.Writer
	shown map[string]string // text by place and reader
}

// people are all people in the order in which their screens are read; what several see is printed as the first sees
// it.
var people = func() (names []string) {
	for _, p := range stage.People {
		names = append(names, p.Name)
	}
	return names
}()

func newScreen(w *world.World, out io.Writer) (*screen, error) {
	zone, err := time.LoadLocation("Europe/Berlin")
	return &screen{world: w, out: out, zone: zone, shown: map[string]string{}}, err
}

// note prints who does something, then what.
func (s *screen) note(place, does, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.head(place, does)
	s.body(what)
}

func (s *screen) head(place, does string) {
	fmt.Fprintf(s.out, "\n%s  %-12s %s\n", time.Now().In(s.zone).Format("15:04:05"), place, does)
}

func (s *screen) body(text string) {
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		if line = strings.TrimRight(line, " "); line != "" {
			fmt.Fprintln(s.out, "          "+line)
		}
	}
}

// sight is what a person sees: a message as it is since at, or a window.
type sight struct {
	key, place, author, text string
	at                       time.Time
}

// refresh prints what has changed since it was last called, in the order in which it changed, and whether anything has.
func (s *screen) refresh() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	var fresh []sight
	for _, at := range slices.Concat(s.messages(), s.windows()) {
		before, known := s.shown[at.key]
		if known && before == at.text {
			continue
		}
		if s.shown[at.key] = at.text; known {
			at.author += " (the message changes)"
		}
		fresh = append(fresh, at)
	}
	slices.SortStableFunc(fresh, func(a, b sight) int { return a.at.Compare(b.at) })
	for _, at := range fresh {
		s.head(at.place, at.author)
		s.body(at.text)
	}
	return len(fresh) > 0
}

type place struct{ name, id string }

// places are all channels, and each person's direct messages with the bot.
func (s *screen) places() []place {
	var out []place
	for _, c := range stage.Channels {
		out = append(out, place{"#" + c.Name, c.ID})
	}
	for _, who := range people {
		out = append(out, place{"@" + who, s.world.Slack.DM(s.world.People[who].ID)})
	}
	return out
}

// messages are all messages, each once.
func (s *screen) messages() []sight {
	var out []sight
	for _, place := range s.places() {
		seen := map[string]bool{}
		for _, who := range people {
			for _, m := range s.world.People[who].Messages(place.id) {
				if !seen[m.TS] {
					seen[m.TS] = true
					out = append(out, sight{key: place.id + " " + m.TS, place: place.name, author: author(m, who),
						text: m.Text(), at: m.History[len(m.History)-1].At})
				}
			}
		}
	}
	return out
}

func author(m slacksim.Message, reader string) string {
	name := "kafka-reset-bot"
	if m.Author != slacksim.BotUser {
		name = "Slack"
	}
	if m.Thread != "" {
		name += ", in the thread"
	}
	if m.Ephemeral {
		name += ", to " + reader + " alone"
	}
	return name
}

func (s *screen) windows() []sight {
	var out []sight
	for _, who := range people {
		for _, v := range s.world.People[who].Views() {
			out = append(out, sight{key: "view " + v.ID, author: "a window before " + who, text: v.Text(),
				at: time.Now()})
		}
	}
	return out
}

// look prints a channel as one person sees it.
func (s *screen) look(who, name, channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	messages := s.world.People[who].Messages(channel)
	s.head(name, fmt.Sprintf("%s sees %d messages", who, len(messages)))
	for i, m := range messages {
		if i > 0 {
			s.body("--")
		}
		s.body(m.Text())
	}
}
