package words

import (
	"cmp"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// shownLags is how many of a group's lags are said: the trend, not each value. The line above them draws all.
const shownLags = 4

// bars draw a share of the largest lag, in eighths. No lag is the lowest bar, which is seen too.
var bars = []rune("▁▂▃▄▅▆▇█")

// lagTrend draws a group's lag since its reset, and says it with its times: "▇▄▁ 18,204 → 9,100 → 0 (07:44 to 07:58)".
// Between two of its values lies as much time as it took the lag to halve or double.
func lagTrend(lags []reset.LagAt, v timeFormat) Line {
	if len(lags) == 0 {
		return nil
	}
	last := lags[len(lags)-1]
	if len(lags) == 1 {
		return say(text.WithCommas(last.Lag), " (", v.clock(last.At), ")")
	}
	return say(drawn(lags), " ", spoken(lags), " (", v.clock(lags[0].At), " to ", v.clock(last.At), ")")
}

// drawn is one block for each lag.
func drawn(lags []reset.LagAt) string {
	top := slices.MaxFunc(lags, func(a, b reset.LagAt) int { return cmp.Compare(a.Lag, b.Lag) }).Lag
	var out []rune
	for _, l := range lags {
		at := 0
		if top > 0 {
			at = int(float64(max(0, l.Lag)) / float64(top) * float64(len(bars)-1))
		}
		out = append(out, bars[at])
	}
	return string(out)
}

// spoken is the first lag and the last ones, with what lies between left out.
func spoken(lags []reset.LagAt) string {
	out, left := text.WithCommas(lags[0].Lag), lags[1:]
	if len(left) >= shownLags {
		out, left = out+" → …", left[len(left)-shownLags+1:]
	}
	for _, l := range left {
		out += " → " + text.WithCommas(l.Lag)
	}
	return out
}
