// Package stage is the demo's world with the real bot running in it, and with the consumers and producers of its
// clusters: what the terminal, the script and the page of cmd/demo share. It is never linked into the product.
package stage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// Stage is a world with the bot running in it.
type Stage struct {
	*world.World
	dir  string
	undo []func() error // last first

	clock clock
	life  context.Context // of what runs on the stage

	mu        sync.Mutex
	groups    map[at]bool // that Kafka is known to have
	consumers map[at][]*kafkasim.Consumer
	producers map[at]*producer
	producing sync.WaitGroup // all that a producer writes
	down      map[at]bool    // brokers, by their id
	limited   bool           // Slack answers 429
}

// Options of a stage.
type Options struct {
	Settle time.Duration // how long the bot watches an empty group before it writes
}

// Patience bounds every wait for something that has to happen.
const Patience = 20 * time.Second

// Start builds the world and runs the bot in it, until it is connected. Stop ends both.
func Start(ctx context.Context, o Options) (s *Stage, err error) {
	s, err = empty(ctx, slacksim.Options{})
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()
	if err != nil {
		return s, err
	}
	if err := s.furnish(); err != nil {
		return s, err
	}
	if err := s.quietFor(o.Settle); err != nil {
		return s, err
	}
	if err := s.runBot(ctx); err != nil {
		return s, err
	}
	s.undo = append(s.undo, s.stopProducers)
	s.watchGroups()
	return s, s.SetProducer("prod-eu", world.Orders, true)
}

// Still is a stage on which nothing happens: the bot does not run, and it is always the same moment. Pictures are taken
// on it.
func Still(ctx context.Context, at time.Time) (s *Stage, err error) {
	s, err = empty(ctx, slacksim.Options{Unhurried: true})
	if err != nil {
		return s, errors.Join(err, s.Stop())
	}
	s.clock.stand(at)
	return s, nil
}

// empty is a stage with the world on it, and without the bot.
func empty(ctx context.Context, slack slacksim.Options) (s *Stage, err error) {
	s = &Stage{groups: map[at]bool{}, consumers: map[at][]*kafkasim.Consumer{}, producers: map[at]*producer{},
		down: map[at]bool{}}
	var end context.CancelFunc
	s.life, end = context.WithCancel(context.WithoutCancel(ctx)) // it is stopped in its turn, not by the signal
	s.undo = append(s.undo, func() error { end(); return nil })
	if s.dir, err = os.MkdirTemp("", "kafka-reset-bot-demo-"); err != nil {
		return s, err
	}
	s.undo = append(s.undo, func() error { return os.RemoveAll(s.dir) })
	slack.Now = s.Now
	s.World, err = world.New(s.life, world.Options{Dir: s.dir, Policy: policy, More: cluster, Slack: slack})
	if err != nil {
		return s, err
	}
	s.undo = append(s.undo, func() error { s.Close(); return nil })
	return s, nil
}

// quietFor sets how long the bot watches an empty group before it writes.
func (s *Stage) quietFor(settle time.Duration) error {
	text, err := os.ReadFile(s.ConfigFile)
	if err != nil {
		return err
	}
	return os.WriteFile(s.ConfigFile, append(text, fmt.Sprintf("limits: {settle: %s}\n", settle)...), 0o600)
}

// LogFile is where the bot logs to.
func (s *Stage) LogFile() string { return filepath.Join(s.dir, "bot.log") }

func (s *Stage) runBot(ctx context.Context) error {
	log, err := os.Create(s.LogFile())
	if err != nil {
		return err
	}
	s.undo = append(s.undo, log.Close)
	bot, err := s.App(ctx, app.Options{Now: s.Now, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		return err
	}
	life, cancel := context.WithCancel(s.life)
	done := make(chan error, 1)
	go func() { done <- bot.Run(life) }()
	s.undo = append(s.undo, func() error { cancel(); return errors.Join(<-done, bot.Close()) })

	ctx, enough := context.WithTimeout(ctx, Patience)
	defer enough()
	return s.Slack.Await(ctx, func() bool { return s.Slack.Connections() > 0 })
}

// watchGroups keeps the list of groups.
func (s *Stage) watchGroups() {
	ctx, cancel := context.WithCancel(s.life)
	done := make(chan struct{})
	go func() { defer close(done); s.listGroups(ctx) }()
	s.undo = append(s.undo, func() error { cancel(); <-done; return nil })
}

// Stop ends all that was started, last first, and removes its files.
func (s *Stage) Stop() error {
	var errs []error
	if s.World != nil {
		s.healKafka()
	}
	for i := len(s.undo) - 1; i >= 0; i-- {
		errs = append(errs, s.undo[i]())
	}
	s.undo = nil
	return errors.Join(errs...)
}

// LastWords are the last lines of the bot's log, for a step that failed.
func (s *Stage) LastWords() string {
	text, err := os.ReadFile(s.LogFile())
	if err != nil || len(text) == 0 {
		return ""
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return "the end of the bot's log:\n" + string(bytes.Join(lines[max(0, len(lines)-15):], []byte("\n"))) + "\n"
}
