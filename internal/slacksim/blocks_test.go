package slacksim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

func repeat(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }

func tableOf(rows, cols int, cell string) string {
	row := "[" + repeat(cols, `{"type":"raw_text","text":"`+cell+`"}`) + "]"
	return `{"type":"table","rows":[` + repeat(rows, row) + `]}`
}

func sectionOf(text string) string {
	return `{"type":"section","text":{"type":"mrkdwn","text":"` + text + `"}}`
}

func buttonOf(id, label, more string) string {
	return fmt.Sprintf(`{"type":"button","action_id":%q,"text":{"type":"plain_text","text":%q}%s}`, id, label, more)
}

func optionOf(text, value, more string) string {
	return fmt.Sprintf(`{"text":{"type":"plain_text","text":%q},"value":%q%s}`, text, value, more)
}

// entriesOf are n entries of a menu.
func entriesOf(n int) string {
	var out []string
	for i := range n {
		out = append(out, optionOf("x", fmt.Sprint(i), ""))
	}
	return strings.Join(out, ",")
}

func menuOf(options, more string) string {
	return `{"type":"overflow","action_id":"more","options":[` + options + `]` + more + `}`
}

func TestBlockLimits(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Unhurried: true})
	long := func(n int) string { return strings.Repeat("ü", n) } // limits count characters, not bytes
	actions := func(elements string) string { return `{"type":"actions","elements":[` + elements + `]}` }
	section := func(accessory string) string {
		return `{"type":"section","text":{"type":"mrkdwn","text":"x"},"accessory":` + accessory + `}`
	}
	confirm := `,"confirm":{"title":{"type":"plain_text","text":"` + long(101) +
		`"},"text":{"type":"plain_text","text":"t"},"confirm":{"type":"plain_text","text":"y"},"deny":{"type":"plain_text","text":"n"}}`
	many := func(n int) string {
		var out []string
		for i := range n {
			out = append(out, buttonOf(fmt.Sprintf("a%d", i), "x", ""))
		}
		return strings.Join(out, ",")
	}
	for name, c := range map[string]struct{ blocks, code, message string }{
		"50 blocks": {repeat(50, `{"type":"divider"}`), "", ""},
		"51 blocks": {repeat(51, `{"type":"divider"}`), "invalid_blocks",
			"[ERROR] no more than 50 items allowed [json-pointer:/blocks]"},
		"not an array": {`{`, "invalid_blocks_format", ""},
		"section 3000": {sectionOf(long(3000)), "", ""},
		"section 3001": {sectionOf(long(3001)), "invalid_blocks",
			"[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		"section of nothing": {`{"type":"section"}`, "invalid_blocks",
			"[ERROR] must define either `text` or `fields` [json-pointer:/blocks/0]"},
		"empty text": {sectionOf(""), "invalid_blocks",
			"[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		"11 fields": {`{"type":"section","fields":[` + repeat(11, `{"type":"mrkdwn","text":"x"}`) + `]}`,
			"invalid_blocks", "[ERROR] no more than 10 items allowed [json-pointer:/blocks/0/fields]"},
		"header 150": {`{"type":"header","text":{"type":"plain_text","text":"` + long(150) + `"}}`, "", ""},
		"header 151": {`{"type":"header","text":{"type":"plain_text","text":"` + long(151) + `"}}`,
			"invalid_blocks", "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		"header in mrkdwn": {`{"type":"header","text":{"type":"mrkdwn","text":"x"}}`, "invalid_blocks",
			"json-pointer:/blocks/0/text/type"},
		"25 buttons": {actions(many(25)), "", ""},
		"26 buttons": {actions(many(26)), "invalid_blocks",
			"[ERROR] no more than 25 items allowed [json-pointer:/blocks/0/elements]"},
		"same action twice": {actions(buttonOf("a", "x", "") + "," + buttonOf("a", "y", "")), "invalid_blocks",
			`action_id`},
		"button label 76": {actions(buttonOf("a", long(76), "")), "invalid_blocks",
			"[ERROR] must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"},
		"button value 2001": {actions(buttonOf("a", "x", `,"value":"`+long(2001)+`"`)), "invalid_blocks",
			"[ERROR] must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"},
		"confirm title 101": {actions(buttonOf("a", "x", confirm)), "invalid_blocks",
			"[ERROR] must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]"},
		"button style": {actions(buttonOf("a", "x", `,"style":"loud"`)), "invalid_blocks", "enum"},
		"no such property": {`{"type":"divider","text":"x"}`, "invalid_blocks",
			"[ERROR] invalid additional property: text [json-pointer:/blocks/0]"},
		"no such block": {`{"type":"marquee"}`, "invalid_blocks",
			"[ERROR] unsupported type: marquee [json-pointer:/blocks/0/type]"},
		"alert in a message": {`{"type":"alert","text":{"type":"plain_text","text":"x"}}`, "invalid_blocks",
			"unsupported type: alert"},
		"11 in a context": {`{"type":"context","elements":[` + repeat(11, `{"type":"mrkdwn","text":"x"}`) + `]}`,
			"invalid_blocks", "no more than 10 items"},
		"same block_id twice": {`{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}`, "invalid_blocks",
			"block_id"},
		"menu of 1": {actions(menuOf(entriesOf(1), "")), "", ""},
		"menu of 5": {actions(menuOf(entriesOf(5), "")), "", ""},
		"menu of none": {actions(menuOf("", "")), "invalid_blocks",
			"[ERROR] no fewer than 1 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		"menu of 6": {actions(menuOf(entriesOf(6), "")), "invalid_blocks",
			"[ERROR] no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		"menu beside a text": {section(menuOf(entriesOf(5), "")), "", ""},
		"menu of none beside a text": {section(menuOf("", "")), "invalid_blocks",
			"[ERROR] no fewer than 1 items allowed [json-pointer:/blocks/0/accessory/options]"},
		"entry text 75": {actions(menuOf(optionOf(long(75), long(75), ""), "")), "", ""},
		"entry text 76": {actions(menuOf(optionOf(long(76), "v", ""), "")), "invalid_blocks",
			"[ERROR] must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]"},
		"entry value 76": {actions(menuOf(optionOf("x", long(76), ""), "")), "invalid_blocks",
			"[ERROR] must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/value]"},
		"entry without value": {actions(menuOf(optionOf("x", "", ""), "")), "invalid_blocks",
			"[ERROR] missing required field: value [json-pointer:/blocks/0/elements/0/options/0]"},
		"entry value twice": {actions(menuOf(optionOf("x", "v", "")+","+optionOf("y", "v", ""), "")), "invalid_blocks",
			"[json-pointer:/blocks/0/elements/0/options/1/value]"},
		"entry with url": {actions(menuOf(optionOf("x", "v", `,"url":"https://example.com"`), "")), "", ""},
		"entry url 3001": {actions(menuOf(optionOf("x", "v", `,"url":"`+long(3001)+`"`), "")), "invalid_blocks",
			"[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/elements/0/options/0/url]"},
		"entry in mrkdwn": {actions(menuOf(`{"text":{"type":"mrkdwn","text":"x"},"value":"v"}`, "")), "invalid_blocks",
			"[json-pointer:/blocks/0/elements/0/options/0/text/type]"},
		"select with url": {actions(`{"type":"static_select","options":[` +
			optionOf("x", "v", `,"url":"https://example.com"`) + `]}`), "invalid_blocks",
			"[ERROR] invalid additional property: url [json-pointer:/blocks/0/elements/0/options/0]"},
		"menu with a question": {actions(menuOf(entriesOf(2), strings.Replace(confirm, long(101), "t", 1))), "", ""},
		"menu with a question too long": {actions(menuOf(entriesOf(2), confirm)), "invalid_blocks",
			"[ERROR] must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]"},
		"table 100 x 20": {tableOf(100, 20, "x"), "", ""},
		"table 101 rows": {tableOf(101, 1, "x"), "invalid_blocks",
			"[ERROR] no more than 100 items allowed [json-pointer:/blocks/0/rows]"},
		"table 21 columns": {tableOf(1, 21, "x"), "invalid_blocks",
			"[ERROR] no more than 20 items allowed [json-pointer:/blocks/0/rows/0]"},
		"table 10,000 chars": {tableOf(100, 10, long(10)), "", ""},
		"table 10,001 chars": {tableOf(73, 1, long(137)), "invalid_blocks", "/blocks/0/rows"},
		"table empty cell": {tableOf(1, 1, ""), "invalid_blocks",
			"[ERROR] must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]"},
		"two tables":     {tableOf(1, 1, "x") + "," + tableOf(1, 1, "x"), "only_one_table_allowed", ""},
		"all too long":   {repeat(4, sectionOf(long(2900))), "msg_blocks_too_long", ""},
		"all just short": {repeat(4, sectionOf(long(2800))), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			blocks := "[" + c.blocks + "]"
			resp, err := http.PostForm(sim.APIURL()+"chat.postMessage",
				url.Values{"token": {slacksim.BotToken}, "channel": {"C0INC"}, "text": {"x"}, "blocks": {blocks}})
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var got struct {
				Error            string
				ResponseMetadata struct{ Messages []string } `json:"response_metadata"`
			}
			if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
				t.Fatal(err)
			}
			if all := strings.Join(got.ResponseMetadata.Messages, "\n"); got.Error != c.code || !strings.Contains(all,
				c.message) {
				t.Errorf("%q %s, want %q %s", got.Error, all, c.code, c.message)
			}
		})
	}
}

