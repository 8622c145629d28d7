package commands

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Whatever is typed: Parse does not panic, is pure, answers a command or a *SyntaxError, and Peek agrees with it.
func FuzzParse(f *testing.F) {
	for _, u := range usages {
		for _, e := range u.examples {
			f.Add(e, false)
		}
	}
	for _, text := range []string{
		"kafka-consumer-groups.sh --bootstrap-server <http://b1.example.com:9092|b1.example.com:9092> --group g --reset-offsets --topic t:0,1 --to-latest --execute",
		"billing@prod-eu orders to lattest", "approve k7f3.1", "settle k7f3 “by hand”", "choose k7f3.1 2",
		"a&amp;b <@U1|x> 'c", "g t:0-99999 clear", "g skip t:1@2,000", "g to 2026-03-29 02:30 Europe/Berlin",
		"—reason x", "g --from-file p",
		`schedule add "0 2 * * *" --tz Europe/Berlin --name n --until 2027-03-01 --announce 15m --when-busy wait:30m --if-missed run-once:6h -- billing@prod-eu orders back 24h`,
		"Schedule add 0 2 * * 7 —until 90d — g t to latest", "schedule add @daily -- g t to 02:10 --future",
		"schedule add -- g", "schedule", "schedule Pause k7f3.1 why", "at 02:10 Asia/Kathmandu -- g t back 1h",
		"at tomorrow 25:00 -- g", "run k7f3", "delay k7f3.1 1h", "skip-next a-b", "g t to 1795332600 --future",
		"schedule add 0 2 * * * --announce no -- --group g --topic t --to-latest",
	} {
		f.Add(text, true)
	}
	for _, l := range runbookLines(f) {
		f.Add(l.text, false)
	}
	f.Fuzz(func(t *testing.T, text string, terminal bool) {
		ctx := askerOf(t)
		ctx.Terminal = terminal
		ctx.ReadFile = func(string) ([]byte, error) { return []byte("t,0,1\n"), nil }
		cmd, err := Parse(text, ctx)
		again, errAgain := Parse(text, ctx)
		if d := cmp.Diff(cmd, again); d != "" || (err == nil) != (errAgain == nil) {
			t.Fatalf("%q was read in two ways: %s", text, d)
		}
		verb, id := Peek(text, nil)
		if err != nil {
			var wrong *SyntaxError
			if !errors.As(err, &wrong) || cmd != nil || wrong.Want == "" || wrong.Error() == "" {
				t.Fatalf("%q: %#v, %#v", text, cmd, err)
			}
			return
		}
		switch c := cmd.(type) {
		case Decide:
			if c.Ref.ID == "" || !terminal && (verb != c.Verb || id != c.Ref.ID) {
				t.Fatalf("%q is %+v; Peek says %q, %q", text, c, verb, id)
			}
		case Reset:
			checkIntent(t, c.Intent)
		case Schedule:
			checkIntent(t, c.Schedule.Intent)
			checkSchedule(t, c.Schedule)
		default: // the others promise nothing beyond what Parse checks
		}
	})
}

// checkIntent checks what every intent that was read promises to the core.
func checkIntent(t *testing.T, in reset.Intent) {
	t.Helper()
	if in.Group == "" || in.Wait < 0 || in.Wait > 0 && in.NoWait || in.Scope.All && len(in.Scope.Topics) > 0 {
		t.Fatalf("%+v", in)
	}
	seen := map[string]bool{}
	for _, s := range in.Scope.Topics {
		name := strings.ReplaceAll(s.Topic, "*", "x") // a pattern, which the plan expands
		if seen[s.Topic] || !topicShape.MatchString(name) || s.Partitions != nil && len(s.Partitions) == 0 {
			t.Fatalf("%+v", in.Scope)
		}
		seen[s.Topic] = true
		for i, p := range s.Partitions {
			if p < 0 || i > 0 && p <= s.Partitions[i-1] {
				t.Fatalf("%+v", s)
			}
		}
	}
	switch target := in.Target.(type) {
	case reset.SkipRecord:
		if len(in.Scope.Topics) != 1 || len(in.Scope.Topics[0].Partitions) != 1 {
			t.Fatalf("%+v", in)
		}
	case reset.Exact:
		if target.Offset < 0 {
			t.Fatalf("%+v", in)
		}
	case reset.Time:
		if target.At.UnixMilli() < 0 {
			t.Fatalf("%+v", in)
		}
	default: // the others promise nothing about the scope or their own numbers
	}
}

// checkSchedule checks what every schedule that was read promises to the core.
func checkSchedule(t *testing.T, s reset.Schedule) {
	t.Helper()
	if (s.Expr == "") == s.At.IsZero() || s.Zone == "" && s.Expr != "" || s.Intent.Target == nil || s.Announce < 0 ||
		s.Name != "" && !labelShape.MatchString(s.Name) ||
		(s.WhenBusy.Do == reset.BusyWait) != (s.WhenBusy.For > 0) || s.IfMissed.Within > 0 && !s.IfMissed.Run {
		t.Fatalf("%+v", s)
	}
}

// Whatever words a wrapper puts before a line, and whatever stands behind an operator after it: the command that is
// read is that of the line, or none.
func FuzzPasted(f *testing.F) {
	const line = "kafka-consumer-groups.sh --bootstrap-server b1.example.com:9092 --group billing --topic orders:1 " +
		"--reset-offsets --shift-by -10 --execute"
	for _, before := range []string{"kubectl exec -it kafka-0 --", "docker run --name kafka-topics", "ssh b1 'sudo", "$",
		"PS C:\\>", "bash -c \"", "watch", "xargs", "for g in a b; do", "# ", "`", "<<EOF\n", "$(", "{{", "\\", "^",
		"don't:", "--topic", "--group", "--entrypoint", "billing orders to latest", "reset", "lag", "FOO=", "a |", ">"} {
		for _, after := range []string{"", "tee x", "'", "\"", ")", "`", "--topic refunds", "kafka-topics.sh --list", "}}"} {
			f.Add(before, after, uint8(len(before)+len(after)))
		}
	}
	f.Fuzz(func(t *testing.T, before, after string, op uint8) {
		if strings.ContainsAny(after, "\n\r") || headOf([]rune(before+" ")) > 0 {
			return // options on a new line go on with the command; a schedule holds it
		}
		text := before + " " + line
		if after != "" {
			text += []string{" | ", " ; ", " && ", " # ", " || "}[op%5] + after
		}
		cmd, err := Parse(text, askerOf(t))
		if err != nil {
			return
		}
		if got := understood(cmd); got != "reset billing@prod-eu orders:1 shift -10" {
			t.Fatalf("%q is read as %s", text, got)
		}
	})
}
