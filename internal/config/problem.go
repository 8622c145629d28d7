package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// Problems is every mistake of a file, by line. It is the error of Load.
type Problems []Problem //nolint:errname // they are a list to show, and only then an error

// Problem is one mistake.
type Problem struct {
	File string
	Line int    // from 1
	Key  string // such as clusters[1].bootstrap; empty if the file as a whole is meant
	Text string // what is wrong and what to do
}

func (p Problem) String() string {
	if p.Key == "" {
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
	}
	return fmt.Sprintf("%s:%d: %s: %s", p.File, p.Line, p.Key, p.Text)
}

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int { return a.Line - b.Line })
}

// quote is for text of the file, never for the value of a variable. A token in the wrong place, or a URL with a
// password, is not repeated.
func quote(written string) string {
	if credentials.MatchString(written) {
		return hidden
	}
	if len(written) > 60 {
		written = written[:60] + "..."
	}
	return fmt.Sprintf("%q", written)
}

var credentials = regexp.MustCompile(`xox|xapp|:.*@`) // a token, or user:password@host

var plainKey = regexp.MustCompile(`^[A-Za-z_<-]{1,32}$`)

// unknownKey names the nearest known key. A key that does not look like one may be a misplaced value and is not
// repeated.
func unknownKey(key string, known []string) string {
	if !plainKey.MatchString(key) {
		return "unknown key; known here: " + strings.Join(known, ", ")
	}
	best, least := "", 3
	for _, k := range known {
		if d := text.EditDistance(key, k); d < least {
			best, least = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("unknown key; did you mean %s?", best)
	}
	return "unknown key; known here: " + strings.Join(known, ", ")
}

// yamlMessage is the YAML library's message without what it quotes of the file: an unquoted password that begins with
// * is "unknown anchor '...'".
func yamlMessage(err error, file string) (line int, text string) {
	text = strings.TrimPrefix(err.Error(), "yaml: ")
	if name, is := strings.CutPrefix(text, "unknown anchor '"); is {
		before, _, _ := strings.Cut(file, "*"+strings.TrimSuffix(name, "' referenced"))
		return 1 + strings.Count(before, "\n"), "not valid YAML: a value that begins with * must be quoted"
	}
	line = 1
	if _, scanErr := fmt.Sscanf(text, "line %d: ", &line); scanErr == nil {
		_, text, _ = strings.Cut(text, ": ")
		if fromParser.MatchString(text) {
			line++
		}
	}
	text = quoted.ReplaceAllString(text, "...")
	return line, "not valid YAML: " + text +
		"; check quotes, colons and indentation (spaces, no tabs) here and just above"
}

// fromParser is what the YAML library's parser says; it counts lines from 0,
// its scanner from 1.
var fromParser = regexp.MustCompile(`^did not find expected (key|node|[',<-])|^found (undefined|duplicate)`)

var quoted = regexp.MustCompile("'[^']*'|\"[^\"]*\"|`[^`]*`")
