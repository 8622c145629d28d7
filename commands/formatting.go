package commands

import "strings"

// withoutFormatting takes off what makes a word bold, italic, struck or code in Slack, where a pair encloses the word:
// *billing@prod-eu*, _billing_, ~billing~, `billing`. What stands behind an option is taken as it is, and so is what
// stands in quotes; a name with the sign inside keeps it.
func withoutFormatting(words []word) []word {
	for i := range words {
		if words[i].quoted || i > 0 && takesValue(words[i-1]) {
			continue
		}
		words[i].text = unformatted(words[i].text)
	}
	if n := len(words); n > 1 && !words[0].quoted && !words[n-1].quoted {
		words[0].text, words[n-1].text = unfenced(words[0].text, words[n-1].text)
	}
	return words
}

func takesValue(w word) bool {
	name, inline := strings.CutPrefix(fixDashes(w.text), "--")
	return inline && !w.quoted && options[strings.ToLower(name)].value != ""
}

func unformatted(s string) string {
	for len(s) > 2 && s[0] == s[len(s)-1] && strings.IndexByte("*_~`", s[0]) >= 0 {
		inner := s[1 : len(s)-1]
		if s[0] != '`' && (inner[0] == s[0] || inner[len(inner)-1] == s[0]) {
			return s // __consumer_offsets__ is a name
		}
		s = inner
	}
	return s
}

// unfenced takes the signs of a code span, or of a code block, off the first and the last word of a line.
func unfenced(first, last string) (string, string) {
	for strings.HasPrefix(first, "`") && strings.HasSuffix(last, "`") {
		first, last = first[1:], last[:len(last)-1]
	}
	return first, last
}
