package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// pause is how long nothing has come when the next person acts.
const pause = 500 * time.Millisecond

// play is the whole conversation: the wrong deploy at three, from the request to the undo. Its error names the step.
func (d *demo) play(ctx context.Context) error {
	d.screen.note("",
		"A Slack, two Kafka clusters (prod-eu, sandbox-eu) and the bot, all in this process. The times are Berlin's, where mara is.",
		"billing reads orders on prod-eu. mara may ask for resets of it; jon and kim may approve them; ben may only look.\n"+
			"An hour ago a wrong deploy began to spoil what billing makes of orders.")
	s := &script{demo: d}
	for i, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"two consumers run", func(ctx context.Context) error { return d.startConsumers(ctx, world.Billing, 2) }},
		{"mara asks, and alone sees a preview", s.preview},
		{"mara asks for approval, and the channel sees a card", s.ask},
		{"ben clicks Approve and is refused", s.refused},
		{"jon approves", s.approved},
		{"one consumer stops, one is still there", s.stillOne},
		{"the last consumer stops; the bot writes and reads back", s.done},
		{"Kafka has the offsets", s.inKafka},
		{"mara asks to undo it", s.undo},
		{"mara applies it: unchanged since, so one person is enough", s.undone},
		{"Kafka has the offsets from before", s.asBefore},
		{"show and history tell it all", s.show},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("step %d, %s: %w", i+1, step.name, err)
		}
	}
	d.screen.note("", "All of it went as it should.", "To try it yourself: go run ./cmd/demo")
	return nil
}

// script remembers what one step finds and a later one needs.
type script struct {
	*demo
	asked  time.Time       // when the reset was asked for
	id     string          // of the reset
	back   string          // of its undo
	before map[int32]int64 // committed before the reset
}

var named = regexp.MustCompile(`(?m)(?:^|· )([a-z][a-z0-9]{3})(?:\.[0-9]+)?(?: · |$)`)

// expect waits until a person sees a message with all parts, and prints what changes meanwhile.
func (s *script) expect(ctx context.Context, who, channel string, parts ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var text string
	err := s.Slack.Await(ctx, func() bool {
		s.screen.refresh()
		for _, m := range s.People[who].Messages(channel) {
			text = m.Text()
			if holds(text, parts) {
				return true
			}
		}
		return false
	})
	s.quiet(ctx)
	if err != nil {
		return "", fmt.Errorf("%s does not see a message in %s that says %q: %w", who, s.channelName(channel), parts,
			err)
	}
	return text, nil
}

// quiet prints what follows at once: answers, files, the asker's own preview. It ends when nothing has come for a
// while.
func (s *script) quiet(ctx context.Context) {
	for more := true; more; {
		more = false
		moment, cancel := context.WithTimeout(ctx, pause)
		_ = s.Slack.Await(moment, func() bool { more = s.screen.refresh(); return more }) // ends with the moment
		cancel()
	}
}

