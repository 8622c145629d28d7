package cron

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the tests, not of the machine

	"github.com/google/go-cmp/cmp"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func parsed(t testing.TB, expr, in string) Schedule {
	t.Helper()
	s, err := Parse(expr, zone(t, in))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func written(runs []time.Time) string {
	var words []string
	for _, run := range runs {
		words = append(words, run.Format("Mon 2006-01-02T15:04-07:00"))
	}
	return strings.Join(words, "\n")
}

// Each row: an expression, a zone, an instant, and the runs that follow it.
func TestNext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ expr, zone, after, want string }{
		{"30 2 * * *", "UTC", "2026-01-31T02:29:59Z", "Sat 2026-01-31T02:30+00:00\nSun 2026-02-01T02:30+00:00"},
		{"30 2 * * *", "UTC", "2026-01-31T02:30:00Z", "Sun 2026-02-01T02:30+00:00"},
		{"0 2 * * *", "Asia/Kathmandu", "2026-01-01T00:00:00Z", "Fri 2026-01-02T02:00+05:45"},
		{"  0\t2  1 * *\n", "UTC", "2026-01-05T00:00:00Z", "Sun 2026-02-01T02:00+00:00"},

		// What the fields mean.
		{"0 2 * * 0", "UTC", "2026-01-01T00:00:00Z", "Sun 2026-01-04T02:00+00:00\nSun 2026-01-11T02:00+00:00"},
		{"0 2 * * 7", "UTC", "2026-01-01T00:00:00Z", "Sun 2026-01-04T02:00+00:00\nSun 2026-01-11T02:00+00:00"},
		{"0 2 * * 7,3", "UTC", "2026-01-01T00:00:00Z",
			"Sun 2026-01-04T02:00+00:00\nWed 2026-01-07T02:00+00:00\nSun 2026-01-11T02:00+00:00"},
		{"0 2 * * 5-7", "UTC", "2026-01-01T00:00:00Z",
			"Fri 2026-01-02T02:00+00:00\nSat 2026-01-03T02:00+00:00\nSun 2026-01-04T02:00+00:00\nFri 2026-01-09T02:00+00:00"},
		{"0 2 * * fri-Sun", "UTC", "2026-01-01T00:00:00Z",
			"Fri 2026-01-02T02:00+00:00\nSat 2026-01-03T02:00+00:00\nSun 2026-01-04T02:00+00:00\nFri 2026-01-09T02:00+00:00"},
		{"0 2 * * SUN-MON", "UTC", "2026-01-01T00:00:00Z",
			"Sun 2026-01-04T02:00+00:00\nMon 2026-01-05T02:00+00:00\nSun 2026-01-11T02:00+00:00"},
		{"0 2 * * SUN-SUN", "UTC", "2026-01-01T00:00:00Z", "Sun 2026-01-04T02:00+00:00\nSun 2026-01-11T02:00+00:00"},
		{"0 2 * * 1-7/3", "UTC", "2026-01-02T00:00:00Z",
			"Sun 2026-01-04T02:00+00:00\nMon 2026-01-05T02:00+00:00\nThu 2026-01-08T02:00+00:00"},
		{"0 2 * * */7", "UTC", "2026-01-01T00:00:00Z", "Sun 2026-01-04T02:00+00:00\nSun 2026-01-11T02:00+00:00"},
		{"0 2 * * 5/2", "UTC", "2026-01-01T00:00:00Z", "Fri 2026-01-02T02:00+00:00\nFri 2026-01-09T02:00+00:00"},
		{"0 2 * * 7/2", "UTC", "2026-01-01T00:00:00Z", "Sun 2026-01-04T02:00+00:00\nSun 2026-01-11T02:00+00:00"},
		{"0 2 1 jan,JUL *", "UTC", "2026-01-01T02:00:00Z", "Wed 2026-07-01T02:00+00:00\nFri 2027-01-01T02:00+00:00"},
		{"0 20/2 * * *", "UTC", "2026-01-01T00:00:00Z",
			"Thu 2026-01-01T20:00+00:00\nThu 2026-01-01T22:00+00:00\nFri 2026-01-02T20:00+00:00"},
		{"*/20,5 * * * *", "UTC", "2026-01-01T00:00:00Z",
			"Thu 2026-01-01T00:05+00:00\nThu 2026-01-01T00:20+00:00\nThu 2026-01-01T00:40+00:00\nThu 2026-01-01T01:00+00:00"},
		{"0 2 1 * MON", "UTC", "2026-01-20T00:00:00Z",
			"Mon 2026-01-26T02:00+00:00\nSun 2026-02-01T02:00+00:00\nMon 2026-02-02T02:00+00:00"},
		{"0 2 */16 * *", "UTC", "2026-01-02T00:00:00Z", "Sat 2026-01-17T02:00+00:00\nSun 2026-02-01T02:00+00:00"},
		{"0 2 29 2 *", "UTC", "2096-03-01T00:00:00Z", "Fri 2104-02-29T02:00+00:00"},
		{"0 2 29-31 2 MON", "UTC", "2028-02-22T00:00:00Z",
			"Mon 2028-02-28T02:00+00:00\nTue 2028-02-29T02:00+00:00\nMon 2029-02-05T02:00+00:00"},
		{"2,58 23,0 1,31 JAN *", "UTC", "2026-01-31T23:00:00Z",
			"Sat 2026-01-31T23:02+00:00\nSat 2026-01-31T23:58+00:00\nFri 2027-01-01T00:02+00:00"},

		{"@hourly", "UTC", "2026-01-01T00:30:00Z", "Thu 2026-01-01T01:00+00:00\nThu 2026-01-01T02:00+00:00"},
		{"@Daily", "UTC", "2026-01-01T00:30:00Z", "Fri 2026-01-02T00:00+00:00"},
		{"@midnight", "UTC", "2026-01-01T00:30:00Z", "Fri 2026-01-02T00:00+00:00"},
		{"@weekly", "UTC", "2026-01-01T00:30:00Z", "Sun 2026-01-04T00:00+00:00"},
		{"@monthly", "UTC", "2026-01-01T00:30:00Z", "Sun 2026-02-01T00:00+00:00"},
		{"@yearly", "UTC", "2026-01-01T00:30:00Z", "Fri 2027-01-01T00:00+00:00"},
		{"@annually", "UTC", "2026-01-01T00:30:00Z", "Fri 2027-01-01T00:00+00:00"},

		// The clocks go forward: once, at the first instant after the gap.
		{"30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z",
			"Sun 2026-03-29T03:00+02:00\nMon 2026-03-30T02:30+02:00"},
		{"30 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z",
			"Sun 2026-03-29T03:00+02:00\nSun 2026-03-29T03:30+02:00\nMon 2026-03-30T02:30+02:00"},
		{"*/15 * * * *", "Europe/Berlin", "2026-03-29T00:30:00Z",
			"Sun 2026-03-29T01:45+01:00\nSun 2026-03-29T03:00+02:00\nSun 2026-03-29T03:15+02:00"},
		{"@hourly", "America/New_York", "2026-03-08T05:30:00Z",
			"Sun 2026-03-08T01:00-05:00\nSun 2026-03-08T03:00-04:00\nSun 2026-03-08T04:00-04:00"},
		{"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z",
			"Sun 2026-10-04T02:30+11:00\nMon 2026-10-05T02:15+11:00"},
		{"0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z",
			"Sun 2026-09-06T01:00-03:00\nMon 2026-09-07T00:00-03:00"},
		{"30 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z",
			"Fri 2026-04-24T01:00+03:00\nSat 2026-04-25T00:30+03:00"},
		{"0 1 * * *", "Antarctica/Troll", "2026-03-28T12:00:00Z",
			"Sun 2026-03-29T03:00+02:00\nMon 2026-03-30T01:00+02:00"},

		// They go back: once, the first time.
		{"30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z",
			"Sun 2026-10-25T02:30+02:00\nMon 2026-10-26T02:30+01:00"},
		{"30 2 * * *", "Europe/Berlin", "2026-10-25T01:00:00Z", "Mon 2026-10-26T02:30+01:00"},
		{"@hourly", "America/New_York", "2026-11-01T04:30:00Z",
			"Sun 2026-11-01T01:00-04:00\nSun 2026-11-01T02:00-05:00"},
		{"45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z",
			"Sun 2026-04-05T01:45+11:00\nMon 2026-04-06T01:45+10:30"},
		{"30 23 * * *", "America/Santiago", "2026-04-04T12:00:00Z",
			"Sat 2026-04-04T23:30-03:00\nSun 2026-04-05T23:30-04:00"},
		{"0 0 * * *", "America/Santiago", "2026-04-04T12:00:00Z",
			"Sun 2026-04-05T00:00-04:00\nMon 2026-04-06T00:00-04:00"},
		{"30 0 * * *", "Europe/Dublin", "2026-10-24T12:00:00Z",
			"Sun 2026-10-25T00:30+01:00\nMon 2026-10-26T00:30+00:00"},
		{"30 1 * * *", "Europe/Dublin", "2026-10-24T12:00:00Z",
			"Sun 2026-10-25T01:30+01:00\nMon 2026-10-26T01:30+00:00"},

		// A day that does not exist, and one that came twice.
		{"0 12 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z",
			"Thu 2011-12-29T12:00-10:00\nSat 2011-12-31T00:00+14:00\nSat 2011-12-31T12:00+14:00"},
		{"0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z",
			"Sat 2011-12-31T00:00+14:00\nSun 2012-12-30T12:00+14:00"},
		{"0 12 * * *", "Pacific/Kwajalein", "1969-09-29T00:00:00Z",
			"Mon 1969-09-29T12:00+11:00\nTue 1969-09-30T12:00+11:00\nWed 1969-10-01T12:00-12:00"},

		// 31 December of a leap year past the zone's listed changes (golang/go#81583).
		{"0 12 * * *", "Europe/Berlin", "2040-12-30T00:00:00Z",
			"Sun 2040-12-30T12:00+01:00\nMon 2040-12-31T12:00+01:00\nTue 2041-01-01T12:00+01:00"},
		{"0 2 * * *", "America/Santiago", "2040-12-30T12:00:00Z",
			"Mon 2040-12-31T02:00-03:00\nTue 2041-01-01T02:00-03:00"},
	} {
		t.Run(c.expr+" "+c.zone, func(t *testing.T) {
			t.Parallel()
			after, err := time.Parse(time.RFC3339, c.after)
			if err != nil {
				t.Fatal(err)
			}
			got := nextRuns(parsed(t, c.expr, c.zone), after, strings.Count(c.want, "\n")+1)
			if diff := cmp.Diff(c.want, written(got)); diff != "" {
				t.Errorf("after %s (-want +got):\n%s", c.after, diff)
			}
		})
	}
}

