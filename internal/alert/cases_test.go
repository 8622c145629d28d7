package alert

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// expectation is what may be read out of a message of testdata. Its words are those of the corpus's README.
type expectation struct {
	Cluster    string
	Groups     []string
	Topics     []string
	Partitions map[string][]int32
	Offset     *int64
	Since      time.Time
	Tolerance  int64 `json:"since_tolerance_s"`
	Kind       Kind
	KindAlso   []Kind `json:"kind_also"`
	Pairs      []Pair
	Words      []string
	Also       struct {
		Clusters, Groups, Topics []string
		Since                    []time.Time
	} `json:"also_ok"`
	Resolved bool
}

type alertCase struct {
	Name    string
	Message json.RawMessage
	Expect  expectation
}

// wrong are values that the expectation does not allow; missed are those that it names and that were not read.
func (e expectation) compare(r Reading) (wrong, missed []string) {
	names := func(what string, got, want, also []string) {
		for _, v := range got {
			if !slices.Contains(want, v) && !slices.Contains(also, v) {
				wrong = append(wrong, what+" "+v)
			}
		}
		for _, v := range want {
			if !slices.Contains(got, v) {
				missed = append(missed, what+" "+v)
			}
		}
	}
	var clusters []string
	if e.Cluster != "" {
		clusters = []string{e.Cluster}
	}
	names("cluster", r.Clusters, clusters, e.Also.Clusters)
	names("group", r.Groups, e.Groups, e.Also.Groups)
	names("topic", r.Topics, e.Topics, e.Also.Topics)
	names("below: group", r.Below.Groups, nil, slices.Concat(e.Groups, e.Also.Groups))
	names("below: topic", r.Below.Topics, nil, slices.Concat(e.Topics, e.Also.Topics))
	names("partition", numbered(r.Partitions), numbered(e.Partitions), nil)
	names("offset", offsets(r.Offset), offsets(e.Offset), nil)
	names("pair", paired(r.Pairs), paired(e.Pairs), paired(r.Pairs)) // a pair is never filled
	names("word", nil, missing(e.Words, r), nil)
	if r.Kind != e.Kind && !slices.Contains(e.KindAlso, r.Kind) {
		wrong = append(wrong, "kind "+string(r.Kind))
	}
	if r.Resolved != e.Resolved {
		wrong = append(wrong, fmt.Sprint("resolved ", r.Resolved))
	}
	w, m := e.compareSince(r)
	return slices.Concat(wrong, w), slices.Concat(missed, m)
}

func (e expectation) compareSince(r Reading) (wrong, missed []string) {
	near := func(t time.Time) bool {
		return !t.IsZero() && r.Since.At.Sub(t).Abs() <= time.Duration(max(e.Tolerance, 1))*time.Second
	}
	switch {
	case r.Since.At.IsZero() && e.Since.IsZero(), near(e.Since), slices.ContainsFunc(e.Also.Since, near):
	case r.Since.At.IsZero():
		missed = append(missed, "since "+e.Since.String())
	default:
		wrong = append(wrong, "since "+r.Since.At.String())
	}
	for _, t := range e.Also.Since {
		if !slices.ContainsFunc(r.Times, func(m Moment) bool { return m.At.Equal(t) }) {
			missed = append(missed, "time to offer "+t.String())
		}
	}
	return wrong, missed
}

func missing(words []string, r Reading) (out []string) {
	for _, w := range words {
		if !slices.Contains(r.Words, w) {
			out = append(out, w)
		}
	}
	return out
}

func numbered(m map[string][]int32) (out []string) {
	for t, l := range m {
		for _, p := range l {
			out = append(out, fmt.Sprintf("%s/%d", t, p))
		}
	}
	return out
}

func offsets(o *int64) []string {
	if o == nil {
		return nil
	}
	return []string{fmt.Sprint(*o)}
}

func paired(ps []Pair) (out []string) {
	for _, p := range ps {
		for _, t := range p.Topics {
			out = append(out, p.Group+"/"+t)
		}
	}
	return out
}

func cases(t testing.TB, pattern string) (out []alertCase) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal(pattern, err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var many []alertCase
		if json.Unmarshal(raw, &many) != nil {
			many = make([]alertCase, 1)
			if err := json.Unmarshal(raw, &many[0]); err != nil {
				t.Fatal(f, err)
			}
		}
		out = append(out, many...)
	}
	return out
}

// The corpus: nothing may be read wrong, and at most two values may be missed.
func TestTheCorpusIsReadRight(t *testing.T) {
	t.Parallel()
	wrong, missed := 0, 0
	corpus := cases(t, "testdata/[0-9]*.json")
	for _, c := range corpus {
		w, m := c.Expect.compare(Read(c.Message, Labels{}))
		if len(w)+len(m) > 0 {
			t.Logf("%s: wrong %v, missed %v", c.Name, w, m)
		}
		wrong, missed = wrong+len(w), missed+len(m)
	}
	t.Logf("%d messages: wrong %d, missed %d", len(corpus), wrong, missed)
	if len(corpus) < 22 || wrong > 0 || missed > 2 {
		t.Fail()
	}
}

// Further messages of the same kinds, and hostile ones: each by the same rules.
func TestOwnMessagesAreReadRight(t *testing.T) {
	t.Parallel()
	own := cases(t, "testdata/own.json")
	for _, c := range own {
		wrong, missed := c.Expect.compare(Read(c.Message, Labels{}))
		if len(wrong)+len(missed) > 0 {
			t.Errorf("%s: wrong %q, missed %q", c.Name, wrong, missed)
		}
	}
	if len(own) < 40 {
		t.Errorf("only %d", len(own))
	}
}
