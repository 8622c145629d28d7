package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// What a command leaves out is asked for; nothing is guessed.

func TestJustAGroupOffersTheLikeliestTargets(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu", "To what?", "orders (lag 1,200)", "refunds (lag 0)",
		"Empty", "Not written as of ")
	s.has(m, "choose.1", "choose.2", "choose.3", "cancel")
	s.clicks(s.Mara, m, "choose.3")
	s.shows(s.Mara, m, "PREVIEW", "all topics (orders and refunds) → latest", "up to 1,200 messages",
		"Needs 2 approvals")
	s.untouched()
}

func TestAGroupOnTwoClustersIsAskedAboutNeverGuessed(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	if err := s.Sandbox.Commit("only-sandbox", world.Orders, map[int32]int64{0: 5}); err != nil {
		t.Fatal(err)
	}
	s.configure("groups: [\"billing*\", \"pay-*\"]", "groups: [\"*\"]")
	s.start()
	m := s.tells(s.Mara, world.Incident, "billing orders back 10m",
		"billing exists on prod-eu and sandbox-eu. Which one?")
	s.has(m, "choose.1", "choose.2", "cancel")
	s.clicks(s.Mara, m, "choose.2")
	s.shows(s.Mara, m, "billing@sandbox-eu", "PREVIEW")

	// On one alone it is still a question, with one button.
	m = s.tells(s.Mara, world.Incident, "only-sandbox orders back 10m", "exists on sandbox-eu. Which one?")
	s.has(m, "choose.1", "cancel")

	// Where the channel is bound to a cluster, there is nothing to ask.
	s.tells(s.Mara, world.Sandbox, "billing orders back 10m", "billing@sandbox-eu", "PREVIEW")
	s.untouched()
}

func TestAnUnknownGroupIsNamedAndNotCreated(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.Incident, "billingg@prod-eu orders to latest",
		"No group billingg on prod-eu. Did you mean billing? Nothing was created.")
	s.has(m, "choose.1", "cancel")
	groups, err := s.Prod.Admin().ListGroups(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, exists := groups["billingg"]; exists {
		t.Error("the group was created")
	}
	// No rule covers this one, but it is a typo all the same; who may look at nothing is told no name.
	s.tells(s.Mara, world.Incident, "biling@prod-eu orders to latest",
		"No group biling on prod-eu. Did you mean billing? Nothing was created.")
	s.tells(s.Gus, world.Incident, "biling@prod-eu orders to latest", "guests have no rights")
	s.tells(s.Mara, world.Incident, "billing@prod-eu oders to latest",
		"No topic oders on prod-eu. Did you mean orders?")
	s.tells(s.Mara, world.Incident, "billing@prod-us orders to latest", "No cluster prod-us.",
		"prod-eu and sandbox-eu")
	s.tells(s.Mara, world.Incident, "billing@prod-eu orders:12 to latest",
		"orders has 12 partitions (0 to 11): there is no orders-12")
	s.untouched()
}

func TestWithoutTopicsTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.Incident, "billing@prod-eu to latest",
		"Which topics? billing has committed offsets on orders (lag 1,200) and refunds (lag 0).")
	s.has(m, "choose.1", "choose.2", "choose.3", "cancel")
	s.clicks(s.Mara, m, "choose.1")
	s.shows(s.Mara, m, "PREVIEW", "orders → latest")

	// The same by its typed twin.
	m = s.tells(s.Mara, world.Incident, "billing@prod-eu to latest", "Which topics?")
	s.tells(s.Mara, world.Incident, "choose "+s.ref(m)+" 3", "PREVIEW", "all topics")
	s.tells(s.Mara, world.Incident, "choose "+s.ref(m)+" 9", "This choice is no longer available")
	s.untouched()
}

