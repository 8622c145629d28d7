package alert

import (
	"slices"
	"strings"
	"unicode"
)

// wordList are the words of a message that could be names: values without a label, and those of labels that name no
// group (a service, a pod).
type wordList struct {
	list []string
	seen map[string]bool
}

// mostWords are kept.
const mostWords = 200

func (w *wordList) add(line string) {
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	for run := range strings.FieldsFuncSeq(line, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;()[]{}<>|\"'`=，；、。【】（）：:", r)
	}) {
		run = strings.Trim(run, ".!?-_/*~")
		if len(w.list) >= mostWords {
			return
		}
		if !w.seen[run] && isWord(run) {
			w.seen[run] = true
			w.list = append(w.list, run)
		}
	}
}

// isWord reports what may be matched with names: not numbers, not the vocabulary of sentences and of alerts.
func isWord(s string) bool {
	if len(s) < 2 || !isName(group, s) || strings.HasSuffix(s, "...") || strings.HasSuffix(s, "…") {
		return false
	}
	low := strings.ToLower(s)
	_, label := known[words(s)]
	return !label && !notNames[low] && !mayPrecede[low] && !mayFollow[low] && !evidence[low]
}

// without are the words that are not read as names already.
func (w *wordList) without(names []string) []string {
	return slices.DeleteFunc(slices.Clone(w.list), func(s string) bool { return slices.Contains(names, s) })
}
