//go:build !race

package crash

const slow = 1
