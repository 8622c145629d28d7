//go:build realkafka

package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/realkafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// oddWorld has topics of every odd kind and many groups with commits in odd places. Once made it holds still, so that
// the bot and Kafka's tool look at the same one.
type oddWorld struct {
	*testing.T
	k      *realkafka.Cluster
	bot    *kafka.Cluster
	cl     *kgo.Client
	admin  *kadm.Client
	name   string // begins the names of all its topics and groups
	first  time.Time
	topics []string
	groups []string
	whole  []string // those with a commit on every partition, except on the topic without consumers
	seen   map[string][]reset.Snapshot
	counts map[difference]int
	equal  int
}

// For every target the plans of many generated groups are, partition by partition, what Kafka's own tool would write,
// but for the differences in docs/differences.md.
func TestPlansAreThoseOfKafkasTool(t *testing.T) {
	t.Parallel()
	w := newOddWorld(t)
	w.makeTopics()
	w.commitAll(210)
	w.settle()
	runs := w.runs()
	w.runTool(&runs[0])
	ok(t, sideBySide(len(runs)-1, func(i int) error { w.runTool(&runs[1+i]); return nil }))
	for _, r := range runs {
		w.compare(r)
	}
	w.compareHidden()
	w.compareRefusals()
	t.Logf("%d groups, %d runs of the tool: %d partitions go to the same offset", len(w.groups), len(runs), w.equal)
	for _, d := range differences {
		t.Logf("%6d × %s", w.counts[d], d)
		if w.counts[d] == 0 {
			t.Errorf("%q is listed and was never seen", d)
		}
	}
	if n := w.counts[unexplained]; n > 0 {
		t.Errorf("%d differences have no explanation", n)
	}
}

func newOddWorld(t *testing.T) *oddWorld {
	k := realkafka.Shared(t)
	w := &oddWorld{
		T: t, k: k, name: fmt.Sprintf("odd%d", time.Now().UnixNano()), counts: map[difference]int{},
		seen: map[string][]reset.Snapshot{}, first: time.Now().Add(-24 * time.Hour).UTC().Truncate(time.Second),
		bot: open(t, kafka.Config{Bootstrap: k.Bootstrap(), ClusterID: k.ID, Timeout: 30 * time.Second}),
	}
	w.cl = w.client()
	w.admin = kadm.NewClient(w.cl)
	return w
}

func (w *oddWorld) client(opts ...kgo.Opt) *kgo.Client {
	return w.k.Client(w, append([]kgo.Opt{kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.UnknownTopicRetries(-1)},
		opts...)...)
}

// at is the time of the nth record of a topic; a second lot of records comes twelve hours later.
func (w *oddWorld) at(n int) time.Time { return w.first.Add(time.Duration(n) * time.Second) }

const (
	hour  = 60 * 60
	later = 12 * hour
)

func (w *oddWorld) topic(suffix string, partitions int32, config ...string) string {
	settings := map[string]*string{"retention.ms": new("-1")}
	for i := 0; i < len(config); i += 2 {
		settings[config[i]] = &config[i+1]
	}
	name := w.name + "-" + suffix
	_, err := w.admin.CreateTopic(w.Context(), partitions, 1, settings, name)
	ok(w.T, err)
	w.topics = append(w.topics, name)
	return name
}

// fill writes records of the seconds to a partition, a batch each where segments are to roll between them.
func (w *oddWorld) fill(topic string, partition int32, batches bool, seconds ...int) {
	var rs []*kgo.Record
	for _, n := range seconds {
		rs = append(rs, &kgo.Record{Topic: topic, Partition: partition, Timestamp: w.at(n), Key: []byte("k"),
			Value: []byte("x")})
	}
	if !batches {
		ok(w.T, w.cl.ProduceSync(w.Context(), rs...).FirstErr())
		return
	}
	for _, r := range rs {
		ok(w.T, w.cl.ProduceSync(w.Context(), r).FirstErr())
	}
}

func upTo(n int, more ...int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return append(out, more...)
}

