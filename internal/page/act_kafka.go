package page

import (
	"context"
	"time"
)

func (p actor) skipTime(_ context.Context, a act) (any, error) {
	return nil, p.stage.SkipTime(time.Duration(a.Seconds * float64(time.Second)))
}

// consumers starts one, stops one, or stops all.
func (p actor) consumers(ctx context.Context, a act) (any, error) {
	switch {
	case a.Delta > 0:
		return nil, p.stage.StartConsumers(ctx, a.Cluster, a.Group, a.Delta)
	case a.Delta < 0:
		return nil, p.stage.StopConsumers(ctx, a.Cluster, a.Group, -a.Delta)
	}
	return nil, p.stage.StopConsumers(ctx, a.Cluster, a.Group, -1)
}

func (p actor) producer(_ context.Context, a act) (any, error) {
	return nil, p.stage.SetProducer(a.Cluster, a.Topic, a.On)
}

func (p actor) produce(ctx context.Context, a act) (any, error) {
	_, err := p.stage.Produce(ctx, a.Cluster, a.Topic, a.N)
	return nil, err
}

func (p actor) broker(_ context.Context, a act) (any, error) {
	return nil, p.stage.SetBroker(a.Cluster, a.ID, a.Up)
}

func (p actor) slack429(_ context.Context, a act) (any, error) {
	p.stage.SetSlack429(a.On)
	return nil, nil
}

func (p actor) skipGuide(_ context.Context, a act) (any, error) {
	p.guide.skip(a.Skip)
	return nil, nil
}
