package words

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestEveryKindThatIsRefusedHasWords(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, kind := range constants(t, "GroupKind") {
		if k := reset.GroupKind(kind); k == reset.GroupConsumer || k == reset.GroupSink {
			continue
		}
		p := &reset.Problem{Code: reset.ProblemWrongTool, Cluster: "prod-eu", Group: "agg", Got: kind, Want: "the-tool",
			Names: []string{"why"}}
		got := strings.ReplaceAll(Explain(p).Lines[0].String(), kind, "")
		if !strings.Contains(got, "the-tool") || strings.Contains(got, "cannot be reset by the bot") ||
			seen[got] != "" {
			t.Errorf("%s (and %s): %s", kind, seen[got], got)
		}
		seen[got] = kind
	}
}

func TestHiddenTopicsAreCountedAndNotNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p    reset.Problem
		want string
	}{
		{reset.Problem{Count: 2, Names: []string{"orders"}},
			`ACLs hide 2 topics from the bot's login on prod-eu, and Kafka leaves out commits on hidden topics without a word: ` +
				`"all topics" could be less than all. Name the topics instead; commits are seen on orders.`},
		{reset.Problem{Got: "broker k1:9092: CLUSTER_AUTHORIZATION_FAILED"},
			`Whether ACLs hide topics from the bot's login on prod-eu can't be told ` +
				`(broker k1:9092: CLUSTER_AUTHORIZATION_FAILED), and Kafka leaves out commits on hidden topics without a word: ` +
				`"all topics" could be less than all. Name the topics instead.`},
	} {
		c.p.Code, c.p.Cluster, c.p.Group = reset.ProblemHidden, "prod-eu", "billing"
		if got := Explain(&c.p).Lines[0].String(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
