package reset

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/vocabulary"
)

func TestRequestSurvivesJSON(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 1, 10, 0, 0, time.UTC)
	for _, target := range []Target{
		nil, Latest{}, Earliest{}, Shift{By: -3}, Exact{Offset: 7}, Current{}, Nowhere{}, Like{Group: "audit"},
		SkipRecord{Offset: 9}, Undo{Of: "k7f3"}, Rows{Rows: []Row{{"orders", 3, 12}}},
		Time{At: at, Back: time.Hour, Said: "02:10", Zone: "Europe/Berlin",
			Other: &Time{At: at.Add(time.Hour), Zone: "UTC"}},
	} {
		in := Intent{Cluster: "prod-eu", Group: "billing", Target: target, Reason: "x", Zone: "UTC",
			Scope: Scope{Topics: []TopicScope{{Topic: "orders", Partitions: []int32{0, 3}}}}}
		want := Request{ID: "k7f3", Revision: 2, State: Pending, Act: Move{in},
			Options: []Option{{Label: "Use UTC", Intent: in}}, CreatedAt: at, Problem: &Problem{Code: ProblemBusy}}
		b, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Request
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("target %T: request changed on its way through JSON (-want +got):\n%s", target, diff)
		}
	}
}

// What is stored must be read again: each kind has a reader, and each type of target and act is what its kind's reader
// makes.
func TestEveryKindIsReadAsItIsStored(t *testing.T) {
	t.Parallel()
	made := map[string]string{} // type -> kind
	for _, kind := range vocabulary.Constants(t, ".", "TargetKind") {
		read := targetReaders[TargetKind(kind)]
		if read == nil {
			t.Errorf("a stored target %q cannot be read", kind)
			continue
		}
		target, err := read([]byte("{}"))
		if err != nil || string(target.Kind()) != kind {
			t.Errorf("target %q is read as %T (%v), which is stored as %q", kind, target, err, target.Kind())
		}
		made[fmt.Sprintf("%T", target)] = kind
	}
	for _, kind := range vocabulary.Constants(t, ".", "ActKind") {
		read := actReaders[ActKind(kind)]
		if read == nil {
			t.Errorf("a stored act %q cannot be read", kind)
			continue
		}
		act, err := read([]byte("{}"))
		if err != nil || string(act.actKind()) != kind {
			t.Errorf("act %q is read as %T (%v)", kind, act, err)
		}
		made[fmt.Sprintf("%T", act)] = kind
	}
	types := append(vocabulary.Receivers(t, ".", "locate"), vocabulary.Receivers(t, ".", "actKind")...)
	for _, typ := range types {
		if made["reset."+typ] == "" {
			t.Errorf("no reader makes a %s: what is stored of it cannot be read", typ)
		}
	}
	if len(made) != len(types) {
		t.Errorf("%d types are read, and %d are there", len(made), len(types))
	}
}

func TestRequestOfUnknownKindIsNotRead(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		`{"Act":{"Kind":"dance","Value":{}}}`,
		`{"Act":{"Kind":"move","Value":{"Target":{"Kind":"moon","Value":{}}}}}`,
	} {
		var r Request
		if err := json.Unmarshal([]byte(doc), &r); err == nil {
			t.Errorf("%s was read as %+v", doc, r)
		}
	}
}
