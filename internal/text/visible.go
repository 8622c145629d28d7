package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible shows the characters of foreign text (names, reasons) that cannot be seen or that turn its direction as
// \u202e: two names that look alike differ, and control sequences do not reach a terminal.
func Visible(s string) string {
	if !strings.ContainsFunc(s, isHidden) {
		return s
	}
	var b strings.Builder
	before := rune(0)
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		after, _ := utf8.DecodeRuneInString(s[i+size:])
		switch {
		case !isHidden(r), isJoiner(r) && before > unicode.MaxASCII && after > unicode.MaxASCII &&
			after != utf8.RuneError:
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		before = r
	}
	return b.String()
}

// isHidden reports a character that is not shown as itself anywhere. Spaces other than ASCII's look like spaces, and
// variation selectors choose between pictures.
func isHidden(r rune) bool {
	switch {
	case unicode.Is(unicode.Zs, r), unicode.Is(unicode.Variation_Selector, r):
		return false
	}
	return !unicode.IsGraphic(r) || r == utf8.RuneError || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) ||
		r == '\u2800'
}

// isJoiner are the two characters that join or part letters of some scripts, and the pictures that one emoji is made
// of.
func isJoiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

// IsDeceptive reports a character that must not be in a command: pasted or typed, it would be another name.
func IsDeceptive(r rune) bool {
	return isHidden(r) || unicode.IsSpace(r) && r != ' ' || unicode.Is(unicode.Variation_Selector, r)
}
