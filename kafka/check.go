package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
)

// Checkup is what Check found out about a cluster that can be reached.
type Checkup struct {
	ClusterID string
	Brokers   []string // addresses, as the brokers advertise them
	Notes     []string // what works less well on brokers this old
}

// Check looks at what must be true before anything can be asked: that the cluster answers and is the pinned one, that each
// of its brokers takes a connection and a login at the address it advertises, speaks what this package needs, and lets the
// login list groups. The error joins everything that is wrong.
func (c *Cluster) Check(ctx context.Context) (Checkup, error) {
	v, err := c.meet(ctx)
	if err != nil {
		return Checkup{}, err
	}
	out := Checkup{ClusterID: v.id, Brokers: slices.Sorted(maps.Values(v.nodes))}
	notes, errs := make([]string, len(out.Brokers)), make([]error, len(out.Brokers))
	var wg guard.Group
	for i, addr := range out.Brokers {
		wg.Go(func() { notes[i], errs[i] = c.checkBroker(ctx, addr) })
	}
	wg.Wait()
	if err = errors.Join(errs...); err == nil {
		_, err = c.Groups(ctx)
	}
	slices.Sort(notes)
	out.Notes = slices.DeleteFunc(slices.Compact(notes), func(n string) bool { return n == "" })
	return out, err
}

// needs are the requests without which there is no reset.
var needs = []struct {
	key  int16
	name string
}{
	{1, "Fetch"},
	{2, "ListOffsets"},
	{3, "Metadata"},
	{8, "OffsetCommit"},
	{9, "OffsetFetch"},
	{10, "FindCoordinator"},
	{15, "DescribeGroups"},
	{16, "ListGroups"},
	{47, "OffsetDelete"},
}

func (c *Cluster) checkBroker(ctx context.Context, addr string) (note string, err error) {
	resp, err := ask(ctx, c, addr, func(b *sarama.Broker) (*sarama.ApiVersionsResponse, error) {
		return b.ApiVersions(&sarama.ApiVersionsRequest{Version: 3, ClientSoftwareName: c.sarama.ClientID, ClientSoftwareVersion: "1"})
	})
	if err != nil {
		return "", fmt.Errorf("broker %s does not answer at the address it advertises: %s", addr, cause(err))
	}
	newest := map[int16]int16{}
	for _, k := range resp.ApiKeys {
		newest[k.ApiKey] = k.MaxVersion
	}
	var errs []error
	for _, n := range needs {
		if _, ok := newest[n.key]; !ok {
			errs = append(errs, fmt.Errorf("broker %s does not know %s, which resets need; it may be older than Kafka 2.4", addr, n.name))
		}
	}
	switch {
	case newest[16] < 4:
		note = "its brokers list groups without their state (older than Kafka 2.6): states come from the describe call"
	case newest[16] < 5:
		note = "its brokers list groups without their type (older than Kafka 3.8): groups are described both ways"
	}
	return note, errors.Join(errs...)
}
