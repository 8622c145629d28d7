package bot

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

// slackMessage is content as Slack blocks. Built by draw, it keeps every limit of Block Kit.
type slackMessage struct {
	text   string // what notifications, exports and screen readers get
	blocks []slack.Block
}

// renderOptions is how content is to be shown.
type renderOptions struct {
	key         string // of the block ids: a new one for each version, else clients keep the state of the old blocks
	plainTables bool   // tables as preformatted text
	dataTables  bool   // those with a caption as Slack's data tables all the same
	ephemeral   bool   // one person reads it: mentions notify no one else, so names need no look-up
}

// Limits of Block Kit, in code points. Where sources differ, the smaller one.
const (
	maxSum     = 11_000 // of all text in a message: msg_blocks_too_long was seen at 11,341 (bolt-js#2867)
	maxHeader  = 150
	maxLine    = 2000
	maxLabel   = 75
	maxConfirm = 300
	maxAnswer  = 30 // of the two buttons of a confirm dialog
	maxButtons = 25
	maxSmall   = 10  // elements of a context block
	maxRows    = 100 // of a table, head included
	maxColumns = 20
	maxTable   = 9_000 // of 10,000 in all cells
	maxCell    = 200
	maxID      = 255
	maxText    = 700 // of the fallback before escaping, which may make it five times longer; 4,000 is msg_too_long
)

// draw turns content into blocks. Everything but the small print is rich text, where no character is markup: a name
// such as "<!channel>" or "*x*" is shown as it is.
func (b *Bot) draw(ctx context.Context, c words.Content, l renderOptions) slackMessage {
	d := drawing{renderOptions: l, left: maxSum, name: func(id string) string { return "" }}
	if !l.ephemeral {
		d.name = func(id string) string { return b.name(ctx, id) }
	}
	title, state := d.clip(c.Title, maxHeader), d.clip(c.Status, maxHeader)
	buttons := d.buttons(c.Buttons)
	said := d.lines(c.Lines, "")
	warned := d.lines(c.Warnings, "⚠ ")
	hinted := d.lines(c.Hints, "")
	foot := d.small(c.Foot)
	table := d.table(c.Table)

	var out []slack.Block
	add := func(blocks ...slack.Block) {
		for _, block := range blocks {
			if block != nil {
				out = append(out, block)
			}
		}
	}
	if title != "" {
		add(slack.NewHeaderBlock(plainText(title), slack.HeaderBlockOptionBlockID(d.id("title"))))
	}
	if state != "" {
		add(slack.NewContextBlock(d.id("state"), plainText(state)))
	}
	add(d.rich("said", said), table, d.rich("warned", warned), d.rich("hinted", hinted), foot)
	if menu := d.menu(c.Menu); menu != nil {
		buttons = append(buttons, menu)
	}
	if len(buttons) > 0 {
		add(slack.NewActionBlock(d.id("act"), buttons...))
	}
	fallback := b.named(ctx, cmp.Or(c.Fallback, c.Title, "kafka-reset"), c.Lines)
	if len(out) == 0 {
		add(slack.NewContextBlock(d.id("state"), plainText(d.clip(fallback, maxHeader))))
	}
	return slackMessage{text: escape(text.Clip(clean(fallback), maxText)), blocks: out}
}

// named replaces ids by names in the text of a notification: Slack shows no names there.
func (b *Bot) named(ctx context.Context, text string, lines []words.Line) string {
	for _, line := range lines {
		for _, s := range line {
			if (s.Kind != words.User && s.Kind != words.Notify) || s.Text == "" || !strings.Contains(text, s.Text) {
				continue
			}
			if known := b.name(ctx, s.ID); known != "" {
				text = strings.ReplaceAll(text, s.Text, "@"+known)
			}
		}
	}
	return text
}

// drawing is one message being drawn.
type drawing struct {
	renderOptions
	left int // code points that may still be used
	name func(id string) string
}

