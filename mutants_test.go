//go:build mutants

package architecture

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// mutant takes one safety line out of the product: one text of one file is replaced by another. The named tests of the
// file's own package have to notice, within seconds and without a world around them.
type mutant struct{ what, file, old, now, tests string }

// Every line here keeps an offset from being written without the approval that the policy wants, or twice, or into a
// group that is in use. A line that moves takes its mutant along.
var mutants = []mutant{
	// What an approval covers.
	{"votes of another revision count", "internal/engine/gate.go",
		"if v.Revision != tx.Request.Revision || v.Digest != tx.Request.Digest {", "if v.Digest == \"\" {",
		"TestTheGate"},
	{"a vote on one revision stands for the next", "internal/store/audit.go",
		"WHERE request = ? AND revision = ? ORDER BY", "WHERE request = ? AND revision <= ? ORDER BY", "TestStore"},
	{"the rule in force wants more than there is", "internal/engine/gate.go",
		"if f.judged().lacks > 0 {", "if false {", "TestTheGate"},
	{"the rule in force says no", "internal/engine/authority.go",
		"case !a.ruling.Allowed && a.ruling.Denial != reset.DeniedVotes:", "case false:", "TestTheGate"},
	{"the effect that is written needs more than the one that was approved", "internal/engine/authority.go",
		"case a.ruling.Need > max(r.Need, a.agreed.Need):", "case false:", "TestTheGate"},
	{"what went beyond the limit of an emergency, an undo or a schedule", "internal/engine/authority.go",
		"case !r.Bounds.Covers(e):", "case false:", "TestTheGate"},
	{"an effect is covered though it skips more", "reset/bounds.go",
		"e.Skip <= b.MaxSkip && e.Replay <= b.MaxReplay", "e.Replay <= b.MaxReplay", "TestBounds"},
	{"a partition that newly skips", "reset/recheck.go",
		"case newlySkips(in.Target, old, s):", "case false:", "TestRecheck"},
	{"a topic that was made again", "reset/missing.go",
		`return was != "" && is != "" && was != is`, "return false", "TestRecheck"},
	{"another Kafka answers", "reset/recheck.go", "if snap.ClusterID != r.ClusterID {", "if false {", "TestRecheck"},
	{"the group read on since the reset that is undone", "internal/engine/undo.go",
		"!offsetsUntouched(writes, now) ||", "", "TestUndo"},
	{"it reads on between the preview of the undo and its write", "internal/engine/undo.go",
		"!offsetsUntouched(writes, positionsOf(steps))", "len(writes) == 0", "TestAnUndoOfATouched"},
	{"a preview that another reset overtook", "internal/engine/enter.go",
		"s.makeRoom(tx, reset.Approved, reset.Draft)", "s.makeRoom(tx, reset.Approved)",
		"TestADraftIsPlannedAgain|TestDrafts"},
	{"a preview that was planned during another write", "internal/engine/finish.go",
		"s.makeRoom(tx, reset.Draft)", "s.makeRoom(tx)", "TestADraftIsPlannedAgain"},

	// Who agreed.
	{"the requester approves", "auth/policy.go",
		"case a.Verb == reset.VerbApprove && asked(a, a.Actor):", "case false:",
		"TestWhoMayDoWhat|TestRefusals"},
	{"the requester's vote counts at the write", "auth/votes.go",
		"case slices.Contains(barred, voter.id):", "case false:", "AtTheWrite"},
	{"one person votes under two ids", "auth/votes.go",
		"case slices.Contains(*counted, voter.id):", "case false:", "TestTwoIDs"},
	{"who started a schedule's run approves it", "auth/policy.go",
		"return sameActor(who, a.Requester) ||", "return sameActor(who, a.Requester) || false &&",
		"TestWhoAskedDoesNotApprove"},
	{"a voter for a schedule left the user group", "auth/mandate.go",
		"case len(counted) >= need:", "case len(m.Votes) >= need:", "TestMandateIsChecked"},
	{"the owner of a schedule may not ask for resets any more", "auth/mandate.go",
		"if why != \"\" {", "if err != nil {", "TestMandateIsChecked"},
	{"a run of a schedule that is paused", "reset/schedule.go",
		"s.Status == Active &&", "", "TestScheduleAndTimesOfARun"},
	{"a run of a schedule that was saved anew", "internal/engine/schedule_stop.go",
		"r.Run != nil && !tx.Schedule.Current(*r.Run)", "r.Run != nil && tx.Schedule == nil", "TestTheGate"},
	{"a run outside the approved times", "internal/engine/schedule_mandate.go",
		"ended || !r.Run.Covers(r.NotBefore, f.now) {", "ended && !r.Run.Covers(r.NotBefore, f.now) {", "TestTheGate"},
	{"a guest", "auth/policy.go", "case who.Guest:", "case false:", "TestWhoMayDoWhat|TestRefusals"},
	{"a voter who is deactivated", "auth/votes.go", "case voter.gone:", "case false:", "AtTheWrite"},
	{"a voter whom the rule in force does not list any more", "auth/votes.go",
		`(v.Principal != "" || v.Rule == rule.Name) && lists(rule.Approve, v.Principal, v.Actor.ID)`,
		`(v.Principal != "" || v.Rule == rule.Name)`, "AtTheWrite"},
	{"a right on one cluster is a right on all", "auth/cluster.go",
		"for _, c := range p.Clusters {", "for _, c := range p.Clusters[:1] {", "TestWhoMayFreezeAndThaw"},
	{"a thaw without its second person", "auth/cluster.go",
		"case valid < out.Need:", "case valid < 0:", "TestAThawInForce"},
	{"a thaw lifts a freeze that it does not name", "internal/engine/thaw.go",
		"return f.ID != a.FreezeID", "return false", "TestAThaw"},
	{"beyond the cap", "auth/rule.go", "most = *r.Cap", "_ = *r.Cap", "TestTiersAndCap"},
	{"an emergency beyond its limit", "auth/rule.go",
		"tiers = []Tier{{Skip: r.Emergency.Skip, Replay: r.Emergency.Replay}}",
		"tiers = []Tier{{Skip: math.MaxInt64, Replay: math.MaxInt64}}", "TestTiersAndCap|Emergency"},

	// Whether it may be written now.
	{"a freeze in force", "internal/engine/gate.go",
		"if p := reset.FrozenBy(reset.FreezesOver(tx.Freezes, in.Cluster, names), in.Group); p != nil {",
		"if p := reset.FrozenBy(reset.FreezesOver(nil, in.Cluster, names), in.Group); p != nil {", "TestTheGate"},
	{"a freeze under the cluster's former name", "reset/freeze.go",
		"return f.ClusterID == id", "return false", "TestCovers"},
	{"a second name of a Kafka", "internal/engine/gate.go",
		"; p != nil {\n		return object(end, tx, p)", "; false {\n		return object(end, tx, p)",
		"TestTheGate"},
	{"a second name after a restart", "reset/names.go", "return n.Known[name]", "return \"\"", "TestNames"},
	{"a cancel that is recorded and not decided", "internal/engine/gate.go",
		"return holds(in.Verb)", "return false", "TestTheGate"},
	{"another request left the group in doubt", "internal/engine/gate.go",
		"case o.State == reset.Applying, blocks:", "case o.State == reset.Applying, blocks && false:", "TestTheGate"},
	{"the deadline", "internal/engine/gate.go",
		" || !r.Deadline.IsZero() && !f.now.Before(r.Deadline)", "", "TestTheGate"},
	{"the settle time", "internal/engine/settle.go",
		"st.Last.Sub(st.Since) >= st.required(t)", "st.Last.Sub(st.Since) >= 0", "TestStreak"},
	{"commits that moved between two looks", "internal/engine/settle.go",
		"st.Commits == next.Commits && ", "", "TestStreak"},

	// That it is written once, by one process, and that what is given up does not arrive.
	{"a chunk is marked before it is sent", "internal/engine/write.go",
		"ready := func() error { return s.saveSending(ctx, due, r, a, i) }", "ready := func() error { return nil }",
		"TestLostAnswer|TestAStoreTooSlow"},
	{"a mark that took too long", "internal/engine/sending.go",
		"if s.Now().Sub(a.Chunks[i].SentAt) < grace {", "if true {", "TestAStoreTooSlow"},
	{"the lease is longer than the worst call", "internal/engine/sending.go",
		"return max(s.Times.Lease, worstCalls*s.callTimeout(cluster)+grace)", "return s.Times.Lease", "TestTheLease"},
	{"the fence", "internal/store/claim.go", "if n == 0 {", "if false {", "TestStore"},
	{"one request of a group writes", "internal/store/schema.sql",
		"CREATE UNIQUE INDEX one_applying", "CREATE INDEX one_applying", "TestStore"},
	{"linger 0", "kafka/link.go", "return s.conn.SetLinger(0)", "return s.conn.SetLinger(-1)",
		"TestEndOfAConnection|TestWriteThatIsGivenUp"},
	{"a negative offset", "kafka/write.go", "s.To.None || s.To.Offset < 0", "s.To.None", "TestNothingSent"},
}

