// Package guard keeps a panic from ending the process, and from being taken for a result.
//
// A panic in a goroutine ends the whole program, whatever recovers elsewhere: one broken answer of one broker would
// stop every other reset, again after each restart. Product code therefore starts goroutines by a Group, or inside
// Do. What panicked fails: it is never taken for an empty result.
package guard

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// Panic is a panic that was caught.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v\n%s", p.Value, p.Stack) }

// Do calls f. A panic in it is returned as a *Panic, with the stack where it happened.
func Do(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *Panic: // passed on by Group.Wait: its own stack says more
			err = p
		default:
			err = &Panic{p, debug.Stack()}
		}
	}()
	return f()
}

// Group is goroutines that are waited for together, like sync.WaitGroup. The zero value is ready.
type Group struct {
	wg    sync.WaitGroup
	mu    sync.Mutex
	first *Panic
}

// Go starts f.
func (g *Group) Go(f func()) {
	g.wg.Go(func() {
		var p *Panic
		if errors.As(Do(func() error { f(); return nil }), &p) {
			g.mu.Lock()
			defer g.mu.Unlock()
			if g.first == nil {
				g.first = p
			}
		}
	})
}

// Wait waits for all of them, and panics with the first panic of theirs: the caller must not go on with unfinished
// work.
func (g *Group) Wait() {
	g.wg.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.first != nil {
		panic(g.first)
	}
}