func (d *drawing) id(part string) string { return text.Clip(part+"."+d.key, maxID) }

// clip shortens a text to the code points that are left. The start of a text matters most.
func (d *drawing) clip(s string, most int) string {
	s = text.Clip(clean(s), min(most, max(d.left, 0)))
	d.left -= utf8.RuneCountInString(s)
	return s
}

// lines is the elements of lines, with line breaks.
func (d *drawing) lines(lines []words.Line, mark string) []slack.RichTextSectionElement {
	var out []slack.RichTextSectionElement
	for _, line := range lines {
		if d.left < 10 {
			break
		}
		if len(out) > 0 {
			out = append(out, d.literal("\n", nil))
		}
		if mark != "" {
			out = append(out, d.literal(mark, nil))
		}
		for _, span := range line {
			if e := d.span(span); e != nil {
				out = append(out, e)
			}
		}
	}
	return out
}

func (d *drawing) literal(s string, style *slack.RichTextSectionTextStyle) slack.RichTextSectionElement {
	d.left -= utf8.RuneCountInString(s)
	return slack.NewRichTextSectionTextElement(s, style)
}

// span is one piece of a line. Nil: it is empty.
func (d *drawing) span(s words.Span) slack.RichTextSectionElement {
	var style *slack.RichTextSectionTextStyle
	switch s.Kind {
	case words.Strong:
		style = &slack.RichTextSectionTextStyle{Bold: true}
	case words.Code:
		style = &slack.RichTextSectionTextStyle{Code: true}
	case words.Link:
		if isWebURL(s.URL) {
			return slack.NewRichTextSectionLinkElement(s.URL, d.clip(cmp.Or(s.Text, s.URL), maxLine), nil)
		}
	case words.Channel:
		if slackID(s.ID) {
			return slack.NewRichTextSectionChannelElement(s.ID, nil)
		}
	case words.User, words.Notify:
		if known := d.name(s.ID); s.Kind == words.User && known != "" {
			s.Text = "@" + known
		} else if e := mention(s, d.ephemeral); e != nil {
			return e
		}
	case words.Clock:
		utc := s.At.UTC().Format("2006-01-02 15:04 UTC")
		d.left -= len(utc)
		return slack.NewRichTextSectionDateElement(s.At.Unix(), clockFormat(s), nil, &utc)
	case words.Text, words.Name, words.Paste: // plain text, below
	}
	if s.Kind == words.Paste {
		return d.command(s.Text)
	}
	if text := d.clip(s.Text, maxLine); text != "" {
		return slack.NewRichTextSectionTextElement(text, style)
	}
	return nil
}

// command is shown completely and unchanged, or not at all: a shortened one would be another command.
func (d *drawing) command(s string) slack.RichTextSectionElement {
	if n := utf8.RuneCountInString(s); n > maxLine || n > d.left || clean(s) != s {
		return d.literal("(too long to be shown whole here)", nil)
	}
	return d.literal(s, &slack.RichTextSectionTextStyle{Code: true})
}

// clockFormat shows a time in the reader's own zone.
func clockFormat(s words.Span) string {
	if s.Secs {
		return "{date_short_pretty} at {time_secs}"
	}
	return "{date_short_pretty} at {time}"
}

// mention is an element that Slack shows by name and that notifies, unless only one person reads it. A user group is
// notified only where that is intended.
func mention(s words.Span, alone bool) slack.RichTextSectionElement {
	switch {
	case !slackID(s.ID):
		return nil
	case s.ID[0] != 'S':
		return slack.NewRichTextSectionUserElement(s.ID, nil)
	case alone || s.Kind == words.Notify:
		return slack.NewRichTextSectionUserGroupElement(s.ID)
	}
	return nil
}

func (d *drawing) rich(part string, elements []slack.RichTextSectionElement) slack.Block {
	if len(elements) == 0 {
		return nil
	}
	return slack.NewRichTextBlock(d.id(part), slack.NewRichTextSection(elements...))
}

