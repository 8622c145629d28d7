package main

import (
	"context"
	"encoding/csv"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// patience is how long a script waits for something that has to happen.
const patience = 20 * time.Second

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kafka-reset-bot": main})
}

// TestScripts runs what stands in testdata against the program in a process of its own. A script that says `world`
// has a Slack and two Kafka clusters of its own, and their configuration in config.yaml.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, params("testdata"))
}

func params(dir string) testscript.Params {
	return testscript.Params{
		Dir: dir, Setup: keepEnv, RequireExplicitExec: true, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"world": buildWorld, "replace": replace, "scopes": scopes, "down": down, "committed": committed,
			"csvplan": csvPlan, "connected": connected, "answers": answers, "fails": fails, "terminate": terminate,
			"channel": channel, "usergroup": userGroup, "tab": tab,
		},
	}
}

type worldKey struct{}

func the(ts *testscript.TestScript) *world.World {
	w, ok := ts.Value(worldKey{}).(*world.World)
	if !ok {
		ts.Fatalf("say world first")
	}
	return w
}

// buildWorld: world
func buildWorld(ts *testscript.TestScript, _ bool, _ []string) {
	ctx, cancel := context.WithCancel(context.Background())
	w, err := world.New(ctx, world.Options{Dir: ts.MkAbs("."), Slack: slacksim.Options{
		// fewer at once than there are sample cards, though no minute's wait
		Rates: map[string]slacksim.Rate{"blocks.validate": {PerMinute: 1200, Burst: 20}},
	}})
	ts.Check(err)
	ts.Defer(func() { w.Close(); cancel() })
	env, ok := ts.Value(envKey{}).(*testscript.Env)
	if !ok {
		ts.Fatalf("no environment to keep the world in")
	}
	env.Values[worldKey{}] = w
}

type envKey struct{}

// keepEnv lets commands of a script share what one of them has made.
func keepEnv(env *testscript.Env) error {
	env.Values[envKey{}] = env
	return nil
}

// replace: replace OLD NEW FILE
func replace(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[2])
	if !strings.Contains(text, args[0]) {
		ts.Fatalf("%s does not hold %q", args[2], args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.ReplaceAll(text, args[0], args[1])), 0o600))
}

// scopes: scopes -users:read takes scopes away from the bot token
func scopes(ts *testscript.TestScript, _ bool, args []string) {
	the(ts).Slack.SetScopes(slices.DeleteFunc(slices.Clone(slacksim.DefaultScopes),
		func(s string) bool { return slices.Contains(args, "-"+s) })...)
}

// channel: channel C0KAFKA archived|left|gone|shared|fine
func channel(ts *testscript.TestScript, _ bool, args []string) {
	if args[1] == "gone" {
		args[0], args[1] = world.Home, "private" // to the bot it is as if there were none
	}
	ts.Check(the(ts).Slack.ChangeChannel(args[0], func(c *slacksim.Channel) {
		c.Archived, c.Bot = args[1] == "archived", args[1] != "left" && args[1] != "private"
		c.Private, c.ExtShared = args[1] == "private", args[1] == "shared"
	}))
}

// usergroup: usergroup S0PAY disabled|fine
func userGroup(ts *testscript.TestScript, _ bool, args []string) {
	the(ts).Slack.AddGroup(slacksim.UserGroup{ID: args[0], Handle: "pay", Members: []string{"U0MARA"},
		Disabled: args[1] == "disabled"})
}

// tab: tab off
func tab(ts *testscript.TestScript, _ bool, args []string) {
	the(ts).Slack.SetMessagesTab(args[0] == "on")
}

// down: down prod-eu [BROKER...]
func down(ts *testscript.TestScript, _ bool, args []string) {
	sims := map[string]*kafkasim.Sim{"prod-eu": the(ts).Prod, "sandbox-eu": the(ts).Sandbox}
	var nodes []int32
	for _, a := range args[1:] {
		n, err := strconv.Atoi(a)
		ts.Check(err)
		nodes = append(nodes, int32(n))
	}
	sims[args[0]].Unreachable(true, nodes...)
}

// committed: committed GROUP TOPIC OFFSET, on each partition, asked of the broker
func committed(ts *testscript.TestScript, _ bool, args []string) {
	for p := range int32(len(the(ts).Prod.Kafka().PartitionInfos(args[1]))) {
		got, ok := the(ts).Prod.Committed(args[0], args[1], p)
		if !ok || strconv.FormatInt(got.Offset, 10) != args[2] {
			ts.Fatalf("%s-%d of %s is at %+v", args[1], p, args[0], got)
		}
	}
}

// csvPlan: csvplan FILE ROWS reads as kafka-consumer-groups.sh --from-file does: topic,partition,offset without a
// header
func csvPlan(ts *testscript.TestScript, _ bool, args []string) {
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	if strconv.Itoa(len(rows)) != args[1] {
		ts.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		if len(row) != 3 {
			ts.Fatalf("row %q", row)
		}
		for _, number := range row[1:] {
			if n, err := strconv.ParseInt(number, 10, 64); err != nil || n < 0 {
				ts.Fatalf("row %q", row)
			}
		}
	}
}

// connected waits until the bot listens to Slack.
func connected(ts *testscript.TestScript, _ bool, _ []string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ts.Check(the(ts).Slack.Await(ctx, func() bool { return the(ts).Slack.Connections() > 0 }))
}

// answers: answers TEXT COMMAND... lets mara type a command, and waits until she reads the text
func answers(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	d, err := the(ts).Mara.Command(world.Home, "/kafka-reset", strings.Join(args[1:], " "))
	ts.Check(err)
	ack, err := d.Wait(ctx)
	ts.Check(err)
	if ack.Err != "" {
		ts.Fatalf("not acknowledged: %s", ack.Err)
	}
	_, err = the(ts).Mara.WaitText(ctx, world.Home, args[0])
	ts.Check(err)
}

// fails: fails STATUS PROGRAM ARGUMENT...
func fails(ts *testscript.TestScript, _ bool, args []string) {
	var ended *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); !errors.As(err, &ended) || strconv.Itoa(ended.ExitCode()) != args[0] {
		ts.Fatalf("ended with %v, not with exit status %s", err, args[0])
	}
}

// terminate sends what an orchestrator sends to all that runs in the background.
func terminate(ts *testscript.TestScript, _ bool, _ []string) {
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	}
}
