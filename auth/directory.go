package auth

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
)

// Directory knows the people of the workspace as they are now. An error means that it could not be read; it proves
// nothing about a person. Where Slack said why, it is a *reset.Unread. Each call ends by itself within seconds,
// whatever its context.
type Directory interface {
	Person(ctx context.Context, user string) (Person, error)
	// Members returns the users in a user group. A group that is disabled or does not exist is an error.
	Members(ctx context.Context, group string) ([]string, error)
}

// Person is what must be known of a user before a rule is looked at.
type Person struct {
	Team     string // enterprise id, else team id, as in reset.Actor.Team
	OrgID    string // one id for one person in all of an Enterprise org, who may act under several; empty outside one
	Stranger bool   // of another organisation than the app's own: Team differs, or Slack says so
	Guest    bool   // of one channel or of several
	Bot      bool   // or an app, or a workflow
	Deleted  bool   // deactivated
}

// rememberedFor is how long Cached answers from memory.
const rememberedFor = time.Minute

// maxRemembered bounds the number of remembered answers.
const maxRemembered = 10_000

// Cached is a Directory that remembers answers for a minute and shares a question among all callers that wait for it.
// Slack returns the members of user groups 20 times a minute for the whole workspace (Tier 2); without this, a few
// requests and views use that up, and then an approval cannot be checked. Errors are not remembered.
type Cached struct {
	Now func() time.Time

	mu     sync.Mutex
	people questions[Person]
	groups questions[[]string]
	sent   int // number of questions sent
	times  int // counts calls of Forget: an answer to an earlier question is not remembered
}

// questions are those of one kind: an account, or the members of a user group.
type questions[T any] struct {
	ask   func(context.Context, string) (T, error)
	known map[string]known[T]
	sent  map[string]*question[T] // not answered yet
	last  map[string]*question[T] // answered, also with an error: for the callers that waited
}

type known[T any] struct {
	value T
	at    time.Time // when it was asked for
}

// question is one call to Slack. Its answer is there when done is closed.
type question[T any] struct {
	number int
	done   chan struct{}
	value  T
	err    error
}

var _ Directory = (*Cached)(nil)

// NewDirectory returns a directory that remembers the answers of live.
func NewDirectory(live Directory, now func() time.Time) *Cached {
	return &Cached{Now: now,
		people: questions[Person]{live.Person, map[string]known[Person]{}, map[string]*question[Person]{},
			map[string]*question[Person]{}},
		groups: questions[[]string]{live.Members, map[string]known[[]string]{}, map[string]*question[[]string]{},
			map[string]*question[[]string]{}}}
}

// Person implements Directory.
func (c *Cached) Person(ctx context.Context, user string) (Person, error) {
	return lookUp(ctx, c, &c.people, user, false)
}

// Members implements Directory.
func (c *Cached) Members(ctx context.Context, group string) ([]string, error) {
	in, err := lookUp(ctx, c, &c.groups, group, false)
	return slices.Clone(in), err
}

// Uncached is the same directory for decisions: an earlier question never answers it. Callers that come while a
// question is under way wait for the next one, and share that.
func (c *Cached) Uncached() Directory { return uncached{c} }

type uncached struct{ *Cached }

func (l uncached) Person(ctx context.Context, user string) (Person, error) {
	return lookUp(ctx, l.Cached, &l.people, user, true)
}

func (l uncached) Members(ctx context.Context, group string) ([]string, error) {
	in, err := lookUp(ctx, l.Cached, &l.groups, group, true)
	return slices.Clone(in), err
}

// Forget drops what is remembered of a user or a user group. It is called when Slack reports a change of it.
func (c *Cached) Forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.times++
	delete(c.people.known, id)
	delete(c.groups.known, id)
}

// lookUp takes an answer from memory, joins a question that is under way, or asks. A live answer is always one to a
// question that was sent after answer was called, which is after the click was recorded: a person who was removed
// from the group before the click is not in it.
func lookUp[T any](ctx context.Context, c *Cached, q *questions[T], id string, live bool) (T, error) {
	c.mu.Lock()
	before := c.sent
	for {
		if k, ok := q.known[id]; ok && !live {
			if age := c.Now().Sub(k.at); age >= 0 && age < rememberedFor {
				c.mu.Unlock()
				return k.value, nil
			}
		}
		if last := q.last[id]; live && last != nil && last.number > before {
			c.mu.Unlock()
			return last.value, last.err
		}
		sent := q.sent[id]
		if sent == nil {
			sent = askDirectory(ctx, c, q, id)
		}
		c.mu.Unlock()
		select {
		case <-sent.done:
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
		if !live || sent.number > before {
			return sent.value, sent.err
		}
		c.mu.Lock()
	}
}

// askDirectory asks for all callers that wait: one that gives up does not end the question of the others. The lock is
// held.
func askDirectory[T any](ctx context.Context, c *Cached, q *questions[T], id string) *question[T] {
	c.sent++
	sent, at, times := &question[T]{number: c.sent, done: make(chan struct{})}, c.Now(), c.times
	q.sent[id] = sent
	go func() {
		defer close(sent.done)
		sent.err = guard.Do(func() (err error) {
			sent.value, err = q.ask(context.WithoutCancel(ctx), id)
			return err
		})
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(q.sent, id)
		if len(q.last) >= maxRemembered {
			clear(q.last)
		}
		q.last[id] = sent
		if sent.err != nil || c.times != times {
			return
		}
		if len(q.known) >= maxRemembered {
			clear(q.known)
		}
		q.known[id] = known[T]{sent.value, at}
	}()
	return sent
}
