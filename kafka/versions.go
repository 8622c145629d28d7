package kafka

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// apiVersions are the newest versions of the requests that a broker knows, by key.
type apiVersions map[int16]int16

// Keys of the requests that this package sends. Source: the list of API keys in Kafka's protocol guide.
const (
	keyFetch           int16 = 1
	keyListOffsets     int16 = 2
	keyMetadata        int16 = 3
	keyOffsetCommit    int16 = 8
	keyOffsetFetch     int16 = 9
	keyFindCoordinator int16 = 10
	keyDescribeGroups  int16 = 15
	keyListGroups      int16 = 16
	keyDescribeConfigs int16 = 32
	keyDescribeLogDirs int16 = 35
	keyOffsetDelete    int16 = 47
)

// request is one kind of request that this package sends.
type request struct {
	key  int16
	name string
	from int16  // the oldest version with the meaning that is used here
	lost string // what older versions lack
	// without says what does not work on brokers that do not know it; empty: nothing does.
	without string
}

// requests are all of them. sarama lowers each to the newest version that the broker knows, and then a field may be
// left out or mean something else. What the bot needs is in all versions from the one listed here, and Kafka 0.11
// (2017) and everything since know them; TestRequestsOfEveryVersion shows it. A broker that supports only older ones
// is not used.
var requests = []request{
	{key: keyMetadata, name: "Metadata", from: 4, lost: "it would create topics that do not exist"},
	{key: keyOffsetCommit, name: "OffsetCommit", from: 2,
		lost: "it would omit the retention of committed offsets, or store them elsewhere"},
	{key: keyOffsetFetch, name: "OffsetFetch", from: 2, lost: "it cannot ask for all committed offsets of a group"},
	{key: keyListOffsets, name: "ListOffsets", from: 2,
		lost: "it can't ask for what a consumer of committed records reads"},
	{key: keyFindCoordinator, name: "FindCoordinator", from: 0},
	{key: keyDescribeGroups, name: "DescribeGroups", from: 0},
	{key: keyListGroups, name: "ListGroups", from: 0},
	{
		key: keyFetch, name: "Fetch", from: 4, lost: "its records carry no times by batch",
		without: "a time after which Kafka finds no record is not checked against the records: the target is the log-start offset then",
	},
	{
		key: keyOffsetDelete, name: "OffsetDelete", from: 0,
		without: "delete-offsets, and undo back to \"never committed\", are refused",
	},
	{
		key: keyDescribeConfigs, name: "DescribeConfigs", from: 0,
		without: "nothing warns of retention, compaction, tiering, or committed offsets that expire",
	},
	{
		key: keyDescribeLogDirs, name: "DescribeLogDirs", from: 0,
		without: "hidden topics can't be found out, and --all-topics is refused unless sees_all_topics says that there are none",
	},
}

// apiVersions asks a broker which requests it knows. sarama asks as well, on the same connection, but does not expose
// the answer and goes on without one; here a broker without an answer is not used.
func (c *Cluster) apiVersions(ctx context.Context, l *link) (apiVersions, error) {
	resp, err := callOnLink(ctx, c, l, func() (*sarama.ApiVersionsResponse, error) {
		return l.broker.ApiVersions(&sarama.ApiVersionsRequest{Version: 3, ClientSoftwareName: c.sarama.ClientID,
			ClientSoftwareVersion: "1"})
	})
	if err != nil {
		return nil, fmt.Errorf("the broker does not return its API versions: %w", err)
	}
	known := apiVersions{}
	for _, k := range resp.ApiKeys {
		known[k.ApiKey] = k.MaxVersion
	}
	var old []string
	for _, r := range requests {
		if newest, ok := known[r.key]; ok && newest < r.from {
			old = append(old, fmt.Sprintf("%s up to version %d, where at least %d is needed: %s", r.name, newest,
				r.from, r.lost))
		}
	}
	switch {
	case resp.ErrorCode != int16(sarama.ErrNoError):
		err = fmt.Errorf("the broker does not return its API versions: %s", name(sarama.KError(resp.ErrorCode)))
	case len(old) > 0:
		err = fmt.Errorf("the broker is older than Kafka 0.11: it knows %s", strings.Join(old, "; "))
	}
	if err != nil {
		c.closeLink(l)
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.apis[l.addr] = known
	return known, nil
}

// missing are the requests of those that only some resets need that a broker, of those met so far, does not know.
func (c *Cluster) missing() (out []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range requests {
		for _, known := range c.apis {
			if _, ok := known[r.key]; !ok && r.without != "" && !slices.Contains(out, r.name) {
				out = append(out, r.name)
			}
		}
	}
	return out
}

// deletable refuses a chunk that deletes commits, on a broker that can't.
func (c *Cluster) deletable(l *link, group string, chunk reset.Chunk) error {
	if _, ok := l.apis[keyOffsetDelete]; ok || !chunk.Delete {
		return nil
	}
	return reset.NoAPIProblem("OffsetDelete").On(c.name, group)
}
