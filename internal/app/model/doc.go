// Package model is tests alone: the real bot (its core, its SQLite store, its policy and its Slack adapter, which
// talks to the simulated Slack over HTTP and a websocket) among random people, consumers, clocks, faults and killed
// processes.
//
// What comes out is judged by an oracle that knows nothing of the bot's own records: it reads the history of the
// simulated Kafka, the few lines of the policy that it holds itself, and what people did and were shown in Slack. It
// asks whether each card says what happened, whether everyone who acted got one answer, and whether anything is left
// hanging.
package model
