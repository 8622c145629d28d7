package words

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
)

// atThree is 03:07 in Berlin, when Mara typed.
var atThree = time.Date(2026, 11, 22, 2, 7, 0, 0, time.UTC)

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func askerOf(t testing.TB) commands.Context {
	return commands.Context{
		At: atThree, Zone: mustZone(t, "Europe/Berlin"), ZoneName: "Europe/Berlin",
		Clusters: []commands.ClusterName{
			{Name: "prod-eu", Bootstrap: []string{"b1.example.com:9092", "b2.example.com:9092"}},
			{Name: "sandbox-eu", Bootstrap: []string{"sandbox.example.com:9092"}},
		},
	}
}

func stamp(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}
