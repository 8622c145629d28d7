package page

import "testing"

// TestOnlyTheNamesOfLoopbackAreServed: a browser names no port where it is 80.
func TestOnlyTheNamesOfLoopbackAreServed(t *testing.T) {
	for _, tt := range []struct {
		host, port string
		want       bool
	}{
		{"127.0.0.1:4711", "4711", true}, {"localhost:4711", "4711", true}, {"127.0.0.1", "4711", false},
		{"127.0.0.1", "80", true}, {"localhost", "80", true}, {"127.0.0.1:80", "80", true}, {"localhost:4711", "80", false},
		{"evil.example.com", "80", false}, {"evil.example.com:80", "80", false}, {"", "80", false},
		{"127.0.0.1:4711.example.com", "4711", false}, {"x127.0.0.1:4711", "4711", false},
	} {
		if got := named(tt.host, tt.port); got != tt.want {
			t.Errorf("%q on port %s: %v", tt.host, tt.port, got)
		}
	}
}
