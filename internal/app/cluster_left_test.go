package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// The cluster is renamed in the configuration while requests of it are open: they end in words, their requester is
// told what the cluster is called now, its schedule is paused, and the log says it once.
func TestAClusterRenamedWhileRequestsAreOpen(t *testing.T) {
	t.Parallel()
	s := newStage(t,
		world.Options{Policy: strings.Replace(world.Policy, "    owner: S0PAYOWNERS\n",
			"    owner: S0PAYOWNERS\n    schedules: true\n", 1)})
	if err := s.Prod.Commit("billing-eu", world.Orders, map[int32]int64{0: 1900}); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.saves(`schedule add "0 4 * * *" --tz UTC --name nightly -- billing@prod-eu orders shift -1000`)
	pending := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	s.joins(kafkasim.ConsumerOptions{}, 1)
	preview := s.tells(s.Mara, world.PayOps, "billing@prod-eu refunds back 10m", "PREVIEW")
	s.clicks(s.Mara, preview, "approve")
	armed := s.sees(s.Jon, world.PayOps, s.id(preview), "WAITING")
	draft := s.tells(s.Mara, world.PayOps, "billing-eu@prod-eu orders:0 back 10m", "PREVIEW")

	s.stop()
	s.configure("name: prod-eu\n", "name: prod-main\n")
	s.configure("clusters: [prod-eu]", "clusters: [prod-main]")
	s.start()
	s.shows(s.Jon, pending, "CANCELLED", "prod-eu is no longer configured", "prod-main", "Nothing was changed")
	s.shows(s.Jon, armed, "CANCELLED", "prod-eu is no longer configured", "prod-main")
	s.sees(s.Mara, world.PayOps, s.id(draft), "CANCELLED", "prod-eu is no longer configured")
	s.sees(s.Jon, world.Home, "the schedule is paused", "prod-eu is no longer in the configuration")
	s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "No cluster prod-eu.")
	if n := strings.Count(s.log.String(), "a cluster is no longer configured"); n != 1 {
		t.Errorf("the log says it %d times, want once", n)
	}
	s.untouched()
}
