package app_test

import (
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
	s.tells(s.Mara, world.Sandbox, kafka+"--describe --group billing", asks, "Which cluster? prod-eu and sandbox-eu",
		"--cluster NAME")
	s.tells(s.Mara, world.Sandbox, kafka+"--list", asks, "Which cluster? prod-eu and sandbox-eu")
	s.tells(s.Mara, world.Sandbox, kafka+"--describe --group billing --cluster prod-eu", "billing on prod-eu")
	s.untouched()
}
