package bot

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

// The views of the reset form.
const (
	resetView   = "reset"
	confirmView = "reset-confirm"
	// resetShortcut is the callback_id of the global shortcut that opens it.
	resetShortcut = "reset_offsets"
	otherGroup    = standsIn // of Groups: none of them is meant
	maxChosen     = 20       // topics
	maxOffered    = 100      // options of a select
	maxValueIn    = 200      // characters of a duration, a number, a message
	maxNotes      = 10
)

// formShown is what a form shows below its fields.
type formShown struct {
	ref     string // of the request whose numbers are shown; empty: none are
	label   string // of the submit button; empty: no plan can be agreed to
	confirm string
	blocks  []slack.Block
}

// drawForm draws the form. An element keeps what was filled in as long as its block_id and action_id stay the same
// (docs, views.update), so what depends on another choice has that in its block_id.
func drawForm(s formState, channel string, shown formShown) slack.ModalViewRequest {
	meta := formMeta{Required: s.Required, Groups: s.Groups, Notes: s.Notes, Alert: s.Alert}
	if len(s.Clusters) == 1 {
		meta.Cluster = s.Clusters[0]
	}
	meta.Group, meta.Topics = s.Group, s.Topics
	if shown.label != "" {
		meta.Shown, meta.Confirm, meta.Label = s.digest(), shown.confirm, shown.label
	}
	view := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: resetView, PrivateMetadata: meta.private(shown.ref, channel),
		Title: plainText(words.FormText.Title), Close: plainText(words.FormText.Close), NotifyOnClose: true,
		Submit: plainText(text.Clip(cmp.Or(shown.label, words.FormText.Preview), maxModal)),
	}
	blocks := &view.Blocks.BlockSet
	for i, note := range s.Notes[:min(len(s.Notes), maxNotes)] {
		*blocks = append(*blocks, slack.NewContextBlock(fmt.Sprintf("note.%d", i), plainText(text.Clip(clean(note), maxLine))))
	}
	if len(s.Clusters) != 1 {
		*blocks = append(*blocks, input(commands.FieldCluster, "", words.FormInputs[commands.FieldCluster],
			choiceOf(commands.FieldCluster, s.Cluster, s.Clusters)))
	}
	*blocks = append(*blocks, groupInput(s))
	if !s.Where.NamesTopics() {
		*blocks = append(*blocks, topicsInput(s))
	}
	*blocks = append(*blocks, whereInput(s))
	if v, has := words.FormValues[s.Where]; has {
		*blocks = append(*blocks, input(commands.FieldValue, string(s.Where)+s.Way, v, valueElement(s, v)))
	}
	*blocks = append(*blocks, reasonInput(s), slack.NewDividerBlock())
	*blocks = append(*blocks, shown.blocks...)
	return view
}

// input is a field that tells the app when it changes.
func input(field commands.FormField, of string, in words.FormInput, e slack.BlockElement) *slack.InputBlock {
	id := string(field)
	if of != "" {
		id += "." + of
	}
	var hint *slack.TextBlockObject
	if in.Hint != "" {
		hint = plainText(in.Hint)
	}
	return slack.NewInputBlock(id, plainText(in.Label), hint, e).WithDispatchAction(true)
}

func option(value, label string) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(optionValue(value), plainText(text.Clip(clean(label), maxValue)), nil)
}

// choiceOf is a select of a few values.
func choiceOf(field commands.FormField, chosen string, values []string) *slack.SelectBlockElement {
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText(words.FormInputs[field].Placeholder),
		string(field))
	for _, v := range values[:min(len(values), maxOffered)] {
		e.Options = append(e.Options, option(v, v))
		if v == chosen {
			e.InitialOption = e.Options[len(e.Options)-1]
		}
	}
	return e
}

// groupInput asks for the group among all of the cluster, or among those that an alert may mean.
func groupInput(s formState) *slack.InputBlock {
	in := words.FormInputs[commands.FieldGroup]
	if len(s.Groups) > 1 || len(s.Groups) == 1 && s.Groups[0] != s.Group {
		e := choiceOf(commands.FieldGroup, s.Group, s.Groups[:min(len(s.Groups), maxOffered-1)])
		e.Options = append(e.Options, slack.NewOptionBlockObject(otherGroup, plainText(words.FormText.OtherGroup), nil))
		return input(commands.FieldGroup, "of."+short(s.Cluster), in, e)
	}
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plainText(in.Placeholder), string(commands.FieldGroup))
	e.MinQueryLength = new(int)
	if s.Group != "" {
		e.InitialOption = option(s.Group, s.Group)
	}
	return input(commands.FieldGroup, short(s.Cluster), in, e)
}