// small is the small print: the only use of mrkdwn, since context blocks support times and links in no other form.
func (d *drawing) small(lines []words.Line) slack.Block {
	var texts []slack.MixedElement
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 && len(texts) < maxSmall {
			texts = append(texts, slack.NewTextBlockObject(slack.MarkdownType, text.String(), false, true))
		}
		text.Reset()
	}
	for _, line := range lines {
		var one strings.Builder
		for _, s := range line {
			one.WriteString(d.markup(s))
		}
		n := utf8.RuneCountInString(one.String())
		if n == 0 || n > maxLine || n > d.left {
			continue
		}
		if text.Len()+one.Len() > maxLine {
			flush()
		}
		if text.Len() > 0 {
			text.WriteByte('\n')
		}
		text.WriteString(one.String())
		d.left -= n + 1
	}
	flush()
	if len(texts) == 0 {
		return nil
	}
	return slack.NewContextBlock(d.id("foot"), texts...)
}

// markup is a span of the small print. Foreign text is escaped, so that it cannot mention or link anything.
func (d *drawing) markup(s words.Span) string {
	text := escape(text.Clip(clean(s.Text), 300))
	switch s.Kind {
	case words.Strong:
		return "*" + text + "*"
	case words.Code:
		return "`" + strings.ReplaceAll(text, "`", "'") + "`"
	case words.Link:
		if isWebURL(s.URL) && len(s.URL) < 500 {
			return "<" + strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C").Replace(s.URL) + "|" +
				text + ">"
		}
	case words.Channel:
		if slackID(s.ID) {
			return "<#" + s.ID + ">"
		}
	case words.User, words.Notify:
		if known := d.name(s.ID); known != "" {
			return "@" + escape(known)
		}
		if slackID(s.ID) && d.ephemeral {
			if s.ID[0] == 'S' {
				return "<!subteam^" + s.ID + ">"
			}
			return "<@" + s.ID + ">"
		}
	case words.Clock:
		return fmt.Sprintf("<!date^%d^%s|%s>", s.At.Unix(), clockFormat(s), s.At.UTC().Format("2006-01-02 15:04 UTC"))
	case words.Text, words.Name, words.Paste: // plain text, below
	}
	return text
}

func (d *drawing) buttons(buttons []words.Button) []slack.BlockElement {
	var out []slack.BlockElement
	seen := map[string]bool{}
	for _, button := range buttons {
		action := actionOf(button)
		if seen[action] || len(out) == maxButtons {
			continue // an action_id may be in a block once
		}
		seen[action] = true
		label := d.clip(cmp.Or(button.Label, button.Verb), maxLabel)
		e := slack.NewButtonBlockElement(text.Clip(action, maxID), valueOf(button), plainText(label))
		e.Style = slack.Style(button.Style)
		if button.Confirm != "" {
			e.Confirm = slack.NewConfirmationBlockObject(plainText(d.clip(button.Label, maxLabel)),
				plainText(d.clip(button.Confirm, maxConfirm)), plainText(d.clip(button.Label, maxAnswer)),
				plainText(d.clip("Not now", maxAnswer))).WithStyle(e.Style)
		}
		out = append(out, e)
	}
	return out
}

func plainText(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, cmp.Or(s, "–"), false, false)
}

// escape escapes the three characters that are markup in Slack's mrkdwn (Slack's formatting page).
func escape(s string) string { return escaper.Replace(s) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// clean makes control characters and direction marks visible, which could make a text look like another one.
func clean(s string) string {
	return text.Visible(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, s))
}

// slackID reports whether s has the form of a Slack id, the only thing that is ever put into a mention.
func slackID(s string) bool {
	if len(s) < 2 || len(s) > 32 {
		return false
	}
	for _, r := range s {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return false
		}
	}
	return true
}

func isWebURL(url string) bool {
	return strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")
}
