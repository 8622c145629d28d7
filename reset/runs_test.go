//go:build !race

package reset_test

// modelRuns is how many runs of the model every test has.
const modelRuns = 12
