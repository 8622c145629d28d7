package commands

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// runbookLine is a line as people keep it in runbooks, with what is to be understood.
type runbookLine struct {
	text, want, note string
}

func runbookLines(t testing.TB) []runbookLine {
	t.Helper()
	files, err := filepath.Glob("testdata/*-lines.tsv")
	if err != nil || len(files) < 2 {
		t.Fatal("no lines", files, err)
	}
	var out []runbookLine
	for _, file := range files {
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for row := range strings.Lines(string(doc)) {
			col := strings.Split(strings.TrimSuffix(row, "\n"), "\t")
			if strings.HasPrefix(row, "# columns") || len(col) < 2 {
				continue
			}
			col = append(col, "", "", "", "")
			text := strings.NewReplacer("⏎", "\n", "␍", "\r", "␠", "\u00a0", "␉", "\t").Replace(col[0])
			out = append(out, runbookLine{text: text, note: col[5],
				want: strings.TrimSpace(strings.Join(col[1:5], " "))})
		}
	}
	return out
}

// understood is a command as the corpus writes it.
func understood(cmd Command) string {
	place := func(group, cluster string) string { return group + "@" + cmp.Or(cluster, "?") }
	switch c := cmd.(type) {
	case Reset:
		in := c.Intent
		kind := "reset"
		if in.Target == (reset.Nowhere{}) {
			kind = "delete"
		}
		return strings.TrimSpace(strings.Join([]string{kind, place(in.Group, in.Cluster), saidScope(in.Scope),
			saidTarget(in.Target)}, " "))
	case Upload:
		return "reset " + place(c.Group, c.Cluster) + "  rows"
	case Lag:
		return "lag " + place(c.Group, c.Cluster)
	case Groups:
		return "list @" + cmp.Or(c.Cluster, "?")
	case Overview:
		return "overview " + place(c.Group, c.Cluster)
	case Help:
		return "help"
	default: // no pasted line is one
	}
	return fmt.Sprintf("%T", cmd)
}

func saidScope(s reset.Scope) string {
	if s.All {
		return "all"
	}
	var out []string
	for _, t := range s.Topics {
		var parts []string
		for _, p := range t.Partitions {
			parts = append(parts, strconv.Itoa(int(p)))
		}
		out = append(out, strings.TrimSuffix(t.Topic+":"+strings.Join(parts, ","), ":"))
	}
	return strings.Join(out, " ")
}

func saidTarget(t reset.Target) string {
	switch t := t.(type) {
	case nil:
		return ""
	case reset.Latest:
		return "latest"
	case reset.Earliest:
		return "earliest"
	case reset.Current:
		return "current"
	case reset.Shift:
		return "shift " + strconv.FormatInt(t.By, 10)
	case reset.Exact:
		return "offset " + strconv.FormatInt(t.Offset, 10)
	case reset.Nowhere:
		return "none"
	case reset.Time:
		if t.Back != 0 {
			return "back " + t.Back.String()
		}
		return t.At.UTC().Format(time.RFC3339Nano)
	case reset.Like, reset.Rows, reset.SkipRecord, reset.Undo: // no flag of Kafka's says them
	}
	return fmt.Sprintf("%T", t)
}

// Every line is understood as it is meant, or refused with a sentence that names what is wrong and says what to do.
func TestRunbookLines(t *testing.T) {
	t.Parallel()
	right, refused, wrong := 0, 0, 0
	for _, l := range runbookLines(t) {
		cmd, err := Parse(l.text, askerOf(t))
		var syntax *SyntaxError
		switch {
		case err != nil && !errors.As(err, &syntax):
			t.Errorf("%q: %v", l.text, err)
		case err == nil && understood(cmd) == l.want:
			right++
		case err == nil:
			wrong++
			t.Errorf("WRONG %q (%s)\n got %s\nwant %s", l.text, l.note, understood(cmd), l.want)
		case strings.HasSuffix(l.note, "a refusal that says so is as good"):
			right++
		case !strings.HasPrefix(l.want, "refuse"):
			refused++
			t.Errorf("%q (%s)\n refused: %v\nwant %s", l.text, l.note, err, l.want)
		default:
			right++
			reason := strings.TrimSpace(strings.TrimPrefix(l.want, "refuse"))
			if syntax.Example == "" || !strings.Contains(plain(l.text), plain(syntax.Word)) ||
				!strings.Contains(err.Error(), reason) {
				t.Errorf("%q is refused without a way out, or without naming %q in %q: %v", l.text, syntax.Word, reason, err)
			}
		}
	}
	t.Logf("%d lines right, %d refused that can be understood, %d WRONG", right, refused, wrong)
}

