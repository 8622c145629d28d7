// Package engine runs requests: it plans, waits until the group is inactive, writes, reads back, watches the group,
// and applies people's decisions. It declares the ports that it needs next to their use.
//
// It does not know Slack (package bot), Kafka's client (package kafka), SQL (internal/store), who may do what
// (package auth), how things are worded (internal/words), or the clock: time is an argument or Service.Now. The nouns
// and rules are in package reset.
package engine
