package kafka

import (
	"errors"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
)

func TestNear(t *testing.T) {
	t.Parallel()
	names := []string{"billing", "billing-eu", "shipping", "audit", "Billing", "orders", "a", "b"}
	for _, c := range []struct {
		want string
		near []string
	}{
		{"biling", []string{"billing", "Billing"}},
		{"order", []string{"orders"}},
		{"billing", []string{"Billing", "billing-eu"}},
		{"zzzzzz", nil},
		{"", []string{"a", "b"}},
	} {
		if diff := cmp.Diff(c.near, near(c.want, names)); diff != "" {
			t.Errorf("near %q (-want +got):\n%s", c.want, diff)
		}
	}
}

// The names are those of another client's table, so that neither is typed wrongly.
func TestNamesOfErrors(t *testing.T) {
	t.Parallel()
	for i, n := range names {
		err := kerr.ErrorForCode(int16(i - 1))
		var k *kerr.Error
		switch {
		case err == nil:
			if n != "NONE" {
				t.Errorf("code %d is %s, want NONE", i-1, n)
			}
		case n == "NOT_LEADER_OR_FOLLOWER" && i-1 == 6: // kerr has the name of before Kafka 2.6
		case !errors.As(err, &k) || k.Message != n:
			t.Errorf("code %d is %s, want %v", i-1, n, err)
		}
	}
	if got := name(sarama.KError(30_000)); got != "error code 30000" {
		t.Errorf("an unknown code is %q", got)
	}
}

func TestMillis(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at   time.Time
		want int64
	}{
		{time.UnixMilli(5), 5},
		{time.UnixMilli(5).Add(time.Nanosecond), 6},
		{time.UnixMilli(-1), 0}, // -1 and -2 are words to Kafka
		{time.UnixMilli(-2), 0},
	} {
		if got := millis(c.at); got != c.want {
			t.Errorf("millis(%v) is %d, want %d", c.at, got, c.want)
		}
	}
}

func TestPasswordIsTakenOutOfErrors(t *testing.T) {
	t.Parallel()
	c := Open(Config{SASL: SASL{Mechanism: "PLAIN", User: "bot", Password: "hunter2"}})
	if got := c.clean(errors.New(`login "bot:hunter2" failed`)).Error(); got != `login "bot:<secret>" failed` {
		t.Errorf("cleaned: %s", got)
	}
}