func plain(s string) string {
	return strings.NewReplacer(`"`, "", "'", "", "`", "", `\`, "").Replace(s)
}

// Behind a time or the expression of a schedule a line means the same; what resets nothing is refused there.
func TestRunbookLinesLater(t *testing.T) {
	t.Parallel()
	for _, head := range []string{"at 23:10 -- ", `schedule add "0 2 * * *" --tz UTC --name nightly -- `} {
		right := 0
		for _, l := range runbookLines(t) {
			cmd, err := Parse(head+l.text, askerOf(t))
			if err != nil {
				if strings.HasPrefix(l.want, "reset") && !strings.HasSuffix(l.want, "orders") &&
					!strings.HasSuffix(l.want, "rows") {
					t.Errorf("%s%q: %v", head, l.text, err)
				}
				continue
			}
			c, ok := cmd.(Schedule)
			if !ok || understood(Reset{c.Schedule.Intent}) != l.want {
				t.Errorf("WRONG %s%q\n got %#v\nwant %s", head, l.text, cmd, l.want)
			}
			right++
		}
		t.Logf("%s: %d lines understood", head, right)
		if right < 150 {
			t.Errorf("%s: only %d lines are understood", head, right)
		}
	}
}

// In a terminal the shell has split the line, with or without quotes around the whole of it.
func TestRunbookLinesInATerminal(t *testing.T) {
	t.Parallel()
	ctx := askerOf(t)
	ctx.Terminal = true
	ctx.ReadFile = func(string) ([]byte, error) { return []byte("orders,0,5\n"), nil }
	right := 0
	for _, l := range runbookLines(t) {
		if strings.ContainsAny(l.text, "#;|&<>`$^({“‘\n\r") {
			continue // the shell acts on them before
		}
		words, err := split(l.text, false)
		if err != nil {
			continue
		}
		var args []string
		for _, w := range words {
			args = append(args, w.text)
		}
		for _, args := range [][]string{args, append([]string{"--"}, args...), {l.text}} {
			cmd, err := ParseArgs(args, ctx)
			switch want := strings.ReplaceAll(l.want, "  rows", " orders:0 reset.Rows"); {
			case err == nil && understood(cmd) == want:
				right++
			case err == nil:
				t.Errorf("WRONG %q\n got %s\nwant %s", args, understood(cmd), want)
			case !strings.HasPrefix(l.want, "refuse") && !strings.Contains(l.note, "refusal") &&
				!strings.Contains(l.text, `bin\windows`): // the shell took these backslashes away
				t.Errorf("%q: %v", args, err)
			}
		}
	}
	t.Logf("%d lines understood", right)
	if right < 200 {
		t.Errorf("only %d lines are understood", right)
	}
}

// What was around the command is said, in the words that were pasted.
func TestWhatIsLeftOutIsSaid(t *testing.T) {
	t.Parallel()
	const line = "kafka-consumer-groups.sh --bootstrap-server b1.example.com:9092 --group billing --topic orders " +
		"--reset-offsets --to-latest"
	tests := []struct{ text, want string }{
		{line, ""},
		{"/opt/kafka/bin/" + line, ""},
		{"`" + line + "`", ""},
		{"kubectl exec -it kafka-0 -- bin/" + line, "`kubectl exec -it kafka-0 --`"},
		{"$ " + line, "`$`"},
		{line + " > offsets.csv", "`> offsets.csv`"},
		{line + " 2>&1 | tee x", "`2>&1 | tee x`"},
		{line + " # one hour back", "`# one hour back`"},
		{"ssh b1 'sudo docker exec kafka " + line + " | tee x' && echo done",
			"`ssh b1`, `sudo docker exec kafka`, `| tee x`, `&& echo done`"},
		{"kubectl scale deploy/billing --replicas=0; " + line + "; kubectl scale deploy/billing --replicas=3",
			"`kubectl scale deploy/billing --replicas=0;`, `; kubectl scale deploy/billing --replicas=3`"},
		{"docker run --entrypoint kafka-consumer-groups cp-kafka:7.6.1 --group billing --topic orders --to-latest",
			"`docker run --entrypoint kafka-consumer-groups cp-kafka:7.6.1`"},
		{"KAFKA_PASSWORD=hunter2 sshpass -p s3cret ssh b1 " + line, "`KAFKA_PASSWORD=… sshpass -p … ssh b1`"},
	}
	for _, tt := range tests {
		want := "Left out of the line: " + tt.want + "."
		if tt.want == "" {
			want = ""
		}
		cmd, err := Parse(tt.text, askerOf(t))
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got := strings.Join(cmd.(Reset).Intent.Notes, " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", tt.text, got, want)
		}
	}
	cmd, err := Parse("watch -n 5 'kafka-consumer-groups.sh --describe --group billing'", askerOf(t))
	if lag, ok := cmd.(Lag); err != nil || !ok || !strings.Contains(strings.Join(lag.Notes, " "), "`watch -n 5`") {
		t.Errorf("a view: %+v, %v", cmd, err)
	}
}
