package reset

import (
	"encoding/json"
	"fmt"
)

// ActKind names a kind of act. Kinds are stored: they do not change.
type ActKind string

// The kinds of acts.
const (
	ActMove     ActKind = "move"
	ActFreeze   ActKind = "freeze"
	ActThaw     ActKind = "thaw"
	ActSchedule ActKind = "schedule"
)

// actReaders read what is stored of an act.
var actReaders = map[ActKind]func(json.RawMessage) (Act, error){
	ActMove: func(raw json.RawMessage) (Act, error) {
		in, err := as[Intent](raw)
		return Move{in}, err
	},
	ActFreeze: act[Freeze],
	ActThaw:   act[Thaw],
	ActSchedule: func(raw json.RawMessage) (Act, error) {
		sc, err := as[Schedule](raw)
		return SaveSchedule{sc}, err
	},
}

// targetReaders read what is stored of a target.
var targetReaders = map[TargetKind]func(json.RawMessage) (Target, error){
	KindTime:       target[Time],
	KindExact:      target[Exact],
	KindSkipRecord: target[SkipRecord],
	KindRows:       target[Rows],
	KindUndo:       target[Undo],
	KindNowhere:    target[Nowhere],
	KindLatest:     target[Latest],
	KindEarliest:   target[Earliest],
	KindShift:      target[Shift],
	KindCurrent:    target[Current],
	KindLike:       target[Like],
}

// MarshalAct writes an act with its kind, for the store and for digests. The same act always gives the same bytes.
func MarshalAct(a Act) ([]byte, error) {
	if a == nil {
		return []byte("null"), nil
	}
	return json.Marshal(tagged{Kind: string(a.actKind()), Value: a.stored()})
}

// UnmarshalAct reads what MarshalAct wrote.
func UnmarshalAct(b []byte) (Act, error) {
	var t stored
	if err := json.Unmarshal(b, &t); err != nil {
		return nil, fmt.Errorf("read act: %w", err)
	}
	if t.Kind == "" {
		return nil, nil
	}
	read, ok := actReaders[ActKind(t.Kind)]
	if !ok {
		return nil, fmt.Errorf("act of unknown kind %q", t.Kind)
	}
	return read(t.Value)
}

// stored is tagged as it is read.
type stored struct {
	Kind  string
	Value json.RawMessage
}

type tagged struct {
	Kind  string
	Value any
}

type plainIntent Intent

// MarshalJSON writes the target with its kind.
func (in Intent) MarshalJSON() ([]byte, error) {
	w := struct {
		plainIntent
		Target *tagged `json:",omitempty"`
	}{plainIntent: plainIntent(in)}
	if in.Target != nil {
		w.Target = &tagged{Kind: string(in.Target.Kind()), Value: in.Target}
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (in *Intent) UnmarshalJSON(b []byte) error {
	var r struct {
		*plainIntent
		Target *stored
	}
	r.plainIntent = (*plainIntent)(in)
	if err := json.Unmarshal(b, &r); err != nil {
		return err
	}
	if r.Target == nil {
		return nil
	}
	read, ok := targetReaders[TargetKind(r.Target.Kind)]
	if !ok {
		return fmt.Errorf("target of unknown kind %q", r.Target.Kind)
	}
	t, err := read(r.Target.Value)
	in.Target = t
	return err
}

func act[T Act](raw json.RawMessage) (Act, error) { return as[T](raw) }

func target[T Target](raw json.RawMessage) (Target, error) { return as[T](raw) }

func as[T any](raw json.RawMessage) (T, error) {
	var t T
	if err := json.Unmarshal(raw, &t); err != nil {
		return t, fmt.Errorf("read %T: %w", t, err)
	}
	return t, nil
}

type plainRequest Request

// MarshalJSON writes the act with its kind.
func (r Request) MarshalJSON() ([]byte, error) {
	act, err := MarshalAct(r.Act)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		plainRequest
		Act json.RawMessage
	}{plainRequest(r), act})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Request) UnmarshalJSON(b []byte) error {
	var w struct {
		*plainRequest
		Act json.RawMessage
	}
	w.plainRequest = (*plainRequest)(r)
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	act, err := UnmarshalAct(w.Act)
	r.Act = act
	return err
}
