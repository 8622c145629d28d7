package kafka

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
)

// hidden counts the topics that an ACL hides from the login, or says why that can't be known. Kafka leaves hidden
// topics out of metadata and their commits out of OffsetFetch without an error. The one answer that does not depend
// on the rights on topics is what brokers have in their log directories, for which DESCRIBE on the cluster is needed.
func (c *Cluster) hidden(ctx context.Context, every view) (n int, why string) {
	names, why := c.hiddenTopics(ctx, every)
	return len(names), why
}

func (c *Cluster) hiddenTopics(ctx context.Context, every view) (names []string, why string) {
	there := map[string]bool{}
	var mu sync.Mutex
	var wg guard.Group
	for _, addr := range every.nodes {
		wg.Go(func() {
			topics, err := c.logDirs(ctx, addr)
			mu.Lock()
			defer mu.Unlock()
			if err != "" {
				why = fmt.Sprintf("broker %s: %s", addr, err)
			}
			for _, t := range topics {
				there[t] = true
			}
		})
	}
	wg.Wait()
	for t := range every.topics {
		delete(there, t)
	}
	if why != "" || len(there) == 0 {
		return nil, why
	}
	// A topic deleted meanwhile does not exist, and one just created is visible: requested by name, only a hidden one
	// is denied.
	v, err := c.metadata(ctx, slices.Sorted(maps.Keys(there))...)
	if err != nil {
		return nil, cause(err)
	}
	for t := range there {
		if m := v.topics[t]; m == nil || m.Err == sarama.ErrTopicAuthorizationFailed {
			names = append(names, t)
		}
	}
	slices.Sort(names)
	return names, ""
}

// logDirs are the topics of which a broker holds a replica. Brokers before 3.2 have no error field in their answer:
// they return an empty list.
func (c *Cluster) logDirs(ctx context.Context, addr string) (topics []string, why string) {
	resp, err := callBroker(ctx, c, addr, func(b *sarama.Broker) (*sarama.DescribeLogDirsResponse, error) {
		return b.DescribeLogDirs(&sarama.DescribeLogDirsRequest{Version: 4})
	})
	switch {
	case err != nil:
		return nil, cause(err)
	case resp.ErrorCode != sarama.ErrNoError:
		return nil, name(resp.ErrorCode)
	case len(resp.LogDirs) == 0:
		return nil, "its log directories are not returned"
	}
	for _, d := range resp.LogDirs {
		if d.ErrorCode != sarama.ErrNoError {
			return nil, name(d.ErrorCode)
		}
		for _, t := range d.Topics {
			topics = append(topics, t.Topic)
		}
	}
	return topics, ""
}
