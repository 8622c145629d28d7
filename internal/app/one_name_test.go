package app_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// A second name of prod-eu, whose id is not pinned.
const secondName = "prod-eu-dr"

var twoNames = strings.Replace(world.Policy, "clusters: [prod-eu]", "clusters: [prod-eu, prod-eu-dr]", 1)

// named adds a name that leads to prod-eu, before or after another line of the configuration.
func (s *stage) named(name, at string) {
	s.t.Helper()
	s.configure(at, fmt.Sprintf("  - name: %s\n    bootstrap: [%s]\n    home_channel: %s\n    timeout: 2s\n%s",
		name, strings.Join(s.Prod.Addrs(), ", "), world.Home, at))
}

const (
	first = "  - name: prod-eu\n"
	last  = "  - name: sandbox-eu\n"
)

// prod-eu is frozen, and a request comes for the other name of the same Kafka.
func TestASecondNameOfAKafkaIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: twoNames})
	s.named(secondName, last)
	s.start()
	s.freezes(s.Jon, "prod-eu DATA LOSS")
	same := []string{"prod-eu-dr is the same Kafka as prod-eu", "billing@prod-eu"}
	s.tells(s.Mara, world.PayOps, "billing@prod-eu-dr orders shift -100", same...)
	s.tells(s.Mara, world.PayOps, "lag billing@prod-eu-dr", same...)
	s.tells(s.Jon, world.PayOps, "freeze prod-eu-dr", "prod-eu-dr is the same Kafka as prod-eu", "freeze prod-eu")
	s.tells(s.Sol, world.PayOps, "billing@prod-eu-dr orders shift -100", "people of other organisations have no rights")
	s.stop()
	s.Prod.Unreachable(true) // what was found out once holds although Kafka does not answer now
	s.start()
	s.tells(s.Mara, world.PayOps, "billing@prod-eu-dr orders shift -100", same...)
	s.untouched()
}

// The file gives the name: the first one that leads to a Kafka has it, and requests that are open under the other one
// end with the way out.
func TestRequestsUnderASecondNameEnd(t *testing.T) {
	t.Parallel()
	s := newStage(t,
		world.Options{Policy: strings.Replace(world.Policy, "    owner: S0PAYOWNERS\n",
			"    owner: S0PAYOWNERS\n    schedules: true\n", 1)})
	s.configure("    cluster_id: "+s.Prod.ClusterID()+"\n", "") // neither is pinned
	s.start()
	if err := s.Prod.Commit("billing-eu", world.Orders, map[int32]int64{0: 1900}); err != nil {
		t.Fatal(err)
	}
	s.saves(`schedule add "0 4 * * *" --tz UTC --name nightly -- billing@prod-eu orders shift -1000`)
	pending := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	c := s.joins(kafkasim.ConsumerOptions{}, 1)
	preview := s.tells(s.Mara, world.PayOps, "billing@prod-eu refunds back 10m", "PREVIEW")
	s.clicks(s.Mara, preview, "approve")
	armed := s.sees(s.Jon, world.PayOps, s.id(preview), "WAITING")
	draft := s.tells(s.Mara, world.PayOps, "billing-eu@prod-eu orders:0 back 10m", "PREVIEW")

	s.stop()
	s.named(secondName, first)
	s.configure("clusters: [prod-eu]", "clusters: [prod-eu, prod-eu-dr]")
	s.start()
	same := []string{"CANCELLED", "prod-eu is the same Kafka as prod-eu-dr"}
	s.shows(s.Jon, armed, append(same, "billing@prod-eu-dr", "Nothing was changed")...)
	s.shows(s.Jon, pending, append(same, "Nothing was changed")...)
	s.sees(s.Mara, world.PayOps, append(same, s.id(draft))...)
	s.sees(s.Jon, world.Home, "the schedule is paused", "prod-eu is the same Kafka as prod-eu-dr")
	s.leaves(c)
	s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "prod-eu is the same Kafka as prod-eu-dr")
	s.wrote(0)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu-dr orders shift -10", "PREVIEW", "No approval required")
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Jon, world.PayOps, s.id(m), "DONE")
	s.wrote(1)
}

func TestCheckNamesTheSecondNameOfAKafka(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: twoNames})
	s.named(secondName, last)
	cfg, err := config.Load(s.ConfigFile, os.LookupEnv, os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := app.Check(s.ctx, cfg, app.CheckOptions{}, &out, time.Now); err == nil {
		t.Error("check says that all is fine")
	}
	if !strings.Contains(out.String(), "cluster prod-eu-dr: it is the same Kafka as prod-eu") {
		t.Errorf("check says:\n%s", &out)
	}
	p := app.PlanOptions{Words: []string{"billing@prod-eu-dr", "orders", "shift", "-100"}, Zone: "UTC", Now: time.Now}
	_, err = app.Plan(s.ctx, cfg, s.opts, p)
	if err == nil || !strings.Contains(app.Words(err), "prod-eu-dr is the same Kafka as prod-eu") {
		t.Errorf("plan under the second name: %v", err)
	}
}
