package model

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
)

// TestModel is a few runs of the model: a run is a world, random steps in it, and a judgement once all has come to
// rest.
//
//	MODEL_RUNS=400 MODEL_STEPS=250 go test ./internal/app/model -run TestModel -timeout 2h     more of it (make model)
//	MODEL_SEED=17 go test ./internal/app/model -run TestModel -v  one run again, with all that happened
func TestModel(t *testing.T) {
	t.Parallel()
	runs, steps, from := number64("MODEL_RUNS", 4), number64("MODEL_STEPS", 60), number64("MODEL_FROM", 1)
	if seed := number64("MODEL_SEED", 0); seed > 0 {
		from, runs = seed, 1
	}
	sum := &summary{classes: map[string]int{}, ends: map[string]int{}}
	t.Cleanup(func() { sum.tell(t) })
	for seed := from; seed < from+runs; seed++ {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			if number64("MODEL_PARALLEL", 0) > 0 {
				t.Parallel()
			}
			if sum.stops() {
				return
			}
			w := newWorld(t, seed)
			for range steps {
				w.step()
			}
			w.rests()
			w.judge()
			sum.add(w)
			if os.Getenv("MODEL_STOP") != "" && len(w.found) > 0 { // of a mutant: how many steps did it take to find it
				t.Errorf("STOPPED after %d steps: %s", sum.steps, w.found[0])
			}
			for _, v := range w.found {
				t.Errorf("seed %d %s", seed, v)
			}
			if runs == 1 && (len(w.found) > 0 || os.Getenv("MODEL_TRACE") != "") {
				t.Log("\n" + w.story())
				t.Log(w.proc.log.String())
			}
		})
	}
}

func number64(name string, otherwise uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
		return n
	}
	return otherwise
}

// summary is what all runs came to: a model in which everything is refused shows nothing.
type summary struct {
	mu                         sync.Mutex
	steps, acts, writes, looks int
	shown                      int
	classes, ends              map[string]int
}

func (s *summary) add(w *world) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps += w.steps
	s.acts += len(w.acts)
	s.writes += len(w.kafka.sent)
	s.looks += len(w.kafka.looks)
	s.shown += len(w.screen.shown)
	for _, v := range w.found {
		s.classes[v.class]++
	}
	for _, id := range w.screen.order {
		s.ends[string(classOf(w.screen.last(id).status))]++
	}
}

// stops reports whether nothing more has to be run: a mutant was found.
func (s *summary) stops() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return os.Getenv("MODEL_STOP") != "" && len(s.classes) > 0
}

func (s *summary) tell(t *testing.T) {
	t.Logf("%d steps, %d acts of people, %d contents shown, %d looks at groups, %d writes sent", s.steps, s.acts,
		s.shown, s.looks, s.writes)
	for _, end := range slices.Sorted(maps.Keys(s.ends)) {
		t.Logf("  %6d requests: %s", s.ends[end], end)
	}
	for _, class := range slices.Sorted(maps.Keys(s.classes)) {
		t.Logf("  %6d violations: %s", s.classes[class], class)
	}
}
