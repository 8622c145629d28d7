package crash

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
)

// orders are what a parent tells its child, in the environment.
const orders = "KAFKA_RESET_BOT_CRASH"

// Orders make a test binary the bot.
type Orders struct {
	Config string
	Traps  []Trap
	Shared bool // beside another process on the same store
}

// TestMain is the bot when a parent says so, and the tests otherwise.
func TestMain(m *testing.M) {
	text, child := os.LookupEnv(orders)
	if !child {
		os.Exit(m.Run())
	}
	if err := serve(text); err != nil {
		fmt.Fprintln(os.Stderr, "the bot ended with:", err)
		os.Exit(1)
	}
}

// times are the core's, shortened: its patience, not its rules.
func times(t *engine.Times) {
	t.Settle, t.CheckInterval, t.Again = 100*time.Millisecond, 30*time.Millisecond, 100*time.Millisecond
	t.Lease, t.Commit, t.Gap = slow*time.Second, 100*time.Millisecond, 2*slow*time.Second
}

// serve runs the bot until SIGTERM, or until the parent is gone.
func serve(text string) error {
	var o Orders
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends when the parent does
		os.Exit(1)
	}()
	cfg, err := config.Load(o.Config, os.LookupEnv, os.ReadFile)
	if err != nil {
		return err
	}
	p := &points{traps: o.Traps, hits: make([]int, len(o.Traps)), seen: map[string]bool{},
		say: func(point string) { fmt.Println(point) }}
	a, err := app.New(ctx, cfg, app.Options{
		Shared: o.Shared, Now: time.Now, Times: times,
		Log:   slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Store: func(s engine.Store) engine.Store { return trappedStore{s, p} },
		Kafka: func(c engine.Cluster) engine.Cluster { return trappedCluster{c, p} },
	})
	if err != nil {
		return err
	}
	go func() {
		for ready := false; !ready; ready, _ = a.Ready(ctx) {
			<-time.After(5 * time.Millisecond)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		fmt.Println(connected)
	}()
	if err := a.Run(ctx); err != nil {
		return err
	}
	return a.Close()
}

// connected is what a child says once it can be reached through Slack.
const connected = "connected"

// bot is a child process, as its parent sees it.
type bot struct {
	cmd   *exec.Cmd
	stdin io.Closer
	ended chan struct{} // closed when the process is gone
	err   error         // how it ended; read after ended

	mu      sync.Mutex
	changed chan struct{} // closed and replaced at each line
	said    []string      // its points, in order
	log     bytes.Buffer
}

func (b *bot) running() bool {
	select {
	case <-b.ended:
		return false
	default:
		return true
	}
}

// launch starts a child.
func launch(o Orders) (*bot, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	b := &bot{cmd: exec.Command(os.Args[0], "-test.run=^$"), ended: make(chan struct{}), changed: make(chan struct{})}
	b.cmd.Env = append(os.Environ(), orders+"="+string(text))
	b.cmd.Stderr = writer(func(line []byte) (int, error) { b.mu.Lock(); defer b.mu.Unlock(); return b.log.Write(line) })
	if b.stdin, err = b.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			b.mu.Lock()
			b.said = append(b.said, lines.Text())
			close(b.changed)
			b.changed = make(chan struct{})
			b.mu.Unlock()
		}
		b.err = b.cmd.Wait()
		close(b.ended)
	}()
	return b, nil
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// waits returns when the child has said a line so often, or is gone.
func (b *bot) waits(ctx context.Context, line string, times int) error {
	for {
		b.mu.Lock()
		n, changed := count(b.said, line), b.changed
		b.mu.Unlock()
		if n >= times {
			return nil
		}
		select {
		case <-changed:
		case <-b.ended:
			return fmt.Errorf("the process ended (%s) before it said %q %d times", b.cmd.ProcessState, line, times)
		case <-ctx.Done():
			return fmt.Errorf("the process said %q %d times, not %d: %w", line, n, times, ctx.Err())
		}
	}
}

func count(said []string, line string) int {
	n := 0
	for _, s := range said {
		if s == line {
			n++
		}
	}
	return n
}

// trace is what the child has said so far.
func (b *bot) trace() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.said)
}

// story is everything that is known of a child, for a test that failed.
func (b *bot) story() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return "points: " + strings.Join(b.said, " | ") + "\nlog:\n" + b.log.String()
}

// end kills the child, if it still lives, and waits for it.
func (b *bot) end() {
	_ = b.cmd.Process.Kill() // gone already: nothing to do
	<-b.ended
	_ = b.stdin.Close()
}

func (b *bot) killed() bool {
	select {
	case <-b.ended:
	default:
		return false
	}
	status, ok := b.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}
