package words

import (
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// stuck is after how long without a round the loop counts as stuck.
const stuck = 20 * time.Second

// DoctorOf is how the process is: what works in a line each, and what does not as warnings, with the next step.
func DoctorOf(d reset.Diagnosis) Content {
	v := timeFormat{time.UTC, d.At}
	c := Content{Title: "Doctor"}
	c.slackHealth(d.Slack)
	if d.Store.Path != "" {
		c.check(d.Store.Fault == "", say("Store: ", d.Store.Path, ", ", text.WithCommas((d.Store.Bytes+1023)/1024), " KiB"),
			say("; it "+d.Store.Fault+". Its log and /readyz say what to do."))
	}
	c.check(d.At.Sub(d.Round) <= stuck, say("Loop: its last round was ", v.exact(d.Round)),
		say("; it is stuck. Restart the bot."))
	for _, cl := range d.Clusters {
		id := ""
		if cl.ID != "" {
			id = " (id " + cl.ID + ")"
		}
		line := say("Cluster ", cl.Cluster.Name, id, ": answers, ", text.Counted(cl.Brokers, "broker"))
		if cl.Problem != nil {
			line = say("Cluster: ", clusterLine(cl, v))
		}
		c.check(cl.Problem == nil && cl.Missing == "", line, missingBroker(cl.Missing))
	}
	c.Status = "all checks passed"
	if n := len(c.Warnings); n > 0 {
		c.Status = text.Counted(n, "problem")
	}
	for _, e := range d.Slack.Errors {
		c.Lines = append(c.Lines, say("Earlier error: ", v.exact(e.At), " ", e.What))
	}
	c.Foot = []Line{say("Read ", v.exact(d.At), ". The same from outside: /readyz, and ",
		code("kafka-reset-bot check"), ".")}
	c.Fallback = c.Title + ": " + c.Status
	return c
}

// check adds what was found: as a line when it is fine, as a warning with what is wrong when it is not.
func (c *Content) check(fine bool, found, wrong Line) {
	if fine {
		c.Lines = append(c.Lines, say("✓ ", found))
	} else {
		c.Warnings = append(c.Warnings, say(found, wrong))
	}
}

func missingBroker(missing string) Line {
	if missing == "" {
		return nil
	}
	return say("; one did not answer: ", missing)
}

// slackHealth is what is known of the connection to Slack.
func (c *Content) slackHealth(s reset.SlackHealth) {
	c.check(s.Sockets == s.Wanted && s.Connections <= s.Wanted+1, say("Slack: ", text.WithCommas(s.Sockets), " of ",
		text.Counted(s.Wanted, "socket"), " connected; Slack counts ", text.Counted(s.Connections, "connection")),
		say(". With more connections than sockets, clicks get lost: stop other processes with these tokens."))
	if s.Acks > 0 {
		c.check(s.P99 < 2*time.Second, say("Acks: p50 ", millis(s.P50), ", p99 ", millis(s.P99), " of the last ",
			text.WithCommas(s.Acks)), say(". Slack gives up after 3 s."))
	}
	if s.Scopes {
		c.check(len(s.Missing) == 0, say("Scopes: ", scopesWord(s.Missing)),
			say(". Add them to the app and install it again."))
	}
	for _, h := range s.Homes {
		c.check(h.Fault == "", say("Home of ", h.Cluster, ": ", Span{Kind: Channel, ID: h.Channel, Text: "#" + h.Channel}),
			say(": no card can be posted there (", h.Fault, "). ", Remedy(h.Fault)))
	}
}

func scopesWord(missing []string) string {
	if len(missing) == 0 {
		return "all that are needed"
	}
	return "missing " + strings.Join(missing, ", ")
}

func millis(d time.Duration) string { return text.WithCommas(d.Milliseconds()) + " ms" }
