package commands

import (
	"strings"
	"testing"
)

// The name of a group that does not exist may be a command.
func TestWhatAnUnknownGroupIsMeantToBe(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{"staus": "status", "hlep": "help", "Sttaus": "status", "form": "help form",
		"k7f3": "show k7f3", "K7F3.1": "show k7f3.1", "billing": "", "pay-next": "", "blue": "", "reports": ""} {
		if got := Meant(said); got != want {
			t.Errorf("%s: %q, want %q", said, got, want)
		}
	}
}

// Of several commands each is given whole; an option without a meaning is left out, and that is said.
func TestPastedLinesInFull(t *testing.T) {
	t.Parallel()
	const tool = "kafka-consumer-groups.sh --bootstrap-server b1.example.com:9092 "
	_, err := Parse(tool+"--describe --group billing && "+tool+"--group billing --topic orders --reset-offsets --to-latest",
		askerOf(t))
	if err == nil || !strings.Contains(err.Error(), tool+"--group billing --topic orders --reset-offsets --to-latest") {
		t.Error(err)
	}
	cmd, err := Parse(tool+"--describe --all-groups --all-topics", askerOf(t))
	g, ok := cmd.(Groups)
	if err != nil || !ok || !strings.Contains(strings.Join(g.Notes, " "), "--all-topics is not applied") {
		t.Error(cmd, err)
	}
	for _, c := range []Command{Lag{Group: "billing", Cluster: "prod-eu"}, Groups{Cluster: "prod-eu", Pattern: "pay*"},
		Groups{Cluster: "prod-eu"}, Lag{Group: "a b", Cluster: "prod-eu"}} {
		if _, err := Parse(TypedView(c), askerOf(t)); err != nil {
			t.Errorf("%s: %v", TypedView(c), err)
		}
	}
}
