package app_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// form opens the form that takes a plan.
func (s *stage) form(p *slacksim.Person, text string) slacksim.View {
	s.t.Helper()
	s.types(p, world.PayOps, text)
	return s.opens(p, "Reset from a plan", "/kafka-reset "+text, "the preview comes as a direct message")
}

func (s *stage) submits(p *slacksim.Person, v slacksim.View, values map[string]string) {
	s.t.Helper()
	s.acked(p.Submit(v, values))
}

func TestAPlanIsUploadedAsAFile(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	v := s.form(s.Mara, `billing@prod-eu --from-file --reason "restore 4711"`)
	file := s.Mara.Upload("plan.csv", "orders,0,1890\r\norders,7,1880\r\n")
	s.submits(s.Mara, v, map[string]string{"file": file})
	own := s.Slack.DM(s.Mara.ID)
	m := s.sees(s.Mara, own, "PREVIEW", "orders:0,7 → 2 given offsets", "up to 30 messages",
		"No approval required")
	s.has(m, "approve", "rows", "cancel")
	s.untouched()
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Jon, world.PayOps, s.id(m), "DONE", "2 of 2 partitions", "restore 4711")
	s.shows(s.Mara, m, "The card in #pay-ops")
	if s.at(0) != 1890 || s.at(7) != 1880 || s.at(1) != before {
		t.Errorf("at %d, %d, %d", s.at(0), s.at(7), s.at(1))
	}
	if views := s.Mara.Views(); len(views) > 0 {
		t.Errorf("the form is still open: %s", views[0].Text())
	}
}

func TestBadPlanFileIsReportedByLine(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	own := s.Slack.DM(s.Mara.ID)
	for _, tt := range []struct{ name, content, says string }{
		{"plan.csv", "topic,partition,lag\norders,0,5\n", "line 1: the header names no offset"},
		{"plan.txt", "orders,0,5\norders,x,5\nrefunds,0\n", `line 2: "x" is not a partition; line 3: has 2 fields`},
		{"plan.csv", "", "has no rows"},
		{"plan.csv", strings.Repeat("orders,0,5\n", 500_000), "it has 5,500,000 bytes; a plan may have 4,194,304"},
	} {
		v := s.form(s.Mara, "billing@prod-eu from file")
		s.news(s.Mara, own, func() {
			s.submits(s.Mara, v, map[string]string{"file": s.Mara.Upload(tt.name, tt.content)})
		}, "Not understood", tt.says)
	}
	s.Slack.Fail(slacksim.Downloads, slacksim.Fault{Status: 503, Times: 1})
	v := s.form(s.Mara, "billing@prod-eu from file")
	s.news(s.Mara, own, func() {
		s.submits(s.Mara, v, map[string]string{"file": s.Mara.Upload("plan.csv", "orders,0,5\n")})
	}, "the file was not read", "503")
	s.untouched()
}

func TestPastedRowsAreReadWhileTheFormIsOpen(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	// A line out of a runbook: the file is not here, so it is asked for.
	v := s.form(s.Mara,
		"kafka-consumer-groups.sh --cluster prod-eu --group billing --reset-offsets --from-file plan.csv --execute")
	s.submits(s.Mara, v, nil)
	v = s.opens(s.Mara, "Paste rows here, or choose a file.")
	s.submits(s.Mara, v, map[string]string{"rows": "orders,0,1890\norders,-1,5"})
	v = s.opens(s.Mara, `line 2: "-1" is not a partition`)
	s.submits(s.Mara, v, map[string]string{"rows": "orders,0,1890", "file": s.Mara.Upload("plan.csv", "orders,0,5\n")})
	v = s.opens(s.Mara, "only one of them can be meant")
	s.wrote(0)
	if err := errIf(s.Mara.CloseView(v)); err != nil {
		t.Fatal(err)
	}
	v = s.form(s.Mara, "billing@prod-eu --from-file")
	s.submits(s.Mara, v, map[string]string{"rows": "orders,0,1890\nbilling,orders,7,1880"})
	m := s.sees(s.Mara, s.Slack.DM(s.Mara.ID), "PREVIEW", "orders:0,7 → 2 given offsets")

	// A pasted table of --describe is a plan, too, for a line with all that is around it.
	v = s.form(s.Mara, "kubectl exec kafka-0 -- kafka-consumer-groups.sh --cluster prod-eu --group billing "+
		"--reset-offsets --from-file /tmp/before.txt")
	s.submits(s.Mara, v, map[string]string{"rows": "GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET\n" +
		"billing orders 3 1890 2000\nbilling orders 4 1880 2000"})
	s.sees(s.Mara, s.Slack.DM(s.Mara.ID), "PREVIEW", "orders:3-4 → 2 given offsets",
		"The target is the column CURRENT-OFFSET")

	// What only Kafka and the policy know is told as for every reset.
	v = s.form(s.Ben, "billing@prod-eu --from-file")
	s.submits(s.Ben, v, map[string]string{"rows": "orders,0,1890"})
	s.sees(s.Ben, s.Slack.DM(s.Ben.ID), "You may not request resets of billing on prod-eu. @pay can.")
	s.tells(s.Mara, world.PayOps, "cancel "+s.id(m), s.id(m)+" is cancelled")
	s.untouched()
}

func errIf(_ *slacksim.Delivery, err error) error { return err }

func TestWithoutFilesReadRowsCanBePastedStill(t *testing.T) {
	t.Parallel()
	scopes := slices.DeleteFunc(slices.Clone(slacksim.DefaultScopes), func(s string) bool { return s == "files:read" })
	s := newStage(t, world.Options{Slack: slacksim.Options{Scopes: scopes}})
	s.start()
	v := s.form(s.Mara, "billing@prod-eu --from-file")
	if strings.Contains(v.Text(), "CSV file") {
		t.Errorf("a file is asked for:\n%s", v.Text())
	}
	s.submits(s.Mara, v, map[string]string{"rows": "orders,0,1890"})
	s.sees(s.Mara, s.Slack.DM(s.Mara.ID), "PREVIEW", "orders-0 → 1 given offset")
}
