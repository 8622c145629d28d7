// Command cmd (run it by scripts/kafka) starts, hurts and stops a real Kafka for
// people and for CI. All it does is in package realkafka.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/realkafka"
)

const usage = `Three brokers of Apache Kafka on this machine, out of Maven's jars.

Usage:
  scripts/kafka start [-version 4.3.1] [-dir .cache/kafka]   prints the lines of env
  scripts/kafka env                                          for: eval "$(scripts/kafka env)"
  scripts/kafka status
  scripts/kafka kill ID        as a power cut would
  scripts/kafka restart ID
  scripts/kafka tool ARG...    kafka-consumer-groups.sh on it
  scripts/kafka stop

KAFKA_DIR says where the jars lie (else: the user's cache directory).
Tests find a running cluster by KAFKA_CLUSTER; without it they start their own.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "scripts/kafka:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("what is to be done?\n\n%s", usage)
	}
	flags := flag.NewFlagSet("scripts/kafka", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), usage) }
	dir := flags.String("dir", filepath.Join(".cache", "kafka"), "")
	version := flags.String("version", realkafka.Default, "")
	verb := args[0]
	if verb == "help" || verb == "-h" || verb == "--help" {
		_, err := fmt.Fprint(out, usage)
		return err
	}
	if verb != "tool" { // whose flags are Kafka's
		if err := flags.Parse(args[1:]); err != nil {
			return err
		}
	}
	if verb == "start" {
		c, err := realkafka.Start(ctx, realkafka.Options{Version: *version, Dir: *dir, Keep: true})
		if err != nil {
			return err
		}
		return env(c, out)
	}
	c, err := realkafka.Open(ctx, *dir)
	if verb == "stop" && errors.Is(err, os.ErrNotExist) {
		return nil // stopped is what was asked for
	}
	if err != nil {
		return fmt.Errorf("%w\nstart one with: scripts/kafka start", err)
	}
	switch verb {
	case "stop":
		if err := c.Stop(); err != nil {
			return err
		}
		return os.RemoveAll(c.Dir)
	case "env":
		return env(c, out)
	case "status":
		return status(ctx, c, out)
	case "tool":
		answer, err := c.GroupTool(ctx, args[1:]...)
		fmt.Fprint(out, answer)
		return err
	case "kill", "restart":
		id, err := strconv.Atoi(flags.Arg(0))
		if err != nil {
			return fmt.Errorf("which broker? 1, 2 or 3, not %q", flags.Arg(0))
		}
		if verb == "kill" {
			return c.Kill(id)
		}
		return c.Restart(ctx, id)
	}
	return fmt.Errorf("unknown verb %q\n\n%s", verb, usage)
}

// env prints what a shell must export for tests to use this cluster.
func env(c *realkafka.Cluster, out io.Writer) error {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "export KAFKA_CLUSTER=%q\nexport KAFKA_BOOTSTRAP=%q\n", dir,
		strings.Join(c.Bootstrap(), ","))
	return err
}

func status(ctx context.Context, c *realkafka.Cluster, out io.Writer) error {
	fmt.Fprintf(out, "Apache Kafka %s, cluster %s in %s\n", c.Version, c.ID, c.Dir)
	for _, b := range c.Brokers {
		state := "down"
		if b.PID != 0 {
			state = fmt.Sprintf("pid %d", b.PID)
		}
		fmt.Fprintf(out, "  broker %d  127.0.0.1:%d (plain)  127.0.0.1:%d (TLS and login)  %s\n", b.ID, b.Port,
			b.SecurePort, state)
	}
	return c.WaitReady(ctx)
}
