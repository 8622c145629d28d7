package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// The form is opened in a channel that is bound to a cluster: that is chosen. A skip is asked about once more, and what
// is asked for counts once.
func TestASkipInTheFormIsAskedAboutOnceMore(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	v := s.resets(s.Mara, world.Sandbox)
	if !strings.Contains(v.Text(), "Cluster: [sandbox-eu v]") {
		t.Fatalf("the channel's cluster is not chosen:\n%s", v.Text())
	}
	s.suggests(s.Mara, "group", "billing", "billing")
	s.sets(s.Mara, "group", "billing", "billing")
	s.suggests(s.Mara, "topics", "", "*")
	s.sets(s.Mara, "topics", "*", "All topics")
	v = s.sets(s.Mara, "where", "latest", "SKIPS up to 1,200 messages", "[Apply SKIP]")
	s.submits(s.Mara, v, nil)
	ask := s.opens(s.Mara, "Skip messages", "billing@sandbox-eu", "SKIPS up to 1,200 messages", "[Apply SKIP]", "[Back]")
	if err := errIf(s.Mara.CloseView(ask)); err != nil { // it was not meant
		t.Fatal(err)
	}
	v = s.opens(s.Mara, "Reset offsets", "[Apply SKIP]")
	s.submits(s.Mara, v, map[string]string{"reason": "poisoned"})
	ask = s.opens(s.Mara, "Skip messages")
	s.submits(s.Mara, ask, nil)
	s.sees(s.Mara, world.Sandbox, "DONE", "SKIPPED", "poisoned")
	if views := s.Mara.Views(); len(views) > 0 {
		t.Errorf("still open: %s", views[0].Text())
	}
}

func TestTheFormAsksForApproval(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.filled(s.Mara, world.PayOps)
	s.sets(s.Mara, "where", "back", "How far back")
	v := s.sets(s.Mara, "value", "50m", "PREVIEW", "Reprocesses up to 16,", "Needs 1 approval", "[Ask for approval]")
	s.submits(s.Mara, v, map[string]string{"reason": "bad deploy 4711"})
	card := s.sees(s.Jon, world.PayOps, "APPROVE?", "Reprocesses up to 16,", "bad deploy 4711")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE", "bad deploy 4711")
	s.wrote(1)
}

// What was filled in before leaves nothing behind: no message, no list, no second request.
func TestWhatIsFilledInOtherwiseLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.filled(s.Mara, world.PayOps)
	s.sets(s.Mara, "where", "shift", "By how many")
	first := s.sets(s.Mara, "value", "-100", "PREVIEW", "up to 1,200 messages")
	wrong := s.sets(s.Mara, "value", "many", `By how many? "many" is not a number`, "[Preview]")
	if strings.Contains(wrong.Text(), "PREVIEW") {
		t.Errorf("the numbers of before are still shown:\n%s", wrong.Text())
	}
	second := s.sets(s.Mara, "value", "-50", "PREVIEW", "up to 600 messages")
	if refOf(t, first) == refOf(t, second) {
		t.Error("both have the same id")
	}
	s.tells(s.Mara, world.PayOps, "show "+refOf(t, first), "CANCELLED")
	for range 2 {
		s.tells(s.Mara, world.PayOps, "status", "Nothing is open that you may view")
		s.tells(s.Mara, world.PayOps, "history --all", "No request matches")
		if views := s.Mara.Views(); len(views) > 0 {
			s.acked(s.Mara.CloseView(views[0]))
			s.until("the form's request is cancelled", func() bool {
				return strings.Count(s.log.String(), "event=cancelled") == 2
			})
		}
	}
	s.untouched()
	for _, m := range s.Mara.Messages(world.PayOps) {
		if strings.Contains(m.Text(), "PREVIEW") && !strings.Contains(m.Text(), "show ") {
			t.Errorf("a preview was sent: %s", m.Text())
		}
	}
}

// refOf is the request that a form names.
func refOf(t *testing.T, v slacksim.View) string {
	t.Helper()
	found := reference.FindStringSubmatch(v.Text())
	if found == nil {
		t.Fatalf("no request is named in:\n%s", v.Text())
	}
	return found[1]
}

