package alert

import (
	"regexp"
	"strings"
	"time"
)

// entities are what Slack escapes. They come off once: "&amp;lt;" is the text "&lt;".
var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// emoji are pictures by name, as words of their own.
var emoji = regexp.MustCompile(`(^|\s):[a-z0-9_+'-]+:(?:\s|$)`)

// unwrap takes Slack's wrapping off: a link is its text, a date its time, a person nothing. It returns the addresses
// of the links. Source: docs.slack.dev/messaging/formatting-message-text.
func unwrap(s string) (text string, links []string) {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			break
		}
		b.WriteString(entities.Replace(s[:i]))
		s = s[i+1:]
		end := strings.IndexAny(s, "<>\n")
		if end < 0 || s[end] != '>' {
			b.WriteByte('<')
			continue
		}
		inner := s[:end]
		s = s[end+1:]
		address, shown, has := strings.Cut(inner, "|")
		switch {
		case strings.HasPrefix(inner, "!date^"):
			if f := strings.SplitN(inner, "^", 3); len(f) == 3 {
				if at, ok := epoch(f[1]); ok {
					b.WriteString(written(at))
				}
			}
		case strings.HasPrefix(inner, "@"), strings.HasPrefix(inner, "#"), strings.HasPrefix(inner, "!"):
			b.WriteByte(' ')
		case has:
			links = append(links, entities.Replace(address))
			b.WriteString(entities.Replace(shown))
		case strings.Contains(inner, "://"):
			links = append(links, entities.Replace(address))
			b.WriteByte(' ')
		default:
			b.WriteString("<" + entities.Replace(inner) + ">")
		}
	}
	b.WriteString(entities.Replace(s))
	return b.String(), links
}

// dateMark stands before a time that was a date token of Slack, so that it is not taken for one of a log line.
const dateMark = "\u2063"

func written(at time.Time) string { return dateMark + at.Format(time.RFC3339Nano) }

// plain is a line without pictures and emphasis.
func plain(line string) string {
	line = strings.ReplaceAll(line, "**", "*") // bold in other markups
	line = strings.ReplaceAll(line, `\"`, `"`) // JSON in JSON
	line = strings.ReplaceAll(line, "(s)", "") // "Topic(s)"
	line = emoji.ReplaceAllString(line, "$1 ")
	line = emoji.ReplaceAllString(line, "$1 ") // two beside each other share a blank
	return emphasis(emphasis(emphasis(line, '*'), '~'), '_')
}

// emphasis takes the marks of bold, struck or slanted text off. A mark that does not close, or that stands in a word,
// is the text's own: "ledger.*" stays a pattern.
func emphasis(line string, mark byte) string {
	if strings.IndexByte(line, mark) < 0 {
		return line
	}
	var off []int
	open := -1
	for i := range len(line) {
		if line[i] != mark {
			continue
		}
		last, next := byte(' '), byte(' ')
		if i > 0 {
			last = line[i-1]
		}
		if i+1 < len(line) {
			next = line[i+1]
		}
		switch {
		case last == mark || next == mark: // __consumer_offsets
		case open < 0 && isEdge(last) && !isBlank(next):
			open = i
		case open >= 0 && !isBlank(last) && isEdge(next):
			off = append(off, open, i)
			open = -1
		}
	}
	var b strings.Builder
	from := 0
	for _, i := range off {
		b.WriteString(line[from:i])
		from = i + 1
	}
	b.WriteString(line[from:])
	return b.String()
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// isEdge reports what may stand beside a mark of emphasis; letters beyond ASCII do, for scripts without blanks.
func isEdge(c byte) bool {
	return isBlank(c) || c >= 0x80 || strings.IndexByte("()[]{}\"'`.,:;!?<>|-=*~_/", c) >= 0
}
