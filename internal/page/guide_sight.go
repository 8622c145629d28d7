package page

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// sight is what the guide goes by: what people see in Slack about billing on prod-eu since the alert, and what Kafka
// holds.
type sight struct {
	form    *seenForm
	request *seenRequest // the reset that is furthest; nil: none is open or applied
	over    *seenRequest // what ended without being applied
	undo    *seenRequest // the newest that undoes request
	members int
	lag     int64 // of billing on orders
}

// seenForm is the reset form, as the person sees it who has it open.
type seenForm struct {
	person, submit string
	numbers, again bool // it shows what is reprocessed; it asks for another look at that
}

// seenRequest is a request as its card shows it, or its preview if it has no card yet.
type seenRequest struct {
	id, asker string // asker is known of a preview only
	undoes    string // the id of the request that it undoes
	stage     stageOf
	word      string // the first words of the card: CANCELLED
	text      string
	message   slacksim.Message
}

// stageOf is how far a request is.
type stageOf int

const (
	ended stageOf = iota // without being applied
	previewed
	asked
	waiting
	applied
	undone
)

// stages are the first words of a card. Any other ends a request without applying it.
var stages = map[string]stageOf{
	"READING": previewed, "QUESTION": previewed, "RETRYING": previewed, "PREVIEW": previewed,
	"APPROVE":   asked,
	"SCHEDULED": waiting, "WAITING": waiting, "FROZEN": waiting, "WRITING": waiting, "CHECKING THE WRITE": waiting,
	"DONE": applied, "CAUGHT UP": applied, "NO CONSUMER CAME BACK": applied, "OVERWRITTEN": applied,
	"OUTCOME UNKNOWN": applied, "PARTIALLY APPLIED": applied, "ACCEPTED AS IS": applied, "APPLIED LATE": applied,
	"UNDONE": undone,
}

var (
	// cardHead is the first line of a card: a sign, for an emergency its incident, the words, and where.
	cardHead = regexp.MustCompile(`^\S+ (?:BREAK-GLASS .+ · )?([A-Z][A-Z -]*?)(?: by [a-z0-9]+)?(?: ·|\?) billing@prod-eu$`)
	cardFoot = regexp.MustCompile(`PRODUCTION · ([a-z][a-z0-9]{3})\b`)
	wayBack  = regexp.MustCompile(`the offsets before ([a-z][a-z0-9]{3})\b`)
)

// readCard reads a message of the bot about billing on prod-eu.
func readCard(m slacksim.Message) (seenRequest, bool) {
	text := strings.TrimSuffix(m.Text(), " (edited)")
	first, _, _ := strings.Cut(text, "\n")
	head, foot := cardHead.FindStringSubmatch(first), cardFoot.FindStringSubmatch(text)
	if head == nil || foot == nil {
		return seenRequest{}, false
	}
	r := seenRequest{id: foot[1], stage: stages[head[1]], word: head[1], text: text, message: m}
	if back := wayBack.FindStringSubmatch(text); back != nil {
		r.undoes = back[1]
	}
	return r, true
}

// look reads the world. Slack is read again only once something has changed there: that is every message in it.
func (g *incident) look() sight {
	if g.stale == nil || isClosed(g.stale) {
		g.stale = g.world.Slack.Changed()
		g.cards, g.form = g.readCards(), g.openForm()
	}
	s := sight{form: g.form}
	s.choose(g.cards, g.following)
	s.members, s.lag = g.group()
	return s
}

func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

// readCards reads all requests since the alert, oldest first. They are told apart by their ids; which of them is an
// undo is remembered, because a card that has ended does not always say it.
func (g *incident) readCards() []seenRequest {
	var all []seenRequest
	for _, name := range []string{"mara", "kim"} {
		for _, m := range g.messagesOf(name) {
			r, is := readCard(m)
			if !is {
				continue
			}
			if r.undoes != "" {
				g.undoes[r.id] = r.undoes
			}
			if r.undoes = g.undoes[r.id]; m.Ephemeral {
				r.asker = name
			}
			all = with(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b seenRequest) int { return strings.Compare(a.message.TS, b.message.TS) })
	return all
}

// with adds what a message says of a request to what others said. A card counts before a preview, which becomes a link
// to it and is not told of what follows; and of two previews the later one, for the first may say no more than that the
// bot reads.
func with(all []seenRequest, r seenRequest) []seenRequest {
	i := slices.IndexFunc(all, func(o seenRequest) bool { return o.id == r.id })
	if i < 0 {
		return append(all, r)
	}
	was := all[i]
	if was.asker != "" && (r.asker == "" || r.message.TS > was.message.TS) {
		all[i] = r
	}
	return all
}

// choose finds the requests that matter. Of two that are equally far the newer one does; of those that have ended, the
// one that was followed.
func (s *sight) choose(all []seenRequest, following string) {
	for i, r := range all {
		switch {
		case r.undoes != "":
		case r.stage == ended:
			if s.over == nil || s.over.id != following {
				s.over = &all[i]
			}
		case s.request == nil || r.stage >= s.request.stage:
			s.request = &all[i]
		}
	}
	for i, r := range all {
		if s.request != nil && r.undoes == s.request.id && r.stage != ended {
			s.undo = &all[i]
		}
	}
}

// messagesOf are the bot's messages since the alert in the channels of a person, without replies.
func (g *incident) messagesOf(name string) []slacksim.Message {
	var out []slacksim.Message
	for _, channel := range []string{world.PayOps, world.Home, world.Incident, world.Sandbox} {
		for _, m := range g.world.People[name].Messages(channel) {
			if m.Author == slacksim.BotUser && m.Thread == "" && m.TS > g.posted {
				out = append(out, m)
			}
		}
	}
	return out
}

// openForm is the reset form that mara or kim has open.
func (g *incident) openForm() *seenForm {
	for _, name := range []string{"mara", "kim"} {
		views := g.world.People[name].Views()
		if len(views) == 0 || views[0].Title != "Reset offsets" {
			continue
		}
		text := views[0].Text()
		last := text[strings.LastIndexByte(text, '\n')+1:]
		f := &seenForm{person: name, numbers: strings.Contains(text, "PREVIEW · billing@prod-eu"),
			again: strings.Contains(text, "submit again")}
		if _, submit, ok := strings.Cut(last, "] ["); ok {
			f.submit = strings.TrimSuffix(submit, "]")
		}
		return f
	}
	return nil
}

// group is what Kafka has of billing: its members, and its lag on orders.
func (g *incident) group() (members int, lag int64) {
	kafka := g.world.Prod.Kafka()
	info := kafka.GroupInfo(world.Billing)
	if info == nil {
		return 0, 0
	}
	for p := range int32(world.Partitions) {
		end, committed := kafka.PartitionInfo(world.Orders, p), info.Commits[world.Orders][p]
		if end != nil {
			lag += max(0, end.HighWatermark-committed.Offset)
		}
	}
	return len(info.Members), lag
}