// Mistakes are told at their field by the answer to the submission, and nothing is recorded.
func TestEachMistakeInTheFormIsToldAtItsField(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.filled(s.Mara, world.PayOps)
	for _, tt := range []struct{ where, value, says string }{
		{"back", "soon", "How far back?"},
		{"shift", "0", "moves nothing"},
		{"offset", "-3", "To which offset?"},
		{"skip", "orders", "TOPIC:PARTITION@OFFSET"},
		{"rows", "orders,0,5\norders,x,5", `line 2: "x" is not a partition`},
	} {
		v := s.sets(s.Mara, "where", tt.where)
		s.submits(s.Mara, v, map[string]string{"value": tt.value})
		got := s.top(s.Mara)
		if said := got.Errors["value."+tt.where]; !strings.Contains(said, tt.says) || len(got.Errors) != 1 {
			t.Errorf("%s %s: %q, want %q", tt.where, tt.value, got.Errors, tt.says)
		}
	}
	s.sets(s.Mara, "where", "latest", "PREVIEW")
	for field, says := range map[string]string{"cluster": "Choose a cluster.", "group": "Choose a consumer group.",
		"topics": "Choose topics", "where": "Choose where to."} {
		d, err := s.Mara.Submit(s.top(s.Mara), nil, blank(field)) // a client that does not insist
		s.acked(d, err)
		if said := errorAt(s.top(s.Mara), field); !strings.Contains(said, says) {
			t.Errorf("%s: %q, want %q", field, s.top(s.Mara).Errors, says)
		}
	}
	s.tells(s.Mara, world.PayOps, "status", "Nothing is open that you may view")
	s.untouched()
}

func errorAt(v slacksim.View, field string) string {
	for block, said := range v.Errors {
		if name, _, _ := strings.Cut(block, "."); name == field {
			return said
		}
	}
	return ""
}

// blank takes what was filled in out of a field.
func blank(field string) slacksim.Tweak {
	return func(p map[string]any) {
		view, _ := p["view"].(map[string]any)
		state, _ := view["state"].(map[string]any)
		values, _ := state["values"].(map[string]any)
		for _, block := range values {
			if actions, _ := block.(map[string]any); actions[field] != nil {
				actions[field] = map[string]any{"selected_option": nil, "selected_options": []any{}}
			}
		}
	}
}

// Kafka is stopped: the form opens at once, says what it knows, and its submit is recorded and tried until Kafka is
// back.
func TestTheFormWorksWithKafkaStopped(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.Prod.Unreachable(true)
	s.start()
	s.resets(s.Mara, world.PayOps)
	s.sets(s.Mara, "cluster", "prod-eu")
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	offered, err := s.Mara.Suggest(ctx, s.top(s.Mara), "group", "billing")
	if err != nil || len(offered) != 1 || offered[0].Value != "billing" ||
		!strings.Contains(offered[0].Description, "not in the list") {
		t.Fatalf("offered: %+v, %v", offered, err)
	}
	s.sets(s.Mara, "group", "billing")
	if _, err := s.Mara.Suggest(ctx, s.top(s.Mara), "topics", "orders"); err != nil {
		t.Fatal(err)
	}
	s.sets(s.Mara, "topics", "orders")
	s.sets(s.Mara, "where", "shift")
	v := s.sets(s.Mara, "value", "-100", "prod-eu does not answer", "Preview saves this request", "[Preview]")
	s.submits(s.Mara, v, nil)
	s.sees(s.Mara, world.PayOps, "prod-eu does not answer", "The bot retries until")
	s.Prod.Unreachable(false)
	preview := s.sees(s.Mara, world.PayOps, "PREVIEW", "up to 1,200 messages")
	s.has(preview, "approve", "rows", "cancel")
	s.clicks(s.Mara, preview, "approve")
	s.sees(s.Jon, world.PayOps, s.id(preview), "DONE")
}

// A rule requires a reason: the form asks for it at its field once that is known, and the numbers come with it.
func TestTheFormAsksForAReasonThatIsRequired(t *testing.T) {
	t.Parallel()
	s, _, idle := voters(t, ticketNeeded)
	idle()
	s.filled(s.Mara, world.Home)
	s.sets(s.Mara, "where", "shift")
	v := s.sets(s.Mara, "value", "-100", "A reason is required", "This group requires a reason that matches INC-\\d+")
	d, err := s.Mara.Submit(v, map[string]string{"reason": "x"}, blank("reason"))
	s.acked(d, err)
	if said := errorAt(s.top(s.Mara), "reason"); !strings.Contains(said, "requires a reason") {
		t.Errorf("%q", s.top(s.Mara).Errors)
	}
	v = s.sets(s.Mara, "reason", "INC-4711", "PREVIEW", "up to 1,200 messages", "[Ask for approval]")
	s.submits(s.Mara, v, map[string]string{"reason": "INC-4712, bad deploy"})
	s.sees(s.Jon, world.Home, "APPROVE?", "INC-4712, bad deploy")
}

