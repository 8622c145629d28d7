// Command demo is the bot with a face for people without Slack and without Kafka: both are simulated in this process,
// the bot between them is the real one. It serves a page to try it in; with -terminal it takes lines from people and
// prints what each person sees; with -script it plays one whole conversation and fails if any step of it differs. It
// knows nothing of resets that Slack's surface does not show.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // the people live in several zones

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/page"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
)

// The exit statuses.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the program without the process around it. It leaves nothing behind.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	scripted := flags.Bool("script", false, "play one whole conversation, check it, and end")
	typed := flags.Bool("terminal", false, "no page: type commands and click buttons here")
	settle := flags.Duration("settle", 6*time.Second, "how long a group must be quiet before the bot writes")
	port := flags.Int("port", 0, "the page's port on 127.0.0.1; 0: any free one")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		if flags.NArg() > 0 {
			fmt.Fprintf(stderr, "demo: %q is not understood; see go run ./cmd/demo -help\n", flags.Arg(0))
		}
		return exitUsage
	}
	if *scripted && *typed {
		fmt.Fprintln(stderr, "demo: -script and -terminal are two ways to use it; give one of them")
		return exitUsage
	}
	d, err := start(ctx, *settle, stdout)
	if err != nil {
		fmt.Fprintf(stderr, "demo: start: %v\n", interrupted(ctx, err))
		return exitFailed
	}
	switch {
	case *scripted:
		err = d.play(ctx)
	case *typed:
		err = d.converse(ctx, stdin)
	default:
		err = serve(ctx, d.Stage, *port, stdout)
	}
	log := d.LastWords()
	if stopped := d.Stop(); err == nil {
		err = stopped
	}
	if err != nil {
		if ctx.Err() != nil {
			log = "" // it shows nothing that is wrong
		}
		fmt.Fprintf(stderr, "demo: %v\n%s", interrupted(ctx, err), log)
		return exitFailed
	}
	return 0
}

// interrupted is an error as it is told: what was in work when the demo was stopped has not failed by itself.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return errors.New("it was stopped before it was done; start it again")
	}
	return err
}

// serve is the page, until ctx is done.
func serve(ctx context.Context, s *stage.Stage, port int, out io.Writer) error {
	p, err := page.Start(ctx, s, page.Options{Port: port})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Open %s in a browser. The demo stops with Ctrl-C.\n", p.URL())
	<-ctx.Done()
	return p.Close()
}
