// Command demo is the bot with a face for people without Slack and without Kafka: both are simulated in this process,
// the bot between them is the real one. With -script it plays one whole conversation and fails if any step of it
// differs; without, it takes lines from people and prints what each person sees. It knows nothing of resets that
// Slack's surface does not show.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // the people live in several zones
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
	settle := flags.Duration("settle", 6*time.Second, "how long a group must be quiet before the bot writes")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		if flags.NArg() > 0 {
			fmt.Fprintf(stderr, "demo: %q is not understood; see go run ./cmd/demo -help\n", flags.Arg(0))
		}
		return exitUsage
	}
	d, err := start(ctx, *settle, stdout)
	if err != nil {
		fmt.Fprintf(stderr, "demo: start: %v\n", err)
		return exitFailed
	}
	if *scripted {
		err = d.play(ctx)
	} else {
		err = d.converse(ctx, stdin)
	}
	log := d.LastWords()
	if stopped := d.Stop(); err == nil {
		err = stopped
	}
	if err != nil {
		fmt.Fprintf(stderr, "demo: %v\n%s", err, log)
		return exitFailed
	}
	return 0
}