// Each row: what is refused, and what the refusal says. TestExamplesAreRead
// sees to it that following the example helps.
var refusals = []struct{ expr, want string }{
	{"", `"": there must be five fields (minute, hour, day, month, weekday), not 0; seconds and years are not read. Example: 0 2 * * *`},
	{"0 2 * *", "there must be five fields (minute, hour, day, month, weekday), not 4"},
	{"* * * * * *", "there must be five fields (minute, hour, day, month, weekday), not 6"},
	{"TZ=", "the zone is not a part of the expression; give it with --tz \"Europe/Berlin\". Example: 0 2 * * *"},
	{"TZ=0", "give it with --tz \"0\""},
	{"CRON_TZ=Europe/Berlin", "give it with --tz \"Europe/Berlin\""},
	{" CRON_TZ=Asia/Tokyo 30 2 * * *", "give it with --tz \"Asia/Tokyo\""},
	{"tz=UTC 30 2 * * *", "give it with --tz \"UTC\""},
	{"@every 1h",
		"@every counts from the start of a process, so a restart would move it; name times of the day. Example: 0 * * * *"},
	{"@every -1s", "@every counts from the start"},
	{"@EVERY", "@every counts from the start"},
	{"@reboot", "@reboot is not a time"},
	{"@dayly", "only @hourly, @daily, @weekly, @monthly and @yearly are known"},
	{"@", "are known"},
	{"@daily 3", "are known"},

	{"60 2 * * *", `"60 2 * * *": minute "60" is not 0 to 59. Example: 30 2 * * *`},
	{"0 25 * * *", `hour "25" is not 0 to 23. Example: 0 2,14 * * *`},
	{"0 2 0 * *", `day of month "0" is not 1 to 31`},
	{"0 2 * 13 *", `month "13" is not 1 to 12 or JAN to DEC`},
	{"0 2 * * 8", `day of week "8" is not 0 to 7 (0 and 7 are Sunday) or SUN to SAT. Example: 0 2 * * MON-FRI`},
	{"0 2 * * MONDAY", `day of week "MONDAY" is not`},
	{"0 JAN * * *", `hour "JAN" is not`},
	{"0 2 * SUN *", `month "SUN" is not`},
	{"0 2 * * 5L", `day of week "5L" is not`},
	{"0 2 L * *", `day of month "L" is not`},
	{"0 2 ?/2 * MON", `day of month "?/2" is not`},
	{"+5 2 * * *", `minute "+5" is not`},
	{"-5 2 * * *", `minute "-5" is not`},
	{"005 2 * * *", `minute "005" is not`},
	{"٣ 2 * * *", `minute "٣" is not`},
	{"1.5 2 * * *", `minute "1.5" is not`},
	{"H 2 * * *", `minute "H" is not`},
	{", 2 * * *", `minute "" is not`},
	{"1,,2 2 * * *", `minute "" is not`},
	{"*-5 2 * * *", `minute "*-5" is not`},
	{"5-* 2 * * *", `minute "5-*" is not`},
	{"1-2-3 2 * * *", `minute "1-2-3" is not`},
	{"** 2 * * *", `minute "**" is not`},
	{"*/0 2 * * *", `minute "*/0" is not stepped by 1 to 59`},
	{"*/90 * * * *", `minute "*/90" is not stepped by 1 to 59`},
	{"*/ 2 * * *", `minute "*/" is not stepped`},
	{"*/-5 2 * * *", `minute "*/-5" is not stepped`},
	{"*/5/5 2 * * *", `minute "*/5/5" is not stepped`},
	{"0 */24 * * *", `hour "*/24" is not stepped by 1 to 23`},
	{"0 2 * * */8", `day of week "*/8" is not stepped by 1 to 7`},
	{"0 22-2 * * *",
		`hour "22-2" is not a range from low to high; split one that runs over the end. Example: 0 22-23,0-2 * * *`},
	{"50-5 2 * * *", `Example: 50-59/5,0-5/5 2 * * *`},
	{"0 2 28-3 * *", `Example: 0 2 28-31,1-3 * *`},
	{"0 2 1 NOV-JAN *", `Example: 0 2 1 NOV-DEC,JAN *`},
	{"0 2 * * FRI-MON", `Example: 0 2 * * FRI-SUN,MON`},
	{"0 2 * * 7-1", `day of week "7-1" is not a range from low to high`},
	{"0 2 */2 * MON",
		`day of month "*/2" is not a range or a list: beside another day field, cron reads this star as "and", Kubernetes as "or". Example: 0 2 1-31/2 * MON`},
	{"0 2 1-7 * */7", `day of week "*/7" is not a range or a list`},
	{"0 2 1,* * MON", `day of month "1,*" is not a range or a list`},

	{"0 0 30 2 *", "it never fires: no chosen month has a chosen day. Example: 0 2 28 2 *"},
	{"0 0 31 2,4,6,9,11 *", "it never fires"},

	{"* * * * *",
		"it runs at 00:00 and again at 00:01; between two runs there must be at least 5 minutes. Example: */15 * * * *"},
	{"*/4 * * * *", "it runs at 00:00 and again at 00:04"},
	{"0,59 2-3 * * *", "it runs at 02:59 and again at 03:00"},
	{"*/7 * * * *", "it runs at 00:56 and again at 01:00"},
	{"2,58 23,0 * * *", "it runs at 23:58 and again at 00:02"},
	{"2,58 23,0 1,31 JAN,DEC *", "it runs at 23:58 and again at 00:02"},
	{"2,58 23,0 1,29 FEB,MAR *", "it runs at 23:58 and again at 00:02"}, // in leap years only
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range refusals {
		t.Run(c.expr, func(t *testing.T) {
			t.Parallel()
			s, err := Parse(c.expr, time.UTC)
			var refusal *Error
			if !errors.As(err, &refusal) {
				t.Fatalf("got %s and error %v, want an *Error", s, err)
			}
			if refusal.Expr != c.expr || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %s\nwant %s", err, c.want)
			}
		})
	}
}

