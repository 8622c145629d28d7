//go:build race

package crash

// slow is how many times longer everything takes: SQLite in Go, under the race detector.
const slow = 5
