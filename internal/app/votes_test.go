package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// Votes belong to a revision, and count while the rule in force lists the principal that matched and the voter has an
// account.

// twoNeeded asks two people for every reset of the pay groups; ben may go alone.
const twoNeeded = `
  - name: pay on production
    clusters: [prod-eu]
    groups: ["billing*", "pay-*"]
    view: [members]
    request: [S0PAY]
    approve: [S0PAYOWNERS, S0DBA]
    approvals:
      - {skip: 1_000, reprocess: 20_000, need: 2}
      - {need: 2}
    emergency: {who: [U0BEN], skip: 0, reprocess: 18_000}
    wait: {default: 30m, max: 4h}
    owner: S0PAYOWNERS
`

// oneNeeded asks one.
var oneNeeded = strings.ReplaceAll(twoNeeded, "need: 2", "need: 1")

// voters is a stage with a third approver, ann of @dba, and a consumer of billing that keeps an approved reset waiting.
func voters(t *testing.T, policy string) (s *stage, ann *slacksim.Person, idle func()) {
	t.Helper()
	s = newStage(t, world.Options{Policy: policy})
	ann = s.Slack.AddUser(slacksim.User{ID: "U0ANN", Name: "ann"})
	s.Slack.AddGroup(slacksim.UserGroup{ID: "S0DBA", Handle: "dba", Name: "Databases", Members: []string{ann.ID}})
	for _, channel := range []string{world.Home, world.PayOps} {
		if err := s.Slack.ChangeChannel(channel, func(c *slacksim.Channel) {
			c.Members = append(c.Members,
				ann.ID)
		}); err != nil {
			t.Fatal(err)
		}
	}
	busy := s.joins(kafkasim.ConsumerOptions{Host: "10.4.7.21"}, 1)
	s.start()
	return s, ann, func() { s.t.Helper(); s.leaves(busy) }
}

// deactivates takes a person's account away, and lets the minute pass for which the bot remembers who somebody is.
func (s *stage) deactivates(p *slacksim.Person, name string) {
	s.t.Helper()
	s.Slack.AddUser(slacksim.User{ID: p.ID, Name: name, Deleted: true})
	s.refused = append(s.refused, "user_disabled") // a direct message to them
	s.errors = append(s.errors, "the requester is not told")
	s.later(61 * time.Second)
}

// policyBecomes restarts the bot with another policy.
func (s *stage) policyBecomes(old, now string) {
	s.t.Helper()
	s.stop()
	s.configure(old, now)
	s.start()
}

// armedBy takes a reset that needs approvals as far as the wait for its group.
func (s *stage) armedBy(text string, by ...*slacksim.Person) slacksim.Message {
	s.t.Helper()
	card := s.asks(s.Mara, world.Home, text)
	for _, p := range by {
		s.clicks(p, card, "approve")
	}
	return s.shows(s.Jon, card, "WAITING", "Approved by ")
}

// T7: two people approve "reprocesses 1,400"; then it would skip 1,800.
func TestANewRevisionStartsWithoutVotes(t *testing.T) {
	t.Parallel()
	s, _, idle := voters(t, twoNeeded)
	to := func(offset int64) {
		t.Helper()
		if err := s.Prod.Commit("blue", world.Orders, map[int32]int64{0: offset}); err != nil {
			t.Fatal(err)
		}
	}
	to(500)
	card := s.armedBy("billing@prod-eu orders:0 like blue", s.Jon, s.Kim)
	s.shows(s.Jon, card, "1,40")
	to(world.PerOrders)
	s.later(31 * time.Second)
	card = s.shows(s.Jon, card, s.id(card)+".2", "APPROVE?", "Needs 2 approvals")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "Approved by @jon", "Needs 1 more from")
	idle()
	s.wrote(0)
	s.clicks(s.Kim, card, "approve")
	s.shows(s.Jon, card, "DONE", "SKIPPED")
	s.wrote(1)
}

