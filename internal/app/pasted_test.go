package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// A server of no configured cluster says nothing about the cluster: neither the channel that is bound to one nor the
// only cluster that has the group is taken for it, by a reset, by a time for one or by a view.
func TestAPastedServerThatIsNotConfiguredChoosesNoCluster(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	if err := s.Sandbox.Commit("only-sandbox", world.Orders, map[int32]int64{0: 5}); err != nil {
		t.Fatal(err)
	}
	s.configure("groups: [\"billing*\", \"pay-*\"]", "groups: [\"*\"]")
	s.configure("name: everybody on the sandbox", "name: everybody on the sandbox\n    schedules: true")
	s.start()
	const kafka = "kafka-consumer-groups.sh --bootstrap-server kafka:9092 "
	const asks = "kafka:9092 is not a server of a configured cluster."

	m := s.tells(s.Mara, world.Sandbox, kafka+"--group billing --topic orders --reset-offsets --shift-by -10 --execute",
		asks, "billing exists on prod-eu and sandbox-eu. Which one?")
	s.has(m, "choose.1", "choose.2", "cancel")
	s.clicks(s.Mara, m, "choose.1")
	s.shows(s.Mara, m, "billing@prod-eu", "PREVIEW")

	m = s.tells(s.Mara, world.Sandbox, kafka+"--group only-sandbox --topic orders --reset-offsets --to-earliest", asks,
		"only-sandbox exists on sandbox-eu only. Is it the cluster of this line?")
	s.has(m, "choose.1", "cancel")

	s.tells(s.Mara, world.Sandbox, kafka+"--group billing", asks, "Which one?")
	s.tells(s.Mara, world.Sandbox, "at 23:10 -- "+kafka+"--group billing --topic orders --reset-offsets --to-latest",
		asks, "billing exists on sandbox-eu only. Is it the cluster of this line?") // no schedules on prod-eu
	m = s.tells(s.Mara, world.Sandbox, kafka+"--describe --group billing | grep orders", asks,
		"Which cluster? prod-eu and sandbox-eu", "lag billing@prod-eu", "lag billing@sandbox-eu")
	s.has(m, "look.1", "look.2")
	s.clicks(s.Mara, m, "look.1")
	s.shows(s.Mara, m, "billing on prod-eu")
	s.tells(s.Mara, world.Sandbox, kafka+"--list", asks, "Which cluster? prod-eu and sandbox-eu")
	s.tells(s.Mara, world.Sandbox, kafka+"--describe --group billing --cluster prod-eu", "billing on prod-eu")
	s.untouched()
}

// A line of a runbook with all that is around it, --execute too, is a preview: nothing is written, and what was left
// out is said. It is the same behind a time; one that only looks is answered, and what cannot be read is refused by
// name.
func TestALineOfARunbookIsAPreview(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	tool := "bin/kafka-consumer-groups.sh --bootstrap-server " + s.Prod.Addrs()[0] + " "
	const reset = "--group billing --topic orders --reset-offsets --shift-by -10 --execute"

	m := s.tells(s.Mara, world.Incident, "$ kubectl -n kafka exec -it kafka-0 -- "+tool+"\\\n  "+reset+" 2>&1 | tee x",
		"PREVIEW", "billing@prod-eu", "orders → back 10 offsets", "Left out of the line: $ kubectl -n kafka exec -it kafka-0 --, ",
		"2>&1 | tee x", "--execute is ignored")
	s.has(m, "approve", "rows", "cancel")
	s.tells(s.Mara, world.Incident, "ssh b1 \"sudo docker exec kafka "+tool+"--describe --group billing\"",
		"billing on prod-eu", "Lag: up to 1,200 messages", "Left out of the line: `ssh b1`, `sudo docker exec kafka`.")
	s.tells(s.Mara, world.Incident, "docker exec kafka "+tool+"--list --state | grep billing", "Groups",
		"billing@prod-eu", "Left out of the line: `docker exec kafka`, `| grep billing`.")

	for text, says := range map[string]string{
		tool + strings.Replace(reset, "billing", "$GROUP", 1):             "$GROUP\" is a variable",
		tool + reset + " && " + tool + "--describe --group billing":       "one command at a time; these are 2 commands",
		tool + reset + " --group payments":                                "one group per command",
		"rpk group seek billing --to start --topics orders":               "rpk\" is another tool",
		"for g in a b; do " + tool + reset + "; done":                     "runs this command more than once",
		tool + strings.Replace(reset, "--topic orders", "--topic '*'", 1): "is a pattern",
	} {
		s.tells(s.Mara, world.Incident, text, says)
	}
	s.untouched()
}
