package commands

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// units are those of a duration, largest first, with what people call them.
var units = []struct {
	is    time.Duration
	names string // of a regular expression
}{
	{7 * 24 * time.Hour, `w|wks?|weeks?`},
	{24 * time.Hour, `d|days?`},
	{time.Hour, `h|hrs?|hours?`},
	{time.Minute, `m|mins?|minutes?`},
	{time.Second, `s|secs?|seconds?`},
}

var (
	wordDuration  = durationOf(func(names string) string { return `(?: ?(\d+(?:[.,]\d{1,4})?) ?(?:` + names + `))?` })
	isoDuration   = regexp.MustCompile(`(?i)^P()(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$`)
	durationStart = regexp.MustCompile(`(?i)^\d+(?:[.,]\d+)?[a-z]*$`)
)

// What people mean by two things: 1,500 and 1.500, 1M.
var (
	thousands    = regexp.MustCompile(`(?:^|[^\d.,])[1-9]\d{0,2}[.,]\d{3}(?:\D|$)`)
	capitalMonth = regexp.MustCompile(`\d ?M(?:[ \d]|$)`)

	errThousands = errors.New("may be read in two ways, as thousands or as a part of one: write it without the mark")
	errMonths    = errors.New("may be months: minutes are written m, a month 30d")
)

// durationOf is a regular expression with a group for each unit.
func durationOf(each func(names string) string) *regexp.Regexp {
	shape := `(?i)^`
	for _, u := range units {
		shape += each(u.names)
	}
	return regexp.MustCompile(shape + `$`)
}

// readDuration reads 90m, 1d12h, 1h 30m, 2 hours, 1.5h, and ISO 8601 as Kafka's --by-duration takes it (PT1H30M,
// P1DT2H). A day is 24 hours whatever the clocks do, as it is to Kafka's tool. The error is a sentence about what is
// wrong.
func readDuration(said string) (time.Duration, error) {
	said = strings.Join(strings.Fields(said), " ")
	m := isoDuration.FindStringSubmatch(said)
	if m == nil {
		m = wordDuration.FindStringSubmatch(said)
	}
	switch {
	case strings.HasPrefix(said, "-"), strings.HasPrefix(strings.ToUpper(said), "P-"):
		return 0, errors.New("is negative: a duration is written without a sign")
	case digits(said):
		return 0, errors.New("has no unit: d, h, m or s")
	case m == nil || said == "":
		return 0, errors.New("is not a duration")
	case thousands.MatchString(said):
		return 0, errThousands
	case capitalMonth.MatchString(said) && !isoDuration.MatchString(said):
		return 0, errMonths
	}
	total := time.Duration(0)
	for i, unit := range units {
		n, ok := times(m[i+1], unit.is)
		if !ok || n > math.MaxInt64-total {
			return 0, errors.New("is longer than any log")
		}
		total += n
	}
	if total == 0 {
		return 0, errors.New("is no time at all")
	}
	return total, nil
}

// times is a decimal number of a unit; of none it is 0.
func times(number string, unit time.Duration) (time.Duration, bool) {
	whole, part, _ := strings.Cut(strings.ReplaceAll(number, ",", "."), ".")
	if whole == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > int64(math.MaxInt64/unit) {
		return 0, false
	}
	total, tenth := time.Duration(n)*unit, time.Duration(1)
	for range part {
		tenth *= 10
	}
	fraction := time.Duration(parseDigits(part)) * unit / tenth
	if fraction > math.MaxInt64-total {
		return 0, false
	}
	return total + fraction, true
}

// durationWords is how many words a duration is made of: "2 hours", "1h 30m". It is 0 where none begins.
func durationWords(words []word) int {
	longest := 0
	for n := 1; n <= min(len(words), 2*len(units)); n++ {
		if w := words[n-1]; w.text == "" || n == 1 && !durationStart.MatchString(w.text) && !isoDuration.MatchString(w.text) {
			break
		}
		_, err := readDuration(joined(words[:n]))
		if err == nil || errors.Is(err, errThousands) || errors.Is(err, errMonths) {
			longest = n
		}
	}
	return longest
}