// T8: the first of two resets is applied, and the second asks its approver once more.
func TestTheApproverOfTheFirstRevisionApprovesTheSecond(t *testing.T) {
	t.Parallel()
	s, _, idle := voters(t, oneNeeded)
	first := s.armedBy("billing@prod-eu orders shift -100", s.Jon)
	second := s.armedBy("billing@prod-eu orders shift -200", s.Jon)
	idle()
	winner, loser := "", slacksim.Message{}
	s.until("one of them is done", func() bool {
		for done, other := range map[string]slacksim.Message{s.id(first): second, s.id(second): first} {
			if holds(s.tells(s.Jon, world.Home, "show "+done, done), []string{"DONE"}) {
				winner, loser = done, other
			}
		}
		return winner != ""
	})
	loser = s.shows(s.Jon, loser, s.id(loser)+".2", "APPROVE?", "Needs 1 approval",
		winner+" of the same group was applied first")
	s.clicks(s.Jon, loser, "approve")
	s.shows(s.Jon, loser, "DONE")
	s.wrote(2)
}

// T9: the vote of the deactivated one is dropped, and what remains counts.
func TestADeactivatedVoterIsReplaced(t *testing.T) {
	t.Parallel()
	s, ann, idle := voters(t, twoNeeded)
	card := s.armedBy("billing@prod-eu orders shift -100", s.Jon, s.Kim)
	s.deactivates(s.Kim, "kim")
	card = s.shows(s.Jon, card, s.id(card)+".1", "APPROVE?", "Approved by @jon", "Needs 1 more from")
	s.replies(card, "The approval by @kim no longer counts: the account was deactivated")
	s.pings(card, "The approval by @kim no longer counts", world.PayOwners)
	s.told(s.Jon, card, "approve", "Already approved by you")
	idle()
	s.wrote(0)
	s.clicks(ann, card, "approve")
	s.shows(s.Jon, card, "DONE")
	s.wrote(1)
	s.tells(s.Jon, world.Home, "history "+s.id(card), "The approval by @kim no longer counts",
		"@ann approved revision 1 (2 of 2)")
}

// Somebody is deactivated between the last look and the write: it is asked live.
func TestAVoterIsDeactivatedJustBeforeTheWrite(t *testing.T) {
	t.Parallel()
	s, ann, idle := voters(t, oneNeeded)
	card := s.armedBy("billing@prod-eu orders shift -100", s.Jon)
	s.Slack.AddUser(slacksim.User{ID: s.Jon.ID, Name: "jon", Deleted: true})
	idle()
	card = s.shows(s.Kim, card, s.id(card)+".1", "APPROVE?", "Needs 1 approval")
	s.wrote(0)
	s.clicks(ann, card, "approve")
	s.shows(s.Kim, card, "DONE")
	s.wrote(1)
}

// The first of two votes is not counted any more when the second comes.
func TestAPendingVoteOfADeactivatedPersonIsDropped(t *testing.T) {
	t.Parallel()
	s, ann, idle := voters(t, twoNeeded)
	card := s.asks(s.Mara, world.Home, "billing@prod-eu orders shift -100")
	s.clicks(s.Kim, card, "approve")
	s.shows(s.Jon, card, "Approved by @kim")
	s.Slack.AddUser(slacksim.User{ID: s.Kim.ID, Name: "kim", Deleted: true})
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, s.id(card)+".1", "APPROVE?", "Approved by @jon", "Needs 1 more from")
	s.clicks(ann, card, "approve")
	s.shows(s.Jon, card, "WAITING", "Approved by @jon", "@ann")
	idle()
	s.shows(s.Jon, card, "DONE")
	s.wrote(1)
}

// A change of shift changes nothing.
func TestAVoteOutlivesTheMembershipItRestedOn(t *testing.T) {
	t.Parallel()
	s, _, idle := voters(t, oneNeeded)
	card := s.armedBy("billing@prod-eu orders shift -100", s.Jon)
	if err := s.Slack.SetGroupMembers(world.PayOwners, s.Kim.ID); err != nil {
		t.Fatal(err)
	}
	s.later(61 * time.Second)
	idle()
	s.shows(s.Jon, card, "DONE", "pproved by @jon")
	s.wrote(1)
}

