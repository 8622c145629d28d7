package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// maxGroups bounds how many groups are checked when none is named.
const maxGroups = 20

// rights names each right that a cluster's login lacks, with what does not work without it and how to grant it.
func (c *checker) rights(ctx context.Context, cfg *config.Config, cl config.Cluster, k *kafka.Cluster) {
	groups := c.o.Groups
	if len(groups) == 0 {
		groups = groupsOf(ctx, cfg, cl, k)
	}
	r, err := k.Rights(ctx, groups, c.o.Topics)
	if err != nil {
		c.wrong("cluster %s: rights: %s", cl.Name, Words(err))
		return
	}
	for _, l := range r.Lacks {
		tell := c.wrong
		if l.Optional {
			tell = c.note
		}
		tell("cluster %s: the login lacks %s on %s, needed for %s; grant it: %s", cl.Name, l.Operation,
			strings.TrimSpace(l.Resource+" "+l.Name), l.For, grant(cl, l))
	}
	switch {
	case len(r.Hidden) > 0:
		c.note("cluster %s: ACLs hide %s from the login (%s), so that --all-topics is refused; grant it DESCRIBE on topic '*', or go without",
			cl.Name, text.Counted(len(r.Hidden), "topic"), few(r.Hidden))
	case r.HiddenWhy != "" && cl.SeesAllTopics:
		c.note("cluster %s: it cannot be checked whether ACLs hide topics from the login (%s); sees_all_topics confirms that none is hidden",
			cl.Name, r.HiddenWhy)
	case r.HiddenWhy != "":
		c.note("cluster %s: it cannot be checked whether ACLs hide topics from the login (%s), so --all-topics is refused; see docs/permissions.md",
			cl.Name, r.HiddenWhy)
	}
	for _, t := range r.Unread {
		c.note("cluster %s: nothing is known of the rights on topic %s", cl.Name, t)
	}
	switch {
	case r.Untold != "":
		c.note("cluster %s: it cannot be checked whether the login has the ACLs that resets need (%s); see docs/permissions.md",
			cl.Name, r.Untold)
	case len(r.Lacks) == 0:
		c.say("cluster %s: rights on %s and %s, all there", cl.Name, text.Counted(len(r.Groups), "group"),
			text.Counted(len(r.Topics)-len(r.Unread), "topic"))
	}
}

// groupsOf are the groups that the policy names, and the first of those on the cluster that it covers.
func groupsOf(ctx context.Context, cfg *config.Config, cl config.Cluster, k *kafka.Cluster) []string {
	var out []string
	add := func(name string) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, r := range cfg.Policy {
		for _, g := range r.Groups {
			if slices.ContainsFunc(r.Clusters, func(p string) bool { return reset.Matches(p, cl.Name) }) &&
				!strings.Contains(g, "*") {
				add(g)
			}
		}
	}
	there, err := k.Groups(ctx)
	if err != nil {
		return out // Check has reported it
	}
	policy := auth.New(rules(cfg), nil)
	for _, g := range there {
		ruling, err := policy.Rule(ctx, reset.PolicyQuestion{Actor: reset.Actor{Kind: reset.OS}, Verb: reset.VerbView,
			Cluster: cl.Name, Group: g})
		if err == nil && ruling.Denial != reset.DeniedNoRule && len(out) < maxGroups {
			add(g)
		}
	}
	return out
}

// grant is the command for Kafka's own tool. The principal is a guess where the login is a certificate.
func grant(cl config.Cluster, l kafka.MissingRight) string {
	principal := "User:NAME"
	if cl.SASL != nil {
		principal = "User:" + cl.SASL.Username
	}
	resource := "--" + l.Resource
	if l.Name != "" {
		resource += " " + text.ShellQuote(l.Name)
	}
	operation := strings.ToUpper(l.Operation[:1]) + strings.ToLower(l.Operation[1:])
	if l.Operation == "DESCRIBE_CONFIGS" {
		operation = "DescribeConfigs"
	}
	return fmt.Sprintf("kafka-acls.sh --bootstrap-server %s --add --allow-principal %s --operation %s %s",
		cl.Bootstrap[0], text.ShellQuote(principal), operation, resource)
}

func few(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
