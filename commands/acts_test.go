package commands

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestMoreTargets(t *testing.T) {
	t.Parallel()
	ctx := askerOf(t)
	orders := reset.Scope{Topics: []reset.TopicScope{{Topic: "orders"}}}
	rows := reset.Rows{Rows: []reset.Row{{Topic: "orders", Partition: 0, Offset: 12},
		{Topic: "orders", Partition: 1, Offset: 15}}}
	for text, want := range map[string]reset.Intent{
		"billing@prod-eu orders like audit": {Scope: orders,
			Target: reset.Like{Group: "audit"}},
		"billing@prod-eu from orders,0,12 orders,1,15": {
			Scope: reset.Scope{Topics: []reset.TopicScope{{Topic: "orders", Partitions: []int32{0, 1}}}}, Target: rows},
		"billing@prod-eu from\norders,0,12\nbilling,orders,1,15": {
			Scope: reset.Scope{Topics: []reset.TopicScope{{Topic: "orders", Partitions: []int32{0, 1}}}}, Target: rows},
		"delete-offsets billing@prod-eu orders":                             {Scope: orders, Target: reset.Nowhere{}},
		"--group billing --cluster prod-eu --topic orders --delete-offsets": {Scope: orders, Target: reset.Nowhere{}},
		"billing@prod-eu orders to earliest --create-group": {Scope: orders, Target: reset.Earliest{},
			Create: true},
	} {
		cmd, err := Parse(text, ctx)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		want.Cluster, want.Group = "prod-eu", "billing"
		got, _ := cmd.(Reset)
		want.Zone = got.Intent.Zone
		if diff := cmp.Diff(want, got.Intent); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	for text, why := range map[string]string{
		"billing orders like":                     "like which group? Its name is missing",
		"billing orders like billing":             `like which group? "billing" is the one that moves`,
		"billing from orders,0":                   `the rows cannot be used`,
		"billing from orders,0,x":                 `"x" is not an offset`,
		"billing orders from orders,0,1":          "names its topic itself",
		"delete-offsets billing orders to latest": "one target per command",
		"freeze":           "freeze what?",
		"freeze prod-ue":   `"prod-ue" is not a configured cluster`,
		"emergency k7f3.1": "which emergency?",
	} {
		_, err := Parse(text, ctx)
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, want %q in it", text, err, why)
		}
	}
	for text, want := range map[string]Command{
		"freeze prod-eu brokers are replaced": SetFreeze{Freeze: true, Cluster: "prod-eu", Why: "brokers are replaced"},
		"thaw everything":                     SetFreeze{Cluster: reset.Everything},
		"emergency k7f3.2 INC-4711": Decide{Verb: "emergency", Ref: reset.Ref{ID: "k7f3", Revision: 2},
			Why: "INC-4711"},
	} {
		got, err := Parse(text, ctx)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", text, err, diff)
		}
	}
}