func TestABareTimeIsTheLastOneThatHasPassed(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(berlin)
	today := func(at time.Time) bool { return at.YearDay() == now.YearDay() }

	earlier := now.Add(-20 * time.Minute).Truncate(time.Minute)
	m := s.tells(s.Mara, world.Incident, "billing@prod-eu orders to "+earlier.Format("15:04"), "PREVIEW",
		earlier.Format("15:04")+" Berlin (", earlier.UTC().Format("15:04")+" UTC")
	s.has(m, "approve", "choose.1", "rows", "cancel")
	s.clicks(s.Mara, m, "choose.1")
	s.shows(s.Mara, m, "PREVIEW", earlier.Format("15:04")+" UTC", "Use Europe/Berlin")

	later := now.Add(10 * time.Minute)
	if today(later) {
		s.tells(s.Mara, world.Incident, "billing@prod-eu orders to "+later.Format("15:04"), "PREVIEW",
			"yesterday "+later.Format("15:04")+" Berlin", "23 h")
	}
	s.untouched()
}

func TestFutureTimeIsRefusedWithTheOption(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.Incident, "billing@prod-eu orders to tomorrow 08:00", "08:00",
		"is in the future (it is in ", "--future")
	s.has(m, "choose.1", "cancel") // the rule allows no schedules: it can be waited for alone
	s.untouched()
}

func TestOneRecordIsSkippedOnlyWhileItIsNext(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Kim, world.PayOps, "billing@prod-eu skip orders:7@1900", "PREVIEW",
		"orders-7 → after offset 1,900", "SKIPS up to 1 message", "Needs 1 approval")
	s.clicks(s.Kim, m, "approve")
	card := s.sees(s.Jon, world.PayOps, "APPROVE?", "kim")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE", "1 of 1 partition verified after the message")
	if got := s.at(7); got != 1901 {
		t.Errorf("orders-7 is at %d", got)
	}
	s.wrote(1)
	s.tells(s.Kim, world.PayOps, "billing@prod-eu skip orders:7@1900",
		"Offset 1,900 of orders-7 is already committed: the next message is 1,901", "Nothing was skipped")
	s.tells(s.Kim, world.PayOps, "billing@prod-eu skip orders:7@1950", "Offset 1,950 of orders-7 is ahead",
		"up to 49 messages lie before it", "billing@prod-eu orders:7 to offset 1951")
	s.tells(s.Kim, world.PayOps, "billing@prod-eu orders:7 to offset 1951", "PREVIEW", "SKIPS up to 50 messages")

	// The commit moves between the preview and the write: what was agreed to is no more.
	m = s.tells(s.Kim, world.PayOps, "billing@prod-eu skip orders:3@1900", "PREVIEW")
	if err := s.Prod.Commit(world.Billing, world.Orders, map[int32]int64{3: 1950}); err != nil {
		t.Fatal(err)
	}
	s.clicks(s.Kim, m, "approve")
	card = s.sees(s.Jon, world.PayOps, s.ref(m), "APPROVE?")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "REFUSED", "Offset 1,900 of orders-3 is already committed: the next message is 1,950", "Nothing was skipped")
	if got := s.at(3); got != 1950 {
		t.Errorf("orders-3 is at %d", got)
	}
	s.wrote(1)
}

func TestShiftSaysHowMuchItIs(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders shift -100", "PREVIEW",
		"back 100 offsets in each partition", "−100 on each of 12 partitions", "up to 1,200 messages", "No approval required")
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Mara, world.PayOps, "DONE", "12 of 12 partitions")
	s.stands(world.PerOrders - world.Behind - 100)
	s.wrote(1)
}

func TestATypoIsQuotedWithWhatWasExpected(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	for text, says := range map[string]string{
		"billing@prod-eu orders to lattest":                 `"lattest" is not a target. Did you mean latest?|Corrected: billing@prod-eu orders to latest`,
		"billing@prod-eu orders too latest":                 `"latest" needs the word to before it`,
		"aprove k7f3.1":                                     `"aprove" is not a command|Corrected: approve k7f3.1`,
		`billing@prod-eu orders to latest --reason "no end`: `the quote " is never closed`,
		"billing@prod-eu orders to latest --wiat 30m":       `"--wiat" is not an option|Corrected: billing@prod-eu orders to latest --wait 30m`,
		"billing@prod-eu orders back 2 fortnights":          `how far back? "2" has no unit: d, h, m or s`,
	} {
		s.tells(s.Mara, world.Incident, text, append(strings.Split(says, "|"), "Not understood", "All words: help")...)
	}
	s.untouched()
}
