package words

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func freezeStory(act reset.Act, state reset.State, edit ...func(*reset.Story)) reset.Story {
	s := reset.Story{Cluster: prodEU, Now: clockAt("02:30:00"), Request: reset.Request{ID: "k7f3", Revision: 1,
		State: state, Act: act, Actor: jon, Need: 1, Ruling: ruling(), EndedAt: clockAt("02:10:00")}}
	for _, e := range edit {
		e(&s)
	}
	return s
}

func inForce(id string, by reset.Actor, why string) reset.InForce {
	return reset.InForce{Called: "prod-eu",
		Frozen: reset.Frozen{ID: id, Cluster: "prod-eu", By: by, Why: why, At: clockAt("02:10:00")}}
}

// A thaw by an id that is refused before its freeze is read is about that freeze, and not about all clusters.
func TestARefusedThawNamesItsFreeze(t *testing.T) {
	t.Parallel()
	c := CardOf(freezeStory(reset.Thaw{FreezeID: "m2n8"}, reset.Refused, func(s *reset.Story) { s.Cluster.Name = "" }))
	says(t, c, "REFUSED · freeze m2n8", "Thaw m2n8")
	if strings.Contains(c.String(), "everything") {
		t.Errorf("the card claims more than the thaw of one freeze:\n%s", c)
	}
}

// What is approved waits on while another freeze is in force, so a thaw does not promise that it is written.
func TestAThawBesideAnotherFreezePromisesNoWrite(t *testing.T) {
	t.Parallel()
	act := reset.Thaw{FreezeID: "m2n8", Cluster: "prod-eu", Lifts: inForce("m2n8", mara, "data loss").Frozen}
	says(t, CardOf(freezeStory(act, reset.Pending)), "Approved requests are then written")
	c := CardOf(freezeStory(act, reset.Pending, over(inForce("p4x1", jon, "upgrade"))))
	says(t, c, "Nothing is written while another freeze is in force")
	if strings.Contains(c.String(), "then written") {
		t.Errorf("the card promises a write:\n%s", c)
	}
}

func over(frozen ...reset.InForce) func(*reset.Story) {
	return func(s *reset.Story) { s.Frozen = frozen }
}

func TestACardOfAFreezeSaysWhetherItIsInForce(t *testing.T) {
	t.Parallel()
	act := reset.Freeze{Cluster: "prod-eu", Why: "data loss"}
	begun := func(s *reset.Story) {
		s.Entries = []reset.Entry{{Event: reset.EvFrozen, Facts: map[string]string{"running": "m2n8"}}}
	}
	c := CardOf(freezeStory(act, reset.Applied, over(inForce("k7f3", jon, "data loss")), begun))
	says(t, c, "🧊 FROZEN · prod-eu", "All writes to prod-eu are paused by @U0JON", "data loss", "Lift it: thaw k7f3",
		"had begun are finished: 1")
	lifted := func(s *reset.Story) {
		s.Entries = []reset.Entry{{Event: reset.EvThawed, Actor: mara, At: clockAt("02:20:00"),
			Facts: map[string]string{"why": "found it"}}}
	}
	c = CardOf(freezeStory(act, reset.Applied, lifted))
	says(t, c, "☀️ THAWED · prod-eu", "Frozen before by @U0JON", "Lifted by @U0MARA", "found it")
	if strings.Contains(c.String(), "thaw k7f3") || strings.Contains(c.String(), "FROZEN") {
		t.Errorf("it is lifted:\n%s", c)
	}
}

func TestACardOfAThawNamesItsFreezeAndWhatIsLeft(t *testing.T) {
	t.Parallel()
	act := reset.Thaw{FreezeID: "m2n8", Cluster: "prod-eu", Lifts: inForce("m2n8", mara, "data loss").Frozen}
	c := CardOf(freezeStory(act, reset.Pending))
	says(t, c, "Approve thaw", "Lifts the freeze m2n8 of prod-eu by @U0MARA", "data loss", "Needs 1 approval")
	c = CardOf(freezeStory(act, reset.Approved))
	says(t, c, "TAKES EFFECT NOW")
	if strings.Contains(c.String(), "waiting") {
		t.Errorf("it waits for no group:\n%s", c)
	}
	c = CardOf(freezeStory(act, reset.Applied, over(inForce("p4x1", jon, "upgrade"))))
	says(t, c, "🧊 STILL FROZEN", "Thawed by @U0JON", "prod-eu is still frozen: freeze p4x1 of prod-eu by @U0JON", "upgrade", "thaw p4x1")
	if strings.Contains(c.String(), "written now") {
		t.Errorf("nothing is written:\n%s", c)
	}
	says(t, CardOf(freezeStory(act, reset.Applied)), "Approved requests are written once their group is inactive")
	ended := func(s *reset.Story) {
		s.Request.Problem = &reset.Problem{Code: reset.ProblemLifted, Request: "m2n8", Names: []string{mara.ID}}
	}
	says(t, CardOf(freezeStory(act, reset.Cancelled, ended)), "The freeze m2n8 was already lifted by @U0MARA",
		"No other freeze was lifted")
}

func TestEachFreezeIsOnTheCardThatItStops(t *testing.T) {
	t.Parallel()
	renamed, gone := inForce("k002", mara, ""), inForce("k003", jon, "")
	renamed.Called, gone.Called = "prod-main", ""
	s := waitingStory()
	s.Frozen = []reset.InForce{inForce("k001", jon, "upgrade"), renamed, gone, inForce("k004", jon, "")}
	says(t, CardOf(s), "FROZEN: prod-eu by @U0JON", "upgrade", "thaw k001", "thaw k002",
		"prod-eu is called prod-main now", "thaw k003", "prod-eu is no longer configured", "1 more freeze: status")
}

func TestWhichFreezeIsAskedWithWhoWhenAndWhy(t *testing.T) {
	t.Parallel()
	first, second := inForce("k001", jon, "upgrade").Frozen, inForce("k002", mara, "data loss").Frozen
	s := freezeStory(reset.Thaw{Cluster: "prod-eu"}, reset.Planning, func(s *reset.Story) {
		s.Request.Question = "freeze"
		s.Request.Options = []reset.Option{{Label: "k001", Typed: "thaw k001", Freeze: &first},
			{Label: "k002", Typed: "thaw k002", Freeze: &second}}
	})
	says(t, PreviewOf(s), "Which freeze? 2 are in force", "@U0JON", "02:10", "upgrade", "thaw k001",
		"@U0MARA", "data loss", "thaw k002")
}
