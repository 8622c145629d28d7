// Command kafka-reset-bot moves the committed offsets of Kafka consumer groups, asked and approved in Slack.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // zones where the image has none

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
)

// version is set when a release is built; otherwise it is what the module says.
var version string

// The exit statuses.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the program without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, page(newRoot()))
		return exitUsage
	}
	out := &output{to: stdout}
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil && out.err != nil {
		err = fmt.Errorf("write the output: %w", out.err)
	}
	var (
		wrong  *usageError
		syntax *commands.SyntaxError
	)
	switch {
	case errors.As(err, &wrong), errors.As(err, &syntax):
		fmt.Fprintf(stderr, "kafka-reset-bot: %v\n", err)
		return exitUsage
	case err != nil:
		fmt.Fprintf(stderr, "kafka-reset-bot: %s\n", app.Words(err))
		return exitFailed
	}
	return 0
}

// output keeps the first error of writing: a plan that is cut short by a full disk must not end with 0.
type output struct {
	to  io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.to.Write(p)
	o.err = err
	return n, err
}

func versionLine() string { return "kafka-reset-bot " + versionOf() + "\n" }

func versionOf() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown)"
}
