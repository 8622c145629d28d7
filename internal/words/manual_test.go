package words

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// pasted are the commands of a card as a shell reads them when they are pasted.
func pasted(t *testing.T, s reset.Story) [][]string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range Scripts(s) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tool := "#!/bin/sh\nprintf '%s\\0' \"$@\"\nprintf '\\n\\0'\n"
	if err := os.WriteFile(filepath.Join(dir, "kafka-consumer-groups.sh"), []byte(tool),
		0o700); err != nil { //nolint:gosec // it has to be run
		t.Fatal(err)
	}
	var out [][]string
	for _, l := range ManualCommand(s) {
		for _, span := range l {
			if span.Kind != Paste {
				continue
			}
			cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c",
				span.Text) //nolint:gosec // that is what people do with it
			cmd.Dir, cmd.Env = dir, []string{"PATH=" + dir + ":/bin:/usr/bin", "HOME=/nowhere"}
			said, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", span.Text, err, said)
			}
			for run := range strings.SplitSeq(strings.TrimSuffix(string(said), "\n\x00"), "\n\x00") {
				out = append(out, strings.Split(strings.TrimSuffix(run, "\x00"), "\x00"))
			}
		}
	}
	return out
}

// undoable is an applied reset of a group of some name, in which some partitions had no committed offset.
func undoable(group string, none int) reset.Story {
	s := appliedStory()
	in := wrongDeploy()
	in.Group = group
	s.Request.Act = reset.Move{Intent: in}
	for p := range none {
		s.NoneBack = append(s.NoneBack, reset.Partition{Topic: "orders", Partition: int32(p)})
	}
	return s
}

func TestPastedCommandsReachTheToolUnchanged(t *testing.T) {
	t.Parallel()
	at := func(group string, rest ...string) []string {
		return append([]string{"--bootstrap-server", "k1.prod-eu:9092,k2.prod-eu:9092", "--group", group}, rest...)
	}
	for _, group := range []string{"billing", "a b'; rm -rf $HOME", "`id` $(id) \"x\" \\ !1 ~ * ? #c & | < >", "пай-日本",
		strings.Repeat("long'", 60)} {
		want := [][]string{at(group, "--reset-offsets", "--from-file", "k7f3.csv", "--execute"),
			at(group, "--reset-offsets", "--from-file", "k7f3-undo.csv", "--execute"),
			at(group, "--delete-offsets", "--topic", "orders:0,1")}
		if diff := cmp.Diff(want, pasted(t, undoable(group, 2))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", group, diff)
		}
	}
	dash := pasted(t, undoable("-x y", 0))
	if want := []string{"--bootstrap-server", "k1.prod-eu:9092,k2.prod-eu:9092", "--group=-x y", "--reset-offsets",
		"--from-file", "k7f3-undo.csv", "--execute"}; !slices.Equal(dash[1], want) {
		t.Errorf("got %q, want %q", dash[1], want)
	}
	login := undoable("billing", 1)
	login.Cluster.Login = true
	for _, args := range pasted(t, login) {
		if !slices.Equal(args[2:4], []string{"--command-config", "client.properties"}) {
			t.Errorf("there is a login, and %q", args)
		}
	}
}

// The rows of the file are half of the undo where some partitions had no committed offset, and there may be no rows
// at all.
func TestUndoFilesAreComplete(t *testing.T) {
	t.Parallel()
	all := undoable("billing", 12)
	all.Back = 0
	got := pasted(t, all)
	if len(got) != 2 || !slices.Contains(got[1], "orders:0,1,2,3,4,5,6,7,8,9,10,11") {
		t.Errorf("%q", got)
	}
	long := undoable("billing", 2500)
	seen := map[string]bool{}
	for _, args := range pasted(t, long)[2:] {
		for _, p := range strings.Split(strings.TrimPrefix(args[len(args)-1], "orders:"), ",") {
			seen[p] = true
		}
	}
	if len(seen) != 2500 || !strings.Contains(whole(CardOf(long)), "sh k7f3-undo-delete.sh") {
		t.Errorf("%d partitions of 2,500 lose their offset again:\n%s", len(seen), CardOf(long))
	}
	undo := undoStory()
	undo.None = []reset.Partition{{Topic: "orders", Partition: 3}}
	undo.Request.State = reset.Approved
	if got := pasted(t, undo); len(got) != 2 || !slices.Contains(got[1], "--delete-offsets") {
		t.Errorf("an undo to no committed offset: %q", got)
	}
	undo.Request.Effect.Partitions = 1
	if got := pasted(t, undo); len(got) != 1 || !slices.Contains(got[0], "--delete-offsets") {
		t.Errorf("there is no row for a file: %q", got)
	}
}

