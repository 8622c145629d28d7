package commands

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Lines as people type them at 03:07 in Berlin, and the time that they mean.
func TestTimesAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"to 02:10 CET":            "2026-11-22T01:10:00Z",
		"to 02:10 cet":            "2026-11-22T01:10:00Z",
		"to 02:10 CEST":           "2026-11-22T00:10:00Z", // summer time's distance, whatever the date
		"to 03:10 EET":            "2026-11-22T01:10:00Z",
		"to 02:10 MET":            "2026-11-22T01:10:00Z",
		"to 01:10 WET":            "2026-11-22T01:10:00Z",
		"to 01:10 GMT":            "2026-11-22T01:10:00Z",
		"to 01:10Z":               "2026-11-22T01:10:00Z",
		"to 01:10 Z":              "2026-11-22T01:10:00Z",
		"to 01:10UTC":             "2026-11-22T01:10:00Z",
		"to 01:10 Etc/UTC":        "2026-11-22T01:10:00Z",
		"to 01:10 etc/gmt":        "2026-11-22T01:10:00Z",
		"to 01:10 --tz Etc/UTC":   "2026-11-22T01:10:00Z",
		"to 01:10 --tz GMT":       "2026-11-22T01:10:00Z",
		"to 02:10 --tz CET":       "2026-11-22T01:10:00Z",
		"to 2:10 pm":              "2026-11-21T13:10:00Z",
		"to 2:10pm":               "2026-11-21T13:10:00Z",
		"to 2:10 P.M.":            "2026-11-21T13:10:00Z",
		"to 2pm":                  "2026-11-21T13:00:00Z",
		"to 2 pm":                 "2026-11-21T13:00:00Z",
		"to 2 pm UTC":             "2026-11-21T14:00:00Z",
		"to 12am":                 "2026-11-21T23:00:00Z",
		"to 12 pm":                "2026-11-21T11:00:00Z",
		"to yesterday 2pm":        "2026-11-21T13:00:00Z",
		"to yesterday 2:10 pm":    "2026-11-21T13:10:00Z",
		"to 2026-11-21 2:10 pm":   "2026-11-21T13:10:00Z",
		"to 14.30":                "2026-11-21T13:30:00Z",
		"to yesterday":            "2026-11-20T23:00:00Z",
		"to Yesterday UTC":        "2026-11-21T00:00:00Z",
		"to today":                "2026-11-21T23:00:00Z",
		"to today 02:10 CET":      "2026-11-22T01:10:00Z",
		"to yesterday 14:30 CET":  "2026-11-21T13:30:00Z",
		"back 2 hours":            "2026-11-22T00:07:00Z",
		"back 1h 30m":             "2026-11-22T00:37:00Z",
		"back 1.5h":               "2026-11-22T00:37:00Z",
		"back 1,5 hours":          "2026-11-22T00:37:00Z",
		"back 90 min":             "2026-11-22T00:37:00Z",
		"back 90 Minutes":         "2026-11-22T00:37:00Z",
		"back 1 day 2 hours":      "2026-11-21T00:07:00Z",
		"back 2 d":                "2026-11-20T02:07:00Z",
		"back 1w":                 "2026-11-15T02:07:00Z",
		"back 1 hr 15 mins 10 s":  "2026-11-22T00:51:50Z",
		"back 2 hours --wait 1h":  "2026-11-22T00:07:00Z",
		"back 0.5d":               "2026-11-21T14:07:00Z",
		"to 02:10 Europe/Berlin":  "2026-11-22T01:10:00Z",
		"to 02:10 europe/berlin":  "2026-11-22T01:10:00Z",
		"to 2026-11-21 23:50 GMT": "2026-11-21T23:50:00Z",
	} {
		cmd, err := Parse("billing orders "+said, askerOf(t))
		r, ok := cmd.(Reset)
		if err != nil || !ok {
			t.Errorf("%s: %T, %v", said, cmd, err)
			continue
		}
		if at, ok := r.Intent.Target.(reset.Time); !ok || !at.At.Equal(stamp(want)) {
			t.Errorf("%s is %+v, want %s", said, r.Intent.Target, want)
		}
	}
}

