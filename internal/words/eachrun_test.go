package words

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A schedule says of which day its time is: a fixed one has its date, a day is counted from each run.
func TestTheTimeOfASchedule(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := clockAt("02:14:00") // 03:14 in Berlin
	for line, want := range map[string]string{
		"at tomorrow 09:00 -- billing@prod-eu orders to 02:10": "orders → 2026-11-22 02:10 Berlin (01:10 UTC)",
		"at tomorrow 09:00 -- billing@prod-eu orders to yesterday 14:30": "orders → 2026-11-22 14:30 Berlin " +
			"(13:30 UTC)",
		"at tomorrow 09:00 -- billing@prod-eu orders to today": "orders → 2026-11-23 00:00 Berlin " +
			"(2026-11-22 23:00 UTC)",
		`schedule add "0 2 * * *" -- billing@prod-eu orders to yesterday`: "orders → yesterday 00:00 Berlin, " +
			"counted from each run",
		`schedule add "0 2 * * *" --tz UTC -- billing@prod-eu orders to today 01:30`: "orders → today 01:30 UTC, " +
			"counted from each run",
		`schedule add "0 2 * * *" -- billing@prod-eu orders back 1.5h`: "orders → back 1 h 30 min",
	} {
		cmd, err := commands.Parse(line, commands.Context{At: at, Zone: berlin, ZoneName: "Europe/Berlin",
			Clusters: []commands.ClusterName{{Name: "prod-eu"}}})
		if err != nil {
			t.Fatal(line, err)
		}
		sc := cmd.(commands.Schedule).Schedule
		s := reset.Story{Request: reset.Request{Act: reset.SaveSchedule{Schedule: sc}}}
		if got := moveTo(s, timeFormatOf(sc.Intent, at), withUTC); got != want {
			t.Errorf("%s:\n got  %s\n want %s", line, got, want)
		}
	}
	p := reset.EndProblem(at, at.AddDate(0, 0, 90), at.AddDate(1, 0, 1), time.Date(2027, 7, 1, 2, 0, 0, 0, berlin))
	if got, want := Explain(p).Lines[0].String(), "Its first run is at 2027-07-01 02:00 CEST, when the standing "+
		"approval has ended (2027-02-20T02:14:00Z). Give --until 2027-07-02 or a later day. Nothing was saved."; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
