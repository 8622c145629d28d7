package app_test

import (
	"bytes"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// serviceOf is a world whose production cluster knows no newer version of some requests; -1: it does not know the
// request.
func serviceOf(caps map[kmsg.Key]int16) world.Options {
	v := kversion.V2_8_0()
	for key, newest := range caps {
		v.SetMaxKeyVersion(int16(key), newest)
	}
	return world.Options{Kafka: kafkasim.Options{Kafka: []kfake.Opt{kfake.MaxVersions(v)}}}
}

func TestOldBrokerGetsNoExpiryWithACommit(t *testing.T) {
	t.Parallel()
	s := newStage(t, serviceOf(map[kmsg.Key]int16{kmsg.OffsetCommit: 4}))
	var sent, retention atomic.Int64
	s.Prod.Kafka().ControlKey(int16(kmsg.OffsetCommit), func(r kmsg.Request) (kmsg.Response, error, bool) {
		s.Prod.Kafka().KeepControl()
		sent.Add(1)
		retention.Store(r.(*kmsg.OffsetCommitRequest).RetentionTimeMillis)
		return nil, nil, false
	})
	s.start()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 5m", "PREVIEW", "Apply")
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Jon, world.PayOps, s.id(m), "DONE")
	if sent.Load() != 1 || retention.Load() != -1 {
		t.Errorf("%d commits, kept for %d ms; want one, kept for as long as the brokers say (-1)", sent.Load(),
			retention.Load())
	}
}

func TestWhatAServiceDoesNotOfferIsRefusedAtThePreview(t *testing.T) {
	t.Parallel()
	s := newStage(t, serviceOf(map[kmsg.Key]int16{kmsg.OffsetDelete: -1}))
	if err := s.Prod.Commit("pay-new", world.Orders, map[int32]int64{0: 1900}); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.tells(s.Mara, world.PayOps, "delete-offsets billing@prod-eu orders:0-1", "REFUSED",
		"prod-eu does not support OffsetDelete", "Nothing was written", "to earliest, latest or a time instead")
	card := s.asks(s.Mara, world.Home, "pay-new@prod-eu orders:0-2 to latest")
	s.shows(s.Jon, card,
		"An undo will be refused")
	s.clicks(s.Jon, card, "approve")
	s.clicks(s.Kim, card, "approve")
	s.shows(s.Jon, card, s.id(card), "DONE")
	s.tells(s.Mara, world.PayOps, "undo "+s.id(card), "REFUSED", "prod-eu does not support OffsetDelete",
		"with --from-file")
	s.wrote(1)
}

func TestCheckFailsOnlyForWhatAPlainResetNeeds(t *testing.T) {
	t.Parallel()
	for name, service := range map[string]struct {
		caps  map[kmsg.Key]int16
		fails bool
		says  []string
	}{
		"no OffsetDelete": {
			map[kmsg.Key]int16{kmsg.OffsetDelete: -1}, false,
			[]string{`note   cluster prod-eu: its brokers do not know OffsetDelete: delete-offsets, and undo back to "never committed", are refused`},
		},
		"no log directories, no configuration": {
			map[kmsg.Key]int16{kmsg.DescribeLogDirs: -1, kmsg.DescribeConfigs: -1}, false,
			[]string{
				"note   cluster prod-eu: its brokers do not know DescribeLogDirs: hidden topics can't be found out",
				"note   cluster prod-eu: its brokers do not know DescribeConfigs: nothing warns of retention",
			},
		},
		"no rights are told": {
			map[kmsg.Key]int16{kmsg.Metadata: 7, kmsg.DescribeGroups: 2}, false,
			[]string{"note   cluster prod-eu: it cannot be checked whether the login has the ACLs that resets need"},
		},
		"no groups": {
			map[kmsg.Key]int16{kmsg.ListGroups: -1}, true,
			[]string{"WRONG  cluster prod-eu: broker ", "does not know ListGroups, which every reset needs"},
		},
		"too old": {
			map[kmsg.Key]int16{kmsg.Metadata: 3}, true,
			[]string{"WRONG  cluster prod-eu: ",
				"it knows Metadata up to version 3, where at least 4 is needed: it would create topics that do not exist"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serviceOf(service.caps)
			o.Clean = true // what is not asked about need not be seeded through requests that are not there
			s := newStage(t, o)
			s.configure("name: sandbox-eu", "name: sandbox-eu\n    cluster_id: "+s.Sandbox.ClusterID())
			cfg, err := config.Load(s.ConfigFile, func(string) (string, bool) { return "", false }, os.ReadFile)
			must(t, err)
			var out bytes.Buffer
			err = app.Check(s.ctx, cfg, app.CheckOptions{}, &out, time.Now)
			if said := strings.Contains(out.String(), "WRONG"); (err != nil) != service.fails || said != service.fails {
				t.Errorf("check ends with %v, want that it fails: %t\n%s", err, service.fails, out.String())
			}
			for _, want := range service.says {
				if !strings.Contains(out.String(), want) {
					t.Errorf("check does not say %q:\n%s", want, out.String())
				}
			}
		})
	}
}
