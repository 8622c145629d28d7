package engine_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Neither the only cluster nor the one of the channel is what a server means that no cluster has.
func TestResolveTakesNoClusterForAnUnknownServer(t *testing.T) {
	t.Parallel()
	one := &engine.Service{Infos: []reset.ClusterInfo{{Name: "prod-eu", Channels: []string{"C1"}}}}
	for _, channel := range []string{"C1", "C2"} {
		if got, err := one.Resolve(channel, "", ""); err != nil || got != "prod-eu" {
			t.Errorf("without a server in %s: %q, %v", channel, got, err)
		}
		got, err := one.Resolve(channel, "", "kafka:9092")
		var p *reset.Problem
		if !errors.As(err, &p) || got != "" || p.Code != reset.ProblemAmbiguous || p.Got != "kafka:9092" ||
			!slices.Equal(p.Names, []string{"prod-eu"}) {
			t.Errorf("with an unknown server in %s: %q, %+v", channel, got, err)
		}
		if got, err := one.Resolve(channel, "prod-eu", "kafka:9092"); err != nil || got != "prod-eu" {
			t.Errorf("with a cluster beside it in %s: %q, %v", channel, got, err)
		}
	}
}
