package slacksim

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// surface is where blocks are shown.
type surface int

const (
	onMessage surface = iota
	onModal
	onHome
)

// Limits across blocks; those within one block are in the schema. All count code points (facts 3.3).
const (
	messageBlocks = 50  // docs, blocks reference
	viewBlocks    = 100 // docs, modal views and home tab views
	// blocksText is msg_blocks_too_long: refused at about 13,200 characters in bolt-js#2509, but already at 11,341 of
	// text in bolt-js#2867, so what lies above counts as refused.
	blocksText = 11_340
)

// blocksSchema is generated from the types of npm @slack/types 3.2.0 with the limits they state.
//
//go:embed blocks.schema.json
var blocksSchema []byte

// blockKinds names the schema's definition for each type of block.
var blockKinds = map[string]string{
	"actions": "ActionsBlock", "alert": "AlertBlock", "card": "CardBlock", "carousel": "CarouselBlock",
	"container": "ContainerBlock", "context": "ContextBlock", "context_actions": "ContextActionsBlock",
	"data_table": "DataTableBlock", "divider": "DividerBlock", "file": "FileBlock", "header": "HeaderBlock",
	"image": "ImageBlock", "input": "InputBlock", "markdown": "MarkdownBlock", "rich_text": "RichTextBlock",
	"section": "SectionBlock", "table": "TableBlock", "video": "VideoBlock",
}

// compiled are the schemas by type of block; the schema is part of the program, so a mistake in it is one in the
// program.
var compiled = sync.OnceValue(func() map[string]*jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(blocksSchema))
	if err != nil {
		panic("slacksim: blocks.schema.json: " + err.Error())
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("blocks.json", doc); err != nil {
		panic("slacksim: blocks.schema.json: " + err.Error())
	}
	out := map[string]*jsonschema.Schema{}
	for t, definition := range blockKinds {
		out[t] = c.MustCompile("blocks.json#/definitions/" + definition)
	}
	return out
})

// validate judges blocks as Slack does before it shows them. Nil: they are fine.
func validate(blocks []any, on surface) *refusal {
	most, path := messageBlocks, "/blocks"
	if on != onMessage {
		most, path = viewBlocks, "/view/blocks"
	}
	var wrong []string
	if len(blocks) > most {
		wrong = append(wrong, complain(fmt.Sprintf("no more than %d items allowed", most), path))
	}
	ids := map[string]bool{}
	for i, b := range blocks {
		at := fmt.Sprintf("%s/%d", path, i)
		block, ok := b.(obj)
		if !ok {
			wrong = append(wrong, complain("must be a valid object", at))
			continue
		}
		wrong = append(wrong, wrongBlock(block, at, on)...)
		if id := str(block, "block_id"); id != "" {
			if ids[id] {
				wrong = append(wrong, complain(fmt.Sprintf("`block_id` %q already exists for another block", id),
					at+"/block_id"))
			}
			ids[id] = true
		}
	}
	switch {
	case len(wrong) > 0 && on != onMessage:
		return refuse("invalid_arguments", wrong...) // ref, views.open
	case len(wrong) > 0:
		return refuse("invalid_blocks", wrong...)
	case count(blocks, "table", "data_table") > 1:
		return refuse("only_one_table_allowed") // facts 3.3
	case on == onMessage && textIn(blocks) > blocksText:
		return refuse("msg_blocks_too_long")
	}
	return nil
}

func complain(what, at string) string { return "[ERROR] " + what + " [json-pointer:" + at + "]" }

// wrongBlock lists what is wrong with one block.
func wrongBlock(block obj, at string, on surface) []string {
	t := str(block, "type")
	schema, known := compiled()[t]
	if !known || !allowed(t, on) {
		return []string{complain("unsupported type: "+t, at+"/type")}
	}
	var invalid *jsonschema.ValidationError
	if err := schema.Validate(any(block)); errors.As(err, &invalid) {
		wrong := leaves(invalid, at)
		slices.Sort(wrong)
		return slices.Compact(wrong) // a limit stated by a type and by where it is used is one limit
	}
	wrong := emptyTexts(block, at)
	switch t {
	case "section":
		if block["text"] == nil && len(list(block, "fields")) == 0 {
			wrong = append(wrong, complain("must define either `text` or `fields`", at)) // seen in java-slack-sdk#1017
		}
	case "actions", "context":
		if len(list(block, "elements")) == 0 {
			wrong = append(wrong, complain("no fewer than 1 items allowed", at+"/elements"))
		}
	case "table":
		wrong = append(wrong, wrongTable(block, at)...)
	case "data_table":
		wrong = append(wrong, wrongDataTable(block, at)...)
	}
	return append(wrong, wrongElements(block, at)...)
}

// messagesOnly are types of blocks that no view takes (docs.slack.dev/blocks.json, available-in-surfaces; a card is
// allowed there and refused by TightknitAI's table).
var messagesOnly = []string{"markdown", "table", "data_table", "card", "carousel", "container", "context_actions"}

// allowed is TightknitAI's checkSurfaceCompatibility (facts 3.3).
func allowed(t string, on surface) bool {
	if on != onMessage && slices.Contains(messagesOnly, t) {
		return false
	}
	return on == onModal || t != "alert" && t != "file"
}

