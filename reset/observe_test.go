package reset

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// t0 is when the reset of these tests was applied: orders-0 and orders-1 went from 900 to 850, of logs that ended at
// 1000.
var t0 = time.Date(2026, 11, 22, 3, 14, 14, 0, time.UTC)

// looked is what one look sees: where each partition's commit is (-1: none), where the logs end, and who is there.
type looked struct {
	after   time.Duration
	at      []int64
	end     int64
	members int
	change  func(*Snapshot)
}

func (l looked) snapshot() Snapshot {
	snap := Snapshot{Group: GroupState{Exists: true, State: "Empty"},
		Topics: map[string]Topic{"orders": {ID: "t1", Partitions: 2}}}
	for i := range l.members {
		snap.Group.State = "Stable"
		snap.Group.Members = append(snap.Group.Members,
			Member{ID: fmt.Sprint("m", i), ClientID: "billing", Host: "10.4.7.21"})
	}
	for p, at := range l.at {
		pos := Position{Offset: at}
		if at < 0 {
			pos = Position{None: true}
		}
		snap.Partitions = append(snap.Partitions,
			PartitionState{Partition: Partition{"orders", int32(p)}, Start: 0, End: max(l.end, 1000), Committed: pos})
	}
	if l.change != nil {
		l.change(&snap)
	}
	return snap
}

