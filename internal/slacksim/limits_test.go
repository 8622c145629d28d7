package slacksim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// answer is what every method of the Web API answers.
type answer struct {
	OK     bool
	Error  string
	Errors []struct{ Code, Message, Pointer string }
	After  string // Retry-After
}

// calls makes one request to a method, without anybody's SDK.
func calls(t *testing.T, sim *slacksim.Sim, method string, params url.Values) answer {
	t.Helper()
	if params == nil {
		params = url.Values{}
	}
	params.Set("token", slacksim.BotToken)
	resp, err := http.PostForm(sim.APIURL()+method, params)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out answer
	var raw struct {
		OK     bool
		Error  string
		Errors json.RawMessage
	}
	if err := json.NewDecoder(resp.Body).Decode(&raw); err != nil {
		t.Fatal(err)
	}
	out.OK, out.Error, out.After = raw.OK, raw.Error, resp.Header.Get("Retry-After")
	_ = json.Unmarshal(raw.Errors, &out.Errors) // of blocks.validate alone they are objects
	if (resp.StatusCode == http.StatusTooManyRequests) != (out.Error == "ratelimited") ||
		(out.After != "") != (out.Error == "ratelimited") {
		t.Errorf("%s: status %d, %+v", method, resp.StatusCode, out)
	}
	return out
}

// TestRatesByMethod: how many calls of each method go through at once, and how many seconds the next has to wait
// (docs: the page of each method names its tier, 20, 50 or 100 a minute). A method that is used up says nothing about
// another one.
func TestRatesByMethod(t *testing.T) {
	t.Parallel()
	now := newClock()
	sim := incident(t, slacksim.Options{Now: now.Now})
	for method, c := range map[string]struct {
		through int
		after   string
	}{
		"chat.update": {50, "2"}, "chat.delete": {50, "2"}, "chat.postEphemeral": {100, "1"},
		"views.open": {100, "1"}, "views.push": {100, "1"}, "views.update": {100, "1"},
		"conversations.info": {50, "2"}, "conversations.open": {50, "2"}, "conversations.members": {100, "1"},
		"users.info": {100, "1"}, "usergroups.list": {20, "3"}, "usergroups.users.list": {20, "3"},
		"files.getUploadURLExternal": {100, "1"}, "files.completeUploadExternal": {100, "1"}, "files.info": {100, "1"},
		"blocks.validate": {20, "3"},
	} {
		for i := range c.through {
			if got := calls(t, sim, method, nil); got.Error == "ratelimited" {
				t.Fatalf("%s: call %d of %d is too many", method, i+1, c.through)
			}
		}
		if got := calls(t, sim, method, nil); got.Error != "ratelimited" || got.After != c.after {
			t.Errorf("%s: call %d: %+v, want Retry-After %s", method, c.through+1, got, c.after)
		}
	}
}

func TestMessagesAreCountedByConversation(t *testing.T) {
	t.Parallel()
	now := newClock()
	sim := incident(t, slacksim.Options{Now: now.Now})
	post := func(to string) answer {
		return calls(t, sim, "chat.postMessage", url.Values{"channel": {to}, "text": {"x"}})
	}
	for range 5 {
		if got := post("U0MARA"); !got.OK {
			t.Fatalf("%+v", got)
		}
	}
	if got := post(sim.DM("U0MARA")); got.Error != "ratelimited" || got.After != "1" {
		t.Errorf("the same conversation by its own id: %+v", got)
	}
	if got := post("U0JON"); !got.OK {
		t.Errorf("another conversation: %+v", got)
	}
	for i := range 60 { // the workspace takes 300 a minute, whoever they are for
		sim.AddChannel(slacksim.Channel{ID: "C0MANY" + string(rune('A'+i)), Name: "many", Bot: true})
	}
	sent, limited := 7, false // the one that was refused has used up one of the workspace's, or not: one more or less
	for i := 0; i < 60 && !limited; i++ {
		for range 5 {
			if got := post("C0MANY" + string(rune('A'+i))); got.Error == "ratelimited" {
				limited = true
				break
			}
			sent++
		}
	}
	if !limited || sent < 299 || sent > 301 {
		t.Errorf("limited %v after %d messages in all, want 300", limited, sent)
	}
	now.Pass(time.Minute)
	if got := post("U0MARA"); !got.OK {
		t.Errorf("a minute later: %+v", got)
	}
}

func dataTable(rows, more string) string {
	return `{"type":"data_table","caption":"Partitions","rows":[` + rows + `]` + more + `}`
}

func rowOf(cells int, text string) string {
	return "[" + repeat(cells, `{"type":"raw_text","text":"`+text+`"}`) + "]"
}