// What is not understood is refused with the line to copy, which is understood. An empty one: what is meant is not
// clear, and the refusal names what can be.
func TestTheCorrectedLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, corrected, says string }{
		{"billing orders to 2 days ago", "billing orders back 2 days", "is a duration"},
		{"billing orders to 2h ago", "billing orders back 2h", "is a duration"},
		{"billing orders 2 days ago", "billing orders back 2 days", "no target"},
		{"billing orders back 2 hours ago", "billing orders back 2 hours", "not needed"},
		{"billing orders to 90m", "billing orders back 90m", "is a duration"},
		{"billing orders to 2 hours", "billing orders back 2 hours", "is a duration"},
		{"billing orders to -2h", "billing orders back 2h", "is a duration"},
		{"billing orders 90m", "billing orders back 90m", "needs the word back"},
		{"billing orders 90 min", "billing orders back 90 min", "needs the word back"},
		{"billing orders 02:10", "billing orders to 02:10", "needs the word to"},
		{"billing orders 02:10 UTC", "billing orders to 02:10 UTC", "needs the word to"},
		{"billing orders yesterday 14:30", "billing orders to yesterday 14:30", "needs the word to"},
		{"billing orders latest", "billing orders to latest", "needs the word to"},
		{"billing orders since 02:10", "billing orders to 02:10", `"since 02:10" is no target`},
		{"billing since yesterday", "billing to yesterday", `"since yesterday" is no target`},
		{"billing orders from 02:10", "billing orders to 02:10", `"from 02:10" is no target`},
		{"billing orders at 02:10 UTC", "billing orders to 02:10 UTC", "no target"},
		{"billing orders refunds 02:10", "billing orders refunds to 02:10", "needs the word to"},
		{"billing orders rewind 2h", "billing orders back 2h", `"rewind 2h" is no target`},
		{"billing orders rewind by 2 hours", "billing orders back 2 hours", `"rewind by 2 hours" is no target`},
		{"billing orders last 2h", "billing orders back 2h", `"last 2h" is no target`},
		{"billing orders from 2h", "billing orders back 2h", "no target"},
		{"billing orders rewind 2 hours ago", "billing orders back 2 hours", "no target"},
		{"billing orders -2h", "billing orders back 2h", "word back before it"},
		{"billing orders −2 hours", "billing orders back 2 hours", "word back before it"},
		{"billing orders -100", "billing orders shift -100", "needs the word shift"},
		{"billing orders +100", "billing orders shift +100", "needs the word shift"},
		{"billing, orders to latest", "", "first of 2"},
		{"billing, payments orders to latest", "",
			"billing orders to latest and then payments orders to latest"},
		{"lag billing@prod-eu, payments@prod-eu", "", "lag billing@prod-eu and then lag payments@prod-eu"},
		{"billing, to latest", "billing to latest", "ends with a comma"},
		{"billing orders to end", "billing orders to latest", "called latest here"},
		{"billing orders to beginning", "billing orders to earliest", "called earliest here"},
		{"billing orders back 02:10", "billing orders to 02:10", "is a time"},
		{"billing @ prod-eu orders to latest", "billing@prod-eu orders to latest", "without a blank"},
		{"billing @prod-eu orders to latest", "billing@prod-eu orders to latest", "without a blank"},
		{"billing@prodeu orders to latest", "billing@prod-eu orders to latest", "Did you mean prod-eu?"},
		{"lag billing@Prod_EU", "lag billing@prod-eu", "Did you mean prod-eu?"},
		{"lag billing@sandbox", "lag billing@sandbox-eu", "Did you mean sandbox-eu?"},
		{"please reset billing", "reset billing", "begins with its verb"},
		{"pause nightly", "schedule pause nightly", "has the word schedule"},
		{"$ /kafka-reset billing orders to lattest", "$ /kafka-reset billing orders to latest", "Did you mean latest?"},
		{"kafka-consumer-groups.sh --bootstrap-server b1.example.com:9092 --group billing --topic orders " +
			"--reset-offsets --to-datetime 2026-11-21 02:10:00 --execute", "--bootstrap-server b1.example.com:9092 " +
			"--group billing --topic orders --reset-offsets --to-datetime 2026-11-21T02:10:00 --execute", "with a T"},
		{"billing orders lattest", "billing orders to latest", "Did you mean latest?"},
		{"billing orders bakc 2h", "billing orders back 2h", "Did you mean back?"},
		{"billing orders to lattest", "billing orders to latest", "Did you mean latest?"},
		{"billing orders to lattest --wiat 5m", "billing orders to latest --wait 5m", "Did you mean --wait?"},
		{`billing orders to lattest --reason "bad deploy"`, `billing orders to latest --reason "bad deploy"`,
			"Did you mean latest?"},
		{"lattest orders to lattest", "lattest orders to latest", "Did you mean latest?"},
		{"billing orders to latest wait 5m", "billing orders to latest --wait 5m", "comes after the target"},
		{"billing orders to latest --tz=Europe/Berln", "billing orders to latest --tz=Europe/Berlin", "Europe/Berlin?"},
		{"billing orders to 02:10 berlin", "billing orders to 02:10 Europe/Berlin", "Europe/Berlin?"},
		{"billing orders to 02:10 Europe/Berln", "billing orders to 02:10 Europe/Berlin", "Europe/Berlin?"},
		{"billing orders to 02:10 EST", "billing orders to 02:10 America/New_York", `"EST" is no time zone's`},
		{"billing orders to 02:10 IST", "", "Asia/Kolkata or Europe/Dublin or Asia/Jerusalem"},
		{"billing orders to 02:10 CST", "", "America/Chicago or Asia/Shanghai"},
		{"billing orders to 02:10 --tz BST", "", "Europe/London or Asia/Dhaka"},
		{"billing orders to 02:10 --tz CEST", "billing orders to 02:10 --tz Europe/Berlin", "summer alone"},
		{"billing orders to 2026-11-22", "billing orders to 2026-11-22 00:00", "needs a time of day"},
		{"billing orders to 21.11.2026 09:30", "billing orders to 2026-11-21 09:30", "year first"},
		{"billing orders to 2026/11/21 09:30", "billing orders to 2026-11-21 09:30", "year first"},
		{"billing orders to 21 Nov 2026 9:30", "billing orders to 2026-11-21 9:30", "year first"},
		{"billing orders to Nov 21, 2026", "billing orders to 2026-11-21 00:00", "year first"},
		{"billing orders to 11/10/2026 09:30", "", "may be two days"}, // which is the month?
		{"billing orders to noon", "billing orders to 12:00", "12:00"},
		{"billing orders to now", "billing orders to latest", "log-end offset"},
		{"billing orders to 13pm", "", "1 to 12"},
		{"billing orders to 1430", "", "has 4 digits"},
		{"billing orders back -90m", "billing orders back 90m", "negative"},
		{"billing orders back 90", "", "no unit"}, // of what?
		{"billing orders back 2 fortnights", "", "no unit"},
		{"billing orders back 1 month", "", "no unit"},
		{"billing orders:5-3 to latest", "billing orders:3-5 to latest", "runs backwards"},
		{"billing orders, refunds to latest", "billing orders refunds to latest", "separate topics by spaces"},
		{"billing orders,refunds to latest", "billing orders refunds to latest", "separate topics by spaces"},
		{"aprove k7f3.1", "approve k7f3.1", "Did you mean approve?"},
		{"schedule pasue nightly", "schedule pause nightly", "Did you mean pause?"},
		{`schedule add "0 2 * * *" billing orders back 24h`, `schedule add "0 2 * * *" -- billing orders back 24h`,
			"after the time and --"},
		{"schedule add 0 2 * * * billing orders back 24h", "schedule add 0 2 * * * -- billing orders back 24h",
			"after the time and --"},
		{"at tomorrow 02:10 billing orders back 24h", "at tomorrow 02:10 -- billing orders back 24h",
			"after the time and --"},
		{"at 02:10 -- billing orders to lattest", "at 02:10 -- billing orders to latest", "Did you mean latest?"},
		{"freeze prod-eo", "freeze prod-eu", "Did you mean prod-eu?"},
		{"status billing --clutser prod-eu", "status billing --cluster prod-eu", "Did you mean --cluster?"},
	} {
		_, err := Parse(c.line, askerOf(t))
		var e *SyntaxError
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", c.line, err)
			continue
		}
		if e.Corrected != c.corrected || !strings.Contains(e.Error(), c.says) {
			t.Errorf("%s\n  got  %s\n  want %q, and %q", c.line, e, c.corrected, c.says)
		}
		if e.Corrected == "" {
			continue
		}
		if _, err := Parse(e.Corrected, askerOf(t)); err != nil {
			t.Errorf("%s: the corrected line %s is refused: %v", c.line, e.Corrected, err)
		}
	}
}

