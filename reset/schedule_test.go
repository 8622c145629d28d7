package reset

import (
	"testing"
	"time"
)

// A run is written for an active schedule that is as it was when it asked for the run, at the approved times alone.
func TestScheduleAndTimesOfARun(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	run := Run{Schedule: "s1", Revision: 2, At: at, First: at, Planned: at, WhenBusy: WhenBusy{Do: BusyWait, For: 20 * time.Minute}}
	for _, status := range []Status{Active, Paused, Lapsed, Over, Removed} {
		sc := &Schedule{ID: "s1", Revision: 2, Status: status}
		if got := sc.Current(run); got != (status == Active) {
			t.Errorf("a run of a schedule that is %s: %v", status, got)
		}
	}
	if (&Schedule{ID: "s1", Revision: 3, Status: Active}).Current(run) || (*Schedule)(nil).Current(run) {
		t.Error("a run of a schedule that was saved anew, or is not there")
	}
	for _, tt := range []struct {
		begin, now time.Duration
		change     func(*Run)
		want       bool
	}{
		{0, 0, nil, true},
		{0, 20 * time.Minute, nil, true},
		{0, 20*time.Minute + 1, nil, false},
		{-1, 0, nil, false},
		{MaxDelay, 20 * time.Minute, nil, true},
		{MaxDelay + 1, 0, nil, false},
		{0, Tolerance, func(r *Run) { r.WhenBusy = WhenBusy{Do: BusySkip} }, true},
		{0, Tolerance + 1, func(r *Run) { r.WhenBusy = WhenBusy{Do: BusySkip} }, false},
		{0, 6 * time.Hour, func(r *Run) { r.IfMissed = IfMissed{Run: true, Within: 6 * time.Hour} }, true},
		{0, 6*time.Hour + 1, func(r *Run) { r.IfMissed = IfMissed{Run: true, Within: 6 * time.Hour} }, false},
	} {
		r := run
		if tt.change != nil {
			tt.change(&r)
		}
		if got := r.Covers(at.Add(tt.begin), at.Add(tt.now)); got != tt.want {
			t.Errorf("begins %s after its time and is written %s after it: covered %v", tt.begin, tt.now, got)
		}
	}
}
