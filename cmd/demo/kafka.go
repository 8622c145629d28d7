package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// startConsumers adds members to a group on prod-eu, waits until all have joined, and says so.
func (d *demo) startConsumers(ctx context.Context, group string, n int) error {
	return d.members(group, d.StartConsumers(ctx, "prod-eu", group, n))
}

// stopConsumers lets so many members leave, the last to come first; n < 0: all.
func (d *demo) stopConsumers(ctx context.Context, group string, n int) error {
	return d.members(group, d.StopConsumers(ctx, "prod-eu", group, n))
}

func (d *demo) members(group string, err error) error {
	if err == nil {
		d.screen.note("prod-eu", fmt.Sprintf("consumers of %s that run: %d", group, d.Consumers("prod-eu", group)), "")
	}
	return err
}

// offsets prints what the broker has for a group, without the bot: this is where it can be caught lying.
func (d *demo) offsets(cluster, group string) error {
	sim, err := d.Cluster(cluster)
	if err != nil {
		return err
	}
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
func (d *demo) produce(ctx context.Context, topic string, n int) error {
	partitions, err := d.Produce(ctx, "prod-eu", topic, n)
	if err == nil {
		d.screen.note("prod-eu", fmt.Sprintf("%d records written to each of the %d partitions of %s", n, partitions, topic),
			"")
	}
	return err
}