func holds(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

func (s *script) preview(ctx context.Context) error {
	s.asked = time.Now()
	if err := s.types(ctx, "mara", world.Incident,
		`billing@prod-eu orders back 50m --reason "bad deploy 4711"`); err != nil {
		return err
	}
	text, err := s.expect(ctx, "mara", world.Incident, "PREVIEW", "billing@prod-eu", "PRODUCTION",
		"Reprocesses up to", "2 consumers are running", "Needs 1 approval", "[Ask for approval]")
	if err == nil {
		s.id, err = idIn(text)
	}
	return err
}

func idIn(text string) (string, error) {
	m := named.FindStringSubmatch(text)
	if m == nil {
		return "", fmt.Errorf("no id in %q", text)
	}
	return m[1], nil
}

func (s *script) ask(ctx context.Context) error {
	if err := s.clicks(ctx, "mara", s.id, "Ask for approval"); err != nil {
		return err
	}
	_, err := s.expect(ctx, "jon", world.Home, s.id, "APPROVE?", "@mara", "bad deploy 4711", "[Approve rewind]")
	return err
}

func (s *script) refused(ctx context.Context) error {
	if err := s.clicks(ctx, "ben", s.id, "Approve rewind"); err != nil {
		return err
	}
	_, err := s.expect(ctx, "ben", world.Home, "needs @pay-owners", "Rule: pay on production")
	return err
}

func (s *script) approved(ctx context.Context) error {
	if err := s.clicks(ctx, "jon", s.id, "Approve rewind"); err != nil {
		return err
	}
	_, err := s.expect(ctx, "jon", world.Home, s.id, "WAITING", "2 consumers are still running",
		"10.4.7.21", "10.4.9.3")
	return err
}

func (s *script) stillOne(ctx context.Context) error {
	if err := s.stopConsumers(ctx, world.Billing, 1); err != nil {
		return err
	}
	_, err := s.expect(ctx, "jon", world.Home, s.id, "1 of 2 consumers is still running", "10.4.7.21")
	return err
}

func (s *script) done(ctx context.Context) error {
	if err := s.stopConsumers(ctx, world.Billing, -1); err != nil {
		return err
	}
	s.before = s.committed()
	_, err := s.expect(ctx, "jon", world.Home, s.id, "DONE", "12 of 12 partitions verified", "[Undo]")
	return err
}

// committed is the committed offset of billing on orders, read from the broker.
func (s *script) committed() map[int32]int64 {
	out := map[int32]int64{}
	for p := range int32(world.Partitions) {
		if c, ok := s.Prod.Committed(world.Billing, world.Orders, p); ok {
			out[p] = c.Offset
		}
	}
	return out
}

// inKafka compares with what this file works out from the seed: the first record that is not older than 50 minutes.
// The bot counts them from the second in which the command reached it, which may be the next one: then it is one
// record further.
func (s *script) inKafka(context.Context) error {
	if err := s.offsets("prod-eu", world.Billing); err != nil {
		return err
	}
	first := s.Born.Add(-world.PerOrders * world.Step)
	want := int64((s.asked.Truncate(time.Second).Add(-50*time.Minute).Sub(first) + world.Step - 1) / world.Step)
	now := s.committed()
	for p := range int32(world.Partitions) {
		if got := now[p]; got != want && got != want+1 {
			return fmt.Errorf("orders-%d is at %d, want %d", p, got, want)
		}
	}
	at := first.Add(time.Duration(now[0]) * world.Step)
	s.screen.note("prod-eu", fmt.Sprintf("offset %d of orders-0 was written at %s, %s before mara asked", now[0],
		at.In(s.screen.zone).Format("15:04:05"), s.asked.Sub(at).Truncate(time.Second)), "")
	return nil
}

func (s *script) undo(ctx context.Context) error {
	if err := s.types(ctx, "mara", world.Incident, "undo "+s.id); err != nil {
		return err
	}
	text, err := s.expect(ctx, "mara", world.Incident, "PREVIEW", "before "+s.id, "No approval required", "[Apply undo]")
	if err == nil {
		s.back, err = idIn(text)
	}
	return err
}

func (s *script) undone(ctx context.Context) error {
	if err := s.clicks(ctx, "mara", s.back, "Apply undo"); err != nil {
		return err
	}
	_, err := s.expect(ctx, "mara", world.Home, s.back, "DONE", "partitions verified")
	return err
}

func (s *script) asBefore(context.Context) error {
	if err := s.offsets("prod-eu", world.Billing); err != nil {
		return err
	}
	now := s.committed()
	for p := range int32(world.Partitions) {
		if now[p] != s.before[p] {
			return fmt.Errorf("orders-%d is at %d, was at %d before the reset", p, now[p], s.before[p])
		}
	}
	return nil
}

func (s *script) show(ctx context.Context) error {
	if err := s.types(ctx, "mara", world.Incident, "show "+s.back); err != nil {
		return err
	}
	if _, err := s.expect(ctx, "mara", world.Incident, s.back, "the offsets before "+s.id,
		"@mara"); err != nil {
		return err
	}
	if err := s.types(ctx, "mara", world.Incident, "history "+s.id); err != nil {
		return err
	}
	_, err := s.expect(ctx, "mara", world.Incident, s.id, "@ben was not allowed to approve", "@jon approved revision 1",
		"UNDONE by "+s.back)
	return err
}