// The policy is reloaded while a reset waits. What was asked for stays the same, so its revision does.
func TestAPolicyThatNoLongerListsThePrincipal(t *testing.T) {
	t.Parallel()
	s, ann, idle := voters(t, twoNeeded)
	card := s.armedBy("billing@prod-eu orders shift -100", s.Jon, ann)
	s.policyBecomes("approve: [S0PAYOWNERS, S0DBA]", "approve: [S0DBA, U0KIM]")
	card = s.shows(s.Jon, card, s.id(card)+".1", "APPROVE?", "Approved by @ann", "Needs 1 more from",
		"@dba or @kim")
	s.replies(card, "The approval by @jon no longer counts: the rule in force does not list @pay-owners")
	idle()
	s.told(s.Jon, card, "approve", "needs @dba or @kim; you are not among them")
	s.wrote(0)
	s.clicks(s.Kim, card, "approve")
	s.shows(s.Jon, card, "DONE")
	s.wrote(1)
}

// A vote given under one rule counts for another one only where that lists the same principal.
func TestAnotherRuleDecidesAtTheWrite(t *testing.T) {
	t.Parallel()
	narrow := func(approve string, need string) string {
		return `policy:
  - name: billing
    clusters: [prod-eu]
    groups: [billing]
    view: [members]
    request: [S0PAY]
    approve: ` + approve + `
    approvals: [{need: ` + need + `}]
    wait: {default: 30m, max: 4h}
    owner: S0DBA`
	}
	for name, tt := range map[string]struct {
		approve, need string
		says          []string
		counts        bool
	}{
		"it lists the principal and needs one": {"[S0PAYOWNERS]", "1", []string{"WAITING",
			"Approved by @jon"}, true},
		"it lists the principal and needs two": {"[S0PAYOWNERS]", "2", []string{"APPROVE?",
			"Approved by @jon", "Needs 1 more from"}, false},
		"it lists another group that he is in": {"[S0DBA]", "1", []string{"APPROVE?",
			"Needs 1 approval from", "@dba"}, false},
		"it lists another group and needs none": {"[S0DBA]", "0", []string{"APPROVE?",
			"Needs 1 approval from", "@dba"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ann, idle := voters(t, oneNeeded)
			s.Slack.AddGroup(slacksim.UserGroup{ID: "S0DBA", Handle: "dba", Name: "Databases",
				Members: []string{ann.ID, s.Jon.ID}})
			card := s.armedBy("billing@prod-eu orders shift -100", s.Jon)
			s.policyBecomes("policy:", narrow(tt.approve, tt.need))
			s.later(31 * time.Second)
			idle()
			if tt.counts {
				s.shows(s.Jon, card, s.id(card), "DONE", "pproved by @jon")
				s.wrote(1)
				return
			}
			card = s.shows(s.Jon, card, append(tt.says, s.id(card)+".1 · ")...)
			s.wrote(0)
			by := s.Kim
			if tt.approve == "[S0DBA]" {
				by = s.Jon // his vote was dropped, and is no "already" now
			}
			s.clicks(by, card, "approve")
			s.shows(s.Jon, card, "DONE")
			s.wrote(1)
		})
	}
}

// A person goes alone, and is deactivated, or no longer listed, before it is written.
func TestAnEmergencyEndsWithItsPerson(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]func(*stage){
		"deactivated":      func(s *stage) { s.deactivates(s.Ben, "ben") },
		"no longer listed": func(s *stage) { s.policyBecomes("who: [U0BEN]", "who: [U0ANN]") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, idle := voters(t, oneNeeded)
			card := s.asks(s.Mara, world.Home, "billing@prod-eu orders shift -100")
			s.tells(s.Ben, world.Home, "emergency "+s.ref(card)+" INC-4711", "goes on without approval")
			s.shows(s.Jon, card, "WAITING", "BREAK-GLASS INC-4711")
			then(s)
			s.later(31 * time.Second)
			card = s.shows(s.Jon, card, s.id(card)+".1", "APPROVE?", "Needs 1 approval")
			s.replies(card, "The emergency INC-4711 of @ben no longer counts")
			idle()
			s.wrote(0)
			s.clicks(s.Jon, card, "approve")
			card = s.shows(s.Jon, card, "DONE", "pproved by @jon")
			if holds(card, []string{"without a second person"}) {
				t.Errorf("the card says that ben went alone:\n%s", card.Text())
			}
			s.wrote(1)
		})
	}
}

