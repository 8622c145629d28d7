package words

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// homeStory is the home of a person with something in each of its parts.
func homeStory() reset.Home {
	nightly := nightlyOrders()
	nightly.Status, nightly.Next = reset.Active, stamp("2026-11-23T01:00:00Z")
	paused := nightly
	paused.Name, paused.Status = "weekly", reset.Paused
	return reset.Home{At: clockAt("02:30:00"), Waiting: []reset.Request{pendingStory().Request},
		Open: []reset.Request{undoStory().Request}, Armed: []reset.Request{waitingStory().Request},
		Schedules: []reset.Schedule{nightly, paused}, Last: pastPage().Rows,
		Frozen: []reset.InForce{inForce("m2n8", jon, "data loss")},
		Rights: []reset.RightsOn{{Cluster: "prod-eu", May: []reset.Verb{reset.VerbView, reset.VerbFreeze},
			Some: []reset.Verb{reset.VerbRequest, reset.VerbApprove}},
			{Cluster: "prod-eu", Group: "billing", May: []reset.Verb{reset.VerbRequest, reset.VerbApprove}}},
		More: map[reset.HomePart]bool{reset.HomeWaiting: true, reset.HomeSchedules: true}}
}

// homes are the homes whose wording is held fast.
func homes() map[string]reset.Home {
	return map[string]reset.Home{"full": homeStory(), "none": {At: clockAt("02:30:00")},
		"empty": {At: clockAt("02:30:00"), Rights: homeStory().Rights[:1]}}
}

func homeContent(h reset.Home) []Content {
	links := map[string]Line{}
	for _, r := range h.Waiting {
		links[r.ID] = Line{{Kind: Link, Text: "The card", URL: "https://example.slack.com/archives/C1/p1"}}
	}
	return HomeOf(h, infos(), links)
}

func TestGoldenHome(t *testing.T) {
	t.Parallel()
	for name, h := range homes() {
		isGolden(t, filepath.Join("testdata", "home", name+".golden"), HomeText(homeContent(h)))
	}
}

// TestEveryRightOfAHomeHasAWord: what the engine tells is said.
func TestEveryRightOfAHomeHasAWord(t *testing.T) {
	t.Parallel()
	for _, v := range []reset.Verb{reset.VerbView, reset.VerbFreeze, reset.VerbRequest, reset.VerbApprove,
		reset.VerbEmergency} {
		if verbs[v].short == "" {
			t.Errorf("%s has no word", v)
		}
	}
	if text := HomeText(HomeUnknown(reset.DeniedProblem(reset.VerbView, reset.Ruling{}), clockAt("02:30:00"))); !strings.
		Contains(text, "cannot be shown") {
		t.Error(text)
	}
}

// A request that asks its requester something waits for that person, not for the bot: the way to the answer is said.
func TestAnOpenQuestionIsListedWithTheWayToAnswerIt(t *testing.T) {
	t.Parallel()
	r := pendingStory().Request
	r.State, r.Question = reset.Planning, reset.AskTarget
	want := "waiting for its requester's answer (show " + r.ID + ") until 03:41 CET"
	now := clockAt("02:30:00")
	if text := StatusOf([]reset.Request{r}, false, nil, infos(), now).String(); !strings.Contains(text, want) {
		t.Error(text)
	}
	h := reset.Home{At: now, Open: []reset.Request{r}, Rights: homeStory().Rights[:1]}
	if text := HomeText(HomeOf(h, infos(), nil)); !strings.Contains(text, want) {
		t.Error(text)
	}
}
