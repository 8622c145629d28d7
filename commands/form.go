package commands

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Form is a reset as a form has it: each field is read by the grammar that a typed command is read by.
type Form struct {
	Cluster, Group string
	Topics         []string // "orders", "orders:0,3-5", or AllTopics alone
	Where          FormTarget
	At             time.Time // of ToTime
	Value          string    // of the other targets that need one
	Reason         string
}

// AllTopics stands for all topics that the group has committed offsets on.
const AllTopics = "*"

// FormTarget is where a form moves to. Its values are kept in forms that are open: they do not change.
type FormTarget string

// The targets of a form, in the order in which they are offered.
const (
	ToLatest   FormTarget = "latest"
	ToEarliest FormTarget = "earliest"
	ToTime     FormTarget = "time"
	GoBack     FormTarget = "back"
	ShiftBy    FormTarget = "shift"
	ToOffset   FormTarget = "offset"
	SkipOne    FormTarget = "skip" // TOPIC:PARTITION@OFFSET
	FromRows   FormTarget = "rows"
)

// FormTargets are all of them.
var FormTargets = []FormTarget{ToLatest, ToEarliest, ToTime, GoBack, ShiftBy, ToOffset, SkipOne, FromRows}

// NamesTopics reports whether the target itself says which topics are meant.
func (t FormTarget) NamesTopics() bool { return t == SkipOne || t == FromRows }

// FormField names a field of a form.
type FormField string

// The fields, in their order.
const (
	FieldCluster FormField = "cluster"
	FieldGroup   FormField = "group"
	FieldTopics  FormField = "topics"
	FieldWhere   FormField = "where"
	FieldValue   FormField = "value"
	FieldReason  FormField = "reason"
)

// FormErrors are what is missing or wrong, by field. A field that is only missing has errMissing.
type FormErrors map[FormField]error

// errMissing is a field that is not filled in yet.
var errMissing = errors.New("is not filled in")

// IsMissing reports whether a field is just not filled in yet.
func IsMissing(err error) bool { return errors.Is(err, errMissing) }

// Read reads a form. Like Parse it is pure, and knows neither Kafka nor Slack. The intent means something only without
// errors.
func (f Form) Read(ctx Context) (reset.Intent, FormErrors) {
	wrong := make(FormErrors)
	r := resetParser{ctx: ctx, in: reset.Intent{Cluster: f.Cluster, Group: f.Group, Reason: strings.TrimSpace(f.Reason)}}
	if err := r.readClock(); err != nil { // never: no zone is typed
		wrong[FieldWhere] = err
	}
	if len(ctx.Clusters) > 1 && f.Cluster == "" {
		wrong[FieldCluster] = errMissing
	}
	if f.Group == "" {
		wrong[FieldGroup] = errMissing
	}
	if n := utf8.RuneCountInString(r.in.Reason); n > maxReason {
		wrong[FieldReason] = tooLong(n)
	}
	if err := r.readFormTopics(f); err != nil {
		wrong[FieldTopics] = err
	}
	if f.Where == "" {
		wrong[FieldWhere] = errMissing
	} else if err := r.readFormTarget(f); err != nil {
		wrong[FieldValue] = err
	}
	return r.in, wrong
}

func (r *resetParser) readFormTopics(f Form) error {
	if f.Where.NamesTopics() {
		return nil
	}
	if len(f.Topics) == 0 {
		return errMissing
	}
	if len(f.Topics) == 1 && f.Topics[0] == AllTopics {
		r.in.Scope.All = true
		return nil
	}
	var topics []word
	for _, t := range f.Topics {
		if t == AllTopics {
			return &SyntaxError{Word: t, Want: "all topics and single ones: only one of them can be meant"}
		}
		topics = append(topics, word{text: t})
	}
	return r.addTopics(topics)
}

// readFormTarget reads the target and its value.
func (r *resetParser) readFormTarget(f Form) error {
	value := strings.TrimSpace(f.Value)
	switch f.Where {
	case ToLatest:
		r.in.Target = reset.Latest{}
		return nil
	case ToEarliest:
		r.in.Target = reset.Earliest{}
		return nil
	case ToTime:
		if f.At.IsZero() {
			return errMissing
		}
		return r.readPicked(f.At)
	case GoBack, ShiftBy, ToOffset, SkipOne, FromRows: // have a value
	default:
		return &SyntaxError{Word: string(f.Where), Want: "the form offers no such target"}
	}
	if value == "" {
		return errMissing
	}
	w := word{text: value}
	switch f.Where {
	case GoBack:
		return f.Where.inField(r.readBack(w, ""))
	case ShiftBy:
		return f.Where.inField(r.readShift(w))
	case ToOffset:
		return f.Where.inField(r.readOffsetTarget(w))
	case SkipOne:
		return f.Where.inField(r.readSkip(w))
	default: // FromRows: the others have returned
	}
	return r.readFormRows(value)
}

// formExamples are what can be filled in, without the words that a typed line has before it.
//
//exhaustive:ignore
var formExamples = map[FormTarget]string{GoBack: "90m", ShiftBy: "-100", ToOffset: "46020", SkipOne: "orders:7@18231"}

// inField is a mistake of a typed line as it stands at the field, with what can be filled in there.
func (t FormTarget) inField(err error) error {
	var wrong *SyntaxError
	if errors.As(err, &wrong) {
		here := *wrong
		here.Example, here.Corrected = formExamples[t], ""
		return &here
	}
	return err
}

func (r *resetParser) readFormRows(value string) error {
	rows, notes, err := readPlan(pastedPlan, []byte(value), r.in.Group)
	if err != nil {
		return &SyntaxError{Want: err.Error(), Example: "orders,0,46020"}
	}
	r.in.Notes = append(r.in.Notes, notes...)
	r.in.Scope, r.in.Target = scopeOf(rows), reset.Rows{Rows: rows}
	return nil
}

// readPicked takes a time of a date-time picker, which is one instant whatever the zone. One that has not come is
// waited for: the picker is where a person says so.
func (r *resetParser) readPicked(at time.Time) error {
	at = at.UTC()
	if at.UnixMilli() < 0 || at.Year() > 9999 {
		return &SyntaxError{Word: at.String(), Want: "the time is outside of what Kafka stores"}
	}
	r.in.Target = reset.Time{At: at, Said: at.In(r.clock.zone).Format(time.RFC3339), Zone: r.clock.name,
		Future: at.After(r.ctx.At)}
	return nil
}
