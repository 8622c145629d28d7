package reset_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestCovers(t *testing.T) {
	t.Parallel()
	names := reset.Names{Infos: []reset.ClusterInfo{{Name: "prod", ID: "K1"}, {Name: "dr"}, {Name: "box"}},
		Known: map[string]string{"dr": "K1", "box": "K2"}}
	for _, tt := range []struct {
		f    reset.Frozen
		over string // the names that it holds for
		by   string // whose rules lift it
	}{
		{reset.Frozen{Cluster: reset.Everything}, "prod dr box", reset.Everything},
		{reset.Frozen{Cluster: "prod", ClusterID: "K1"}, "prod dr", "prod"},
		{reset.Frozen{Cluster: "dr", ClusterID: "K1"}, "prod dr", "prod"},
		{reset.Frozen{Cluster: "old", ClusterID: "K2"}, "box", "box"},
		{reset.Frozen{Cluster: "box"}, "box", "box"},
		{reset.Frozen{Cluster: "old", ClusterID: "K9"}, "", reset.Everything},
		{reset.Frozen{Cluster: "box", ClusterID: "K9"}, "box", "box"},
		{reset.Frozen{Cluster: "old"}, "prod dr box", reset.Everything},
	} {
		var over []string
		for _, info := range names.Infos {
			if tt.f.Covers(info.Name, names.ID(info.Name), names) {
				over = append(over, info.Name)
			}
		}
		if got := strings.Join(over, " "); got != tt.over || tt.f.Scope(names) != tt.by {
			t.Errorf("%+v holds for %q and is lifted by %q, want %q and %q", tt.f, got, tt.f.Scope(names), tt.over,
				tt.by)
		}
	}
}
