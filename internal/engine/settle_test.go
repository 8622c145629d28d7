package engine

import (
	"cmp"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// at is a look so long after the first, which took no time.
func at(after time.Duration) time.Time { return t0.Add(after) }

func TestStreak(t *testing.T) {
	t.Parallel()
	const s = time.Second
	empty := reset.GroupState{Exists: true, State: "Empty", Type: "classic"}
	commits := func(offset int64) map[reset.Partition]reset.Position {
		return map[reset.Partition]reset.Position{{Topic: "orders", Partition: 0}: {Offset: offset},
			{Topic: "refunds", Partition: 3}: {Offset: 7}}
	}
	idle := reset.Look{Group: empty, Commits: commits(900)}
	stable := reset.Look{Group: reset.GroupState{Exists: true, State: "Stable", Members: []reset.Member{{ID: "m1"}}}}
	epoch := func(n int32) reset.Look {
		l := idle
		l.Group.Type, l.Group.Epoch = "consumer", n
		return l
	}
	type seen struct {
		after time.Duration
		look  reset.Look
		took  time.Duration
	}
	for name, tc := range map[string]struct {
		looks  []seen
		since  time.Duration // of the streak at the end; -1: none
		served bool
	}{
		"inactive at every look": {[]seen{{0, idle, 0}, {2 * s, idle, 0}, {4 * s, idle, 0}, {6 * s, idle, 0}},
			0, true},
		"not yet": {
			[]seen{{0, idle, 0}, {2 * s, idle, 0}, {4 * s, idle, 0}, {6*s - 1, idle, 0}}, 0, false},
		"the first look ended late": {[]seen{{0, idle, s}, {2 * s, idle, 0}, {4 * s, idle, 0}, {6 * s, idle, 0}},
			s, false},
		"a member": {
			[]seen{{0, idle, 0}, {2 * s, stable, 0}, {4 * s, idle, 0}, {6 * s, idle, 0}}, 4 * s, false},
		"a member now": {[]seen{{0, idle, 0}, {2 * s, idle, 0}, {4 * s, stable, 0}}, -1, false},
		"a rebalance that names nobody": {[]seen{{0, idle, 0},
			{2 * s, reset.Look{Group: reset.GroupState{Exists: true, State: "PreparingRebalance"},
				Commits: commits(900)}, 0}, {4 * s, idle, 0}}, 4 * s, false},
		"commits of another topic moved": {[]seen{{0, idle, 0},
			{2 * s, reset.Look{Group: empty,
				Commits: map[reset.Partition]reset.Position{{Topic: "orders", Partition: 0}: {Offset: 900},
					{Topic: "refunds", Partition: 3}: {Offset: 8}}}, 0}}, 2 * s, false},
		"commits moved": {[]seen{{0, idle, 0},
			{2 * s, reset.Look{Group: empty, Commits: commits(901)}, 0},
			{4 * s, reset.Look{Group: empty, Commits: commits(901)}, 0}}, 2 * s, false},
		"commits moved and came back": {[]seen{{0, idle, 0},
			{2 * s, reset.Look{Group: empty, Commits: commits(901)}, 0}, {4 * s, idle, 0}}, 4 * s, false},
		"commits could not be read": {
			[]seen{{0, idle, 0}, {2 * s, reset.Look{Group: empty}, 0}, {4 * s, idle, 0}}, 4 * s, false},
		"a member between, told by epochs": {[]seen{{0, epoch(4), 0}, {2 * s, epoch(6), 0}, {4 * s, epoch(6), 0}},
			2 * s, false},
		"the group went": {[]seen{{0, idle, 0}, {2 * s, reset.Look{Commits: commits(900)}, 0}}, 2 * s,
			false},
		"a look came late":  {[]seen{{0, idle, 0}, {3*s + 1, idle, 0}, {6 * s, idle, 0}}, 3*s + 1, false},
		"a look began late": {[]seen{{0, idle, s}, {5 * s, idle, s}, {6 * s, idle, s}}, 6 * s, false},
		"slow looks": {[]seen{{0, idle, 2 * s}, {3 * s, idle, 2 * s}, {6 * s, idle, 2 * s},
			{9 * s, idle, 2 * s}}, 2 * s, false},
		"slow looks, and longer": {[]seen{{0, idle, 2 * s}, {4 * s, idle, 2 * s}, {8 * s, idle, 2 * s},
			{12 * s, idle, 2 * s}, {16 * s, idle, 2 * s}, {20 * s, idle, 0}}, 2 * s, true},
		"a slow look among quick ones": {[]seen{{0, idle, 0}, {s, idle, 4 * s}, {6 * s, idle, 0}, {7 * s, idle, 0}}, 0,
			false},
		"the process was stopped during a look": {[]seen{{0, idle, 0}, {s, idle, 600 * s}, {602 * s, idle, 0},
			{604 * s, idle, 0}, {606 * s, idle, 0}, {607 * s, idle, 0}}, 601 * s, true},
		"the clock went back": {[]seen{{4 * s, idle, 0}, {2 * s, idle, 0}}, 2 * s, false},
	} {
		var st IdleStreak
		for _, l := range tc.looks {
			st = st.add("prod", "billing", l.look, at(l.after), at(l.after+l.took), DefaultTimes)
		}
		want := time.Time{}
		if tc.since >= 0 {
			want = at(tc.since)
		}
		if !st.Since.Equal(want) || st.complete(DefaultTimes) != tc.served {
			t.Errorf("%s: inactive since %s, served %v; want %s, %v", name, st.Since, st.complete(DefaultTimes), want,
				tc.served)
		}
	}
	other := IdleStreak{}.add("prod", "billing", idle, at(0), at(0), DefaultTimes).add("prod", "audit", idle, at(s),
		at(s), DefaultTimes)
	if !other.Since.Equal(at(s)) {
		t.Errorf("one group's streak went on as another's, since %s", other.Since)
	}
}

// A restart loop with the period of a look would be missed every time if looks were evenly spaced: whatever its
// period and wherever it is when the settle time begins, looks find a member that is there for a third of it.
func TestChecksAreNotEvenlySpaced(t *testing.T) {
	t.Parallel()
	const period, settle = time.Second, 6 * time.Second
	missed := 0
	for begin := range 200 {
		joins := time.Duration(begin) * 37 * time.Millisecond % period // in each second
		start := t0.Add(time.Duration(begin) * 61 * time.Second)
		found, now := false, start
		for now.Before(start.Add(settle)) {
			next := nextCheckAfter(now, period)
			if gap := next.Sub(now); gap <= 0 || gap > period*17/10 {
				t.Fatalf("%s after a look comes the next", gap)
			}
			now = next
			found = found || (now.Sub(t0)-joins+period)%period < period/3
		}
		if !found {
			missed++
		}
	}
	if missed > 0 {
		t.Errorf("%d of 200 settle times missed a member that was there for a third of each second", missed)
	}
	if a, b := nextCheckAfter(t0, period), nextCheckAfter(nextCheckAfter(t0, period).Add(-1), period); !a.Equal(b) {
		t.Errorf("looks of two requests are at %s and %s: they cannot share a round", a, b)
	}
}

func TestNumbersAt(t *testing.T) {
	t.Parallel()
	const s, m = time.Second, time.Minute
	for name, tc := range map[string]struct {
		last      Numbers
		notBefore time.Duration
		want      time.Duration
		now       time.Duration
	}{
		"the clock was set back": {now: -time.Hour, want: -time.Hour},
		"recomputed since then": {last: Numbers{Revision: 2, At: at(-time.Hour)}, now: 10*s - time.Hour,
			want: 30*s - time.Hour},
		"first":                   {want: 30 * s},
		"again":                   {last: Numbers{Revision: 2, At: at(30 * s), Took: s}, want: m},
		"a look that takes long":  {last: Numbers{Revision: 2, At: at(30 * s), Took: 5 * s}, want: 130 * s},
		"of the revision before":  {last: Numbers{Revision: 1, At: at(29 * s), Took: s}, want: 30 * s},
		"long before its time":    {notBefore: time.Hour, want: 45 * m},
		"shortly before its time": {notBefore: 10 * m, want: 30 * s},
		"again, within 15 min of it": {last: Numbers{Revision: 2, At: at(50 * m)}, notBefore: time.Hour,
			want: 50*m + 30*s},
	} {
		r := reset.Request{Revision: 2, PlannedAt: t0}
		if tc.notBefore > 0 {
			r.NotBefore = at(tc.notBefore)
		}
		svc := &Service{Times: DefaultTimes, Now: func() time.Time { return at(cmp.Or(tc.now, time.Hour)) }}
		if got := svc.recomputeAt(Due{Note: Note{Numbers: tc.last}}, r); !got.Equal(at(tc.want)) {
			t.Errorf("%s: after %s, want %s", name, got.Sub(t0), tc.want)
		}
	}
}
