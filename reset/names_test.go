package reset_test

import (
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The first name of the file that leads to a Kafka has it, by its pin or by what it answered; the others are refused.
func TestNames(t *testing.T) {
	t.Parallel()
	names := func(known map[string]string, infos ...reset.ClusterInfo) reset.Names {
		return reset.Names{Infos: infos, Known: known}
	}
	open := func(name string) reset.ClusterInfo { return reset.ClusterInfo{Name: name} }
	pin := func(name, id string) reset.ClusterInfo { return reset.ClusterInfo{Name: name, ID: id} }
	for what, tt := range map[string]struct {
		names   reset.Names
		refused string // of prod and dr
		holder  string // of K1
	}{
		"nothing is known": {names(nil, open("prod"), open("dr")), "", ""},
		"one is known":     {names(map[string]string{"dr": "K1"}, open("prod"), open("dr")), "", "dr"},
		"both are known": {names(map[string]string{"dr": "K1", "prod": "K1"}, open("prod"), open("dr")),
			"dr", "prod"},
		"the file decides": {names(map[string]string{"dr": "K1", "prod": "K1"}, open("dr"), open("prod")),
			"prod", "dr"},
		"two Kafkas": {names(map[string]string{"dr": "K1", "prod": "K2"}, open("prod"), open("dr")),
			"", "dr"},
		"one is pinned": {names(map[string]string{"dr": "K1"}, pin("prod", "K1"), open("dr")), "dr",
			"prod"},
		"a pin counts more": {names(map[string]string{"dr": "K1", "prod": "K1"}, pin("prod", "K2"),
			open("dr")), "", "dr"},
		"a later pin": {names(map[string]string{"prod": "K1"}, open("prod"), pin("dr", "K1")), "dr",
			"prod"},
		"a name that left the file": {names(map[string]string{"old": "K1", "dr": "K1"}, open("prod"), open("dr")), "",
			"dr"},
		"a name that is in no file": {names(map[string]string{"dr": "K1", "prod": "K1"}, open("prod")), "", "prod"},
		"ids that were not told": {names(map[string]string{"dr": "", "prod": ""}, open("prod"), open("dr")), "",
			""},
		"three, and the middle one's": {names(map[string]string{"dr": "K1", "prod": "K1"}, pin("a", "K9"), open("dr"),
			open("prod")), "prod", "dr"},
	} {
		refused := ""
		for _, name := range []string{"prod", "dr"} {
			if p := tt.names.Refused(name); p != nil {
				refused += name
				if p.Code != reset.ProblemSameKafka || p.Want != tt.holder || p.Got != "K1" {
					t.Errorf("%s: problem %+v", what, p)
				}
			}
		}
		if holder := tt.names.Holder("K1"); refused != tt.refused || holder != tt.holder {
			t.Errorf("%s: %q is refused and %q has it, want %q and %q", what, refused, holder, tt.refused, tt.holder)
		}
	}
}
