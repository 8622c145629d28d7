package commands

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word of a shell's line, or an operator.
type token struct {
	word
	op         string // "\n", ";", "|", "&&" ... end a command; ">" is a redirection, "#" a comment; empty: a word
	target     bool   // of a redirection: the next word is its file
	start, end int    // in the text
}

// lexer cuts a line of a runbook into words and operators, as the shells do whose lines people paste: sh, cmd with its
// ^, PowerShell with its backtick. Nothing is expanded. It is for lines that hold a command of Kafka's tool alone: in
// the bot's own grammar ";", "|" and "#" are letters like others, see split.
type lexer struct {
	in     []rune
	i      int
	tokens []token
	cur    strings.Builder
	open   bool // a word is being read
	at     token
	prose  bool // an apostrophe between two letters is no quote
}

// lex cuts a text into tokens. An apostrophe in the prose before a command would open a quote that nothing closes.
func lex(in []rune) ([]token, error) {
	x := lexer{in: plainLines(in)}
	if err := x.run(); err != nil {
		again := lexer{in: x.in, prose: true}
		if again.run() == nil {
			return again.tokens, nil
		}
		return nil, err
	}
	return x.tokens, nil
}

func (x *lexer) run() error {
	for x.i < len(x.in) {
		if err := x.next(); err != nil {
			return err
		}
	}
	x.end()
	return nil
}

func (x *lexer) next() error {
	r := x.in[x.i]
	switch {
	case r == '\n':
		x.operator("\n", 1)
	case unicode.IsSpace(r):
		x.end()
		x.i++
	case turnsDirection(r):
		return changedDirection(r)
	case isInvisible(r):
		x.i++
	case r == '\\', r == '^':
		return x.escape(r)
	case r == '`':
		x.backtick()
	case r == '$':
		x.dollar()
	case r == '{' && x.peek(1) == '{':
		x.take(max(1, until(x.in, x.i, "}}")))
	case r == '#' && !x.open && !x.promptOfRoot():
		end := lineEnd(x.in, x.i)
		x.operator("#", end-x.i)
	case quote(r) != 0 && !x.apostrophe(r):
		return x.quote(r)
	case strings.ContainsRune(";|&<>()", r):
		x.special(r)
	default:
		x.take(1)
	}
	return nil
}

func (x *lexer) peek(n int) rune {
	if x.i+n >= len(x.in) {
		return 0
	}
	return x.in[x.i+n]
}

func (x *lexer) begin() {
	if !x.open {
		x.open, x.at = true, token{start: x.i}
	}
}

// take adds n letters to the word.
func (x *lexer) take(n int) {
	x.begin()
	for range n {
		x.cur.WriteRune(x.in[x.i])
		x.i++
	}
}

// add adds a letter that stands for n of the text.
func (x *lexer) add(r rune, n int) {
	x.begin()
	x.cur.WriteRune(r)
	x.i += n
}

func (x *lexer) end() {
	if x.open {
		x.at.text, x.at.end = x.cur.String(), x.i
		x.tokens = append(x.tokens, x.at)
	}
	x.open = false
	x.cur.Reset()
}

// operator ends the word and takes n letters as an operator.
func (x *lexer) operator(op string, n int) {
	x.end()
	x.tokens = append(x.tokens, token{op: op, start: x.i, end: x.i + n})
	x.i += n
}

// escape reads a backslash or a caret. At the end of a line both continue it, also where a page added blanks, lost the
// newline or put a comment behind it. In a path of Windows a backslash is a letter.
func (x *lexer) escape(r rune) error {
	after := x.i + 1
	for after < len(x.in) && x.in[after] == '\\' && r == '\\' {
		after++
	}
	rest := skipBlanks(x.in, after)
	switch {
	case rest < len(x.in) && x.in[rest] == '\n':
		if next := rest + 1; rest > after || next == len(x.in) || beginsOption(x.in[next]) {
			x.end()
		}
		x.i = rest + 1
	case r == '\\' && rest == len(x.in):
		return endsWithBackslash()
	case rest > after && rest < len(x.in) && (!x.open || beginsOption(x.in[rest]) || x.in[rest] == '#'):
		x.end()
		x.i = rest
	case r == '\\' && !unicode.IsLetter(x.peek(1)) && !unicode.IsDigit(x.peek(1)) && x.peek(1) != '.':
		x.i++
		x.add(x.in[x.i], 1)
	default:
		x.take(1)
	}
	return nil
}

// beginsOption reports a dash, also one that a page made longer.
func beginsOption(r rune) bool { return strings.ContainsRune("-–—−", r) }

// backtick reads a command in backticks, as of Markdown or to be replaced by what it prints; before the end of a line
// it continues the line, in PowerShell.
func (x *lexer) backtick() {
	rest := skipBlanks(x.in, x.i+1)
	n := until(x.in, x.i+1, "`")
	switch {
	case rest == len(x.in) || x.in[rest] == '\n':
		x.end()
		x.i = min(rest+1, len(x.in))
	case n == 0, !x.open && rest > x.i+1:
		x.end()
		x.i++
	default:
		x.take(n + 1)
		x.at.quoted = true
	}
}

// dollar reads $NAME, ${NAME} and $(COMMAND) as they are, blanks and all: they are not expanded.
func (x *lexer) dollar() {
	switch x.peek(1) {
	case '(':
		x.take(1 + balanced(x.in, x.i+1))
	case '{':
		x.take(max(1, until(x.in, x.i, "}")))
	case '\'', '"':
		x.i++ // a quote with escapes
	default:
		x.take(1)
	}
}

