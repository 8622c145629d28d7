package app_test

import (
	"flag"
	"os"
	"runtime"
	"strconv"
	"testing"
)

// TestMain lets more stories run side by side than there are cores, which is go test's default: a story mostly waits,
// for a group to have been inactive long enough, for a retry, for the next look.
func TestMain(m *testing.M) {
	flag.Parse()
	cores := runtime.GOMAXPROCS(0)
	if p := flag.Lookup("test.parallel"); p.Value.String() == strconv.Itoa(cores) {
		if err := p.Value.Set(strconv.Itoa(storiesPerCore * cores)); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

const storiesPerCore = 3
