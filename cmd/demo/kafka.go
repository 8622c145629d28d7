package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// startConsumers adds members to a group on prod-eu, waits until all have joined, and says so.
func (d *demo) startConsumers(ctx context.Context, group string, n int) error {
	return d.members(group, d.StartConsumers(ctx, group, n))
}

// stopConsumers lets so many members leave, the last to come first; n < 0: all.
func (d *demo) stopConsumers(ctx context.Context, group string, n int) error {
	return d.members(group, d.StopConsumers(ctx, group, n))
}

func (d *demo) members(group string, err error) error {
	if err == nil {
		d.screen.note("prod-eu", fmt.Sprintf("consumers of %s that run: %d", group, d.Consumers(group)), "")
	}
	return err
}

// offsets prints what the broker has for a group, without the bot: this is where it can be caught lying.
func (d *demo) offsets(sim *kafkasim.Sim, cluster, group string) error {
	info := sim.Kafka().GroupInfo(group)
	if info == nil {
		return fmt.Errorf("there is no group %q on %s; seeded is %s", group, cluster, world.Billing)
	}
	var lines []string
	for _, topic := range slices.Sorted(maps.Keys(info.Commits)) {
		line := "  " + topic
		for _, p := range slices.Sorted(maps.Keys(info.Commits[topic])) {
			line += fmt.Sprintf("  %d:%d", p, info.Commits[topic][p].Offset)
		}
		lines = append(lines, line)
	}
	d.screen.note(cluster, fmt.Sprintf("Kafka itself: %s is %s, %d members, committed (partition:offset)", group,
		info.State, len(info.Members)),
		strings.Join(lines, "\n"))
	return nil
}

// produce appends records to every partition of a topic on prod-eu.
func (d *demo) produce(topic string, n int) error {
	partitions := d.Prod.Kafka().PartitionInfos(topic)
	if len(partitions) == 0 {
		return fmt.Errorf("there is no topic %q; seeded are %s and %s", topic, world.Orders, world.Refunds)
	}
	var records []kafkasim.Record
	for range n {
		for p := range partitions {
			records = append(records, kafkasim.Record{Partition: int32(p), Value: "demo"})
		}
	}
	if err := d.Prod.Produce(topic, records...); err != nil {
		return err
	}
	d.screen.note("prod-eu", fmt.Sprintf("%d records written to each of the %d partitions of %s", n, len(partitions),
		topic), "")
	return nil
}
