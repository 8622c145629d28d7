package store_test

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

var update = flag.Bool("update", false, "write the names of stored documents anew")

// A later version reads the documents of an earlier one: a name in them stays, whatever the field is called in Go. New
// names are written down by -update.
func TestNamesInStoredDocumentsStay(t *testing.T) {
	t.Parallel()
	got := map[string]bool{}
	var walk func(path string, typ reflect.Type, within []reflect.Type)
	walk = func(path string, typ reflect.Type, within []reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(path, typ.Elem(), within)
			return
		case reflect.Struct:
		default:
			return
		}
		if slices.Contains(within, typ) || !strings.Contains(typ.PkgPath(), "kafka-reset-bot") {
			return
		}
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Anonymous {
				walk(path, f.Type, append(within, typ))
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" {
				name = f.Name
			}
			if f.IsExported() {
				got[path+"."+name] = true
				walk(path+"."+name, f.Type, append(within, typ))
			}
		}
	}
	for name, document := range map[string]any{
		"request": reset.Request{}, "schedule": reset.Schedule{}, "effect": reset.Effect{}, "note": engine.Note{},
		"freeze": reset.Freeze{}, "thaw": reset.Thaw{}, "intent": reset.Intent{}, "time": reset.Time{},
		"exact": reset.Exact{}, "skip": reset.SkipRecord{}, "rows": reset.Rows{}, "undo": reset.Undo{},
		"shift": reset.Shift{}, "like": reset.Like{},
	} {
		walk(name, reflect.TypeOf(document), nil)
	}
	file := filepath.Join("testdata", "stored.txt")
	if *update {
		var names []string
		for name := range got {
			names = append(names, name)
		}
		slices.Sort(names)
		if err := os.WriteFile(file, []byte(strings.Join(names, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(string(want)) {
		if !got[name] {
			t.Errorf("%s is in the documents of earlier versions, and is not read any more", name)
		}
	}
}
