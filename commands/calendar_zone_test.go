package commands

import (
	"errors"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A day that counts from each run does so in a zone that can be looked up again: a distance from UTC cannot, so it is
// refused where there are runs. In a reset that is made now, it is one instant.
func TestADayOfEachRunHasAZoneByName(t *testing.T) {
	t.Parallel()
	for _, head := range []string{`schedule add "0 9 * * *" --tz Europe/Berlin -- `, "at tomorrow 09:00 -- "} {
		for said, right := range map[string]string{
			"yesterday 02:30 CEST":   "yesterday 02:30 Europe/Berlin",
			"today 02:30 EEST":       "today 02:30 Europe/Athens",
			"yesterday 02:30 +05:30": "",
			"today 02:30 -11:00":     "",
		} {
			_, err := Parse(head+"billing@prod-eu orders to "+said, askerOf(t))
			var e *SyntaxError
			if !errors.As(err, &e) || !strings.HasSuffix(e.Corrected, right) || (right == "") != (e.Corrected == "") {
				t.Errorf("%s%s: %v", head, said, err)
			}
		}
		for _, said := range []string{"yesterday 02:30 CET", "yesterday 02:30 UTC", "yesterday 02:30 Z",
			"today 02:30 Asia/Tokyo", "today 02:30"} {
			cmd, err := Parse(head+"billing@prod-eu orders to "+said, askerOf(t))
			if err != nil {
				t.Errorf("%s%s: %v", head, said, err)
				continue
			}
			at := cmd.(Schedule).Schedule.Intent.Target.(reset.Time)
			if again := at.From(askerOf(t).At); !again.At.Equal(at.At) {
				t.Errorf("%s%s is %s, and counted from now %s", head, said, at.At, again.At)
			}
		}
	}
	for _, said := range []string{"yesterday 02:30 CEST", "yesterday 02:30 +05:30"} {
		cmd, err := Parse("billing@prod-eu orders to "+said, askerOf(t))
		if err != nil || cmd.(Reset).Intent.Target.(reset.Time).Day != "" {
			t.Errorf("%s: %+v, %v; it is one instant", said, cmd, err)
		}
	}
}