func TestExamplesAreRead(t *testing.T) {
	t.Parallel()
	for _, c := range refusals {
		_, err := Parse(c.expr, time.UTC)
		var refusal *Error
		if !errors.As(err, &refusal) {
			t.Fatalf("%q: got error %v, want an *Error", c.expr, err)
		}
		if _, err := Parse(refusal.Example, time.UTC); err != nil {
			t.Errorf("the example given for %q is refused itself: %v", c.expr, err)
		}
	}
}

func TestZoneByName(t *testing.T) {
	t.Parallel()
	machine, err := time.LoadLocation("Local")
	if err != nil {
		t.Fatal(err)
	}
	for _, z := range []*time.Location{nil, machine} {
		if _, err := Parse("0 2 * * *", z); err == nil || !strings.Contains(err.Error(), "--tz") {
			t.Errorf("zone %v: got error %v, want one that says --tz", z, err)
		}
	}
}

func TestPastedPageIsClipped(t *testing.T) {
	t.Parallel()
	_, err := Parse(strings.Repeat("word ", 100_000), time.UTC)
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("got %.400v, want a short error", err)
	}
}

// robfig v3.0.1 cuts the zone at a space without looking whether there is one.
func TestPanicOfTheParserIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := read("TZ="); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("got error %v", err)
	}
}

