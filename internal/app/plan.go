package app

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// PlanOptions say what to plan and how to print it.
type PlanOptions struct {
	Words  []string // the command, as the shell split it
	Output string   // table, json or csv
	Zone   string   // IANA name in which times without a zone are read
	Now    func() time.Time
}

// Plan reads, resolves and prints a plan. It asks Kafka and writes nothing, and needs no Slack.
func Plan(ctx context.Context, cfg *config.Config, o Options, p PlanOptions) (string, error) {
	now := p.Now()
	in, err := readIntent(cfg, p, now)
	if err != nil {
		return "", err
	}
	s := &engine.Service{Infos: infos(cfg), Now: p.Now}
	if in.Cluster, err = s.Resolve("", in.Cluster, in.Server); err != nil {
		return "", err
	}
	for _, c := range cfg.Clusters {
		if c.Name != in.Cluster {
			continue
		}
		iso, err := isolationOf(ctx, cfg, in)
		if err != nil {
			return "", err
		}
		cluster, err := openCluster(c, o)
		if err != nil {
			return "", err
		}
		story, steps, err := planOn(ctx, cluster, s.Info(in.Cluster), in, iso, now)
		if err == nil {
			err = oneName(ctx, cfg, o, in, story.Request.ClusterID)
		}
		if err := errors.Join(err, cluster.Close()); err != nil {
			return "", err
		}
		return printed(story, steps, p.Output)
	}
	return "", fmt.Errorf("cluster %q is not configured", in.Cluster)
}

// oneName refuses a plan under a name whose Kafka goes by another one: an earlier one of the file, or one that pins
// its id.
func oneName(ctx context.Context, cfg *config.Config, o Options, in reset.Intent, id string) error {
	names := reset.Names{Infos: infos(cfg), Known: map[string]string{in.Cluster: id}}
	ids := make([]string, len(cfg.Clusters))
	var asked guard.Group
	for i, c := range cfg.Clusters {
		if c.Name == in.Cluster {
			break // what comes after it in the file takes no name from it
		}
		if c.ClusterID == "" {
			asked.Go(func() { ids[i] = idOf(ctx, c, o) })
		}
	}
	asked.Wait()
	for i, c := range cfg.Clusters {
		if ids[i] != "" {
			names.Known[c.Name] = ids[i]
		}
	}
	if p := names.Refused(in.Cluster); p != nil {
		p.Group = in.Group
		return p
	}
	return nil
}

// idOf is which Kafka a cluster is; empty: it does not answer.
func idOf(ctx context.Context, c config.Cluster, o Options) string {
	cluster, err := openCluster(c, o)
	if err != nil {
		return ""
	}
	id, err := cluster.ID(ctx)
	if err := errors.Join(err, cluster.Close()); err != nil {
		o.Log.Debug("which kafka a name leads to is not known", "cluster", c.Name, "err", err)
	}
	return id
}

// readIntent parses the words of a terminal; it refuses commands without a plan.
func readIntent(cfg *config.Config, p PlanOptions, now time.Time) (reset.Intent, error) {
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return reset.Intent{}, fmt.Errorf("time zone %q: %w; give an IANA name such as Europe/Berlin", p.Zone, err)
	}
	ctx := commands.Context{At: now, Zone: zone, ZoneName: p.Zone, Terminal: true, ReadFile: os.ReadFile}
	for _, c := range cfg.Clusters {
		ctx.Clusters = append(ctx.Clusters, commands.ClusterName{Name: c.Name, Bootstrap: c.Bootstrap})
	}
	cmd, err := commands.ParseArgs(p.Words, ctx)
	if err != nil {
		return reset.Intent{}, err
	}
	r, ok := cmd.(commands.Reset)
	if !ok {
		return reset.Intent{}, notPlanned(cmd)
	}
	return r.Intent, nil
}

// notPlanned refuses a command that is not a whole reset.
func notPlanned(cmd commands.Command) error {
	e := &commands.SyntaxError{Example: "kafka-reset-bot plan billing@prod-eu orders to 02:10"}
	switch c := cmd.(type) {
	case commands.Overview:
		e.Want = "to what? " + strconv.Quote(c.Group) + " has no target: plan takes a whole reset"
	case commands.Schedule:
		e.Want = "plan takes a reset as of now: leave out the time and --; schedules are saved in Slack"
	default:
		e.Want = "plan takes a reset; everything else is typed in Slack, and kafka-reset-bot help lists what this program does"
	}
	return e
}

// isolationOf is the isolation of the first rule that matches cluster and group: the terminal may view all.
func isolationOf(ctx context.Context, cfg *config.Config, in reset.Intent) (reset.Isolation, error) {
	r, err := auth.New(rules(cfg), nil).Rule(ctx,
		reset.PolicyQuestion{Actor: reset.Actor{Kind: reset.OS}, Verb: reset.VerbView, Cluster: in.Cluster,
			Group: in.Group})
	return r.Isolation, err
}

func planOn(
	ctx context.Context, c engine.Cluster, info reset.ClusterInfo, in reset.Intent, iso reset.Isolation, now time.Time,
) (reset.Story, []reset.Step, error) {
	in, err := expanded(ctx, c, info, in, iso)
	if err != nil {
		return reset.Story{}, nil, err
	}
	q := reset.QueryOf(in, nil, iso)
	q.Environment = true
	snap, err := c.Inspect(ctx, q)
	if err != nil {
		return reset.Story{}, nil, err
	}
	if _, problem := reset.CheckGroup(in, info, snap); problem != nil {
		return reset.Story{}, nil, problem
	}
	if _, problem := reset.Missing(in, snap); problem != nil {
		return reset.Story{}, nil, problem
	}
	plan, problem := reset.MakePlan(in, nil, snap, now)
	if problem != nil {
		return reset.Story{}, nil, problem
	}
	r := reset.Request{State: reset.Draft, Act: reset.Move{Intent: in}, ClusterID: snap.ClusterID, Isolation: iso,
		Effect: plan.Effect, Warnings: plan.Warnings,
		Observation: reset.Observation{At: now, Since: now, Group: snap.Group}, CreatedAt: now,
		Ruling: reset.Ruling{MaxSkip: math.MaxInt64, MaxReplay: math.MaxInt64}}
	return reset.Story{Request: r, Cluster: info, Worst: plan.Steps, Now: now}, plan.Steps, nil
}

// expanded puts topics in the place of a pattern.
func expanded(
	ctx context.Context, c engine.Cluster, info reset.ClusterInfo, in reset.Intent, iso reset.Isolation,
) (reset.Intent, error) {
	if !reset.HasPattern(in.Scope) {
		return in, nil
	}
	snap, err := c.Inspect(ctx, reset.PatternQuery(in, iso))
	if err != nil {
		return in, err
	}
	in, problem := reset.ExpandTopics(in, info, snap)
	if problem != nil {
		return in, problem
	}
	return in, nil
}

func printed(s reset.Story, steps []reset.Step, output string) (string, error) {
	switch output {
	case "", "table":
		return words.PlanOf(s, steps).String(), nil
	case "csv":
		return string(words.CSV(steps)), nil
	case "json":
		doc, err := words.JSON(s, steps)
		return string(doc), err
	}
	return "", fmt.Errorf("output %q is not known; give table, json or csv", output)
}

// Words is the text of an error for a terminal: what went wrong and the next step.
func Words(err error) string {
	var problem *reset.Problem
	if !errors.As(err, &problem) {
		return err.Error()
	}
	var lines []string
	for _, l := range words.Explain(err).Lines {
		lines = append(lines, l.String())
	}
	return strings.Join(lines, "\n")
}
