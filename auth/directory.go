package auth

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Directory knows the people of the workspace as they are now. An error means that it could not be read; nothing is concluded
// from it.
type Directory interface {
	Person(ctx context.Context, user string) (Person, error)
	// Members returns the users in a user group. A group that is disabled or does not exist is an error.
	Members(ctx context.Context, group string) ([]string, error)
}

// Person is what must be known of somebody before a rule is looked at.
type Person struct {
	Team     string // enterprise id, else team id, as in reset.Actor.Team
	Stranger bool   // of another organisation than the app's own: Team differs, or Slack says so
	Guest    bool   // of one channel or of several
	Bot      bool   // or an app, or a workflow
	Deleted  bool   // deactivated
}

// remembered is how long Cached may answer without asking.
const remembered = time.Minute

// mostRemembered bounds the memory of a workspace with very many people.
const mostRemembered = 10_000

// Cached is a Directory that remembers for a minute. It serves those who only look; who asks, votes or settles is looked up.
// Errors are not remembered.
type Cached struct {
	Now  func() time.Time
	live Directory

	mu     sync.Mutex
	people map[string]known[Person]
	groups map[string]known[[]string]
	times  int // something was forgotten: an answer that was asked for before is not remembered
}

type known[T any] struct {
	value T
	at    time.Time
}

var _ Directory = (*Cached)(nil)

// NewDirectory remembers what live answers.
func NewDirectory(live Directory, now func() time.Time) *Cached {
	return &Cached{Now: now, live: live, people: map[string]known[Person]{}, groups: map[string]known[[]string]{}}
}

// Person implements Directory.
func (c *Cached) Person(ctx context.Context, user string) (Person, error) {
	return through(ctx, c, c.people, user, c.live.Person)
}

// Members implements Directory.
func (c *Cached) Members(ctx context.Context, group string) ([]string, error) {
	in, err := through(ctx, c, c.groups, group, c.live.Members)
	return slices.Clone(in), err
}

// Forget makes the next question about a user or a user group a live one. It is called when Slack says that they changed.
func (c *Cached) Forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.times++
	delete(c.people, id)
	delete(c.groups, id)
}

// through answers from memory, or asks and remembers.
func through[T any](ctx context.Context, c *Cached, memory map[string]known[T], id string, ask func(context.Context, string) (T, error)) (T, error) {
	now := c.Now()
	c.mu.Lock()
	k, ok := memory[id]
	times := c.times
	c.mu.Unlock()
	if age := now.Sub(k.at); ok && age >= 0 && age < remembered {
		return k.value, nil
	}
	v, err := ask(ctx, id)
	if err != nil {
		return v, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.times == times {
		if len(memory) >= mostRemembered {
			clear(memory)
		}
		memory[id] = known[T]{v, now}
	}
	return v, nil
}
