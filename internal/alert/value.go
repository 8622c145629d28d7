package alert

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// value is what stands where a name is expected.
type value struct {
	text   string
	quoted bool
	end    int // where the line goes on after it
}

var quotes = map[rune]rune{'"': '"', '\'': '\'', '`': '`', '“': '”', '‘': '’', '«': '»', '「': '」', '『': '』'}

// valueAt reads the value that begins at line[i:], after blanks. It is empty where there is no name: a placeholder, a
// pattern, a name that was cut.
func valueAt(line string, i int) value {
	i = skipBlanks(line, i)
	for i < len(line) && (line[i] == '[' || line[i] == '(') { // topic=[orders]
		i = skipBlanks(line, i+1)
	}
	r, size := utf8.DecodeRuneInString(line[i:])
	if closing, ok := quotes[r]; ok {
		n := strings.IndexRune(line[i+size:min(len(line), i+size+mostName+4)], closing)
		if n < 0 {
			return value{end: i + size}
		}
		inner := line[i+size : i+size+n]
		end := i + size + n + utf8.RuneLen(closing)
		if strings.HasSuffix(inner, "...") || strings.HasSuffix(inner, "…") {
			return value{end: end}
		}
		return value{text: strings.TrimSpace(inner), quoted: true, end: end}
	}
	end := i
	for end < len(line) {
		r, size := utf8.DecodeRuneInString(line[end:])
		if endsName(r) || end > i && isASCII(line[end-1]) && isIdeograph(r) {
			break
		}
		end += size
	}
	run := line[i:end]
	if strings.HasSuffix(run, "...") || strings.HasSuffix(run, "…") {
		return value{end: end}
	}
	return value{text: strings.TrimRight(run, ".:!?。：！？"), end: end}
}

// mostName is the longest name that is read. Kafka's longest topic has 249 characters; groups have no limit of theirs.
const mostName = 255

func skipBlanks(line string, i int) int {
	for i < len(line) && isBlank(line[i]) {
		i++
	}
	return i
}

// endsName reports what is no part of a name without quotes.
func endsName(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(",;)]}>(\"'`|，；、。）】」』》”’…", r) && r != '…'
}

func isASCII(c byte) bool { return c < utf8.RuneSelf }

// isIdeograph reports letters of scripts that put no blank between a name and the next word.
func isIdeograph(r rune) bool {
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana)
}

// legalTopic is Kafka's rule for topic names.
var legalTopic = regexp.MustCompile(`^[A-Za-z0-9._-]{1,249}$`)

// placeholders are written where there is no name.
var placeholders = set(`- -- n/a na none null nil unknown undefined all any * true false no-value empty tbd various multiple
	several both many yes no ok see`)

// isName reports whether a value can be the name of what its label says. Patterns, templates and variables are none.
func isName(c class, s string) bool {
	if s == "" || len(s) > mostName || placeholders[strings.ToLower(s)] || !utf8.ValidString(s) {
		return false
	}
	if strings.ContainsAny(s, "*|^$<>{}()[]\"`\\?;=%") || strings.Contains(s, "://") || strings.HasPrefix(s, "arn:") {
		return false
	}
	digits := true
	for _, r := range s {
		if text.IsDeceptive(r) || r == utf8.RuneError {
			return false
		}
		digits = digits && r >= '0' && r <= '9'
	}
	switch c {
	case partition, offset:
		return digits && len(s) <= 18
	case topic:
		return !digits && legalTopic.MatchString(s) && s != "." && s != ".."
	default:
		return !digits && strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0
	}
}

// isMarked reports a name that is no word of a sentence: it has a hyphen, a dot, a digit or the like.
func isMarked(s string) bool { return strings.ContainsAny(s, "0123456789._-:/&#@") }
