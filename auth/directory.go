package auth

import (
	"context"
	"sync"
	"time"
)

// Directory says who people are. An error means that it cannot know now; the answer to every question is then no.
type Directory interface {
	// Person says what kind of account a user has. Team is the one that the event named.
	Person(ctx context.Context, team, user string) (Person, error)
	// Members lists who is in a user group now.
	Members(ctx context.Context, group string) ([]string, error)
}

// Person is what the directory knows of somebody.
type Person struct {
	Guest    bool // single or multi channel
	Bot      bool
	Gone     bool // deactivated
	Stranger bool // of another workspace or organisation
}

// viewLife is how old an answer may be for somebody who only looks.
const viewLife = time.Minute

// Cache remembers a directory's answers for questions that only look. Whoever decides something is asked about anew.
type Cache struct {
	dir Directory
	now func() time.Time

	mu      sync.Mutex
	people  map[[2]string]remembered[Person]
	members map[string]remembered[[]string]
}

type remembered[T any] struct {
	value T
	at    time.Time
}

// NewDirectory puts a cache before a directory.
func NewDirectory(dir Directory, now func() time.Time) *Cache {
	return &Cache{dir: dir, now: now, people: map[[2]string]remembered[Person]{}, members: map[string]remembered[[]string]{}}
}

// Forget drops what is known of a user group: Slack said that it changed.
func (c *Cache) Forget(group string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.members, group)
}

func (c *Cache) person(ctx context.Context, live bool, team, user string) (Person, error) {
	key := [2]string{team, user}
	return recall(c, c.people, key, live, func() (Person, error) { return c.dir.Person(ctx, team, user) })
}

func (c *Cache) membersOf(ctx context.Context, live bool, group string) ([]string, error) {
	return recall(c, c.members, group, live, func() ([]string, error) { return c.dir.Members(ctx, group) })
}

// recall answers from memory unless the answer has to be live. Errors are not remembered.
func recall[K comparable, V any](c *Cache, known map[K]remembered[V], key K, live bool, ask func() (V, error)) (V, error) {
	c.mu.Lock()
	r, ok := known[key]
	c.mu.Unlock()
	if ok && !live && c.now().Sub(r.at) < viewLife {
		return r.value, nil
	}
	v, err := ask()
	if err != nil {
		return v, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(known) > 10_000 {
		clear(known)
	}
	known[key] = remembered[V]{v, c.now()}
	return v, nil
}