func TestDataTables(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Unhurried: true})
	number := `[{"type":"raw_number","value":7,"text":"7"}]`
	rich := `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]}]}]`
	row := rowOf(1, "x")
	for name, c := range map[string]struct{ block, code, pointer string }{
		"101 rows":             {dataTable(repeat(101, row), ""), "", ""},
		"102 rows":             {dataTable(repeat(102, row), ""), "invalid_blocks", "/0/rows"},
		"a header alone":       {dataTable(row, ""), "invalid_blocks", "/0/rows"},
		"20 columns":           {dataTable(repeat(2, rowOf(20, "x")), ""), "", ""},
		"21 columns":           {dataTable(repeat(2, rowOf(21, "x")), ""), "invalid_blocks", "/0/rows/0"},
		"rows of two lengths":  {dataTable(row+","+rowOf(2, "x"), ""), "invalid_blocks", "/0/rows/1"},
		"numbers":              {dataTable(row+","+number, ""), "", ""},
		"rich text":            {dataTable(row+","+rich, ""), "", ""},
		"a header of numbers":  {dataTable(number+","+number, ""), "invalid_blocks", "/0/rows/0/0/type"},
		"a header of richtext": {dataTable(rich+","+rich, ""), "invalid_blocks", "/0/rows/0/0/type"},
		"an empty cell":        {dataTable(row+","+rowOf(1, ""), ""), "invalid_blocks", "/0/rows/1/0/text"},
		"10,000 characters":    {dataTable(repeat(100, rowOf(10, strings.Repeat("ü", 10))), ""), "", ""},
		"10,001 characters":    {dataTable(repeat(73, rowOf(1, strings.Repeat("ü", 137))), ""), "invalid_blocks", "/0/rows"},
		"no caption": {strings.Replace(dataTable(row+","+row, ""), "Partitions", "", 1), "invalid_blocks",
			"/0/caption"},
		"page of 100":     {dataTable(row+","+row, `,"page_size":100`), "", ""},
		"page of 101":     {dataTable(row+","+row, `,"page_size":101`), "invalid_blocks", "/0/page_size"},
		"page of 0":       {dataTable(row+","+row, `,"page_size":0`), "invalid_blocks", "/0/page_size"},
		"page of a half":  {dataTable(row+","+row, `,"page_size":1.5`), "invalid_blocks", "/0/page_size"},
		"header column 0": {dataTable(row+","+row, `,"row_header_column_index":0`), "", ""},
		"header column 1": {dataTable(row+","+row, `,"row_header_column_index":1`), "invalid_blocks",
			"/0/row_header_column_index"},
		"beside a table":    {dataTable(row+","+row, "") + "," + tableOf(1, 1, "x"), "only_one_table_allowed", ""},
		"two of them":       {repeat(2, dataTable(row+","+row, "")), "only_one_table_allowed", ""},
		"no rows":           {`{"type":"data_table","caption":"x"}`, "invalid_blocks", "/0"},
		"an unknown column": {dataTable(row+","+row, `,"column_settings":[]`), "invalid_blocks", "/0"},
	} {
		got := calls(t, sim, "blocks.validate", url.Values{"blocks": {"[" + c.block + "]"}})
		if got.Error != c.code || c.code != "" && got.Errors[0].Pointer != c.pointer {
			t.Errorf("%s: %+v, want %q at %q", name, got, c.code, c.pointer)
		}
		posted := calls(t, sim, "chat.postMessage",
			url.Values{"channel": {"C0INC"}, "text": {"x"}, "blocks": {"[" + c.block + "]"}})
		if posted.Error != c.code {
			t.Errorf("%s: posted with %q, want %q", name, posted.Error, c.code)
		}
	}
	if got := calls(t, sim, "views.open", url.Values{"trigger_id": {"none"}, "view": {
		`{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[` + dataTable(row+","+row, "") + `]}`,
	}}); got.Error != "invalid_arguments" {
		t.Errorf("in a modal: %+v", got)
	}
}

func TestADataTableIsRead(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	post(t, sim, "x", "["+dataTable(`[{"type":"raw_text","text":"partition"},{"type":"raw_text","text":"lag"}],`+
		`[{"type":"raw_text","text":"orders-3"},{"type":"raw_number","value":18204,"text":"18,204"}]`, "")+"]")
	want := "Partitions\n  partition  lag\n  orders-3   18,204"
	if got := sim.Person("U0MARA").Messages("C0INC")[0].Text(); got != want {
		t.Errorf("reads %q, want %q", got, want)
	}
}

// TestBlocksValidate: the shape of the answers is that of the examples of docs, blocks.validate.
func TestBlocksValidate(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Unhurried: true})
	wrong := `{"type":"section","text":{"type":"invalid","text":"x"}}`
	for name, c := range map[string]struct {
		params        url.Values
		code, pointer string
	}{
		"good blocks":  {url.Values{"blocks": {"[" + sectionOf("x") + "]"}}, "", ""},
		"wrong blocks": {url.Values{"blocks": {"[" + wrong + "]"}}, "invalid_blocks", "/0/text/type"},
		"good message": {url.Values{"message": {`{"text":"x","blocks":[` + sectionOf("x") + `]}`}}, "", ""},
		"wrong message": {url.Values{"message": {`{"blocks":[` + wrong + `]}`}}, "invalid_blocks",
			"/blocks/0/text/type"},
		"wrong view": {url.Values{"view": {`{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[` +
			wrong + `]}`}}, "invalid_arguments", "/blocks/0/text/type"},
		"across blocks": {url.Values{"blocks": {"[" + repeat(2, tableOf(1, 1, "x")) + "]"}}, "only_one_table_allowed", ""},
		"nothing":       {url.Values{}, "invalid_arguments", "-"},
		"two of them": {url.Values{"blocks": {"[]"}, "message": {`{"text":"x"}`}}, "invalid_arguments",
			"-"},
	} {
		got := calls(t, sim, "blocks.validate", c.params)
		switch {
		case got.Error != c.code, got.OK != (c.code == ""):
			t.Errorf("%s: %+v, want %q", name, got, c.code)
		case c.code != "" && c.pointer != "-" && (len(got.Errors) == 0 || got.Errors[0].Pointer != c.pointer ||
			got.Errors[0].Message == "" || got.Errors[0].Code == ""):
			t.Errorf("%s: errors %+v, want one at %q", name, got.Errors, c.pointer)
		}
	}
	if posts := sim.Person("U0MARA").Messages("C0INC"); len(posts) > 0 {
		t.Errorf("what was judged is shown: %s", posts[0].Text())
	}
}
