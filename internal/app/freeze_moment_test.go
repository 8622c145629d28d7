package app_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// deadly is the store of a process that is killed right after a freeze took effect: nothing that it would have stored
// or claimed after that counts.
type deadly struct {
	engine.Store
	dead *atomic.Bool
}

func (d deadly) Claim(ctx context.Context, c engine.Claim) ([]engine.Due, error) {
	return dying(d).Claim(ctx, c)
}

func (d deadly) SaveCard(ctx context.Context, c engine.Card) error {
	if d.dead.Load() {
		return nil
	}
	return d.Store.SaveCard(ctx, c)
}

func (d deadly) Update(ctx context.Context, id string, hold *engine.Due, change func(*engine.Tx) error) error {
	if d.dead.Load() {
		return nil
	}
	frozen := false
	err := d.Store.Update(ctx, id, hold, func(tx *engine.Tx) error {
		err := change(tx)
		_, freeze := tx.Request.Act.(reset.Freeze)
		frozen = freeze && tx.Request.State == reset.Applied
		return err
	})
	if frozen && err == nil {
		d.dead.Store(true)
	}
	return err
}

// The process is killed in the moment after a freeze: all that it stops knows of it when the next one starts.
func TestAFreezeIsToldWhateverBecomesOfTheProcess(t *testing.T) {
	t.Parallel()
	s, _ := busyStage(t)
	s.stop()
	var dead atomic.Bool
	s.opts.Store = func(kept engine.Store) engine.Store { return deadly{kept, &dead} }
	s.start()
	armed := s.arms("", "WAITING")
	s.until("its plan is in the thread", func() bool { return len(s.Jon.Replies(armed)) > 0 })
	s.types(s.Jon, world.Home, "freeze prod-eu DATA LOSS")
	s.until("it is frozen", dead.Load)
	s.stop()
	s.opts.Store = nil
	s.start()
	s.shows(s.Jon, armed, "FROZEN: prod-eu by @jon", "DATA LOSS")
	s.replies(armed, "@jon froze prod-eu", "DATA LOSS")
	s.wrote(0)
}

// A freeze comes while a write is on its way: that one is finished, and the card of the freeze says so. The next one
// waits.
func TestAFreezeNamesTheWriteThatItCouldNotStop(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	held := s.Prod.Hold(kmsg.OffsetCommit)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders shift -100", "PREVIEW")
	s.clicks(s.Mara, m, "approve")
	<-held.Arrived()
	frozen := s.freezes(s.Jon, "prod-eu DATA LOSS")
	s.shows(s.Jon, frozen, "Writes that had begun are finished: 1")
	held.Release()
	s.sees(s.Jon, world.PayOps, s.id(m), "DONE")
	s.waits("DATA LOSS")
	s.wrote(1)
}