func (w *oddWorld) makeTopics() {
	orders := w.topic("orders", 4) // partition 3 stays empty
	for p := range int32(3) {
		w.fill(orders, p, false, upTo(60, later, later+1, later+2)...)
	}
	compact := w.topic("compact", 1, "cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01", "segment.ms",
		"5000")
	w.fill(compact, 0, true, upTo(30)...)

	odd := w.topic("disorder", 2, "message.timestamp.after.max.ms", strconv.Itoa(math.MaxInt64))
	w.fill(odd, 0, true, 0, 50, 10, 20, 5, 40, 30)
	w.fill(odd, 1, true, 0, 1, 40*later, 2, 3, 30) // one record is dated after now

	stamped := w.topic("stamped", 1, "message.timestamp.type", "LogAppendTime")
	w.fill(stamped, 0, false, upTo(12)...)

	opened := w.topic("open", 1)
	w.fill(opened, 0, false, upTo(10)...)
	tx := w.client(kgo.TransactionalID(opened), kgo.TransactionTimeout(10*time.Minute))
	ok(w.T, tx.BeginTransaction()) // it stays open: nothing behind it is read committed
	for n := 10; n < 15; n++ {
		ok(w.T, tx.ProduceSync(w.Context(),
			&kgo.Record{Topic: opened, Timestamp: w.at(n), Value: []byte("x")}).FirstErr())
	}
	w.topic("unread", 2)

	emptied := w.topic("emptied", 2)
	w.fill(emptied, 0, false, upTo(20)...)
	w.fill(emptied, 1, false, upTo(20)...)
	w.trim(emptied, 20, 10)
	trimmed := w.topic("trimmed", 2, "segment.ms", "10000") // records remain below the log start, in files of their own
	w.fill(trimmed, 0, true, upTo(60)...)
	w.fill(trimmed, 1, true, upTo(30, 5, 6, 50)...)
	w.trim(trimmed, 33, 30)

	// late records between early ones, behind a first segment that misleads
	hidden := w.topic("hidden", 1, "segment.ms", "3600000")
	w.fill(hidden, 0, true, 5*hour, hour, hour, 10*hour, 10*hour, 2*hour, 2*hour)
	w.trim(hidden, 1)
}

func (w *oddWorld) trim(topic string, before ...int64) {
	var to kadm.Offsets
	for p, o := range before {
		to.AddOffset(topic, int32(p), o, -1)
	}
	got, err := w.admin.DeleteRecords(w.Context(), to)
	ok(w.T, err)
	ok(w.T, got.Error())
}

// commitAll makes up groups: every third has a commit everywhere, the others here and there; a commit is in the log, at
// either end of it, before or behind it, or as large as a number can be.
func (w *oddWorld) commitAll(n int) {
	ends, err := w.admin.ListEndOffsets(w.Context(), w.topics...)
	ok(w.T, err)
	ok(w.T, ends.Error())
	random := rand.New(rand.NewPCG(4, 6))
	commits := make([]kadm.Offsets, n)
	for i := range n {
		offsets := kadm.Offsets{}
		for _, end := range ends.Offsets().Sorted() {
			if strings.HasSuffix(end.Topic, "-unread") || i%3 > 0 && random.IntN(3) == 0 {
				continue
			}
			offsets.AddOffset(end.Topic, end.Partition, madeUp(random, end.At), -1)
		}
		commits[i] = offsets
		w.groups = append(w.groups, fmt.Sprintf("%s-%03d", w.name, i))
		if i%3 == 0 {
			w.whole = append(w.whole, w.groups[i])
		}
	}
	ok(w.T, sideBySide(n, func(i int) error { return w.admin.CommitAllOffsets(w.Context(), w.groups[i], commits[i]) }))
}

