package reset

import (
	"encoding/json"
	"time"
)

// TimeUnit names the unit in which a producer probably counted when it dated a record: "seconds", "microseconds" or
// "nanoseconds"; empty when the time is an ordinary one, or none that a wrong unit explains. Kafka counts
// milliseconds and took any number before 4.0 (message.timestamp.after.max.ms): seconds are then a day in January
// 1970, microseconds the year 58,000 and later.
func TimeUnit(at, now time.Time) string {
	plausible := func(ms int64) bool {
		return ms >= time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() && ms <= now.AddDate(1, 0, 0).UnixMilli()
	}
	ms := at.UnixMilli()
	switch {
	case at.IsZero(), plausible(ms):
		return ""
	case ms < 1<<40 && plausible(ms*1000):
		return "seconds"
	case plausible(ms / 1000):
		return "microseconds"
	case plausible(ms / 1_000_000):
		return "nanoseconds"
	}
	return ""
}

// jsonTime is a record's time in a stored document. time.Time refuses to be written beyond the year 9999, and records
// are dated there; such a time is written as a number, Kafka's own milliseconds.
type jsonTime struct{ time.Time }

func (t jsonTime) MarshalJSON() ([]byte, error) {
	if y := t.Year(); y < 0 || y > 9999 {
		return json.Marshal(t.UnixMilli())
	}
	return t.Time.MarshalJSON()
}

func (t *jsonTime) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && (b[0] == '"' || b[0] == 'n') {
		return t.Time.UnmarshalJSON(b)
	}
	var ms int64
	if err := json.Unmarshal(b, &ms); err != nil {
		return err
	}
	t.Time = time.UnixMilli(ms).UTC()
	return nil
}

type plainEffect Effect

type jsonEffect struct {
	plainEffect
	From, Upto jsonTime
}

// MarshalJSON writes the times of records of any size.
func (e Effect) MarshalJSON() ([]byte, error) {
	return json.Marshal(jsonEffect{plainEffect(e), jsonTime{e.From}, jsonTime{e.Upto}})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Effect) UnmarshalJSON(b []byte) error {
	var w jsonEffect
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*e = Effect(w.plainEffect)
	e.From, e.Upto = w.From.Time, w.Upto.Time
	return nil
}

type plainWarning Warning

type jsonWarning struct {
	plainWarning
	At jsonTime `json:",omitzero"`
}

// MarshalJSON writes the time of a record of any size.
func (w Warning) MarshalJSON() ([]byte, error) {
	return json.Marshal(jsonWarning{plainWarning(w), jsonTime{w.At}})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (w *Warning) UnmarshalJSON(b []byte) error {
	var r jsonWarning
	if err := json.Unmarshal(b, &r); err != nil {
		return err
	}
	*w = Warning(r.plainWarning)
	w.At = r.At.Time
	return nil
}