func TestViewLimits(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Unhurried: true})
	view := func(title, more, blocks string) string {
		return `{"type":"modal","title":{"type":"plain_text","text":"` + title + `"}` + more + `,"blocks":[` + blocks +
			`]}`
	}
	input := `{"type":"input","label":{"type":"plain_text","text":"x"},"element":{"type":"plain_text_input"}}`
	submit := `,"submit":{"type":"plain_text","text":"Ask"}`
	for name, c := range map[string]struct{ view, code, message string }{
		"fine but no trigger": {view("Reset", submit, input), "invalid_arguments", "invalid `trigger_id`"},
		"title 25": {view(strings.Repeat("x", 25), "", ""), "invalid_arguments",
			"[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"},
		"101 blocks": {view("Reset", "", repeat(101, `{"type":"divider"}`)), "invalid_arguments",
			"[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]"},
		"metadata 3001": {view("Reset", `,"private_metadata":"`+strings.Repeat("x", 3001)+`"`, ""),
			"invalid_arguments", "/view/private_metadata"},
		"input, no submit": {view("Reset", "", input), "invalid_arguments", "missing required field: submit"},
		"a table":          {view("Reset", "", tableOf(1, 1, "x")), "invalid_arguments", "unsupported type: table"},
		"markdown": {view("Reset", "", `{"type":"markdown","text":"x"}`), "invalid_arguments",
			"unsupported type: markdown"},
		"250 KB": {view("Reset", "", repeat(90, sectionOf(strings.Repeat("x", 2990)))), "view_too_large", ""},
	} {
		resp, err := http.PostForm(sim.APIURL()+"views.open",
			url.Values{"token": {slacksim.BotToken}, "trigger_id": {"none"}, "view": {c.view}})
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Error            string
			ResponseMetadata struct{ Messages []string } `json:"response_metadata"`
		}
		if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if all := strings.Join(got.ResponseMetadata.Messages, "\n"); got.Error != c.code || !strings.Contains(all,
			c.message) {
			t.Errorf("%s: %q %s, want %q %s", name, got.Error, all, c.code, c.message)
		}
	}
}
