package bot

import (
	"sync"
	"time"
)

// pace keeps what the bot says on its own within Slack's limits. Answers to a person are not held back.
type pace struct {
	mu    sync.Mutex
	edits bucket
	posts map[string]*bucket // by channel

	methods map[string]time.Time // until when Slack asked to wait, by method: a 429 says nothing about other methods
}

const (
	editInterval   = 3 * time.Second
	editsPerMinute = 30 // of 50 for chat.update: the others are for decisions
	editsAtOnce    = 10
	postsPerMinute = 60 // in one channel
	postsAtOnce    = 4
)

// edit spends one edit, or says when there is one again.
func (p *pace) edit(now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.edits.take(now, editsPerMinute, editsAtOnce, 0)
}

// post spends one message to a channel, or says when there is one again. So many are kept for what matters more.
func (p *pace) post(channel string, now time.Time, keep float64) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.posts == nil || len(p.posts) > 10_000 {
		p.posts = map[string]*bucket{}
	}
	if p.posts[channel] == nil {
		p.posts[channel] = &bucket{}
	}
	return p.posts[channel].take(now, postsPerMinute, postsAtOnce, keep)
}

// postpone keeps a method from being called until then: Slack counts the calls that it refuses as well.
func (p *pace) postpone(method string, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.methods == nil || len(p.methods) > 10_000 {
		p.methods = map[string]time.Time{}
	}
	if until.After(p.methods[method]) {
		p.methods[method] = until
	}
}

// postponed is how long a method must not be called yet.
func (p *pace) postponed(method string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(0, p.methods[method].Sub(now))
}

// bucket fills with time and is emptied by use.
type bucket struct {
	tokens float64
	at     time.Time
}

func (b *bucket) take(now time.Time, perMinute, most, keep float64) time.Time {
	if b.at.IsZero() {
		b.tokens, b.at = most, now
	}
	if passed := now.Sub(b.at); passed > 0 {
		b.tokens, b.at = min(most, b.tokens+passed.Minutes()*perMinute), now
	}
	if missing := 1 + keep - b.tokens; missing > 0 {
		return now.Add(time.Duration(missing / perMinute * float64(time.Minute)))
	}
	b.tokens--
	return time.Time{}
}
