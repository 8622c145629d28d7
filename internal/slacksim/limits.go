package slacksim

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// Rate is how often a method may be called: PerMinute sustained, Burst at once.
type Rate struct {
	PerMinute float64
	Burst     int
}

// Slack's tiers (docs.slack.dev/apis/web-api/rate-limits). A burst of one minute's worth is let through; tier 1 lets
// ten through because an app may open ten sockets at once.
var (
	tier1   = Rate{PerMinute: 1, Burst: 10}
	tier2   = Rate{PerMinute: 20, Burst: 20}
	tier3   = Rate{PerMinute: 50, Burst: 50}
	tier4   = Rate{PerMinute: 100, Burst: 100}
	posting = Rate{PerMinute: 60, Burst: 5} // about one message a second and channel, short bursts allowed (same page)
	special = Rate{PerMinute: 300, Burst: 300}
	// unstated: the page of the method names no tier, so it counts as the lowest of those that are called by programs.
	unstated = tier2
)

type bucket struct {
	tokens float64
	at     time.Time
}

// limited counts a call of a method, or says how long to wait. Messages are counted by conversation, a user's id stands
// for the direct message, and all of them together: "one message per second per channel, while also maintaining a
// workspace-wide limit" of several hundred a minute (docs, rate-limits; chat.postMessage). The lock is held.
func (s *Sim) limited(method string, a args, rate Rate) time.Duration {
	if method != "chat.postMessage" {
		return s.take(method, "", rate)
	}
	to := a.str("channel")
	if _, is := s.users[to]; is {
		to = s.dm(to).ID
	}
	if wait := s.take(method, to, rate); wait > 0 {
		return wait
	}
	return s.take(method+" in the workspace", "", special)
}

// take spends one call of a bucket, or says how long to wait. The lock is held.
func (s *Sim) take(method, key string, rate Rate) time.Duration {
	if s.opts.Unhurried {
		return 0
	}
	if other, ok := s.opts.Rates[method]; ok {
		rate = other
	}
	now := s.opts.Now()
	b, ok := s.buckets[method+key]
	if !ok {
		b = &bucket{tokens: float64(rate.Burst), at: now}
		s.buckets[method+key] = b
	}
	if passed := now.Sub(b.at); passed > 0 {
		b.tokens = min(float64(rate.Burst), b.tokens+passed.Minutes()*rate.PerMinute)
		b.at = now
	}
	if b.tokens >= 1 {
		b.tokens--
		return 0
	}
	return time.Duration((1 - b.tokens) / rate.PerMinute * float64(time.Minute))
}

func tooMany(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds())))) // whole seconds (docs, rate-limits)
	writeJSON(w, http.StatusTooManyRequests, map[string]any{"ok": false, "error": "ratelimited"})
}
