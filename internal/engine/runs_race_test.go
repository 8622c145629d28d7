//go:build race

package engine_test

// modelRuns is smaller here: the race detector makes SQLite, which is Go here, some ten times slower.
const modelRuns = 3
