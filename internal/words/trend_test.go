package words

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The lag of a watched group is drawn and said with its times.
func TestALagIsDrawn(t *testing.T) {
	t.Parallel()
	for want, lags := range map[string][]int64{
		"":                  nil,
		"1,200 (02:14 UTC)": {1200},
		"█▄▁ 18,204 → 9,100 → 0 (02:14 UTC to 02:16 UTC)":            {18204, 9100, 0},
		"▁▄█▁ 10 → 50 → 100 → 0 (02:14 UTC to 02:17 UTC)":            {10, 50, 100, 0},
		"█▄▂▁▁▁ 1,600 → … → 200 → 100 → 0 (02:14 UTC to 02:19 UTC)":  {1600, 800, 400, 200, 100, 0},
		"▁▁ 0 → 0 (02:14 UTC to 02:15 UTC)":                          {0, 0},
		"█▁ 9,223,372,036,854,775,807 → -5 (02:14 UTC to 02:15 UTC)": {1<<63 - 1, -5},
	} {
		var seen []reset.LagAt
		for i, lag := range lags {
			seen = append(seen, reset.LagAt{At: clockAt("02:14:00").Add(time.Duration(i) * time.Minute), Lag: lag})
		}
		if got := lagTrend(seen, timeFormat{time.UTC, clockAt("02:20:00")}).String(); got != want {
			t.Errorf("%v: %q, want %q", lags, got, want)
		}
	}
}
