package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// listed is a group as its coordinator, the broker at addr, lists it. Old brokers leave the state (before 2.6) or the
// type (before 3.8) empty.
type listed struct {
	addr     string
	absent   bool // no broker lists it, and addr would be its coordinator
	state    string
	kind     string
	protocol string
}

// looksIdle reports whether the group is idle as far as the listing shows.
func (l listed) looksIdle() bool { return l.state == "Empty" || l.state == "Dead" }

// Groups returns the names of all groups that the login may see.
func (c *Cluster) Groups(ctx context.Context) ([]string, error) {
	return retryUntilReady(ctx, c, "", func() ([]string, error) {
		v, err := c.refreshBrokers(ctx)
		if err != nil {
			return nil, err
		}
		found, missing, err := c.list(ctx, v)
		if err = errors.Join(err, missing); err != nil {
			return nil, err
		}
		return slices.Sorted(maps.Keys(found)), nil
	})
}

// States lists the groups of every broker, then describes the asked ones at their coordinators, all of one in one
// request.
func (c *Cluster) States(ctx context.Context, groups []string) (map[string]reset.GroupState, error) {
	return retryUntilReady(ctx, c, strings.Join(groups, ", "), func() (map[string]reset.GroupState, error) {
		asked, err := c.locate(ctx, groups)
		if err != nil {
			return nil, err
		}
		return c.describe(ctx, asked)
	})
}

// locate finds groups by one round over all brokers, and the coordinators of those that no broker lists.
func (c *Cluster) locate(ctx context.Context, groups []string) (map[string]listed, error) {
	v, err := c.refreshBrokers(ctx)
	if err != nil {
		return nil, err
	}
	found, missing, err := c.list(ctx, v)
	if err != nil {
		return nil, err
	}
	asked := map[string]listed{}
	for _, g := range groups {
		l, ok := found[g]
		switch {
		case ok:
		case missing != nil:
			return nil, missing // it may be there
		default:
			l.absent = true
			if l.addr, err = c.findCoordinator(ctx, v, g); err != nil {
				return nil, err
			}
		}
		asked[g] = l
	}
	return asked, nil
}

// Look is States, and the commits of the groups that are inactive: one more request per coordinator.
func (c *Cluster) Look(ctx context.Context, groups []string) (map[string]reset.Look, error) {
	return retryUntilReady(ctx, c, strings.Join(groups, ", "), func() (map[string]reset.Look, error) {
		asked, err := c.locate(ctx, groups)
		if err != nil {
			return nil, err
		}
		states, err := c.describe(ctx, asked)
		if err != nil {
			return nil, err
		}
		looks := make(map[string]reset.Look, len(states))
		idle := map[string][]string{}
		for g, s := range states {
			looks[g] = reset.Look{Group: s}
			if s.Idle() {
				idle[asked[g].addr] = append(idle[asked[g].addr], g)
			}
		}
		return looks, c.addCommits(ctx, idle, looks)
	})
}

// addCommits reads the commits of groups by their coordinators, side by side. A group of which any commit is not
// certain (it is inside a transaction, the coordinator moves) is left without: a consumer may be committing.
func (c *Cluster) addCommits(ctx context.Context, byAddr map[string][]string, looks map[string]reset.Look) error {
	var mu sync.Mutex
	var wg guard.Group
	var failed error
	for addr, groups := range byAddr {
		wg.Go(func() {
			read, err := c.fetchAllCommits(ctx, addr, groups)
			mu.Lock()
			defer mu.Unlock()
			failed = cmp.Or(failed, err)
			for g, commits := range read {
				l := looks[g]
				l.Commits, l.Why = commits.positions()
				looks[g] = l
			}
		})
	}
	wg.Wait()
	return failed
}