// Among 10,000 groups the right ones are suggested, and no more than Slack takes.
func TestSuggestionsAmongTenThousandGroups(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	for n := range 10_000 {
		if err := s.Prod.Commit(fmt.Sprintf("pay-%05d-%s", n, strings.Repeat("x", n%60)), world.Refunds,
			map[int32]int64{0: 1}); err != nil {
			t.Fatal(err)
		}
	}
	s.start()
	s.resets(s.Ben, world.PayOps)
	s.sets(s.Ben, "cluster", "prod-eu")
	offered := s.suggests(s.Ben, "group", "pay-0999", "pay-09990-"+strings.Repeat("x", 30))
	if len(offered) != 11 { // with what was typed
		t.Errorf("%d are offered", len(offered))
	}
}

// The global shortcut knows no channel: the form is like a command in a direct message. The card is in the cluster's
// home channel, the answer is a direct message, and a rule that narrows requests to channels refuses it.
func TestTheShortcutOpensAFormOfNoChannel(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: strings.Replace(world.Policy, "    clusters: [sandbox-eu]",
		"    channels: ["+world.Sandbox+"]\n    clusters: [sandbox-eu]", 1)})
	s.start()
	fill := func(cluster string) {
		s.acked(s.Mara.Shortcut("reset_offsets"))
		s.opens(s.Mara, "Reset offsets", "Cluster: [Choose a cluster v]")
		s.sets(s.Mara, "cluster", cluster)
		s.suggests(s.Mara, "group", "billing", "billing")
		s.sets(s.Mara, "group", "billing")
		s.suggests(s.Mara, "topics", "", "orders")
		s.sets(s.Mara, "topics", "orders")
		s.sets(s.Mara, "where", "shift")
	}
	fill("sandbox-eu")
	v := s.sets(s.Mara, "value", "-100", "You may not request resets of billing", "[Preview]")
	s.acked(s.Mara.CloseView(v))
	fill("prod-eu")
	v = s.sets(s.Mara, "value", "-100", "up to 1,200 messages", "[Apply rewind]")
	own := s.Slack.DM(s.Mara.ID)
	s.submits(s.Mara, v, nil)
	s.sees(s.Mara, own, "is approved. It is written once billing is inactive")
	s.sees(s.Jon, world.Home, "DONE", "12 of 12 partitions")
	s.sees(s.Mara, own, "DONE")
}

// Where the rule lets them, a person goes without approval from the form, and is asked for the incident once more.
func TestAnEmergencyFromTheForm(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: strings.Replace(world.Policy, "    cap:",
		"    emergency: {who: [U0MARA], skip: 0, reprocess: 18_000}\n    cap:", 1)})
	s.start()
	s.filled(s.Mara, world.PayOps)
	s.sets(s.Mara, "where", "back")
	v := s.sets(s.Mara, "value", "50m", "Needs 1 approval", "[Emergency]")
	s.acked(s.Mara.ClickIn(v, "emergency", ""))
	ask := s.opens(s.Mara, "BREAK-GLASS", "Which incident is it?")
	s.submits(s.Mara, ask, map[string]string{"why": "INC-4711"})
	s.sees(s.Jon, world.PayOps, "DONE", "BREAK-GLASS INC-4711")
	if views := s.Mara.Views(); len(views) > 0 {
		t.Errorf("still open: %s", views[0].Text())
	}
	s.wrote(1)
}

// A person who may view nothing gets no form. When Slack opens none, the answer says what to type.
func TestTheFormAndWhatSlackSays(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.tells(s.Gus, world.PayOps, "", "Nothing to reset", "No rule lets you view a consumer group here")
	s.refused = append(s.refused, "expired_trigger_id")
	s.Slack.Fail("views.open", slacksim.Fault{Error: "expired_trigger_id", Times: 1})
	s.tells(s.Mara, world.PayOps, "", "Slack allows only 3 seconds for this", "/kafka-reset GROUP@CLUSTER TOPIC to TIME")
	if views := s.Gus.Views(); len(views) > 0 {
		t.Errorf("a form for who may view nothing: %s", views[0].Text())
	}
}
