package bot

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pace keeps the bot's own messages within Slack's rate limits. Answers to a person do not wait.
type pace struct {
	mu    sync.Mutex
	edits *rate.Limiter
	posts map[string]*rate.Limiter // by channel

	methods map[string]time.Time // until when Slack asked to wait, by method: a 429 says nothing about other methods
}

const (
	editInterval   = 3 * time.Second
	editsPerMinute = 30 // of 50 for chat.update: the others are for decisions
	editsAtOnce    = 10
	postsPerMinute = 60 // in one channel
	postsAtOnce    = 4
)

// edit takes one edit, or returns when there is one again.
func (p *pace) edit(now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.edits == nil {
		p.edits = perMinute(editsPerMinute, editsAtOnce)
	}
	return take(p.edits, now, 0)
}

// post takes one message to a channel, or returns when there is one again. keep messages are reserved for what
// matters more.
func (p *pace) post(channel string, now time.Time, keep float64) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.posts == nil || len(p.posts) > 10_000 {
		p.posts = map[string]*rate.Limiter{}
	}
	if p.posts[channel] == nil {
		p.posts[channel] = perMinute(postsPerMinute, postsAtOnce)
	}
	return take(p.posts[channel], now, keep)
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

func perMinute(n, atOnce int) *rate.Limiter {
	return rate.NewLimiter(rate.Every(time.Minute/time.Duration(n)), atOnce)
}

// take spends one of l now, if one is there beside what is kept, or says when it will be. The zero time: it was spent.
// A reservation would spend it ahead of its time, and what waits is shown again with what is true then.
func take(l *rate.Limiter, now time.Time, keep float64) time.Time {
	if missing := 1 + keep - l.TokensAt(now); missing > 0 {
		return now.Add(time.Duration(missing / float64(l.Limit()) * float64(time.Second)))
	}
	l.AllowN(now, 1)
	return time.Time{}
}