// list asks every broker for the groups it coordinates. missing says which broker did not answer: its groups are
// unknown.
func (c *Cluster) list(ctx context.Context, v view) (found map[string]listed, missing, err error) {
	var mu sync.Mutex
	var wg guard.Group
	found = map[string]listed{}
	for _, addr := range v.nodes {
		wg.Go(func() {
			resp, failed := callBroker(ctx, c, addr, func(b *sarama.Broker) (*sarama.ListGroupsResponse, error) {
				return b.ListGroups(&sarama.ListGroupsRequest{Version: 5})
			})
			mu.Lock()
			defer mu.Unlock()
			if failed != nil {
				missing = reset.IncompleteProblem(c.name, fmt.Sprintf("broker %s: %s", addr, cause(failed)))
				return
			}
			if failed = c.groupError(addr, "", resp.Err); failed != nil {
				err = failed // a coordinator that loads hides its groups behind this error
				return
			}
			for g, protocol := range resp.Groups {
				data := resp.GroupsData[g]
				l := listed{addr: addr, state: data.GroupState, kind: strings.ToLower(data.GroupType),
					protocol: protocol}
				// While a coordinator moves, two brokers may list a group. The one that lists members is believed.
				if was, twice := found[g]; !twice || was.looksIdle() {
					found[g] = l
				}
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	return found, missing, err
}

// describe adds the members, by the API for each group's type: the classic one calls a group of the new protocol
// "Dead", without members, while it is active. Where the type is not known, both are asked. An absent group is
// described as well: that it does not exist must be confirmed by its coordinator.
func (c *Cluster) describe(ctx context.Context, asked map[string]listed) (map[string]reset.GroupState, error) {
	states := map[string]reset.GroupState{}
	classic, modern := map[string][]string{}, map[string][]string{}
	for g, l := range asked {
		s := reset.GroupState{Exists: !l.absent, State: l.state, Type: l.kind}
		switch l.kind {
		case "", "classic":
			s.Protocol = l.protocol
			classic[l.addr] = append(classic[l.addr], g)
		case "consumer":
			modern[l.addr] = append(modern[l.addr], g)
		} // share, streams and later types: the type says that another tool resets them
		states[g] = s
	}
	if err := c.describeAt(ctx, classic, states, c.describeClassic); err != nil {
		return nil, err
	}
	for g, l := range asked {
		if l.kind == "" && states[g].Type == "" {
			modern[l.addr] = append(modern[l.addr], g)
		}
	}
	if err := c.describeAt(ctx, modern, states, c.describeModern); err != nil {
		return nil, err
	}
	for g, l := range asked {
		s := states[g]
		if l.absent && s.State == "Dead" {
			s = reset.GroupState{}
		}
		s.Exists = !l.absent || s.State != ""
		states[g] = s
	}
	return states, nil
}

// describeAt asks all coordinators side by side, and merges what they say.
func (c *Cluster) describeAt(ctx context.Context, byAddr map[string][]string, states map[string]reset.GroupState,
	call func(context.Context, string, []string) (map[string]reset.GroupState, error),
) error {
	var mu sync.Mutex
	var wg guard.Group
	var failed error
	for addr, groups := range byAddr {
		wg.Go(func() {
			described, err := call(ctx, addr, groups)
			mu.Lock()
			defer mu.Unlock()
			failed = cmp.Or(failed, err)
			for g, s := range described {
				if was := states[g]; was.Type != "" && was.State != "Dead" && s.State == "Dead" {
					failed = cmp.Or[error](failed, &retriableError{addr,
						fmt.Sprintf("group %q was %s and is described as Dead", g, was.State)})
				}
				states[g] = merge(states[g], s)
			}
		})
	}
	wg.Wait()
	return failed
}

// merge prefers the description, which is newer, to the listing; but not its "Dead", which can also mean that the
// wrong API was used.
func merge(listing, described reset.GroupState) reset.GroupState {
	if described.State != "" && (described.State != "Dead" || listing.State == "") {
		listing.State = described.State
	}
	if described.State != "" && described.State != "Dead" {
		listing.Type = cmp.Or(listing.Type, described.Type)
	}
	listing.Protocol = cmp.Or(listing.Protocol, described.Protocol)
	listing.Assignor, listing.Members, listing.Epoch = described.Assignor, described.Members, described.Epoch
	slices.SortFunc(listing.Members, func(a, b reset.Member) int { return cmp.Compare(a.ID, b.ID) })
	return listing
}

func (c *Cluster) describeClassic(
	ctx context.Context, addr string, groups []string,
) (map[string]reset.GroupState, error) {
	resp, err := callBroker(ctx, c, addr, func(b *sarama.Broker) (*sarama.DescribeGroupsResponse, error) {
		return b.DescribeGroups(&sarama.DescribeGroupsRequest{Version: 5, Groups: groups})
	})
	if err != nil {
		return nil, c.lost(ctx, addr, err)
	}
	out := map[string]reset.GroupState{}
	for _, g := range resp.Groups {
		if g.Err == sarama.ErrGroupIDNotFound {
			out[g.GroupId] = reset.GroupState{State: "Dead"}
			continue
		}
		if err := c.groupError(addr, g.GroupId, g.Err); err != nil {
			return nil, err
		}
		s := reset.GroupState{State: g.State, Type: "classic", Protocol: g.ProtocolType, Assignor: g.Protocol}
		for _, m := range g.Members {
			s.Members = append(s.Members, member(m.MemberId, m.ClientId, m.ClientHost, m.GroupInstanceId))
		}
		out[g.GroupId] = s
	}
	return out, c.checkComplete(addr, groups, out)
}

func (c *Cluster) describeModern(
	ctx context.Context, addr string, groups []string,
) (map[string]reset.GroupState, error) {
	resp, err := callBroker(ctx, c, addr, func(b *sarama.Broker) (*sarama.ConsumerGroupDescribeResponse, error) {
		req := sarama.NewConsumerGroupDescribeRequest(c.sarama.Version)
		req.GroupIDs = groups
		return b.ConsumerGroupDescribe(req)
	})
	if errors.Is(err, sarama.ErrUnsupportedVersion) {
		return nil, nil // a broker before 3.7 has no such groups, and the answer of the classic API counts
	}
	if err != nil {
		return nil, c.lost(ctx, addr, err)
	}
	out := map[string]reset.GroupState{}
	for _, g := range resp.Groups {
		if g.ErrorCode == sarama.ErrGroupIDNotFound {
			out[g.GroupID] = reset.GroupState{State: "Dead"}
			continue
		}
		if err := c.groupError(addr, g.GroupID, g.ErrorCode); err != nil {
			return nil, err
		}
		s := reset.GroupState{State: g.GroupState, Type: "consumer", Epoch: g.GroupEpoch}
		for _, m := range g.Members {
			s.Members = append(s.Members, member(m.MemberID, m.ClientID, m.ClientHost, m.InstanceID))
		}
		out[g.GroupID] = s
	}
	return out, c.checkComplete(addr, groups, out)
}

// checkComplete refuses an answer that leaves out a group: a missing entry does not prove that the group is empty.
func (c *Cluster) checkComplete(addr string, groups []string, described map[string]reset.GroupState) error {
	for _, g := range groups {
		if _, ok := described[g]; !ok {
			return reset.IncompleteProblem(c.name,
				fmt.Sprintf("broker %s: its answer does not mention the group", addr)).On(c.name, g)
		}
	}
	return nil
}

func member(id, client, host string, static *string) reset.Member {
	m := reset.Member{ID: id, ClientID: client, Host: strings.TrimPrefix(host, "/")} // Java's "/10.4.7.21"
	if static != nil {
		m.StaticID = *static
	}
	return m
}
