package cron

import (
	_ "embed"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// corpus has 200 expressions as people keep them, with the runs of 2026 around the clock changes of Berlin and
// Santiago, and what a refusal has to say.
//
//go:embed testdata/cron.tsv
var corpus string

func TestTheCorpus(t *testing.T) {
	t.Parallel()
	counts := map[string]int{}
	for line := range strings.Lines(corpus) {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		c := strings.Split(strings.TrimRight(line, "\n"), "\t")
		counts[c[1]]++
		s, err := Parse(c[0], zoneNamed(t, "Europe/Berlin"))
		switch {
		case err != nil && c[1] == "ok":
			t.Errorf("%q is refused: %v", c[0], err)
		case err == nil && c[1] == "refuse":
			t.Errorf("%q is read", c[0])
		case err != nil && c[7] != "" && !regexp.MustCompile("(?i)"+c[7]).MatchString(err.Error()):
			t.Errorf("%q: %v\nhas no %s", c[0], err, c[7])
		case err == nil && c[1] == "ok":
			inTheYear(t, s, c)
		}
	}
	if counts["ok"] != 152 || counts["refuse"] != 40 || counts["either"] != 8 {
		t.Errorf("the corpus has %v", counts)
	}
}

// inTheYear compares an expression with its row: how often it runs, and its runs around the clock changes.
func inTheYear(t *testing.T, s Schedule, c []string) {
	t.Helper()
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	want, err := strconv.Atoi(c[2])
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if want > 9000 { // more than once an hour: to count them takes seconds
		n, end = want, time.Time{}
	}
	for run := s.Next(time.Date(2026, 1, 1, 0, 0, 0, -1, time.UTC)); run.Before(end) && !run.IsZero(); run = s.Next(run) {
		n++
	}
	if n != want {
		t.Errorf("%q runs %d times in 2026, want %s", c[0], n, c[2])
	}
	for i, from := range []struct{ zone, after string }{
		{"Europe/Berlin", "2026-03-28T12:00:00Z"}, {"Europe/Berlin", "2026-10-24T12:00:00Z"},
		{"America/Santiago", "2026-09-05T12:00:00Z"},
	} {
		s.zone = zoneNamed(t, from.zone)
		at, err := time.Parse(time.RFC3339, from.after)
		if err != nil {
			t.Fatal(err)
		}
		var runs []string
		for range 3 {
			if at = s.Next(at); at.IsZero() || at.UTC().Year() > 2026 {
				break
			}
			runs = append(runs, at.Format("2006-01-02T15:04-0700"))
		}
		want := strings.TrimPrefix(c[3+i], "-")
		if got := strings.Join(runs, " "); got != want {
			t.Errorf("%q in %s after %s: %s, want %s", c[0], from.zone, from.after, got, want)
		}
	}
}

func zoneNamed(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// What other schedulers read is refused with the expression to type, which is read; ? is read as *.
func TestOtherSchedulersWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ expr, instead, says string }{
		{"0 0 ? * MON", "", ""},
		{"0 0 1 * ?", "", ""},
		{"? 2 * * *", "0 2 * * *", "5 minutes"}, // every minute
		{"0 2 ?/2 * *", "0 2 1,15 * *", "is not 1 to 31"},
		{"0 2 L * *", "0 2 1 * *", "to yesterday"},
		{"0 2 L-3 * *", "0 2 1 * *", "last day"},
		{"0 2 1W * *", "0 2 1 * *", "nearest weekday"},
		{"0 2 LW * *", "0 2 1,15 * *", "nearest weekday"},
		{"0 2 * * 5L", "0 2 * * 5", "last weekday"},
		{"0 2 * * friL", "0 2 * * fri", "last weekday"},
		{"0 2 * * L", "0 2 * * MON-FRI", "last weekday"},
		{"0 2 * * MON#2", "0 2 * * MON", "nth weekday"},
		{"0 2 * * 1#1,3", "0 2 * * 1,3", "nth weekday"},
		{"H 2 * * *", "17 2 * * *", "Jenkins"},
		{"H H * * *", "17 2 * * *", "Jenkins"},
		{"H H(0-7) * * *", "17 0 * * *", "Jenkins"},
		{"H/15 * * * *", "*/15 * * * *", "Jenkins"},
		{"H(0-29)/10 * * * *", "0-29/10 * * * *", "Jenkins"},
		{"0 2 * * monday", "0 2 * * mon", "three letters"},
		{"0 2 * * Tuesday,Thursday", "0 2 * * Tue,Thu", "three letters"},
		{"0 2 1 January *", "0 2 1 Jan *", "three letters"},
		{"0 24 * * *", "0 0 * * *", "midnight is hour 0"},
		{"*/60 * * * *", "0 * * * *", "every hour"},
		{"*/90 * * * *", "0 */3 * * *", "two schedules"},
		{"*/120 * * * *", "0 */2 * * *", "in hours"},
		{"*/75 * * * *", "0 */2 * * *", "every 75 minutes cannot be said"},
		{"0 */24 * * *", "0 2 * * *", "once a day"},
		{"0 */48 * * *", "0 2 * * *", "in days"},
		{"0 2 1 */12 *", "0 2 1 1 *", "once a year"},
		{"0 2 * * 1, 3", "0 2 * * 1,3", "without blanks"},
		{"0 2 1 , 15 * *", "0 2 1,15 * *", "without blanks"},
		{"0 2 * * mon - fri", "0 2 * * mon-fri", "without blanks"},
		{"0 0 2 * * *", "0 2 * * *", "seconds and years"},
		{"0 30 8 * * 1-5", "30 8 * * 1-5", "seconds and years"},
		{"0 0 12 ? * MON-FRI", "0 12 ? * MON-FRI", "seconds and years"},
		{"0 0 12 ? * 2", "0 2 * * *", "count Sunday as 1"}, // Monday in Quartz
		{"0 0 12 * * ? 2027", "0 12 * * ?", "seconds and years"},
		{"0 2 1 1 * 2027", "0 2 1 1 *", "seconds and years"},
		{"cron(0 2 * * ? *)", "0 2 * * ?", "five fields"},
		{"@reboot", "0 2 * * *", "not a time"},
		{"@once", "0 2 * * *", "at TIME -- RESET"},
		{"@dailly", "@daily", "are known"},
		{"@every 15m", "*/15 * * * *", "counts from"},
		{"@every 6h", "0 */6 * * *", "counts from"},
		{"@every 1h0m0s", "0 * * * *", "counts from"},
		{"@every 24h", "0 0 * * *", "counts from"},
		{"@every 7m", "0 */6 * * *", "counts from"},
	} {
		s, err := Parse(c.expr, time.UTC)
		var e *Error
		if c.says == "" {
			if err != nil {
				t.Errorf("%q: %v", c.expr, err)
			} else if s.String() != c.expr+" (UTC)" {
				t.Errorf("%q is shown as %s", c.expr, s)
			}
			continue
		}
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", c.expr, err)
			continue
		}
		if c.expr == "? 2 * * *" {
			c.instead = e.Example
		}
		if e.Example != c.instead || !strings.Contains(e.Error(), c.says) {
			t.Errorf("%q: %v\nwant %q and %q", c.expr, e, c.instead, c.says)
		}
		if _, err := Parse(e.Example, time.UTC); err != nil {
			t.Errorf("%q: the example is refused: %v", c.expr, err)
		}
	}
}
