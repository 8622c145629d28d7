package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
)

// CheckResult is what Check found out about a cluster that can be reached.
type CheckResult struct {
	ClusterID string
	Brokers   []string // addresses, as the brokers advertise them
	Notes     []string // what does not work, or works with limits, on these brokers; a plain reset works nevertheless
}

// Check verifies what every request needs: that the cluster answers and is the pinned one, that each of its brokers
// accepts a connection and a login at the address it advertises, supports what this package needs, and lets the login
// list groups. The error joins everything that is wrong.
func (c *Cluster) Check(ctx context.Context) (CheckResult, error) {
	v, err := c.refreshBrokers(ctx)
	if err != nil {
		return CheckResult{}, err
	}
	out := CheckResult{ClusterID: v.id, Brokers: slices.Sorted(maps.Values(v.nodes))}
	notes, errs := make([][]string, len(out.Brokers)), make([]error, len(out.Brokers))
	var wg guard.Group
	for i, addr := range out.Brokers {
		wg.Go(func() { notes[i], errs[i] = c.checkBroker(ctx, addr) })
	}
	wg.Wait()
	if err = errors.Join(errs...); err == nil {
		_, err = c.Groups(ctx)
	}
	out.Notes = slices.Compact(slices.Sorted(slices.Values(slices.Concat(notes...))))
	return out, err
}

// older are the limits on brokers that support no newer version of a request.
var older = []struct {
	key, below int16
	note       string
}{
	{keyListGroups, 4,
		"its brokers list groups without their state (older than Kafka 2.6): states come from the describe call"},
	{keyListGroups, 5,
		"its brokers list groups without their type (older than Kafka 3.8): groups are described both ways"},
	{keyMetadata, 10,
		"its brokers do not return topic ids (older than Kafka 2.8): a topic that is deleted and recreated under the same name is not noticed"},
	{keyOffsetFetch, 7,
		"its brokers do not report offsets that an open transaction is about to replace (older than Kafka 2.5)"},
}

// checkBroker returns what works with limits, and fails on what a reset needs. What a plain reset does not need is a
// note: many services leave it out.
func (c *Cluster) checkBroker(ctx context.Context, addr string) (notes []string, err error) {
	l, err := c.dial(ctx, addr)
	if err != nil {
		return nil, fmt.Errorf("broker %s does not answer at the address it advertises: %s", addr, cause(err))
	}
	c.returnLink(l)
	var errs []error
	for _, r := range requests {
		_, ok := l.apis[r.key]
		switch {
		case ok:
		case r.without == "":
			errs = append(errs, fmt.Errorf("broker %s does not know %s, which every reset needs", addr, r.name))
		default:
			notes = append(notes, fmt.Sprintf("its brokers do not know %s: %s", r.name, r.without))
		}
	}
	noted := map[int16]bool{} // one note for each request is enough
	for _, o := range older {
		if newest, ok := l.apis[o.key]; ok && newest < o.below && !noted[o.key] {
			noted[o.key] = true
			notes = append(notes, o.note)
		}
	}
	return notes, errors.Join(errs...)
}
