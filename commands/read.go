package commands

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// readWords is read, with the line put right in what is refused.
func readWords(words []word, p *paste, ctx Context) (Command, error) {
	if p != nil {
		if err := p.checkBefore(ctx); err != nil {
			return nil, err
		}
	}
	cmd, err := read(words, p, ctx)
	if err != nil && p != nil {
		words = slices.Concat(words, p.words)
	}
	return cmd, corrected(err, words, ctx)
}

// read reads a line in words: the bot's own, or those of a pasted command of Kafka's tool.
func read(words []word, p *paste, ctx Context) (Command, error) {
	words, rest, cut := cutReset(words)
	restPaste := p
	switch {
	case p != nil && cut:
		rest, p = p.words, nil
	case p != nil:
		words, restPaste = p.words, nil
	default:
		words = dropProgram(words)
	}
	if len(words) == 0 {
		return Help{}, nil
	}
	l, err := sortLine(words, p)
	if err != nil && p == nil {
		err = cmp.Or(strayTool(slices.DeleteFunc(slices.Clone(words), isText)), err)
	}
	if err != nil {
		return nil, err
	}
	l.rest, l.restPaste, l.cut = rest, restPaste, cut
	verb := ""
	if len(l.words) > 0 {
		verb = strings.ToLower(l.words[0].text)
	}
	readVerb := readerOf(verb)
	if err := l.checkBare(readVerb != nil); err != nil {
		return nil, err
	}
	switch {
	case p != nil && l.has("help"):
		return Help{Topic: "kafka"}, nil
	case l.has("help") && readVerb != nil:
		return Help{Topic: verb}, nil
	case l.has("help") || verb == "?":
		return Help{}, nil
	case l.has("describe"), l.has("list"):
		return readKafkaView(l, ctx)
	case readVerb == nil:
		verb, readVerb = "", readReset
	}
	cmd, err := readVerb(verb, l, ctx)
	if err != nil {
		return nil, err
	}
	return cmd, nil
}

// dropProgram takes away the name of the program that a line begins with.
func dropProgram(words []word) []word {
	if len(words) == 0 {
		return nil
	}
	prompt := words[0].text == "$" || words[0].text == "%"
	if prompt && len(words) > 1 && strings.Contains(words[1].text, "/kafka-reset") {
		return words[2:] // the prompt of a shell
	}
	t, _, known := toolOf(words[0].text)
	switch path.Base(strings.ToLower(words[0].text)) {
	case "kafka-reset", "kafka-reset-bot":
		if strings.Contains(words[0].text, "/") { // without a slash it may be a group
			return words[1:]
		}
	default:
		if known && t.ours && len(words) == 1 {
			return nil
		}
	}
	return words
}

// headOf is the length of the part of a line up to the reset that it holds behind "--"; 0: it holds none.
func headOf(in []rune) int {
	s := splitter{in: in}
	for s.i < len(s.in) {
		if s.next() != nil {
			return 0
		}
		if _, _, cut := cutReset(s.words); cut {
			return s.i
		}
	}
	return 0
}

// isText reports a word with blanks: a text for people, such as a reason.
func isText(w word) bool { return strings.ContainsAny(w.text, " \n\t") }