func TestObserve(t *testing.T) {
	t.Parallel()
	const s, m = time.Second, time.Minute
	unread := func(p int) func(*Snapshot) {
		return func(snap *Snapshot) { snap.Partitions[p].Err = "LEADER_NOT_AVAILABLE" }
	}
	markers := func(p int, n int64) func(*Snapshot) {
		return func(snap *Snapshot) { snap.Partitions[p].Markers = n }
	}
	for name, tc := range map[string]struct {
		looks []looked
		write func(*Write)
		iso   Isolation
		to    Target
		want  []string // an entry each
		watch string   // resumed, empty, elsewhere, overwritten, end
	}{
		"comes back and catches up": {looks: []looked{{after: 15 * s, at: []int64{850, 850}},
			{after: 25 * s, at: []int64{850, 850}, members: 2}, {after: 35 * s, at: []int64{900, 860}, members: 2},
			{after: 45 * s, at: []int64{1005, 990}, end: 1010, members: 2},
			{after: 9 * m, at: []int64{1010, 1000}, end: 1010, members: 2}},
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=2 resumed=0 empty=0 of=2",
				"resumed resumed=2 empty=0 of=2", "caught up why=caught up lag=10"}, watch: "2 0 0 0 caught up"},
		"comes back at once": {looks: []looked{{after: 15 * s, at: []int64{870, 1000}, members: 1}},
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=2 empty=0 of=2"}, watch: "2 0 0 0 "},
		"reads more than was there": {looks: []looked{{after: 15 * s, at: []int64{1000, 1000}, end: 5000, members: 1}},
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=2 empty=0 of=2",
				"caught up why=caught up lag=8000"},
			watch: "2 0 0 0 caught up"},
		"overwritten, nobody is there": {looks: []looked{{after: 15 * s, at: []int64{903, 850}},
			{after: 25 * s, at: []int64{910, 850}}},
			want: []string{"overwritten partitions=1 topic=orders partition=0 to=850 read=903"}, watch: "0 0 0 1 "},
		"overwritten later": {looks: []looked{{after: 15 * s, at: []int64{850, 850}},
			{after: 25 * s, at: []int64{850, 903}}},
			want: []string{"read again partitions=2",
				"overwritten partitions=1 topic=orders partition=1 to=850 read=903"}, watch: "0 0 0 1 "},
		"an overwritten partition does not resume at its target": {looks: []looked{
			{after: 15 * s, at: []int64{903, 850}}, {after: 25 * s, at: []int64{920, 870}, members: 1}},
			want: []string{"overwritten partitions=1 topic=orders partition=0 to=850 read=903",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=1 empty=0 of=2"}, watch: "1 0 0 1 "},
		"the commits are deleted": {looks: []looked{{after: 15 * s, at: []int64{-1, -1},
			change: func(snap *Snapshot) { snap.Group = GroupState{} }}},
			want: []string{"overwritten partitions=2 topic=orders partition=0 to=850 read=none"}, watch: "0 0 0 2 "},
		"auto.offset.reset": {looks: []looked{{after: 15 * s, at: []int64{12, 850}, members: 1},
			{after: 25 * s, at: []int64{870, 860}, members: 1}},
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=0 empty=0 of=2",
				"went on from elsewhere partitions=1 topic=orders partition=0 to=850 read=12",
				"resumed resumed=1 empty=0 of=2"}, watch: "1 0 1 0 "},
		"behind the end": {looks: []looked{{after: 15 * s, at: []int64{1200, 850}, members: 1}},
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=0 empty=0 of=2",
				"went on from elsewhere partitions=1 topic=orders partition=0 to=850 read=1200"}, watch: "0 0 1 0 "},
		"behind the last stable offset": {looks: []looked{{after: 15 * s, at: []int64{1200, 850}, members: 1}},
			iso: ReadCommitted, want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=1 empty=0 of=2"}, watch: "1 0 0 0 "},
		"came and left, and was seen": {looks: []looked{{after: 15 * s, at: []int64{850, 850}, members: 1},
			{after: 25 * s, at: []int64{870, 850}}},
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=0 empty=0 of=2"}, watch: "1 0 0 0 "},
		"nobody": {looks: []looked{{after: 15 * s, at: []int64{850, 850}}, {after: 30 * m, at: []int64{850, 850}}},
			want: []string{"read again partitions=2", "watch ended why=nobody lag=300"}, watch: "0 0 0 0 nobody"},
		"not idle at 30 min, though nobody is named": {looks: []looked{{after: 30 * m, at: []int64{850, 850},
			change: func(s *Snapshot) { s.Group.State = "PreparingRebalance" }}},
			want: []string{"read again partitions=2"}, watch: "0 0 0 0 "},
		"a slow group": {looks: []looked{{after: 15 * s, at: []int64{860, 850}, members: 1},
			{after: 4 * time.Hour, at: []int64{861, 850}, members: 1}},
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=1 empty=0 of=2",
				"watch ended why=long lag=289"}, watch: "1 0 0 0 long"},
		"a partition that cannot be read says nothing": {looks: []looked{{after: 15 * s, at: []int64{1000, 3},
			members: 1, change: unread(1)}},
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=1 empty=0 of=2"}, watch: "1 0 0 0 "},
		"a topic that was made again says nothing": {looks: []looked{{after: 15 * s, at: []int64{1000, 3}, members: 1,
			change: func(s *Snapshot) { s.Topics["orders"] = Topic{ID: "t2"} }}},
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=0 empty=0 of=2"}, watch: "0 0 0 0 "},
		"to the end, and nothing came since": {looks: []looked{{after: 15 * s, at: []int64{1000, 1000}},
			{after: 25 * s, at: []int64{1000, 1000}, members: 1}},
			write: func(w *Write) { w.To.Offset = 1000 },
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=0 empty=2 of=2",
				"caught up why=caught up lag=0"}, watch: "0 2 0 0 caught up"},
		"read all but a transaction's marker": {looks: []looked{{after: 15 * s, at: []int64{999, 1000}, members: 1,
			change: markers(0, 1)}},
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=2 empty=0 of=2",
				"caught up why=caught up lag=0 markers=1"}, watch: "2 0 0 0 caught up"},
		"a message behind a marker": {looks: []looked{{after: 15 * s, at: []int64{999, 1000}, members: 1}},
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=2 empty=0 of=2"}, watch: "2 0 0 0 "},
		"the target is before a marker": {looks: []looked{{after: 15 * s, at: []int64{999, 999}, members: 1,
			change: func(s *Snapshot) { markers(0, 1)(s); markers(1, 1)(s) }}},
			write: func(w *Write) { w.To.Offset = 999 },
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=0 empty=2 of=2",
				"caught up why=caught up lag=0 markers=2"}, watch: "0 2 0 0 caught up"},
		"deleted": {looks: []looked{{after: 15 * s, at: []int64{-1, -1}}}, to: Nowhere{},
			write: func(w *Write) { w.To = Position{None: true} }, want: []string{"read again partitions=2"},
			watch: "0 0 0 0 gone"},
		"deleted, and committed again": {looks: []looked{{after: 15 * s, at: []int64{-1, 903}}}, to: Nowhere{},
			write: func(w *Write) { w.To = Position{None: true} },
			want:  []string{"overwritten partitions=1 topic=orders partition=1 to=none read=903"},
			watch: "0 0 0 1 gone"},
		"taken back to never committed": {looks: []looked{{after: 15 * s, at: []int64{-1, -1}},
			{after: 25 * s, at: []int64{40, 1000}, members: 1}},
			write: func(w *Write) { w.To = Position{None: true} },
			want: []string{"read again partitions=2",
				"consumers back client=billing host=10.4.7.21 members=1 resumed=2 empty=0 of=2"}, watch: "2 0 0 0 "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := Request{Isolation: tc.iso, Act: Move{Intent{Target: tc.to}}, Watch: &Watch{Since: t0}}
			var writes []Write
			for p := range int32(2) {
				w := Write{Step: Step{Topic: "orders", TopicID: "t1", Partition: p, End: 1000,
					From: Position{Offset: 900}, To: Position{Offset: 850}}}
				if tc.write != nil {
					tc.write(&w)
				}
				writes = append(writes, w)
			}
			var got []string
			for _, l := range tc.looks {
				w, said := Observe(r, writes, l.snapshot(), t0.Add(l.after),
					WatchTimes{Fast: 10 * time.Second, Slow: 30 * time.Second, Nobody: 30 * time.Minute})
				for _, n := range said {
					line := string(n.Event)
					for i := 0; i < len(n.Facts); i += 2 {
						line += " " + n.Facts[i] + "=" + n.Facts[i+1]
					}
					got = append(got, line)
				}
				r.Watch = &w
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			w := r.Watch
			if got := fmt.Sprint(w.Resumed, w.Empty, w.Elsewhere.Count(), w.Overwritten.Count(), " ",
				w.Why); got != tc.watch {
				t.Errorf("resumed, empty, elsewhere, overwritten, end: %q, want %q", got, tc.watch)
			}
			if w.Open() != (w.Why == "") {
				t.Errorf("ended at %v, %q", w.Ended, w.Why)
			}
		})
	}
}
