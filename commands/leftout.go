package commands

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// leave says what of a text is not of the command.
func (h *hit) leave(in []rune, tokens []token) {
	var before, after []string
	from, to := -1, 0
	end := func() {
		if from < 0 {
			return
		}
		piece := strings.Trim(strings.Join(strings.Fields(string(in[from:to])), " "), "`*_~ ")
		switch {
		case piece == "":
		case to <= h.used[0].start:
			before = append(before, piece)
		default:
			after = append(after, piece)
		}
		from = -1
	}
	for _, t := range tokens {
		switch {
		case slices.ContainsFunc(h.used, func(u token) bool { return u.start == t.start && u.op == t.op }):
			end()
		case t.op != "\n":
			if from < 0 {
				from = t.start
			}
			to = t.end
		}
	}
	end()
	h.before = strings.Join(append(before, h.before), " ")
	h.left = slices.Concat(before, h.left, after)
}

// note says what was left out, each piece in backticks: what stood before the tool did not run either.
func (p *paste) note() string {
	const most = 4
	var pieces []string
	for i, s := range p.left {
		if i == most {
			pieces = append(pieces, "…")
			break
		}
		s = text.Clip(secretShape.ReplaceAllString(s, "${1}…"), 60)
		pieces = append(pieces, "`"+strings.ReplaceAll(s, "`", "'")+"`")
	}
	return "Left out of the line: " + strings.Join(pieces, ", ") + "."
}

// secretShape finds what a card must not repeat.
var secretShape = regexp.MustCompile(`(?i)((?:pass(?:word|wd)?|secret|token|credential)s?[=: ]+|sshpass -p ?)\S+`)

// checkBefore refuses a reset in the bot's own words before a pasted command: of two commands none is chosen.
func (p *paste) checkBefore(ctx Context) error {
	words, err := splitLetters([]rune(p.before))
	own := func(w word) bool { return slices.Contains([]string{"--reason", "--emergency"}, fixDashes(w.text)) }
	if at := slices.IndexFunc(words, own); at >= 0 {
		words = words[:at]
	}
	var cmd Command
	if err == nil { // otherwise it is none of the bot's own
		cmd, err = read(words, nil, ctx)
	}
	if r, ok := cmd.(Reset); err == nil && ok && r.Intent.Target != nil {
		return &SyntaxError{Word: words[0].text, Want: "one command at a time; these are 2 commands: " +
			strconv.Quote(text.Clip(p.before, 110)) + " and a line for kafka-consumer-groups.sh. Send the one that is meant",
			Example: resetExample}
	}
	return nil
}
