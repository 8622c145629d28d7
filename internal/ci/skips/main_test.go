package main

import (
	"strings"
	"testing"
)

func TestRelay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in, out string
		want          tally
	}{
		{
			name: "a pass prints its package's line only",
			in: `{"Action":"run","Package":"a","Test":"TestX"}
{"Action":"output","Package":"a","Test":"TestX","Output":"=== RUN   TestX\n"}
{"Action":"pass","Package":"a","Test":"TestX"}
{"Action":"output","Package":"a","Output":"PASS\n"}
{"Action":"output","Package":"a","Output":"ok  \ta\t0.01s\n"}
{"Action":"pass","Package":"a"}
`,
			out:  "ok  \ta\t0.01s\n1 passed, 0 failed, 0 skipped\n",
			want: tally{passed: 1},
		},
		{
			name: "a skip is shown and counted",
			in: `{"Action":"output","Package":"a","Test":"TestX","Output":"    x_test.go:3: no Kafka here\n"}
{"Action":"skip","Package":"a","Test":"TestX"}
{"Action":"pass","Package":"a"}
`,
			out:  "    x_test.go:3: no Kafka here\n0 passed, 0 failed, 1 skipped\n",
			want: tally{skipped: 1},
		},
		{
			name: "a package without tests is no skip",
			in: `{"Action":"output","Package":"a","Output":"?   \ta\t[no test files]\n"}
{"Action":"skip","Package":"a"}
`,
			out: "?   \ta\t[no test files]\n0 passed, 0 failed, 0 skipped\n",
		},
		{
			name: "a failed test is shown and its package not counted again",
			in: `{"Action":"output","Package":"a","Test":"TestX","Output":"    got 1\n"}
{"Action":"fail","Package":"a","Test":"TestX"}
{"Action":"output","Package":"a","Output":"FAIL\ta\t0.01s\n"}
{"Action":"fail","Package":"a"}
`,
			out:  "    got 1\nFAIL\ta\t0.01s\n0 passed, 1 failed, 0 skipped\n",
			want: tally{failed: 1},
		},
		{
			name: "what does not compile is a failure",
			in: `{"ImportPath":"a","Action":"build-output","Output":"./a.go:3:1: syntax error\n"}
{"Action":"output","Package":"a","Output":"FAIL\ta [build failed]\n"}
{"Action":"fail","Package":"a"}
`,
			out:  "./a.go:3:1: syntax error\nFAIL\ta [build failed]\n0 passed, 1 failed, 0 skipped\n",
			want: tally{failed: 1},
		},
		{
			name: "a line that is not JSON is passed on",
			in:   "go: downloading x v1\n",
			out:  "go: downloading x v1\n0 passed, 0 failed, 0 skipped\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			got, err := relay(strings.NewReader(tt.in), &out)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want || out.String() != tt.out {
				t.Errorf("counted %+v, want %+v; printed\n%swant\n%s", got, tt.want, out.String(), tt.out)
			}
		})
	}
}