// within is what the tests of a package may take to notice, in seconds of their own: building them comes on top.
const within = 20

var failedIn = regexp.MustCompile(`(?m)^FAIL\t\S+\t([\d.]+)s`)

// TestMutants builds each mutant, and demands that its own package's tests fail.
func TestMutants(t *testing.T) {
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants {
		t.Run(m.what, func(t *testing.T) {
			overlay := overlayOf(t, root, m)
			cmd := exec.CommandContext(t.Context(), "go", "test", "-overlay", overlay, "-vet=off", "-count=1", "-short",
				"-failfast", "-timeout", "3m", "-run", m.tests, "./"+filepath.Dir(m.file))
			out, err := cmd.CombinedOutput()
			failed := failedIn.FindStringSubmatch(string(out))
			if err == nil || failed == nil {
				t.Fatalf("survives the tests of %s (%v):\n%s", filepath.Dir(m.file), err, tail(string(out)))
			}
			took, err := strconv.ParseFloat(failed[1], 64)
			if err != nil || took > within {
				t.Errorf("noticed after %s s, want %d", failed[1], within)
			}
			t.Logf("MUTANT | %s | %s | %s s |", m.what, filepath.Dir(m.file), failed[1])
		})
	}
}

// overlayOf writes the mutant and returns the file that makes go test build it.
func overlayOf(t *testing.T, root string, m mutant) string {
	t.Helper()
	file := filepath.Join(root, m.file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		t.Fatalf("%s holds %q %d times, want once: the mutant has to follow the code", m.file, m.old, n)
	}
	dir := t.TempDir()
	mutated, overlay := filepath.Join(dir, "mutated"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{file: mutated}})
	if err != nil {
		t.Fatal(err)
	}
	changed := []byte(strings.Replace(string(text), m.old, m.now, 1))
	for name, content := range map[string][]byte{mutated: changed, overlay: replace} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return overlay
}

func tail(s string) string { return s[max(0, len(s)-2000):] }
