package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

// quiet is a simulated Slack with one person in one channel, and a bot that is not running.
func quiet(t *testing.T, opts slacksim.Options) *bench {
	t.Helper()
	opts.Unhurried = true
	return newBench(t, opts, func(c *Config) { c.Sockets = 1 })
}

// shown posts content and returns what Mara sees of it. Slack's rules (the schema made of @slack/types, and the limits
// across blocks) are enforced on the way, so a message that breaks them arrives as text alone, or not at all.
func (b *bench) shown(t *testing.T, c words.Content, l renderOptions) slacksim.Message {
	t.Helper()
	ts, err := b.bot.say(t.Context(), "post", "C0INC", "", c, l)
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range b.slack.Calls("chat.postMessage") {
		if call.Error != "" {
			t.Fatalf("slack refused: %s\n%s\n%s", call.Error, call.Raw, b.logs.String())
		}
	}
	for _, m := range b.mara.Messages("C0INC") {
		if m.TS == ts {
			return m
		}
	}
	t.Fatal("the message is not there")
	return slacksim.Message{}
}

func TestForeignTextIsHarmless(t *testing.T) {
	t.Parallel()
	b := quiet(t, slacksim.Options{})
	for _, evil := range []string{
		"<!channel>", "<!here|x>", "<@U0JON>", "<!subteam^S0PAY>", "<#C0INC>", "<https://evil.example|pay here>",
		"*bold* _it_ ~no~ `code`", "&lt;!channel&gt;", "@channel @here @jon", "a\nb\tc", "\u202egnp.exe", "```x```",
		":tada:", "> quote", "<!date^0^{time}|now>",
	} {
		line := words.Line{{Text: evil}, {Kind: words.Strong, Text: evil}, {Kind: words.Code, Text: evil},
			{Kind: words.User, ID: evil, Text: evil}, {Kind: words.Notify, ID: evil, Text: evil},
			{Kind: words.Channel, ID: evil, Text: evil}, {Kind: words.Link, URL: "javascript:" + evil, Text: evil},
			{Kind: words.Link, URL: "https://x.example/?" + evil, Text: evil}}
		c := words.Content{Title: evil, Status: evil, Lines: []words.Line{line}, Warnings: []words.Line{line},
			Hints: []words.Line{line}, Foot: []words.Line{line}, Fallback: evil,
			Table:   &words.Table{Head: []string{evil}, Rows: [][]string{{evil}}},
			Buttons: []words.Button{{Verb: "approve", Ref: "k7f3.1", Label: evil, Confirm: evil}}}
		for _, plain := range []bool{false, true} {
			for _, alone := range []bool{false, true} {
				m := b.shown(t, c, renderOptions{key: "k", plainTables: plain, ephemeral: alone})
				if pings := m.Pings(); len(pings) > 0 {
					t.Errorf("%q notifies %v (plain %v, alone %v):\n%s", evil, pings, plain, alone, m.Blocks)
				}
			}
		}
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	b := quiet(t, slacksim.Options{})
	at := time.Date(2026, 11, 22, 1, 10, 0, 0, time.UTC)
	spans := []words.Span{
		{Text: "a "}, {Kind: words.User, ID: "U0JON", Text: "@U0JON"}, {Text: " b "},
		{Kind: words.User, ID: "S0PAY", Text: "@S0PAY"}, {Text: " c "}, {Kind: words.Clock, At: at, Text: "02:10"},
		{Text: " d "}, {Kind: words.Link, URL: "https://x.example/", Text: "book"},
	}
	m := b.shown(t, words.Content{Lines: []words.Line{spans}, Foot: []words.Line{spans}, Fallback: "f"},
		renderOptions{key: "k"})
	for _, line := range strings.Split(strings.TrimSpace(m.Text()), "\n") {
		for _, want := range []string{"a @jon b @pay-owners c ", "2:10", "book"} { // Mara reads in Berlin
			if !strings.Contains(line, want) {
				t.Errorf("%q does not say %q", line, want)
			}
		}
	}
	if pings := m.Pings(); len(pings) > 0 {
		t.Errorf("named people are notified: %v", pings)
	}
	m = b.shown(t,
		words.Content{Lines: []words.Line{{{Kind: words.Notify, ID: "S0PAY"}, {Kind: words.Notify, ID: "U0JON"}}}},
		renderOptions{key: "k"})
	if diff := cmp.Diff([]string{"S0PAY", "U0JON"}, m.Pings()); diff != "" {
		t.Errorf("those who should be notified (-want +got):\n%s", diff)
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	b := quiet(t, slacksim.Options{})
	m := b.shown(t, words.Content{Title: "x", Buttons: []words.Button{
		{Verb: "approve", Ref: "k7f3.1", Label: "Approve", Style: "primary", Confirm: "Replays 3."},
		{Verb: "choose", Ref: "k7f3.1", Option: 1, Label: "prod"},
		{Verb: "choose", Ref: "k7f3.1", Option: 2, Label: "sandbox"},
		{Verb: "choose", Ref: "k7f3.1", Option: 2, Label: "again"},
	}}, renderOptions{key: "k7f3.1.9"})
	want := []slacksim.Button{
		{ActionID: "approve", BlockID: "act.k7f3.1.9", Label: "Approve", Value: "k7f3.1", Style: "primary",
			Confirm: &slacksim.Confirm{Title: "Approve", Text: "Replays 3.", Yes: "Approve", No: "Not now"}},
		{ActionID: "choose.1", BlockID: "act.k7f3.1.9", Label: "prod", Value: "k7f3.1"},
		{ActionID: "choose.2", BlockID: "act.k7f3.1.9", Label: "sandbox", Value: "k7f3.1"},
	}
	if diff := cmp.Diff(want, m.Buttons()); diff != "" {
		t.Errorf("buttons (-want +got):\n%s", diff)
	}
}

// TestAnySizeFits posts content of every size: none of it may break a limit.
func TestAnySizeFits(t *testing.T) {
	t.Parallel()
	b := quiet(t, slacksim.Options{})
	rnd := rand.New(rand.NewPCG(4711, 2026))
	const messages = 100
	for i := range messages {
		if _, err := b.bot.say(t.Context(), "post", "C0INC", "", anyContent(rnd),
			renderOptions{key: fmt.Sprint(i), plainTables: i%2 == 0, ephemeral: i%3 == 0}); err != nil {
			t.Fatal(err)
		}
	}
	calls := b.slack.Calls("chat.postMessage")
	for i, call := range calls {
		if call.Error != "" {
			t.Errorf("message %d was refused: %s", i, call.Error)
		}
	}
	if len(calls) != messages {
		t.Errorf("%d calls for %d messages\n%s", len(calls), messages, b.logs.String())
	}
}

func anyContent(rnd *rand.Rand) words.Content {
	text := func(most int) string {
		alphabet := []rune("aZ09 <>&*_`~|\n\"'é日😀\u202e")
		out := make([]rune, rnd.IntN(most+1))
		for i := range out {
			out[i] = alphabet[rnd.IntN(len(alphabet))]
		}
		return string(out)
	}
	kinds := []words.SpanKind{words.Text, words.Strong, words.Code, words.User, words.Notify, words.Channel, words.Link,
		words.Clock}
	lines := func() []words.Line {
		var out []words.Line
		for range rnd.IntN(12) {
			var l words.Line
			for range rnd.IntN(8) {
				l = append(l, words.Span{Kind: kinds[rnd.IntN(len(kinds))], Text: text(3000 >> rnd.IntN(8)),
					ID:  []string{"U0JON", "S0PAY", "", "x"}[rnd.IntN(4)],
					URL: []string{"https://x.example/" + text(40), "ftp://x", ""}[rnd.IntN(3)],
					At:  time.Unix(rnd.Int64N(2e9), 0)})
			}
			out = append(out, l)
		}
		return out
	}
	c := words.Content{Title: text(400), Status: text(400), Lines: lines(), Warnings: lines(), Hints: lines(),
		Foot: lines(), Fallback: text(9000)}
	if rnd.IntN(3) > 0 {
		c.Table = &words.Table{More: rnd.IntN(3) * 5000}
		for range rnd.IntN(30) {
			c.Table.Head = append(c.Table.Head, text(40))
			c.Table.Right = append(c.Table.Right, rnd.IntN(2) == 0)
		}
		for range rnd.IntN(300) {
			row := make([]string, rnd.IntN(len(c.Table.Head)+1))
			for i := range row {
				row[i] = text(500 >> rnd.IntN(8))
			}
			c.Table.Rows = append(c.Table.Rows, row)
		}
	}
	for i := range rnd.IntN(40) {
		c.Buttons = append(c.Buttons, words.Button{Verb: "choose", Option: i + 1, Ref: "k7f3.1", Label: text(200),
			Confirm: text(600), Style: []string{"", "primary", "danger"}[rnd.IntN(3)]})
	}
	return c
}

func TestTableSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	b := New(Config{})
	table := &words.Table{Head: []string{"partition", "to"}, Right: []bool{false, true}, More: 7}
	for i := range 300 {
		table.Rows = append(table.Rows, []string{fmt.Sprintf("orders-%d", i), ""})
	}
	m := b.draw(context.Background(), words.Content{Table: table}, renderOptions{ephemeral: true})
	raw, err := json.Marshal(m.blocks)
	if err != nil {
		t.Fatal(err)
	}
	var got []slack.TableBlock
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	rows := got[0].Rows
	if len(rows) != maxRows {
		t.Errorf("%d rows, want %d", len(rows), maxRows)
	}
	last := rows[len(rows)-1][0].(*slack.TableRawTextCell).Text
	if want := fmt.Sprintf("… %d more", 300-(maxRows-2)+7); last != want {
		t.Errorf("last row says %q, want %q", last, want)
	}
}

func TestPlainTableWhereBlocksAreRefused(t *testing.T) {
	t.Parallel()
	b := quiet(t, slacksim.Options{})
	jon := words.Span{Kind: words.User, ID: "U0JON", Text: "@U0JON"}
	c := words.Content{Title: "x", Lines: []words.Line{{{Text: "hello "}, jon}},
		Table: &words.Table{Head: []string{"a"}, Rows: [][]string{{"1"}}}}
	b.slack.Fail("chat.postMessage", slacksim.Fault{Error: "invalid_blocks", Times: 2})
	if _, err := b.bot.say(t.Context(), "post", "C0INC", "", c, renderOptions{key: "k"}); err != nil {
		t.Fatal(err)
	}
	m := b.sees(t, b.mara, "C0INC", "\nhello @jon\n", "1")
	if m.Blocks != nil {
		t.Errorf("blocks were refused twice and sent again: %s", m.Blocks)
	}
}