// The effect leaves what one person may do alone, and two others agree to it.
func TestAnEmergencyThatOutgrowsItsLimitIsApprovedByOthers(t *testing.T) {
	t.Parallel()
	s, _, idle := voters(t, strings.Replace(oneNeeded, "reprocess: 18_000}", "reprocess: 9_650}", 1))
	card := s.asks(s.Mara, world.Home, "billing@prod-eu orders to offset 1100")
	s.tells(s.Ben, world.Home, "emergency "+s.ref(card)+" INC-4711", "goes on without approval")
	s.shows(s.Jon, card, "WAITING", "BREAK-GLASS INC-4711")
	idle()
	s.consumes()
	s.later(31 * time.Second)
	card = s.shows(s.Jon, card, s.id(card)+".2", "APPROVE?", "10,800", "Needs 1 approval")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE", "pproved by @jon")
	s.wrote(1)
}

// consumes reads all that is left for billing, and leaves.
func (s *stage) consumes() {
	s.t.Helper()
	c := s.consumer("10.4.7.22")
	s.until("billing has read everything", func() bool {
		for p := range int32(world.Partitions) {
			if s.at(p) < world.PerOrders {
				return false
			}
		}
		return true
	})
	s.leaves(c)
}

// Who asked must be somebody who could ask.
func TestARequesterWhoIsDeactivatedEndsTheRequest(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		then func(*stage)
		says string
	}{
		"deactivated": {func(s *stage) { s.deactivates(s.Mara, "mara") }, "deactivated"},
		"no longer listed": {func(s *stage) {
			s.Slack.AddGroup(slacksim.UserGroup{ID: "S0OTHER", Handle: "other", Name: "Others",
				Members: []string{s.Ben.ID}})
			s.policyBecomes("request: [S0PAY]", "request: [S0OTHER]")
		}, "@mara may not request resets of billing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, idle := voters(t, oneNeeded)
			armed := s.armedBy("billing@prod-eu orders shift -100", s.Jon)
			pending := s.asks(s.Mara, world.Home, "billing@prod-eu orders shift -200")
			s.until("the bot knows where the card is", func() bool {
				shown := s.tells(s.Jon, world.Home, "show "+s.id(pending), s.id(pending))
				return holds(shown, []string{"The card in #kafka-prod"})
			})
			tt.then(s)
			s.later(31 * time.Second)
			s.shows(s.Jon, armed, "REFUSED", tt.says)
			s.shows(s.Jon, pending, "REFUSED", tt.says)
			idle()
			s.wrote(0)
		})
	}
}

// In an Enterprise org one person may act under two ids. They are one voter, and no second person for what they asked
// for themselves.
func TestOnePersonWithTwoIDs(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: twoNeeded, Slack: slacksim.Options{Enterprise: "E0ORG"}})
	twin := func(id, name string) *slacksim.Person {
		t.Helper()
		s.Slack.AddUser(slacksim.User{ID: "U0" + id, Name: name, EnterpriseUser: "W0" + id})
		p := s.Slack.AddUser(slacksim.User{ID: "W0" + id, Name: name})
		if err := s.Slack.ChangeChannel(world.Home, func(c *slacksim.Channel) {
			c.Members = append(c.Members,
				p.ID)
		}); err != nil {
			t.Fatal(err)
		}
		return p
	}
	s.Slack.AddGroup(slacksim.UserGroup{ID: "S0DBA", Handle: "dba", Name: "Databases"})
	mara, kim := twin("MARA", "mara"), twin("KIM", "kim")
	if err := s.Slack.SetGroupMembers(world.PayOwners, "U0JON", "U0KIM", kim.ID, mara.ID); err != nil {
		t.Fatal(err)
	}
	s.start()
	card := s.asks(s.Mara, world.Home, "billing@prod-eu orders shift -100")
	s.told(mara, card, "approve", "You cannot approve your own request")
	s.clicks(s.Kim, card, "approve")
	s.shows(s.Jon, card, "Approved by @kim", "Needs 1 more from")
	s.told(kim, card, "approve", "Already approved by you")
	s.wrote(0)
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE")
	s.wrote(1)
}