// A cluster that differs by a letter is another one: it is not put right into one that is configured.
func TestAnotherClusterIsNotPutRight(t *testing.T) {
	t.Parallel()
	cmd, err := Parse("billing@prod-us orders to latest", askerOf(t))
	if r, ok := cmd.(Reset); err != nil || !ok || r.Intent.Cluster != "prod-us" {
		t.Error(cmd, err)
	}
}

// In a terminal the line is quoted for the shell.
func TestTheCorrectedLineInATerminal(t *testing.T) {
	t.Parallel()
	ctx := askerOf(t)
	ctx.Terminal = true
	_, err := ParseArgs([]string{"billing", "orders", "to", "lattest", "--reason", "it's bad"}, ctx)
	var e *SyntaxError
	if want := `billing orders to latest --reason 'it'\''s bad'`; !errors.As(err, &e) || e.Corrected != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Slack's signs for bold, italic, struck and code come off; names keep theirs.
func TestFormattingComesOff(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"*billing@prod-eu* orders to latest":             "billing@prod-eu [orders] latest",
		"_billing_ orders to latest":                     "billing@ [orders] latest",
		"`billing` `orders` to `latest`":                 "billing@ [orders] latest",
		"~billing~ *orders* to latest":                   "billing@ [orders] latest",
		"*_billing_* orders to latest":                   "billing@ [orders] latest",
		"`billing@prod-eu orders to latest`":             "billing@prod-eu [orders] latest",
		"```billing@prod-eu orders to latest```":         "billing@prod-eu [orders] latest",
		"billing __consumer_offsets to latest":           "billing@ [__consumer_offsets] latest",
		"billing __x__ to latest":                        "billing@ [__x__] latest",
		"my_billing_app or_ders to latest":               "my_billing_app@ [or_ders] latest",
		"_billing orders to latest":                      "_billing@ [orders] latest",
		"billing_ orders to latest":                      "billing_@ [orders] latest",
		`"_billing_" orders to latest`:                   "_billing_@ [orders] latest",
		"--group _billing_ --topic _orders_ --to-latest": "_billing_@ [_orders_] latest",
	} {
		cmd, err := Parse(line, askerOf(t))
		r, ok := cmd.(Reset)
		if err != nil || !ok {
			t.Errorf("%s: %T, %v", line, cmd, err)
			continue
		}
		in := r.Intent
		var topics []string
		for _, s := range in.Scope.Topics {
			topics = append(topics, s.Topic)
		}
		if got := fmt.Sprintf("%s@%s %v %s", in.Group, in.Cluster, topics, in.Target.Kind()); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// "02:10 CET" in July is what the clocks show there then, and that is said.
func TestAnAbbreviationOfTheOtherHalfYear(t *testing.T) {
	t.Parallel()
	ctx := askerOf(t)
	ctx.At = time.Date(2026, 7, 22, 2, 7, 0, 0, time.UTC)
	cmd, err := Parse("billing orders to 02:10 CET", ctx)
	if err != nil {
		t.Fatal(err)
	}
	in := cmd.(Reset).Intent
	const note = "02:10 CET is what the clocks show in the zone CET: CEST on that day, 2026-07-22 00:10 UTC."
	if at := in.Target.(reset.Time).At; !at.Equal(stamp("2026-07-22T00:10:00Z")) || len(in.Notes) != 1 ||
		in.Notes[0] != note {
		t.Errorf("%s, %q", at, in.Notes)
	}
}