func topicsInput(s formState) *slack.InputBlock {
	in := words.FormInputs[commands.FieldTopics]
	e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeExternal, plainText(in.Placeholder),
		string(commands.FieldTopics))
	most := maxChosen
	e.MinQueryLength, e.MaxSelectedItems = new(int), &most
	for _, topic := range s.Topics[:min(len(s.Topics), maxChosen)] {
		e.InitialOptions = append(e.InitialOptions, topicOption(topic))
	}
	return input(commands.FieldTopics, short(s.Cluster+"\n"+s.Group), in, e)
}

func topicOption(topic string) *slack.OptionBlockObject {
	if topic == commands.AllTopics {
		return option(topic, words.FormText.AllTopics)
	}
	return option(topic, topic)
}

func whereInput(s formState) *slack.InputBlock {
	in := words.FormInputs[commands.FieldWhere]
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText(in.Placeholder), string(commands.FieldWhere))
	if s.Alert != nil {
		for i, way := range s.Alert.Ways {
			o := option(wayPrefix+strconv.Itoa(i), way.Label)
			if e.Options = append(e.Options, o); o.Value == s.Way {
				e.InitialOption = o
			}
		}
	}
	for _, where := range commands.FormTargets {
		o := option(string(where), words.FormTargets[where])
		if e.Options = append(e.Options, o); where == s.Where && s.Way == "" {
			e.InitialOption = o
		}
	}
	return input(commands.FieldWhere, "", in, e)
}

// valueElement is the field that belongs to the target.
func valueElement(s formState, in words.FormInput) slack.BlockElement {
	if s.Where == commands.ToTime {
		e := slack.NewDateTimePickerBlockElement(string(commands.FieldValue))
		if at := s.At.Unix(); !s.At.IsZero() && at >= 1e9 && at < 1e10 { // ten digits (docs, date-time picker)
			e.InitialDateTime = at
		}
		return e
	}
	e := slack.NewPlainTextInputBlockElement(plainText(in.Placeholder), string(commands.FieldValue))
	e.InitialValue = text.Clip(s.Value, maxValueIn)
	e.MaxLength = maxValueIn
	if s.Where == commands.FromRows {
		e.Multiline, e.MaxLength, e.InitialValue = true, maxPasted, text.Clip(s.Value, maxPasted)
	}
	return e.WithDispatchActionConfig(whileTyping)
}

// whileTyping tells the app what is typed, at each pause; else it is told when the person presses the enter key, which
// a telephone may not have.
var whileTyping = &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_enter_pressed", "on_character_entered"}}

// reasonInput is told about only where the numbers wait for it: they do not depend on it.
func reasonInput(s formState) *slack.InputBlock {
	in := words.FormInputs[commands.FieldReason]
	e := slack.NewPlainTextInputBlockElement(plainText(in.Placeholder), string(commands.FieldReason))
	e.Multiline, e.MaxLength, e.InitialValue = true, maxReason, text.Clip(s.Reason, maxReason)
	b := slack.NewInputBlock(string(commands.FieldReason), plainText(in.Label), plainText(in.Hint), e)
	if s.Required == "" {
		return b.WithOptional(true)
	}
	e.WithDispatchActionConfig(whileTyping)
	b.Hint = plainText(words.FormReason(patternOf(s.Required)))
	return b.WithDispatchAction(true)
}

func patternOf(required string) string {
	if required == anyReason {
		return ""
	}
	return required
}

// short is a part of a block_id for names of any length.
func short(name string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash takes everything
	return fmt.Sprintf("%x", h.Sum64())
}

// confirmationView asks once more before messages are skipped. Its submit is the click.
func confirmationView(m formMeta, ref, channel, reason string) *slack.ModalViewRequest {
	m.Reason, m.Notes, m.Groups = reason, nil, nil
	return &slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: confirmView, PrivateMetadata: m.private(ref, channel),
		Title: plainText(words.FormText.Skip), Submit: plainText(text.Clip(m.Label, maxModal)),
		Close: plainText(words.FormText.Back),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewSectionBlock(plainText(text.Clip(clean(m.Confirm), maxLine)), nil, nil)}},
	}
}
