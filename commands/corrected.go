package commands

import (
	"errors"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// correction is how a mistake is put right: these words, joined by a blank, by those.
type correction struct{ wrong, right string }

// mostTries bounds how often a line is read again to find where its mistake stands, and the next one.
const mostTries = 8

// instead adds how to put the error's word right.
func (e *SyntaxError) instead(wrong, right string) *SyntaxError {
	e.correction = correction{wrong, right}
	return e
}

// corrected adds the whole line, put right, to an error that says how. A line that would not be understood either is
// not offered.
func corrected(err error, words []word, ctx Context) error {
	var e *SyntaxError
	if errors.As(err, &e) {
		tries := mostTries
		if right, ok := putRight(e, words, ctx, &tries); ok {
			e.Corrected = retyped(right, ctx)
		}
	}
	return err
}

// putRight replaces the mistake where the line is understood then; each place that it may stand in is tried.
func putRight(e *SyntaxError, words []word, ctx Context, tries *int) ([]word, bool) {
	m := e.correction
	if m.wrong == "" {
		m = correction{e.Word, e.Near}
	}
	if m.wrong == "" || m.right == "" {
		return nil, false
	}
	for from := range words {
		n, begins := holds(words[from:], m.wrong)
		if n == 0 {
			continue
		}
		if *tries--; *tries < 0 {
			return nil, false
		}
		to := wordsOf(m.right)
		to[0].text = begins + to[0].text
		line := slices.Concat(words[:from], to, words[from+n:])
		_, err := read(slices.Clone(line), nil, ctx)
		if err == nil {
			return line, true
		}
		var next *SyntaxError
		if errors.As(err, &next) && *next != *e {
			if line, ok := putRight(next, line, ctx, tries); ok {
				return line, true
			}
		}
	}
	return nil, false
}

// holds is how many of the first words are the wrong ones; 0: they are not. begins is what stands before them in the
// first: an option with its value.
func holds(words []word, wrong string) (n int, begins string) {
	if option, ok := strings.CutSuffix(words[0].text, "="+wrong); ok && strings.HasPrefix(option, "--") {
		return 1, option + "="
	}
	said := ""
	for i, w := range words {
		if i > 0 {
			said += " "
		}
		shown := w.text
		if !w.quoted {
			shown = fixDashes(shown)
		}
		if said += shown; said == wrong {
			return i + 1, ""
		}
		if len(said) >= len(wrong) {
			break
		}
	}
	return 0, ""
}

// wordsOf are the words that were put in.
func wordsOf(said string) []word {
	words, err := split(said, false)
	if err != nil || len(words) == 0 {
		return []word{{text: said}}
	}
	return words
}

// retyped is a line as it is typed again.
func retyped(words []word, ctx Context) string {
	var out []string
	for _, w := range words {
		switch {
		case ctx.Terminal:
			out = append(out, text.ShellQuote(w.text))
		case w.quoted || w.text == "" || strings.ContainsAny(w.text, " \t\n\"'\\“”„‘’"):
			out = append(out, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(w.text)+`"`)
		default:
			out = append(out, w.text)
		}
	}
	return strings.Join(out, " ")
}