// promptOfRoot reports a # that does not begin a comment: a prompt, with a command of Kafka's behind it.
func (x *lexer) promptOfRoot() bool {
	const longest = 8 // words of a prompt
	for i := len(x.tokens) - 1; i >= 0 && x.tokens[i].op != "\n"; i-- {
		if len(x.tokens)-i > longest || toolName.MatchString(x.tokens[i].text) {
			return false
		}
	}
	return toolName.MatchString(string(x.in[x.i:lineEnd(x.in, x.i)]))
}

// apostrophe reports a quote between two letters ("don’t"); a straight one is an apostrophe in prose alone.
func (x *lexer) apostrophe(r rune) bool {
	return (r == '’' || r == '\'' && x.prose) && x.i > 0 && unicode.IsLetter(x.in[x.i-1]) && unicode.IsLetter(x.peek(1))
}

// quote reads up to the quote that closes this one.
func (x *lexer) quote(opened rune) error {
	x.begin()
	x.at.quoted = true
	straight := opened < utf8.RuneSelf
	for x.i++; x.i < len(x.in); {
		r := x.in[x.i]
		switch {
		case opened == '"' && r == '\\' && x.peek(1) == '\n':
			x.add(' ', 2)
		case opened == '"' && r == '\\' && x.peek(1) != 0 && strings.ContainsRune("\"\\$`", x.peek(1)):
			x.i++
			x.take(1)
		case opened == '"' && r == '$' && x.peek(1) == '(':
			x.take(1 + balanced(x.in, x.i+1))
		case quote(r) == quote(opened) && (r < utf8.RuneSelf) == straight && !x.apostrophe(r):
			x.i++
			return nil
		default:
			x.take(1)
		}
	}
	return neverClosed(opened)
}

// special reads an operator. What stands for a name, <group>, is a word.
func (x *lexer) special(r rune) {
	if n := placeholderAt(x.in[x.i:]); n > 0 {
		x.take(n)
		return
	}
	two := string(r) + string(x.peek(1))
	switch {
	case two == "<(" || two == ">(": // what a command prints, as a file
		x.take(1 + balanced(x.in, x.i+1))
	case r == '(' && x.open:
		x.take(1)
	case r == ')' && x.open && strings.ContainsRune(x.cur.String(), '('):
		x.take(1)
	case r == '>' || r == '<' || two == "&>":
		x.redirection()
	case two == "&&" || two == "||" || two == "|&" || two == ";;":
		x.operator(two, 2)
	default:
		x.operator(string(r), 1)
	}
}

var redirectShape = regexp.MustCompile(`^(?:<<<|<<-?|<|&?>>?\|?)(&(?:\d+|-))?`)

// redirection reads > and what is like it, with the number before it: 2>&1 has no file.
func (x *lexer) redirection() {
	start := x.i
	if x.open && !x.at.quoted && digits(x.cur.String()) {
		start, x.open = x.at.start, false
		x.cur.Reset()
	}
	x.end()
	m := redirectShape.FindStringSubmatch(string(x.in[x.i:min(len(x.in), x.i+8)]))
	x.i += utf8.RuneCountInString(m[0])
	x.tokens = append(x.tokens, token{op: ">", target: m[1] == "", start: start, end: x.i})
}

var placeholderShape = regexp.MustCompile(`^<[\pL_][^<>|;&\n]{0,60}[^<>|;&\s]>|^<[\pL_]>`)

// placeholderAt is the length of a <name> that a text begins with.
func placeholderAt(in []rune) int {
	return utf8.RuneCountInString(placeholderShape.FindString(string(in[:min(len(in), 64)])))
}

func skipBlanks(in []rune, i int) int {
	for i < len(in) && in[i] != '\n' && (unicode.IsSpace(in[i]) || isInvisible(in[i])) {
		i++
	}
	return i
}

func lineEnd(in []rune, i int) int {
	for i < len(in) && in[i] != '\n' {
		i++
	}
	return i
}

// until is how many letters there are from i to the end of a mark; 0: the mark is not there.
func until(in []rune, i int, mark string) int {
	end := []rune(mark)
	for n := i; n+len(end) <= len(in); n++ {
		if slices.Equal(in[n:n+len(end)], end) {
			return n + len(end) - i
		}
	}
	return 0
}

// balanced is the length of (...) at i, with all that is nested in it.
func balanced(in []rune, i int) int {
	depth := 0
	for n, r := range in[i:] {
		switch r {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return n + 1
			}
		}
	}
	return len(in) - i
}

var fence = regexp.MustCompile("(?m)^[ \\t]*(?:```|~~~)[\\w+-]*[ \\t]*$|```|~~~")

// plainLines puts blanks for what pages and terminals put around lines: the fences of a code block, the > of a quoted
// text and of a shell that waits for the rest of a command. The places of all other letters stay.
func plainLines(in []rune) []rune {
	text := strings.NewReplacer("\r\n", " \n", "\r", "\n").Replace(string(in))
	text = fence.ReplaceAllStringFunc(text, blanked)
	lines := strings.Split(text, "\n")
	quoted := true
	for _, l := range lines {
		quoted = quoted && (strings.TrimSpace(l) == "" || strings.HasPrefix(strings.TrimSpace(l), ">"))
	}
	for i, l := range lines {
		m := quoteMark.FindString(l)
		if m != "" && (quoted || beginsOption([]rune(l[len(m):] + " ")[0]) || toolName.MatchString(l)) {
			lines[i] = blanked(m) + l[len(m):]
		}
	}
	return []rune(strings.Join(lines, "\n"))
}

var quoteMark = regexp.MustCompile(`^[ \t]*>[> \t]*[ \t]`)

func blanked(s string) string { return strings.Repeat(" ", utf8.RuneCountInString(s)) }