func TestManualCommandsShown(t *testing.T) {
	t.Parallel()
	with := func(s reset.State, o reset.Outcome, change func(*reset.Request)) reset.Story {
		st := undoable("billing", 1)
		st.Request.State, st.Request.Outcome = s, o
		if change != nil {
			change(&st.Request)
		}
		return st
	}
	const there, back = "--from-file k7f3", "k7f3-undo.csv"
	for name, tc := range map[string]struct {
		story       reset.Story
		there, back bool
	}{
		"pending":   {with(reset.Pending, "", nil), true, false},
		"approved":  {with(reset.Approved, "", nil), true, false},
		"applied":   {with(reset.Applied, reset.Verified, nil), true, true},
		"unchanged": {with(reset.Failed, reset.Unchanged, nil), true, false},
		"mixed":     {with(reset.Failed, reset.PartiallyApplied, nil), false, true},
		"unclear":   {with(reset.Failed, reset.OutcomeUnknown, nil), false, true},
		"settled": {with(reset.Failed, reset.OutcomeUnknown,
			func(r *reset.Request) { r.Settled = &reset.Settlement{} }), false, false},
		"undone": {with(reset.Applied, reset.Verified, func(r *reset.Request) { r.UndoneBy = "m2q9" }), false,
			false},
		"expired":   {with(reset.Expired, "", nil), false, false},
		"rejected":  {with(reset.Rejected, "", nil), false, false},
		"cancelled": {with(reset.Cancelled, "", nil), false, false},
		"refused":   {with(reset.Refused, "", nil), false, false},
	} {
		var text string
		for _, l := range ManualCommand(tc.story) {
			text += strings.ReplaceAll(l.String(), back, "BACK") + "\n"
		}
		if strings.Contains(text, there) != tc.there || strings.Contains(text, "BACK") != tc.back ||
			strings.Contains(text, "--delete-offsets") != tc.back {
			t.Errorf("%s: want the way there %v, back %v:\n%s", name, tc.there, tc.back, text)
		}
	}
}

// A name that is not what it looks like is shown as it is, and no command that lies is printed.
func TestInvisibleCharactersAreShownAndInNoCommand(t *testing.T) {
	t.Parallel()
	for group, shown := range map[string]string{
		"pay-\u202egnillib": `pay-\u202egnillib`, "bill\u200bing": `bill\u200bing`, "bill\ning": `bill\u000aing`,
		"a\u2028b": `a\u2028b`, "x\u3164": `x\u3164`, "t\U000e0041": `t\U000e0041`, "e\u200d": `e\u200d`,
	} {
		s := undoable(group, 1)
		text := whole(CardOf(s))
		if strings.Contains(text, "kafka-consumer-groups.sh") ||
			!strings.Contains(text, "No command for Kafka's own tool is shown") || !strings.Contains(text, shown) {
			t.Errorf("%q is to be shown as %s, without a command:\n%s", group, shown, text)
		}
	}
	for _, same := range []string{"👩‍💻 done", "می\u200cخواهم", "é", "a\u00a0b", "☎️"} {
		if got := text.Visible(same); got != same {
			t.Errorf("%q is shown as %q", same, got)
		}
	}
	for _, text := range []string{"\u202egnillib@prod-eu orders to latest", "billing \u2066orders to latest"} {
		if _, err := commands.Parse(text, askerOf(t)); err == nil || !strings.Contains(err.Error(), `\u20`) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
