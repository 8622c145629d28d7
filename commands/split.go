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
	quoted bool // a part was in quotes: it is never an option's name
}

// split cuts a text into words as a shell does: quotes, backslashes, continued lines; but nothing is expanded and no
// character starts a comment or another command. (go-shellwords stops silently at ";" and "|", google/shlex at "#": a
// command that runs in part could reset the wrong partitions.) Quotes that phones made smart count as quotes, an
// apostrophe within a word does not.
func split(text string, slack bool) ([]word, error) { return splitLetters(letters(text, slack)) }

func splitLetters(in []rune) ([]word, error) {
	s := splitter{in: in}
	for s.i < len(s.in) {
		if err := s.next(); err != nil {
			return nil, err
		}
	}
	s.end()
	return s.words, nil
}

type splitter struct {
	in    []rune
	i     int
	words []word
	cur   strings.Builder
	open  bool // a word is being read
	word  word
}

func (s *splitter) next() error {
	r := s.in[s.i]
	s.i++
	switch {
	case unicode.IsSpace(r):
		s.end()
	case turnsDirection(r):
		return changedDirection(r)
	case isInvisible(r):
	case r == '\\':
		if s.i == len(s.in) {
			return endsWithBackslash()
		}
		if s.in[s.i] != '\n' { // otherwise the line goes on
			s.add(s.in[s.i])
		}
		s.i++
	case quote(r) != 0 && !s.apostrophe(s.i-1):
		return s.quote(r)
	default:
		s.add(r)
	}
	return nil
}

// quote reads up to the quote that closes the one just read: a straight one closes a straight one, a smart one a
// smart one.
func (s *splitter) quote(opened rune) error {
	s.begin()
	s.word.quoted = true
	straight := opened < utf8.RuneSelf
	for ; s.i < len(s.in); s.i++ {
		r := s.in[s.i]
		switch {
		case r == '\\' && opened == '"' && s.i+1 < len(s.in) && strings.ContainsRune("\"\\$`\n", s.in[s.i+1]):
			s.i++
			if r = s.in[s.i]; r != '\n' {
				s.add(r)
			}
		case quote(r) == quote(opened) && (r < utf8.RuneSelf) == straight && !s.apostrophe(s.i):
			s.i++
			return nil
		default:
			s.add(r)
		}
	}
	return neverClosed(opened)
}

func changedDirection(r rune) *SyntaxError {
	return &SyntaxError{Word: text.Visible(string(r)),
		Want: "the text holds the invisible character " + text.Visible(string(r)) +
			", which changes the text direction: it may not be the command that it looks like; type it instead of pasting it"}
}

func endsWithBackslash() *SyntaxError {
	return &SyntaxError{Word: `\`, Want: `the text ends with a backslash: the rest of the line is missing`,
		Example: "paste the whole command as one line"}
}

func neverClosed(opened rune) *SyntaxError {
	return &SyntaxError{Word: string(opened), Want: "the quote " + string(opened) + " is never closed",
		Example: `--reason "bad deploy"`}
}

func (s *splitter) add(r rune) {
	s.begin()
	s.cur.WriteRune(r)
}

func (s *splitter) begin() {
	if !s.open {
		s.open, s.word = true, word{}
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
	return s.in[i] == '’' && i > 0 && i+1 < len(s.in) && unicode.IsLetter(s.in[i-1]) && unicode.IsLetter(s.in[i+1])
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
func letters(text string, slack bool) []rune {
	out := make([]rune, 0, len(text))
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if slack && r == '<' {
			if shown, n := slackToken(text[i:]); n > 0 {
				out = append(out, letters(strings.ReplaceAll(shown, "<", "&lt;"), true)...)
				i += n
				continue
			}
		}
		if slack && r == '&' {
			r, size = entity(text[i:])
		}
		out = append(out, r)
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
