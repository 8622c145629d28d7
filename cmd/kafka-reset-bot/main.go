// Command kafka-reset-bot moves the committed offsets of Kafka consumer groups, asked and approved in Slack.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"
	"time"
	_ "time/tzdata" // zones where the image has none

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
)

// version is set when a release is built; otherwise it is what the module says.
var version string

const usage = `kafka-reset-bot moves Kafka consumer-group offsets safely, from Slack.

  kafka-reset-bot serve -c config.yaml             run the bot
  kafka-reset-bot check -c config.yaml [--offline] [--group GROUP]... [--topic TOPIC]...
                                                   find every mistake of the file, then ask Slack and Kafka, and
                                                   name each right that the Kafka login lacks
  kafka-reset-bot plan  -c config.yaml GROUP[@CLUSTER] TOPIC... TARGET [--output table|json|csv] [--tz ZONE]
                                                   what a reset would do; nothing is written
  kafka-reset-bot schedule list -c config.yaml     what is scheduled, and when it comes next
  kafka-reset-bot version
  kafka-reset-bot help [TOPIC]                     the words that Slack and plan understand

plan takes the words of /kafka-reset and the flags of kafka-consumer-groups.sh. Its CSV is what
kafka-consumer-groups.sh --reset-offsets --from-file reads.

Exit status: 0 done, 1 it did not work (the reason is on standard error), 2 the command line was not understood.
`

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
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	f, err := readFlags(args[1:])
	if err == nil {
		err = dispatch(ctx, args[0], f, stdout, stderr)
	}
	var (
		wrong  usageError
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

// usageError is a command line that was not understood.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text + "; see kafka-reset-bot help" }

// flags are those of the program itself. Everything else on the line belongs to the command that is planned.
type flags struct {
	config, output, zone string
	offline              bool
	groups, topics       []string // of check
	words                []string
}

// readFlags takes the program's own flags out of a line, wherever they stand.
func readFlags(args []string) (flags, error) {
	f := flags{output: "table", zone: "UTC"}
	if tz := os.Getenv("TZ"); tz != "" {
		f.zone = tz
	}
	valued := map[string]*string{"-c": &f.config, "--config": &f.config, "--output": &f.output, "-o": &f.output}
	for i := 0; i < len(args); i++ {
		name, value, joined := cut(args[i])
		into, known := valued[name]
		switch {
		case args[i] == "--offline":
			f.offline = true
		case !known:
			f.words = append(f.words, args[i])
		case joined:
			*into = value
		case i+1 == len(args):
			return f, usageError{name + " needs a value"}
		default:
			i++
			*into = args[i]
		}
	}
	return f, nil
}

// readCheck takes groups and topics out of the words of check, which has no others.
func (f *flags) readCheck() error {
	into := map[string]*[]string{"--group": &f.groups, "--topic": &f.topics}
	for i := 0; i < len(f.words); i++ {
		name, value, joined := cut(f.words[i])
		list, known := into[name]
		switch {
		case !known:
			return usageError{fmt.Sprintf("check does not understand %q", f.words[i])}
		case !joined && i+1 == len(f.words):
			return usageError{name + " needs a value"}
		case !joined:
			i++
			value = f.words[i]
		}
		*list = append(*list, value)
	}
	return nil
}

func cut(arg string) (name, value string, joined bool) {
	for i, c := range arg {
		if c == '=' && i > 1 && arg[0] == '-' {
			return arg[:i], arg[i+1:], true
		}
	}
	return arg, "", false
}

func dispatch(ctx context.Context, verb string, f flags, stdout, stderr io.Writer) error {
	switch verb {
	case "serve", "check", "plan", "schedule":
	case "version", "--version":
		fmt.Fprintln(stdout, "kafka-reset-bot", versionOf())
		return nil
	case "help", "--help", "-h":
		return help(f, stdout)
	default:
		return usageError{fmt.Sprintf("there is no command %q", verb)}
	}
	switch {
	case f.config == "":
		return usageError{verb + " needs the configuration: -c config.yaml"}
	case !slices.Contains([]string{"table", "json", "csv"}, f.output):
		return usageError{fmt.Sprintf("output %q is not known; give table, json or csv", f.output)}
	case verb == "check":
		if err := f.readCheck(); err != nil {
			return err
		}
	case verb == "schedule":
		if !slices.Equal(f.words, []string{"list"}) {
			return usageError{"in a terminal schedules can be listed: kafka-reset-bot schedule list; everything else is said in Slack"}
		}
	case verb != "plan" && len(f.words) > 0:
		return usageError{fmt.Sprintf("%s does not understand %q", verb, f.words[0])}
	}
	cfg, err := config.Load(f.config, os.LookupEnv, os.ReadFile)
	if err != nil {
		return err
	}
	switch verb {
	case "serve":
		return serve(ctx, cfg, stderr)
	case "check":
		return app.Check(ctx, cfg, app.CheckOptions{Offline: f.offline, Groups: f.groups, Topics: f.topics}, stdout,
			time.Now)
	}
	if verb == "schedule" {
		out, err := app.Schedules(ctx, cfg, time.Now)
		fmt.Fprint(stdout, out)
		return err
	}
	out, err := app.Plan(ctx, cfg, app.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler)},
		app.PlanOptions{Words: f.words, Output: f.output, Zone: f.zone, Now: time.Now})
	if err == nil {
		fmt.Fprint(stdout, out)
	}
	return err
}

// serve runs the bot until a signal comes.
func serve(ctx context.Context, cfg *config.Config, stderr io.Writer) error {
	log := newLog(cfg.Log, stderr)
	a, err := app.New(ctx, cfg, app.Options{Now: time.Now, Log: log})
	if err != nil {
		return err
	}
	log.Info("serving", "version", versionOf(), "clusters", len(cfg.Clusters), "rules", len(cfg.Policy))
	err = errors.Join(a.Run(ctx), a.Close())
	if err == nil {
		log.Info("stopped")
	}
	return err
}

func newLog(c config.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Level)) // config has checked it
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

func help(f flags, stdout io.Writer) error {
	if len(f.words) == 0 {
		fmt.Fprint(stdout, usage)
		return nil
	}
	text, ok := commands.Usage(f.words[0])
	if !ok {
		return usageError{fmt.Sprintf("there is no help on %q", f.words[0])}
	}
	fmt.Fprintln(stdout, text)
	return nil
}

func versionOf() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown)"
}
