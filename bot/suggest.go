package bot

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// An ack of a socket may have 20,480 bytes, envelope included: more is dropped, and the person sees nothing at all.
const maxOffer = 18_000

// noOptions is an answer without any: slack-go leaves an empty list out, and Slack then shows that something went
// wrong.
var noOptions = map[string]any{"options": []any{}}

// suggest answers what is typed into a field of the form that has too many options to list. Kafka is not asked, and
// Slack only for what the person may view, which is remembered for a minute.
func (b *Bot) suggest(ctx context.Context, e envelope) any {
	if e.Callback != resetView || e.Form == nil {
		return noOptions
	}
	b.wholeNames(e.Form)
	typed := strings.TrimSpace(e.Value)
	s := *e.Form
	var offered []*slack.OptionBlockObject
	var found reset.Suggestions
	var err error
	switch commands.FormField(e.Action) {
	case commands.FieldGroup:
		found, err = b.Core.SuggestGroups(ctx, e.actor(), e.Channel, s.Cluster, typed)
	case commands.FieldTopics:
		found, err = b.Core.SuggestTopics(ctx, e.actor(), e.Channel, s.Cluster, s.Group, typed)
		if strings.Contains(strings.ToLower(words.FormText.AllTopics), strings.ToLower(typed)) {
			offered = append(offered, topicOption(commands.AllTopics))
		}
	default: // no other field asks
	}
	if err != nil {
		b.log.Warn("nothing is suggested", "envelope", e.ID, "err", b.redact(err.Error()))
	}
	for _, name := range found.Names {
		offered = append(offered, described(name.Name, words.SuggestionAbout(name)))
	}
	exact := slices.ContainsFunc(found.Names, func(n reset.Suggestion) bool { return n.Name == typed })
	if typed != "" && !exact && utf8.RuneCountInString(typed) <= maxValue && !strings.HasPrefix(typed, standsIn) {
		last := min(len(offered), maxOffered-1)
		offered = append(offered[:last:last], described(typed, words.SuggestionTyped))
	}
	return offer(offered, words.SuggestionNote(found, b.now()))
}

func described(name, about string) *slack.OptionBlockObject {
	o := option(name, name)
	if about != "" {
		o.Description = plainText(text.Clip(clean(about), maxValue))
	}
	return o
}

// offer is the ack: as many options as fit, under a heading that says how old they are.
func offer(options []*slack.OptionBlockObject, note string) any {
	if len(options) == 0 {
		return noOptions
	}
	options = options[:min(len(options), maxOffered)]
	left := maxOffer
	for i, o := range options {
		doc, _ := json.Marshal(o) // strings alone
		if left -= len(doc) + 1; left < 0 {
			options = options[:i]
			break
		}
	}
	return slack.OptionGroupsResponse{OptionGroups: []*slack.OptionGroupBlockObject{
		{Label: plainText(text.Clip(note, maxValue)), Options: options}}}
}
