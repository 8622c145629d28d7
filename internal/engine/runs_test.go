//go:build !race

package engine_test

// modelRuns is how many runs of the model every test has.
const modelRuns = 12