// wrongElements finds action_ids that are there twice in a block, and choices that offer nothing to choose.
func wrongElements(block obj, at string) []string {
	var wrong []string
	seen := map[string]bool{}
	for i, e := range elements(block) {
		place := fmt.Sprintf("%s/elements/%d", at, i)
		switch str(block, "type") {
		case "section":
			place = at + "/accessory"
		case "input":
			place = at + "/element"
		}
		id := str(e, "action_id")
		if id != "" && seen[id] {
			wrong = append(wrong, complain(fmt.Sprintf("`action_id` %q already exists for another element", id),
				place+"/action_id"))
		}
		seen[id] = true
		wrong = append(wrong, wrongOptions(e, place)...)
	}
	return wrong
}

// wrongOptions finds what the types leave open (docs, option object): a choice has options, each has a value of its
// own, and only an overflow menu's may have a url.
func wrongOptions(e obj, at string) []string {
	options, has := e["options"].([]any)
	if !has {
		return nil
	}
	var wrong []string
	if len(options) == 0 {
		wrong = append(wrong, complain("no fewer than 1 items allowed", at+"/options"))
	}
	seen := map[string]bool{}
	for i, o := range options {
		option, _ := o.(obj)
		place, value := fmt.Sprintf("%s/options/%d", at, i), str(option, "value")
		switch {
		case value == "":
			wrong = append(wrong, complain("missing required field: value", place))
		case seen[value]:
			wrong = append(wrong, complain(fmt.Sprintf("`value` %q already exists for another option", value),
				place+"/value"))
		}
		seen[value] = true
		if option["url"] != nil && str(e, "type") != "overflow" {
			wrong = append(wrong, complain("invalid additional property: url", place))
		}
	}
	return wrong
}

// emptyTexts finds text objects and table cells that say nothing (facts 3.3: at least one character).
func emptyTexts(v any, at string) []string {
	var wrong []string
	switch v := v.(type) {
	case obj:
		switch str(v, "type") {
		case "plain_text", "mrkdwn", "raw_text", "raw_number", "text":
			if str(v, "text") == "" {
				wrong = append(wrong, complain("must be more than 0 characters", at+"/text"))
			}
		}
		for key, part := range v {
			wrong = append(wrong, emptyTexts(part, at+"/"+key)...)
		}
	case []any:
		for i, part := range v {
			wrong = append(wrong, emptyTexts(part, fmt.Sprintf("%s/%d", at, i))...)
		}
	}
	slices.Sort(wrong)
	return wrong
}

// leaves turns a schema's verdict into Slack's sentences. Of alternatives that all fail, the one that got furthest
// is what was meant.
func leaves(e *jsonschema.ValidationError, at string) []string {
	place := at
	if len(e.InstanceLocation) > 0 {
		place += "/" + strings.Join(e.InstanceLocation, "/")
	}
	if _, alternatives := e.ErrorKind.(*kind.AnyOf); alternatives && len(e.Causes) > 0 {
		best := slices.MaxFunc(e.Causes, func(a, b *jsonschema.ValidationError) int {
			return closeness(a) - closeness(b)
		})
		return leaves(best, at)
	}
	if len(e.Causes) > 0 {
		var out []string
		for _, cause := range e.Causes {
			out = append(out, leaves(cause, at)...)
		}
		return out
	}
	switch k := e.ErrorKind.(type) {
	case *kind.MaxLength:
		return []string{complain(fmt.Sprintf("must be less than %d characters", k.Want+1), place)}
	case *kind.MaxItems:
		return []string{complain(fmt.Sprintf("no more than %d items allowed", k.Want), place)}
	case *kind.Required:
		return []string{complain("missing required field: "+strings.Join(k.Missing, ", "), place)}
	case *kind.AdditionalProperties:
		return []string{complain("invalid additional property: "+strings.Join(k.Properties, ", "), place)}
	case *kind.Const, *kind.Enum:
		return []string{complain("must be a valid enum value", place)}
	case *kind.Type:
		return []string{complain("must be a valid "+strings.Join(k.Want, " or "), place)}
	}
	return []string{complain("must be valid", place)}
}

// closeness is small for an alternative that fails because it is of another type.
func closeness(e *jsonschema.ValidationError) int {
	score := len(e.InstanceLocation)
	if at := e.InstanceLocation; len(at) > 0 && at[len(at)-1] == "type" {
		score -= 1000
	}
	if len(e.Causes) == 0 {
		return score
	}
	lowest := closeness(e.Causes[0])
	for _, cause := range e.Causes[1:] {
		lowest = min(lowest, closeness(cause))
	}
	return lowest
}

func count(blocks []any, types ...string) int {
	n := 0
	for _, b := range blocks {
		if block, ok := b.(obj); ok && slices.Contains(types, str(block, "type")) {
			n++
		}
	}
	return n
}

// written are the keys of text that is shown.
var written = []string{"text", "alt_text", "fallback", "title", "caption"}

// textIn adds up everything under it that is written to be read.
func textIn(v any) int {
	n := 0
	switch v := v.(type) {
	case []any:
		for _, part := range v {
			n += textIn(part)
		}
	case obj:
		for key, part := range v {
			text, is := part.(string)
			switch {
			case !is:
				n += textIn(part)
			case slices.Contains(written, key):
				n += utf8.RuneCountInString(text)
			}
		}
	}
	return n
}
