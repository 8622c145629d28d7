package reset

import (
	"encoding/json"
	"fmt"
)

// MarshalAct writes an act with its kind, for the store and for digests. The same act always gives the same bytes.
func MarshalAct(a Act) ([]byte, error) {
	switch a := a.(type) {
	case nil:
		return []byte("null"), nil
	case Move:
		return json.Marshal(tagged{Kind: "move", Value: a.Intent})
	case Freeze:
		return json.Marshal(tagged{Kind: "freeze", Value: a})
	case Thaw:
		return json.Marshal(tagged{Kind: "thaw", Value: a})
	case SaveSchedule:
		return json.Marshal(tagged{Kind: "schedule", Value: a.Schedule})
	default:
		return nil, fmt.Errorf("act of unknown kind %T", a)
	}
}

// UnmarshalAct reads what MarshalAct wrote.
func UnmarshalAct(b []byte) (Act, error) {
	var t struct {
		Kind  string
		Value json.RawMessage
	}
	if err := json.Unmarshal(b, &t); err != nil {
		return nil, fmt.Errorf("read act: %w", err)
	}
	switch t.Kind {
	case "":
		return nil, nil
	case "move":
		in, err := as[Intent](t.Value)
		return Move{in}, err
	case "freeze":
		return as[Freeze](t.Value)
	case "thaw":
		return as[Thaw](t.Value)
	case "schedule":
		sc, err := as[Schedule](t.Value)
		return SaveSchedule{sc}, err
	default:
		return nil, fmt.Errorf("act of unknown kind %q", t.Kind)
	}
}

type tagged struct {
	Kind  string
	Value any
}

type plainIntent Intent

// MarshalJSON writes the target with its kind.
func (in Intent) MarshalJSON() ([]byte, error) {
	kind, err := TargetKind(in.Target)
	if err != nil {
		return nil, err
	}
	w := struct {
		plainIntent
		Target *tagged `json:",omitempty"`
	}{plainIntent: plainIntent(in)}
	if kind != "" {
		w.Target = &tagged{Kind: kind, Value: in.Target}
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (in *Intent) UnmarshalJSON(b []byte) error {
	var r struct {
		*plainIntent
		Target *struct {
			Kind  string
			Value json.RawMessage
		}
	}
	r.plainIntent = (*plainIntent)(in)
	if err := json.Unmarshal(b, &r); err != nil {
		return err
	}
	if r.Target == nil {
		return nil
	}
	t, err := readTarget(r.Target.Kind, r.Target.Value)
	in.Target = t
	return err
}

func TargetKind(t Target) (string, error) {
	switch t.(type) {
	case nil:
		return "", nil
	case Time:
		return "time", nil
	case Exact:
		return "exact", nil
	case SkipRecord:
		return "skip", nil
	case Rows:
		return "rows", nil
	case Undo:
		return "undo", nil
	case Latest:
		return "latest", nil
	case Earliest:
		return "earliest", nil
	case Shift:
		return "shift", nil
	case Current:
		return "current", nil
	case Nowhere:
		return "nowhere", nil
	case Like:
		return "like", nil
	}
	return "", fmt.Errorf("target of unknown kind %T", t)
}

func readTarget(kind string, raw json.RawMessage) (Target, error) {
	switch kind {
	case "time":
		return as[Time](raw)
	case "exact":
		return as[Exact](raw)
	case "skip":
		return as[SkipRecord](raw)
	case "rows":
		return as[Rows](raw)
	case "undo":
		return as[Undo](raw)
	case "latest":
		return as[Latest](raw)
	case "earliest":
		return as[Earliest](raw)
	case "shift":
		return as[Shift](raw)
	case "current":
		return as[Current](raw)
	case "nowhere":
		return as[Nowhere](raw)
	case "like":
		return as[Like](raw)
	}
	return nil, fmt.Errorf("target of unknown kind %q", kind)
}

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
