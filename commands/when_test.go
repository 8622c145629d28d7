package commands

import (
	"errors"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Times by zone and the moment of asking; where two instants or none show the time, the note says so.
func TestReadTime(t *testing.T) {
	t.Parallel()
	const berlin, newYork, lordHowe, kathmandu, apia = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
		"Asia/Kathmandu", "Pacific/Apia"
	tests := []struct {
		zone, now, said, want string
		notes                 int
	}{
		{berlin, "2026-11-22T02:07:00Z", "02:10", "2026-11-22T01:10:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "2:10", "2026-11-22T01:10:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "03:07", "2026-11-22T02:07:00Z", 0}, // this very minute has passed
		{berlin, "2026-11-22T02:07:00Z", "03:08", "2026-11-21T02:08:00Z", 1},
		{berlin, "2026-11-22T23:20:00Z", "23:30", "2026-11-22T22:30:00Z", 1}, // 00:20 in Berlin
		{berlin, "2026-11-22T02:07:00Z", "02:10:15", "2026-11-22T01:10:15Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "02:10:15.123", "2026-11-22T01:10:15.123Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "02:10:15.1239", "2026-11-22T01:10:15.123Z", 0}, // Kafka has milliseconds
		{berlin, "2026-11-22T02:07:00Z", "yesterday 14:30", "2026-11-21T13:30:00Z", 0},
		{berlin, "2026-11-22T23:20:00Z", "yesterday 14:30", "2026-11-22T13:30:00Z", 0}, // yesterday in Berlin
		{berlin, "2026-11-22T02:07:00Z", "Today 03:00", "2026-11-22T02:00:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "today 08:00", "2026-11-22T07:00:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "tomorrow 08:00", "2026-11-23T07:00:00Z", 0},
		{berlin, "2026-12-31T22:00:00Z", "tomorrow 08:00", "2027-01-01T07:00:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "2026-07-01 09:30", "2026-07-01T07:30:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "2026-07-01T09:30", "2026-07-01T07:30:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "2024-02-29 00:00", "2024-02-28T23:00:00Z", 0},

		// A zone of its own.
		{berlin, "2026-11-22T02:07:00Z", "01:10Z", "2026-11-22T01:10:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "02:06 UTC", "2026-11-22T02:06:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "02:10 utc", "2026-11-21T02:10:00Z", 1},
		// it was still the 21st there
		{berlin, "2026-11-22T02:07:00Z", "20:10 America/New_York", "2026-11-22T01:10:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "2026-11-22T09:30:00.000+05:30", "2026-11-22T04:00:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "2026-11-22T09:30:00.000+0530", "2026-11-22T04:00:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "2026-11-22T09:30:00.000+05", "2026-11-22T04:30:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "2026-11-22T09:30:00.000-09:30", "2026-11-22T19:00:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "2026-11-22t09:30:00z", "2026-11-22T09:30:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "1795332600", "2026-11-22T07:30:00Z", 0},
		{berlin, "2026-11-22T02:07:00Z", "1795332600123", "2026-11-22T07:30:00.123Z", 0},

		// Forward in Berlin: 02:00 becomes 03:00 at 01:00 UTC.
		{berlin, "2026-04-01T00:00:00Z", "2026-03-29 01:59:59", "2026-03-29T00:59:59Z", 0},
		{berlin, "2026-04-01T00:00:00Z", "2026-03-29 02:00", "2026-03-29T01:00:00Z", 1},
		{berlin, "2026-04-01T00:00:00Z", "2026-03-29 02:59:59.999", "2026-03-29T01:00:00Z", 1},
		{berlin, "2026-04-01T00:00:00Z", "2026-03-29 03:00", "2026-03-29T01:00:00Z", 0},
		{berlin, "2026-03-29T10:00:00Z", "02:30", "2026-03-29T01:00:00Z", 1},
		{berlin, "2026-03-29T00:30:00Z", "02:30", "2026-03-28T01:30:00Z", 1}, // 01:30: last night's
		{berlin, "2026-03-30T10:00:00Z", "yesterday 02:30", "2026-03-29T01:00:00Z", 1},
		// Back in Berlin: 03:00 becomes 02:00 at 01:00 UTC.
		{berlin, "2026-11-01T00:00:00Z", "2026-10-25 01:59:59", "2026-10-24T23:59:59Z", 0},
		{berlin, "2026-11-01T00:00:00Z", "2026-10-25 02:00", "2026-10-25T00:00:00Z", 1},
		{berlin, "2026-11-01T00:00:00Z", "2026-10-25 02:59:59.999", "2026-10-25T00:59:59.999Z", 1},
		{berlin, "2026-11-01T00:00:00Z", "2026-10-25 03:00", "2026-10-25T02:00:00Z", 0},
		{berlin, "2026-11-01T00:00:00Z", "2026-10-25 02:30 UTC", "2026-10-25T02:30:00Z", 0},
		{berlin, "2026-11-01T00:00:00Z", "2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z", 0},
		{berlin, "2026-10-25T00:40:00Z", "02:30", "2026-10-25T00:30:00Z", 1},

		{newYork, "2026-12-01T00:00:00Z", "2026-03-08 02:30", "2026-03-08T07:00:00Z", 1},
		{newYork, "2026-12-01T00:00:00Z", "2026-11-01 01:30", "2026-11-01T05:30:00Z", 1},
		{newYork, "2026-12-01T00:00:00Z", "2026-11-01 02:00", "2026-11-01T07:00:00Z", 0},
		// Lord Howe moves its clocks by half an hour.
		{lordHowe, "2026-12-01T00:00:00Z", "2026-04-05 01:45", "2026-04-04T14:45:00Z", 1},
		{lordHowe, "2026-12-01T00:00:00Z", "2026-04-05 01:15", "2026-04-04T14:15:00Z", 0},
		{lordHowe, "2026-12-01T00:00:00Z", "2026-10-04 02:15", "2026-10-03T15:30:00Z", 1},
		{lordHowe, "2026-12-01T00:00:00Z", "2026-10-04 02:30", "2026-10-03T15:30:00Z", 0},
		{kathmandu, "2026-11-22T02:07:00Z", "07:45", "2026-11-22T02:00:00Z", 0},
		{kathmandu, "2026-11-22T02:07:00Z", "2026-03-29 02:30", "2026-03-28T20:45:00Z", 0},
		// Samoa had no 30 December 2011.
		{apia, "2012-01-10T00:00:00Z", "2011-12-30 12:00", "2011-12-30T10:00:00Z", 1},
	}
	for _, tt := range tests {
		c := clock{now: stamp(tt.now), zone: mustZone(t, tt.zone), name: tt.zone}
		got, notes, err := readTime(tt.said, c)
		if err != nil {
			t.Errorf("%s in %s: %v", tt.said, tt.zone, err)
			continue
		}
		if !got.At.Equal(stamp(tt.want)) || len(notes) != tt.notes {
			t.Errorf("%s in %s at %s = %s, want %s; %d notes, want %d: %q", tt.said, tt.zone, tt.now,
				got.At.Format(time.RFC3339Nano), tt.want, len(notes), tt.notes, notes)
		}
	}
}

// The other reading is offered when the words named no zone, it differs, and choosing it would lead somewhere.
func TestReadTimeOther(t *testing.T) {
	t.Parallel()
	tests := []struct {
		said  string
		utc   bool
		named bool
		want  string
	}{
		{said: "2026-11-21 09:30", want: "2026-11-21T09:30:00Z"},
		{said: "02:10", want: "2026-11-21T02:10:00Z"},
		{said: "2026-11-21 09:30 UTC"},
		{said: "2026-11-21 09:30 Europe/Berlin"},
		{said: "2026-11-21T09:30:00+01:00"},
		{said: "1795332600"},
		{said: "2026-11-21 09:30", named: true},
		{said: "2026-11-22 03:00"}, // in UTC it has not come yet
		{said: "2026-11-21T09:30:00.000", utc: true, want: "2026-11-21T08:30:00Z"},
		{said: "2026-11-21T09:30:00.000Z", utc: true},
	}
	for _, tt := range tests {
		c := clock{now: atThree, zone: mustZone(t, "Europe/Berlin"), name: "Europe/Berlin", named: tt.named,
			utc: tt.utc}
		got, _, err := readTime(tt.said, c)
		if err != nil {
			t.Fatal(err)
		}
		var other reset.Time
		if got.Other != nil {
			other = *got.Other
		}
		if (got.Other != nil) != (tt.want != "") || tt.want != "" && !other.At.Equal(stamp(tt.want)) {
			t.Errorf("%+v: other is %+v", tt, got.Other)
		}
	}
}

func TestReadTimeRefuses(t *testing.T) {
	t.Parallel()
	c := clock{now: atThree, zone: time.UTC, name: "UTC"}
	for _, said := range []string{"", "now", "noon", "13am", "2", "02:10 foo", "24:00",
		"23:60", "23:59:60", "2026-13-01 00:00",
		"2026-00-10 00:00", "2025-02-29 00:00", "22.11.2026 09:30", "11/22/2026 09:30", "2026-11-22", "tomorrow",
		"02:10 EST", "02:10 Local", "02:10+5:30", "02:10+1860", "02:10 ../etc/passwd", "179533260", "17953326001",
		"99999999999999999999", "1969-12-31 23:59", "0001-01-01T00:00:00Z", "-1", "2026-11-22T09:30:00.0000000000"} {
		if got, _, err := readTime(said, c); err == nil {
			t.Errorf("%q is %v", said, got)
		}
	}
}

func TestReadDuration(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]time.Duration{
		"90m": 90 * time.Minute, "24h": 24 * time.Hour, "2d": 48 * time.Hour, "1d12h": 36 * time.Hour,
		"1h30m15s": 90*time.Minute + 15*time.Second, "15min": 15 * time.Minute, "30S": 30 * time.Second,
		"0d1h": time.Hour, "PT1H30M": 90 * time.Minute, "P1DT2H": 26 * time.Hour, "P2D": 48 * time.Hour,
		"1.5h": 90 * time.Minute, "1h 30m": 90 * time.Minute, "2 hours": 2 * time.Hour, "0,25h": 15 * time.Minute,
		"90 min": 90 * time.Minute, "1w": 7 * 24 * time.Hour, "1 week 2 days": 9 * 24 * time.Hour,
		"1.0001h": time.Hour + 360*time.Millisecond,
		"pt5m":    5 * time.Minute, "P0DT1H0M0S": time.Hour, "106751d": 106751 * 24 * time.Hour,
	} {
		if got, err := readDuration(said); err != nil || got != want {
			t.Errorf("%q = %v, %v", said, got, err)
		}
	}
	for _, said := range []string{"", "90", "m", "1.5", "-90m", "PT-5M", "-PT5M", "P1M", "P1Y", "P1W", "PT", "P", "0s",
		"PT0S", "1m1h", "1 30m", "h 30m", "106752d", "9999999999999999999d", "106751d24h"} {
		if got, err := readDuration(said); err == nil {
			t.Errorf("%q is %v", said, got)
		}
	}
}

func TestFindZone(t *testing.T) {
	t.Parallel()
	for _, name := range zoneNames {
		if _, got, err := findZone(name); err != nil || got != name {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	for name, near := range map[string]string{"Europe/Berln": "Europe/Berlin", "kolkata": "Asia/Kolkata", "ist": "",
		"EST":   "America/New_York",
		"Local": "", "": "", "Etc/GMT+5": ""} {
		_, _, err := findZone(name)
		if e := (*zoneError)(nil); !errors.As(err, &e) || e.only() != near {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func FuzzWhen(f *testing.F) {
	for _, said := range []string{"02:10", "yesterday 14:30", "2026-10-25 02:30", "2026-03-29 02:30",
		"2026-11-22T09:30:00.000+0530", "02:10 Europe/Berlin", "1795332600", "1795332600123", "0000-01-01 00:00",
		"9999-12-31 23:59:59.999999999", "90m", "1d12h", "PT1H30M", "P1DT2H"} {
		for i := range fuzzZones {
			f.Add(said, atThree.UnixNano(), i)
		}
	}
	f.Fuzz(func(t *testing.T, said string, now int64, z int) {
		name := fuzzZones[uint(z)%uint(len(fuzzZones))]
		c := clock{now: time.Unix(0, now), zone: mustZone(t, name), name: name}
		got, notes, err := readTime(said, c)
		again, notesAgain, _ := readTime(said, c)
		if !got.At.Equal(again.At) || len(notes) != len(notesAgain) {
			t.Fatalf("%q was read in two ways", said)
		}
		// To Kafka the timestamps -1 and -2 mean latest and earliest.
		if err == nil && (got.At.UnixMilli() < 0 || got.At.Nanosecond()%int(time.Millisecond) != 0) {
			t.Fatalf("%q is %v", said, got.At)
		}
		if d, err := readDuration(said); err == nil && d <= 0 {
			t.Fatalf("%q is %v", said, d)
		}
	})
}

var fuzzZones = []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
	"Pacific/Apia", "Africa/Monrovia"}
