package text

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Duration is a duration in its two largest units: "57 min", "7 h 40 min", "2 d 3 h".
func Duration(d time.Duration) string {
	two := func(n int64, unit string, rest int64, small string) string {
		if rest == 0 {
			return fmt.Sprintf("%d %s", n, unit)
		}
		return fmt.Sprintf("%d %s %d %s", n, unit, rest, small)
	}
	switch s := int64(d.Round(time.Second) / time.Second); {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 600 && s%60 != 0:
		return two(s/60, "min", s%60, "s")
	case s < 3600:
		return fmt.Sprintf("%d min", s/60)
	case s < 24*3600:
		return two(s/3600, "h", s%3600/60, "min")
	default:
		return two(s/86400, "d", s%86400/3600, "h")
	}
}

// WithCommas writes a number with separators: an operator must see 18,204 and 1,820,400 apart at a glance.
func WithCommas[N ~int | ~int32 | ~int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	first := 0
	if s[0] == '-' {
		first = 1
	}
	for i := len(s) - 3; i > first; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Counted is a number with its noun: "1 partition", "12 partitions".
func Counted[N ~int | ~int32 | ~int64](n N, one string) string {
	switch {
	case n == 1:
		return "1 " + one
	case strings.HasSuffix(one, "y"):
		return WithCommas(n) + " " + strings.TrimSuffix(one, "y") + "ies"
	}
	return WithCommas(n) + " " + one + "s"
}

// Ranges writes partition numbers as people type them: "0,3-5".
func Ranges(parts []int32) string {
	parts = slices.Compact(slices.Sorted(slices.Values(parts)))
	var out []string
	for i := 0; i < len(parts); {
		j := i
		for j+1 < len(parts) && parts[j+1] == parts[j]+1 {
			j++
		}
		if j == i {
			out = append(out, fmt.Sprint(parts[i]))
		} else {
			out = append(out, fmt.Sprintf("%d-%d", parts[i], parts[j]))
		}
		i = j + 1
	}
	if len(out) > 8 {
		return strings.Join(out[:8], ",") + ",…"
	}
	return strings.Join(out, ",")
}

// List names a few and counts the rest: "a, b and c", "a, b, c and 4 more".
func List(names []string, most int) string {
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %s more", WithCommas(len(names)-most))
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// Clip keeps user text short enough for a phone.
func Clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	if most < 1 {
		return ""
	}
	return string([]rune(s)[:most-1]) + "…"
}

func Capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
