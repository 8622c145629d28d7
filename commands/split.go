package commands

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// word is one word of a command.
type word struct {
	text   string
	pos    int  // where it begins: byte of the text, or number of the argument
	quoted bool // a part was in quotes: it is never an option's name
}

// letter is a character after Slack's escaping is undone, and its byte in the text.
type letter struct {
	r  rune
	at int
}

// split cuts a text into words as a shell does: quotes, backslashes, continued lines; but nothing is expanded and no
// character starts a comment or another command. (go-shellwords stops silently at ";" and "|", google/shlex at "#": a
// command that runs in part could reset the wrong partitions.) Quotes that phones made smart count as quotes, an
// apostrophe within a word does not.
func split(text string, slack bool) ([]word, error) {
	s := splitter{in: letters(text, slack)}
	for s.i < len(s.in) {
		if err := s.next(); err != nil {
			return nil, err
		}
	}
	s.end()
	return s.words, nil
}

type splitter struct {
	in    []letter
	i     int
	words []word
	cur   strings.Builder
	open  bool // a word is being read
	word  word
}

func (s *splitter) next() error {
	l := s.in[s.i]
	s.i++
	switch {
	case unicode.IsSpace(l.r):
		s.end()
	case turnsDirection(l.r):
		return &SyntaxError{Word: text.Visible(string(l.r)), Pos: l.at,
			Want: "the text holds the invisible character " + text.Visible(string(l.r)) +
				", which changes its direction: it may not be the command that it looks like; type it instead of pasting it"}
	case isInvisible(l.r):
	case l.r == '\\':
		if s.i == len(s.in) {
			return &SyntaxError{Word: `\`, Pos: l.at,
				Want:    `the text ends with a backslash: the rest of the line is missing`,
				Example: "paste the whole command as one line"}
		}
		if s.in[s.i].r != '\n' { // otherwise the line goes on
			s.add(s.in[s.i])
		}
		s.i++
	case quote(l.r) != 0 && !s.apostrophe(s.i-1):
		return s.quote(l)
	default:
		s.add(l)
	}
	return nil
}

// quote reads up to the quote that closes the one just read: a straight one closes a straight one, a smart one a
// smart one.
func (s *splitter) quote(opened letter) error {
	s.begin(opened.at)
	s.word.quoted = true
	straight := opened.r < utf8.RuneSelf
	for ; s.i < len(s.in); s.i++ {
		l := s.in[s.i]
		switch {
		case l.r == '\\' && opened.r == '"' && s.i+1 < len(s.in) && strings.ContainsRune("\"\\$`\n", s.in[s.i+1].r):
			s.i++
			if l = s.in[s.i]; l.r != '\n' {
				s.add(l)
			}
		case quote(l.r) == quote(opened.r) && (l.r < utf8.RuneSelf) == straight && !s.apostrophe(s.i):
			s.i++
			return nil
		default:
			s.add(l)
		}
	}
	return &SyntaxError{Word: string(opened.r), Pos: opened.at,
		Want: "the quote " + string(opened.r) + " is never closed", Example: `--reason "bad deploy"`}
}

func (s *splitter) add(l letter) {
	s.begin(l.at)
	s.cur.WriteRune(l.r)
}

func (s *splitter) begin(at int) {
	if !s.open {
		s.open, s.word = true, word{pos: at}
	}
}

func (s *splitter) end() {
	if s.open {
		s.word.text = s.cur.String()
		s.words = append(s.words, s.word)
	}
	s.open = false
	s.cur.Reset()
}

// apostrophe reports whether letter i is a smart quote between two letters ("don’t").
func (s *splitter) apostrophe(i int) bool {
	return s.in[i].r == '’' && i > 0 && i+1 < len(s.in) && unicode.IsLetter(s.in[i-1].r) &&
		unicode.IsLetter(s.in[i+1].r)
}

// quote is the plain quote for a character; 0: it is none.
func quote(r rune) rune {
	switch r {
	case '"', '“', '”', '„', '‟':
		return '"'
	case '\'', '‘', '’', '‚', '‛':
		return '\''
	}
	return 0
}

// isInvisible characters come along when text is copied from a page or a phone; they are never intended.
func isInvisible(r rune) bool { return unicode.Is(unicode.Cf, r) }

// turnsDirection reports a character that embeds, overrides or isolates a direction. If they were dropped silently,
// the command would not be what was seen: "gnillib" behind an override looks like "billing".
func turnsDirection(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// letters undoes Slack's escaping of typed text: &amp; &lt; &gt;, and links that it made by itself
// (<http://b1.example.com:9092|b1.example.com:9092>, <mailto:billing@prod.eu|billing@prod.eu>).
func letters(text string, slack bool) []letter {
	out := make([]letter, 0, len(text))
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if slack && r == '<' {
			if shown, n := slackToken(text[i:]); n > 0 {
				for _, l := range letters(strings.ReplaceAll(shown, "<", "&lt;"), true) {
					out = append(out, letter{l.r, i})
				}
				i += n
				continue
			}
		}
		if slack && r == '&' {
			r, size = entity(text[i:])
		}
		out = append(out, letter{r, i})
		i += size
	}
	return out
}

func entity(s string) (rune, int) {
	switch {
	case strings.HasPrefix(s, "&lt;"):
		return '<', len("&lt;")
	case strings.HasPrefix(s, "&gt;"):
		return '>', len("&gt;")
	case strings.HasPrefix(s, "&amp;"):
		return '&', len("&amp;")
	}
	return '&', 1
}

// slackToken returns what a person typed or sees of the <...> at the start of s, and its length; 0: it is no token of
// Slack's. A mention without a name is kept, and refused where a name is expected.
func slackToken(s string) (shown string, n int) {
	end := strings.IndexByte(s, '>')
	if end < 2 {
		return "", 0
	}
	target, label, labelled := strings.Cut(s[1:end], "|")
	switch {
	case strings.HasPrefix(target, "@") && label != "":
		shown = "@" + strings.TrimPrefix(label, "@")
	case strings.HasPrefix(target, "#") && label != "":
		shown = "#" + strings.TrimPrefix(label, "#")
	case strings.ContainsAny(target[:min(1, len(target))], "@#!"):
		shown = s[:end+1]
	case !strings.HasPrefix(target, "mailto:") && !strings.Contains(target, "://"):
		return "", 0
	case labelled && label != "":
		shown = label
	default:
		shown = strings.TrimPrefix(target, "mailto:")
	}
	return shown, end + 1
}

// isMention reports whether a word is a mention by id.
func isMention(s string) bool {
	return len(s) > 2 && s[0] == '<' && strings.IndexByte("@#!", s[1]) >= 0
}
