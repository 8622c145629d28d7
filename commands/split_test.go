package commands

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []string
	}{
		{"", nil},
		{" \t\n ", nil},
		{"a b  c", []string{"a", "b", "c"}},
		{`a "b c" d`, []string{"a", "b c", "d"}},
		{`a'b c'd`, []string{"ab cd"}},
		{`"" ''`, []string{"", ""}},
		{`"a \"b\" \\ \n \$"`, []string{`a "b" \ \n $`}},
		{`'a \" b'`, []string{`a \" b`}},
		{`a\ b \"c`, []string{"a b", `"c`}},
		{"a \\\n b", []string{"a", "b"}},
		{"a\\\nb", []string{"ab"}},
		{"“a b” ‘c d’ „e f“", []string{"a b", "c d", "e f"}},
		{`“say "x"”`, []string{`say "x"`}},
		{`"say “x”"`, []string{"say “x”"}},
		{"don’t ‘don’t do’", []string{"don’t", "don’t do"}},
		{"$HOME $(id) `id` a;b a|b a&&b #c (d) *",
			[]string{"$HOME", "$(id)", "`id`", "a;b", "a|b", "a&&b", "#c", "(d)", "*"}},
		{"a\u00a0b\u2009c\u3000d", []string{"a", "b", "c", "d"}},
		{"\ufeffa\u200bb\u00ad\u200e", []string{"ab"}},
		{`"👩‍💻"`, []string{"👩‍💻"}}, // within quotes nothing is taken away
		{"a&lt;b&gt;&amp;&amp;amp;", []string{"a<b>&&amp;"}},
		{"<http://a.b|a.b> <https://a.b/c>", []string{"a.b", "https://a.b/c"}},
		{"<mailto:a@b.c|a@b.c> <mailto:a@b.c>", []string{"a@b.c", "a@b.c"}},
		{"<@U1> <@U1|jon> <#C1|inc> <#C1|> <!here> <!subteam^S1>",
			[]string{"<@U1>", "@jon", "#inc", "<#C1|>", "<!here>", "<!subteam^S1>"}},
		{"<http://a|<b> <> <x> <", []string{"<b", "<>", "<x>", "<"}},
		{"a\xffb", []string{"a\ufffdb"}},
	}
	for _, tt := range tests {
		words, err := split(tt.text, true)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		var got []string
		for _, w := range words {
			got = append(got, w.text)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%q: %s", tt.text, d)
		}
	}
}

func TestSplitRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`"a`, `'a`, "“a", "‘a", `“a"`, `"a”`, `a\`, `"a\"`, "don't"} {
		if words, err := split(text, true); err == nil {
			t.Errorf("%q: %v", text, words)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"lattest": "latest", "LATEST": "latest", "erliest": "earliest", "curent": "current", "bakc": "back", "ot": "to",
		"orders": "", "": "", "x": "", "latestlatest": "",
	} {
		if got := text.Nearest(typed, targetWords); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}
