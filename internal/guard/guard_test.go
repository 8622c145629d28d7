package guard

import (
	"errors"
	"strings"
	"testing"
)

func TestAPanicIsAnError(t *testing.T) {
	t.Parallel()
	var none map[string]int
	err := Do(func() error { none["x"] = 1; return nil })
	var p *Panic
	if !errors.As(err, &p) || !strings.Contains(err.Error(), "nil map") ||
		!strings.Contains(err.Error(), "guard_test.go") {
		t.Errorf("%v: want the panic, with the place where it happened", err)
	}
	own := errors.New("an error")
	if err := Do(func() error { return own }); !errors.Is(err, own) {
		t.Errorf("%v, want the function's own error", err)
	}
	if err := Do(func() error { return nil }); err != nil {
		t.Error(err)
	}
}

// Wait does not return as if all had been done, and the others finish.
func TestAPanicOfAGroupReachesWhoWaits(t *testing.T) {
	t.Parallel()
	done := make(chan bool, 2)
	err := Do(func() error {
		var g Group
		g.Go(func() { done <- true })
		g.Go(func() { panic("one of them") })
		g.Go(func() { done <- true })
		g.Wait()
		return nil
	})
	if len(done) != 2 || err == nil || !strings.Contains(err.Error(), "one of them") {
		t.Errorf("%d finished, %v", len(done), err)
	}
	var g Group
	g.Go(func() {})
	g.Wait()
}
