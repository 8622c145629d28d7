package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// MissingRight is a right that the login does not have.
type MissingRight struct {
	Resource  string // cluster, group or topic
	Name      string // of the group or topic
	Operation string // as kafka-acls.sh calls it
	For       string // what does not work without it
	Optional  bool   // resets work without it, with less information
}

// Rights are what was found out about the login's rights.
type Rights struct {
	Lacks     []MissingRight
	Groups    []string // that were checked
	Topics    []string
	Hidden    []string // topics that an ACL hides
	HiddenWhy string   // why that can't be known
	Unread    []string // topics of which nothing is known, each with why: "orders: UNKNOWN_TOPIC_OR_PARTITION"
	Untold    string   // why brokers do not return a login's rights; Lacks is incomplete then
}

// rightsUnknown is an answer without rights. No rights in an answer are not the same as no rights.
type rightsUnknown struct{ addr, of string }

func (e *rightsUnknown) Error() string {
	return fmt.Sprintf("broker %s does not return the ACLs on %s; it may be older than Kafka 2.3", e.addr, e.of)
}

// hasRights reports whether an answer holds rights: requests below a version have no field for them.
func hasRights(rights int32, version, since int16) bool {
	return version >= since && rights != math.MinInt32
}

// need is one line of docs/permissions.md. Its rights are all that the bot needs.
type need struct {
	operation sarama.AclOperation
	name      string
	purpose   string
	optional  bool
}

var (
	needsCluster = []need{
		{sarama.AclOperationDescribe, "DESCRIBE",
			"checking whether topics are hidden; without it --all-topics is refused", true},
		{sarama.AclOperationDescribeConfigs, "DESCRIBE_CONFIGS", "warning that committed offsets may expire", true},
	}
	needsGroup = []need{
		{sarama.AclOperationRead, "READ", "reading and committing the group's offsets", false},
		{sarama.AclOperationDelete, "DELETE", "deleting committed offsets: undo to \"never committed\", delete-offsets",
			true},
	}
	needsTopic = []need{
		{sarama.AclOperationRead, "READ", "committing offsets, and reading record timestamps", false},
		{sarama.AclOperationDescribeConfigs, "DESCRIBE_CONFIGS", "warnings about retention, compaction and tiered storage", true},
	}
)

// Rights asks what the login may do with the cluster, with groups, and with topics: the named ones, and those on
// which the groups have commits. It writes nothing to find out: brokers return a login's own rights.
func (c *Cluster) Rights(ctx context.Context, groups, topics []string) (Rights, error) {
	v, err := c.refreshBrokers(ctx)
	if err != nil {
		return Rights{}, err
	}
	out := Rights{Groups: groups}
	named := map[string]bool{}
	for _, t := range topics {
		named[t] = true
	}
	var lacks []MissingRight
	for _, g := range groups {
		may, err := retryUntilReady(ctx, c, g, func() (int32, error) { return c.groupRights(ctx, v, g) })
		var silence *rightsUnknown
		switch {
		case errors.As(err, &silence):
			out.Untold = silence.Error()
		case err != nil:
			return Rights{}, err
		default:
			lacks = append(lacks, missingRights("group", g, may, needsGroup)...)
			if may&(1<<sarama.AclOperationDescribe) == 0 {
				continue
			}
		}
		commits, err := c.commits(ctx, g)
		if err != nil {
			return Rights{}, err
		}
		for p := range commits {
			named[p.Topic] = true
		}
	}
	out.Topics = slices.Sorted(maps.Keys(named))
	ofTopics, unread, err := c.topicRights(ctx, v, out.Topics)
	var silence *rightsUnknown
	switch {
	case errors.As(err, &silence):
		out.Untold = silence.Error()
	case err != nil:
		return Rights{}, err
	}
	out.Lacks, out.Unread = slices.Concat(ofTopics, lacks), unread
	every, err := c.metadata(ctx)
	if err == nil {
		out.Hidden, out.HiddenWhy = c.hiddenTopics(ctx, every)
	}
	return out, err
}

// groupRights are the rights on a group, one bit for each operation; none when it is hidden.
func (c *Cluster) groupRights(ctx context.Context, v view, group string) (int32, error) {
	addr, err := c.findCoordinator(ctx, v, group)
	var p *reset.Problem
	if errors.As(err, &p) && p.Got == name(sarama.ErrGroupAuthorizationFailed) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	var req *sarama.DescribeGroupsRequest
	resp, err := callBroker(ctx, c, addr, func(b *sarama.Broker) (*sarama.DescribeGroupsResponse, error) {
		req = &sarama.DescribeGroupsRequest{Version: 5, Groups: []string{group}, IncludeAuthorizedOperations: true}
		return b.DescribeGroups(req)
	})
	if err != nil {
		return 0, c.lost(ctx, addr, err)
	}
	for _, g := range resp.Groups {
		switch {
		case g.Err == sarama.ErrGroupAuthorizationFailed:
			return 0, nil
		case g.Err == sarama.ErrNoError && hasRights(g.AuthorizedOperations, req.Version, 3):
			return g.AuthorizedOperations, nil
		case g.Err != sarama.ErrNoError:
			return 0, c.groupError(addr, group, g.Err)
		}
	}
	return 0, &rightsUnknown{addr, fmt.Sprintf("group %q", group)}
}

// topicRights asks for the rights on the cluster as well: one version of the request returns both.
func (c *Cluster) topicRights(
	ctx context.Context, v view, topics []string,
) (lacks []MissingRight, unread []string, err error) {
	if len(topics) == 0 {
		topics = []string{anyTopic} // an empty list would mean all of them
	}
	var req *sarama.MetadataRequest
	resp, err := callBroker(ctx, c, v.lead, func(b *sarama.Broker) (*sarama.MetadataResponse, error) {
		req = &sarama.MetadataRequest{Version: 8, Topics: topics, IncludeClusterAuthorizedOperations: true,
			IncludeTopicAuthorizedOperations: true}
		return b.GetMetadata(req)
	})
	if err != nil {
		return nil, nil, c.lost(ctx, v.lead, err)
	}
	if !hasRights(resp.ClusterAuthorizedOperations, req.Version, 8) {
		return nil, nil, &rightsUnknown{v.lead, "the cluster and its topics"}
	}
	lacks = missingRights("cluster", "", resp.ClusterAuthorizedOperations, needsCluster)
	if resp.ClusterAuthorizedOperations == 0 {
		lacks = lacks[:1] // without DESCRIBE no other right is returned
	}
	for _, t := range resp.Topics {
		switch {
		case t.Name == anyTopic:
		case t.Err == sarama.ErrTopicAuthorizationFailed:
			// of a hidden topic no right is returned
			lacks = append(lacks, missingRights("topic", t.Name, 0, needsTopic[:1])...)
		case t.Err == sarama.ErrNoError:
			lacks = append(lacks, missingRights("topic", t.Name, t.TopicAuthorizedOperations, needsTopic)...)
		default: // it may not exist; that shows no right
			unread = append(unread, t.Name+": "+name(t.Err))
		}
	}
	return lacks, unread, nil
}

func missingRights(resource, named string, may int32, needs []need) (out []MissingRight) {
	for _, n := range needs {
		if may&(1<<n.operation) == 0 {
			out = append(out, MissingRight{Resource: resource, Name: named, Operation: n.name, For: n.purpose,
				Optional: n.optional})
		}
	}
	return out
}