// sideBySide calls f for each of n, a few at a time.
func sideBySide(n int, f func(i int) error) error {
	const few = 4
	var wg sync.WaitGroup
	errs := make([]error, n)
	for k := range few {
		wg.Go(func() {
			for i := k; i < n; i += few {
				errs[i] = f(i)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func madeUp(random *rand.Rand, end int64) int64 {
	switch random.IntN(10) {
	case 0:
		return 0
	case 1:
		return end
	case 2:
		return end + 1 + random.Int64N(1000)
	case 3:
		return math.MaxInt64 - random.Int64N(3)
	}
	return random.Int64N(end + 1)
}

// settle waits until compaction is done and every partition can be read.
func (w *oddWorld) settle() {
	eventually(w.T, "the world is ready", func() string {
		got, err := w.admin.ListOffsetsAfterMilli(w.Context(), w.at(2).UnixMilli(), w.topics...)
		if err != nil {
			return err.Error()
		}
		if err := got.Error(); err != nil {
			return err.Error()
		}
		if o, _ := got.Lookup(w.name+"-compact", 0); o.Offset == 2 {
			return "compaction is still to come"
		}
		return ""
	})
}

// compareHidden looks at the one partition whose misleading file stays: the tool goes to the end, and the late
// records begin at 3.
func (w *oddWorld) compareHidden() {
	group, hidden := w.groups[:1], w.name+"-hidden"
	at := w.at(4*hour + hour/2)
	printed, out, err := w.tool(w.Context(), group,
		[]string{"--topic", hidden, "--to-datetime", at.Format("2006-01-02T15:04:05.000Z07:00")})
	p := w.plans(run{groups: group, scope: scope(hidden), target: reset.Time{At: at}})[0]
	if err != nil || printed[place{group[0], hidden, "0"}] != 7 {
		w.Errorf("late records between early ones: want the tool to go to the end, 7 (%v):\n%.2000s", err, out)
	}
	if p.problem != nil || len(p.plan.Steps) != 1 || p.plan.Steps[0].To.Offset != 3 {
		w.Errorf("late records between early ones: the plan is %+v, want offset 3", p)
	}
}

// run is one call of Kafka's tool, and what the bot is asked instead.
type run struct {
	groups []string
	args   []string
	scope  reset.Scope
	target reset.Target
	rows   map[string]reset.Rows // a plan file: each group's own target
	iso    reset.Isolation

	printed map[place]int64 // what the tool's table says
	out     string          // all that it says
	err     error
}

func (w *oddWorld) runs() (out []run) {
	all, named := []string{"--all-topics"}, []string(nil)
	for _, t := range w.topics {
		named = append(named, "--topic", t)
	}
	both := func(t reset.Target, args ...string) {
		out = append(out, run{groups: w.groups, args: append(args, all...), scope: reset.Scope{All: true}, target: t},
			run{groups: w.groups, args: append(args, named...), scope: scope(w.topics...), target: t})
	}
	one := func(t reset.Target, args ...string) { // under --all-topics alone
		out = append(out, run{groups: w.groups, args: append(args, all...), scope: reset.Scope{All: true}, target: t})
	}
	datetime := func(at time.Time) (reset.Target, string, string) {
		at = at.Truncate(time.Millisecond)
		return reset.Time{At: at}, "--to-datetime", at.Format("2006-01-02T15:04:05.000Z07:00")
	}
	both(datetime(w.at(20)))
	one(datetime(w.at(-3600)))
	one(datetime(w.at(40).Add(-time.Millisecond)))
	one(datetime(w.at(100)))
	one(datetime(w.at(4*hour + hour/2)))
	both(datetime(time.Now().UTC()))
	both(reset.Time{At: time.Now().Add(-18 * time.Hour)}, "--by-duration", "PT18H") // no record is near that time
	one(reset.Time{At: time.Now().Add(-time.Hour)}, "--by-duration", "PT1H")
	both(reset.Latest{}, "--to-latest")
	both(reset.Earliest{}, "--to-earliest")
	both(reset.Current{}, "--to-current")
	both(reset.Exact{Offset: 15}, "--to-offset", "15")
	one(reset.Exact{Offset: 1 << 40}, "--to-offset", strconv.Itoa(1<<40))
	for _, by := range []int64{-7, 7, -1000, math.MaxInt64, math.MinInt64} {
		one(reset.Shift{By: by}, "--shift-by", strconv.FormatInt(by, 10))
	}
	read := w.topics[:0:0]
	read = append(read, w.topics...)
	read = slices.DeleteFunc(read, func(t string) bool { return strings.HasSuffix(t, "-unread") })
	shift := run{groups: w.whole, args: []string{"--shift-by", "-3"}, scope: scope(read...),
		target: reset.Shift{By: -3}}
	for _, t := range read {
		shift.args = append(shift.args, "--topic", t)
	}
	parts := reset.Scope{Topics: []reset.TopicScope{{Topic: w.topics[0], Partitions: []int32{0, 3}}}}
	return append(out, shift, w.planFile(),
		run{groups: w.groups, args: []string{"--to-latest", "--topic", w.topics[0] + ":0,3"}, scope: parts,
			target: reset.Latest{}},
		run{groups: w.groups, args: append([]string{"--to-latest"}, all...), scope: reset.Scope{All: true},
			target: reset.Latest{}, iso: reset.ReadCommitted})
}

// planFile writes a file that says for each group where to go.
func (w *oddWorld) planFile() run {
	r := run{groups: w.groups, rows: map[string]reset.Rows{}}
	random := rand.New(rand.NewPCG(4, 7))
	var file strings.Builder
	for _, group := range w.groups {
		var rows reset.Rows
		for p := range int32(4) {
			row := reset.Row{Topic: w.topics[0], Partition: p, Offset: random.Int64N(90)}
			rows.Rows = append(rows.Rows, row)
			fmt.Fprintf(&file, "%s,%s,%d,%d\n", group, row.Topic, row.Partition, row.Offset)
		}
		r.rows[group] = rows
	}
	name := filepath.Join(w.TempDir(), "plan.csv")
	ok(w.T, os.WriteFile(name, []byte(file.String()), 0o600))
	r.args = []string{"--from-file", name}
	return r
}

// place is a partition as the tool prints it.
type place struct{ group, topic, partition string }

// tool runs Kafka's tool for all groups in one JVM, and reads its table; warnings stand between the lines.
func (w *oddWorld) tool(ctx context.Context, groups, args []string) (map[place]int64, string, error) {
	args = append([]string{"--reset-offsets", "--dry-run", "--timeout", "60000"}, args...)
	for _, g := range groups {
		args = append(args, "--group", g)
	}
	out, err := w.k.GroupTool(ctx, args...)
	printed := map[place]int64{}
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if len(f) != 4 || !strings.HasPrefix(f[0], w.name) {
			continue
		}
		if o, bad := strconv.ParseInt(f[3], 10, 64); bad == nil {
			printed[place{f[0], f[1], f[2]}] = o
		}
	}
	return printed, out, err
}

func (w *oddWorld) runTool(r *run) {
	begun := time.Now()
	r.printed, r.out, r.err = w.tool(w.Context(), r.groups, r.args)
	w.Logf("%s: the tool took %s for %d partitions", strings.Join(r.args[:2], " "),
		time.Since(begun).Round(time.Millisecond), len(r.printed))
}

type planned struct {
	target  reset.Target
	plan    reset.Plan
	problem *reset.Problem
}

// plans are the bot's, in the order of the groups.
func (w *oddWorld) plans(r run) []planned {
	out := make([]planned, len(r.groups))
	snaps := w.snapshots(r)
	for i, group := range r.groups {
		in := r.intent(group)
		out[i].target = in.Target
		out[i].plan, out[i].problem = reset.MakePlan(in, nil, snaps[i], time.Now())
	}
	return out
}

func (r run) intent(group string) reset.Intent {
	in := reset.Intent{Cluster: "test", Group: group, Scope: r.scope, Target: r.target}
	if r.rows != nil {
		in.Target = r.rows[group]
	}
	return in
}

// snapshots are what the bot reads for a run. What it would ask twice in the same words it asks once.
func (w *oddWorld) snapshots(r run) []reset.Snapshot {
	queries := make([]reset.Query, len(r.groups))
	for i, group := range r.groups {
		queries[i] = reset.QueryOf(r.intent(group), nil, r.iso)
	}
	key := fmt.Sprint(queries)
	if s := w.seen[key]; s != nil {
		return s
	}
	out := make([]reset.Snapshot, len(queries))
	ok(w.T, sideBySide(len(queries), func(i int) (err error) {
		out[i], err = w.bot.Inspect(w.Context(), queries[i])
		return err
	}))
	w.seen[key] = out
	return out
}

func (w *oddWorld) compare(r run) {
	what := strings.Join(r.args[:2], " ")
	printed := r.printed
	if r.err != nil || len(printed) == 0 {
		w.Fatalf("%s: the tool printed no plan (%v):\n%.2000s", what, r.err, r.out)
	}
	for i, p := range w.plans(r) {
		if p.problem != nil {
			w.Fatalf("%s: %s is refused: %+v", what, r.groups[i], *p.problem)
		}
		for _, s := range p.plan.Steps {
			at := place{r.groups[i], s.Topic, strconv.Itoa(int(s.Partition))}
			number, there := printed[at]
			delete(printed, at)
			d := unexplained
			if there {
				d = differ(p.target, r.iso, s, number)
			}
			w.count(d, "%s: %v: the tool says %d (%v), the plan is %+v", what, at, number, there, s)
		}
	}
	for at, number := range printed {
		w.count(unexplained, "%s: %v: the tool says %d, the plan leaves it out", what, at, number)
	}
}

func (w *oddWorld) count(d difference, format string, args ...any) {
	if d == same {
		w.equal++
		return
	}
	w.counts[d]++
	if d == unexplained && w.counts[d] <= 10 {
		w.Errorf(format, args...)
	}
}

// compareRefusals looks at what the tool refuses as a whole, or says nothing about.
func (w *oddWorld) compareRefusals() {
	orders := w.topics[0]
	printed, out, _ := w.tool(w.Context(), w.groups, []string{"--topic", orders, "--shift-by", "-3"})
	if len(printed) > 0 || !strings.Contains(out, "no current committed offset") {
		w.Errorf("a shift of groups without a commit: the tool says\n%.2000s", out)
	}
	made := 0
	for _, p := range w.plans(run{groups: w.groups, scope: scope(orders), target: reset.Shift{By: -3}}) {
		if p.problem == nil {
			made++
		} else if p.problem.Code != reset.ProblemNoCommit {
			w.Errorf("a shift: %+v", *p.problem)
		}
	}
	if made < len(w.whole) || made == len(w.groups) {
		w.Errorf("%d groups can be shifted, want the %d with all commits and not all", made, len(w.whole))
	}
	w.counts[oneSpoilsAll] += made

	group := w.groups[:1]
	printed, out, _ = w.tool(w.Context(), group, []string{"--topic", orders, "--topic", orders + ":0", "--to-latest"})
	twice := w.plans(run{groups: group,
		scope:  reset.Scope{Topics: []reset.TopicScope{{Topic: orders}, {Topic: orders, Partitions: []int32{0}}}},
		target: reset.Latest{}})[0]
	if len(printed) > 0 || !strings.Contains(out, "Duplicate key") || twice.problem != nil ||
		len(twice.plan.Steps) != 4 {
		w.Errorf("a topic named twice: the plan is %+v, the tool says\n%.2000s", twice, out)
	}
	w.counts[topicTwice]++

	nobody := []string{w.name + "-nobody"}
	printed, out, err := w.tool(w.Context(), nobody, []string{"--all-topics", "--to-latest"})
	none := w.plans(run{groups: nobody, scope: reset.Scope{All: true}, target: reset.Latest{}})[0]
	if err != nil || len(printed) > 0 || none.problem == nil || none.problem.Code != reset.ProblemNoCommits {
		w.Errorf("a group without commits: the plan is %+v, the tool says (%v)\n%.2000s", none, err, out)
	}
	w.counts[nothingSaid]++
}
