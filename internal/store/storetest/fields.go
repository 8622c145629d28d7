package storetest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// everyField stores values of which no field is empty: a field that is added to the core and forgotten here comes
// back empty.
func everyField(t *testing.T, open Open) {
	s := open(t)
	r := filled[reset.Request]()
	r.ID, r.State, r.Version, r.Digest, r.Undoes = "k7f3", reset.Draft, 1, "d1", ""
	r.Act = reset.Move{Intent: reset.Intent{Cluster: "prod-eu", Group: "billing"}}
	r.Run.Former = nil // is read, and stored elsewhere: see scheduleMakesRuns
	same(t, "request", create(t, s, r), r)
	same(t, "stored request", load(t, s, "k7f3"), r)

	in := filled[engine.Inbox]()
	_, err := s.Record(t.Context(), in)
	wantErr(t, err, nil)
	gotIn, err := s.Envelope(t.Context(), in.ID)
	wantErr(t, err, nil)
	same(t, "envelope", gotIn, in)

	st, v, a, w, e := filled[reset.Step](), filled[reset.Vote](), filled[reset.Attempt](), filled[reset.Write](),
		filled[reset.Entry]()
	v.Request, v.Revision, a.Request, e.Request = "k7f3", r.Revision, "k7f3", "k7f3"
	update(t, s, "k7f3", nil, func(tx *engine.Tx) {
		tx.SetSteps([]reset.Step{st})
		tx.AddVote(v)
		tx.Begin(a, []reset.Write{w})
		tx.Log(e)
	})
	gotSteps, err := s.Steps(t.Context(), "k7f3", r.Revision, 0, 0)
	wantErr(t, err, nil)
	same(t, "steps", gotSteps, []reset.Step{st})
	gotVotes, err := s.Votes(t.Context(), "k7f3", r.Revision)
	wantErr(t, err, nil)
	same(t, "votes", gotVotes, []reset.Vote{v})
	gotWrites, err := s.Writes(t.Context(), "k7f3", a.N)
	wantErr(t, err, nil)
	same(t, "writes", gotWrites, []reset.Write{w})
	gotEntries, err := s.Audit(t.Context(), "k7f3", 0)
	wantErr(t, err, nil)
	e.Seq = gotEntries[0].Seq
	same(t, "audit", gotEntries, []reset.Entry{e})

	attempt := func(what string, want reset.Attempt) {
		got, err := s.LastAttempt(t.Context(), "k7f3")
		wantErr(t, err, nil)
		same(t, what, got, want)
	}
	attempt("attempt as it began", a)
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { shift(tx.Attempt) })
	shift(&a)
	attempt("attempt after it changed", a)

	c := filled[engine.Card]()
	c.Request = "k7f3"
	wantErr(t, s.SaveCard(t.Context(), c), nil)
	gotCard, err := s.Card(t.Context(), "k7f3")
	wantErr(t, err, nil)
	same(t, "card", gotCard, c)
}

// shift changes every field of an attempt that is not its name, always in the same way.
func shift(a *reset.Attempt) {
	n, req := a.N, a.Request
	f := filler{n: 1000}
	f.fill(reflect.ValueOf(a).Elem())
	a.N, a.Request = n, req
}

// filled is a value of which no field is empty, and no two are alike.
func filled[T any]() T {
	var v T
	f := filler{}
	f.fill(reflect.ValueOf(&v).Elem())
	return v
}

// filler counts, so that every value is another one.
type filler struct{ n int64 }

func (f *filler) fill(v reflect.Value) {
	f.n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(t0.Add(time.Duration(f.n) * time.Microsecond)))
	case v.CanInt():
		v.SetInt(f.n)
	case v.CanUint():
		v.SetUint(uint64(f.n))
	case v.Kind() == reflect.String:
		v.SetString(fmt.Sprint("text ", f.n))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		f.fill(v.Index(0))
	case v.Kind() == reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key)
		f.fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	}
}