func TestZeroScheduleNeverFires(t *testing.T) {
	t.Parallel()
	var s Schedule
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if got := s.Next(now); !got.IsZero() {
		t.Errorf("Next gives %s", got)
	}
	if s.String() != "never" || s.Note(now) != "" || s.Rule() != "" {
		t.Errorf("got %q, %q, %q", s, s.Note(now), s.Rule())
	}
}

func TestRule(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]string{
		"0 2 13 * fri":     "it runs on day 13 of the month and also on weekday FRI: either is enough, as in crontab",
		"0 2 1-31/2 * 1,3": "it runs on day 1-31/2 of the month and also on weekday 1,3: either is enough, as in crontab",
		"0 2 13 * *":       "",
		"0 2 */2 * */1":    "",
		"@weekly":          "",
	} {
		if got := parsed(t, expr, "UTC").Rule(); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", expr, got, want)
		}
	}
}

func TestNote(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ expr, zone, run, want string }{
		{"30 2 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z",
			"the clocks in Europe/Berlin skip 02:30 on 2026-03-29: it runs at 03:00 CEST"},
		{"30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z",
			"the clocks in Europe/Berlin show 02:30 on 2026-10-25 twice: it runs the first time, at 02:30 CEST"},
		{"30 2 * * *", "Europe/Berlin", "2026-10-26T01:30:00Z", ""},
		{"30 2 * * *", "UTC", "2026-03-29T02:30:00Z", ""},
		{"0 12 * * *", "Europe/Berlin", "2040-12-31T11:00:00Z", ""},
		{"0 3 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z", ""}, // exists, though a gap ends there
		{"0 3 * * *", "Europe/Berlin", "2026-10-25T02:00:00Z", ""}, // shown once, as the repeated hour ends
		{"0 2 * * *", "Europe/Berlin", "2026-10-25T00:00:00Z",
			"the clocks in Europe/Berlin show 02:00 on 2026-10-25 twice: it runs the first time, at 02:00 CEST"},
		{"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T15:30:00Z",
			"the clocks in Australia/Lord_Howe skip 02:15 on 2026-10-04: it runs at 02:30 +11"},
		{"0 12 * * *", "Pacific/Apia", "2011-12-30T10:00:00Z",
			"the clocks in Pacific/Apia skip 12:00 on 2011-12-30: it runs at 00:00 +14"},
	} {
		run, err := time.Parse(time.RFC3339, c.run)
		if err != nil {
			t.Fatal(err)
		}
		s := parsed(t, c.expr, c.zone)
		if due := s.Next(run.Add(-1)); !due.Equal(run) {
			t.Errorf("%s: %s is no run; the next is %s", s, c.run, due)
		}
		if got := s.Note(run); got != c.want {
			t.Errorf("%s at %s:\ngot  %s\nwant %s", s, c.run, got, c.want)
		}
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	if got, want := parsed(t, " 0  2 * * mon", "Europe/Berlin").String(), "0 2 * * mon (Europe/Berlin)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
