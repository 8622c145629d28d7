package kafkasim

import (
	"context"
	"maps"
	"sync"
	"time"
)

// Overwriter commits without being a member, as a consumer with assign() does:
// the group looks empty and its commits move all the same.
type Overwriter struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex
	commits int
	failed  error
}

// StartOverwriter commits the position of each partition at every tick, one
// record further each time as long as there are records.
func (s *Sim) StartOverwriter(group, topic string, from map[int32]int64, every time.Duration) *Overwriter {
	o := &Overwriter{done: make(chan struct{})}
	var ctx context.Context
	ctx, o.cancel = context.WithCancel(s.ctx)
	at := maps.Clone(from)
	s.wg.Go(func() {
		defer close(o.done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			o.note(s.Commit(group, topic, at))
			for p := range at {
				if info := s.kafka.PartitionInfo(topic, p); info != nil && at[p] < info.HighWatermark {
					at[p]++
				}
			}
		}
	})
	return o
}

func (o *Overwriter) note(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		o.failed = err
		return
	}
	o.commits++
}

// Commits is how many of its commits were accepted, and the last refusal.
func (o *Overwriter) Commits() (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.commits, o.failed
}

// Stop ends it; what it committed stays.
func (o *Overwriter) Stop() {
	o.cancel()
	<-o.done
}

// Producer appends a record to every partition of a topic at every tick, with
// the present as its time.
type Producer struct {
	cancel context.CancelFunc
	done   chan struct{}
	mu     sync.Mutex
	wrote  int64
	failed error
}

// StartProducer starts one; the topic must exist and keep its partitions.
func (s *Sim) StartProducer(topic string, every time.Duration) *Producer {
	p := &Producer{done: make(chan struct{})}
	var ctx context.Context
	ctx, p.cancel = context.WithCancel(s.ctx)
	records := make([]Record, len(s.kafka.PartitionInfos(topic)))
	for i := range records {
		records[i].Partition = int32(i)
	}
	s.wg.Go(func() {
		defer close(p.done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			err := s.Produce(topic, records...)
			p.mu.Lock()
			if err == nil {
				p.wrote += int64(len(records))
			} else {
				p.failed = err
			}
			p.mu.Unlock()
		}
	})
	return p
}

// Stop ends it and tells how many records it wrote, and its last failure.
func (p *Producer) Stop() (int64, error) {
	p.cancel()
	<-p.done
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wrote, p.failed
}
