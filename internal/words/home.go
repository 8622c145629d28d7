package words

import (
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The buttons of a home.
const (
	StartReset  = "start-reset"
	RefreshHome = "refresh-home"
)

// homeFreezes is how many freezes a home shows.
const homeFreezes = 5

// HomeOf is a person's home, section by section. links are the cards of its requests, by id; one without is named.
func HomeOf(h reset.Home, infos []reset.ClusterInfo, links map[string]Line) []Content {
	now := timeFormat{time.UTC, h.At}
	head := Content{Title: "Kafka offset resets", Lines: []Line{say("As of ", now.clock(h.At),
		". Updates for 10 minutes; then use Refresh.")}, Warnings: freezeLines(h.Frozen, homeFreezes, now),
		Buttons: []Button{{Verb: StartReset, Ref: "-", Label: "Reset...", Style: "primary", Typed: "reset"},
			{Verb: RefreshHome, Ref: "-", Label: "Refresh", Typed: "status"}}}
	head.Fallback = head.Title
	if len(h.Rights) == 0 {
		head.Buttons = nil
		head.Lines = append(head.Lines, say("You cannot view any group: no rule names you, or your account is a guest's or of "+
			"another organisation. ", code("access GROUP@CLUSTER"), " says why."))
		return []Content{head}
	}
	list := func(of reset.HomePart, title, none, more string, rs []reset.Request) Content {
		c := Content{Title: title, Lines: requestLines(rs, infos, h.At)}
		for i, r := range rs {
			if link := links[r.ID]; link != nil {
				c.Lines[i] = say(c.Lines[i], " · ", link)
			}
		}
		if len(rs) == 0 && none != "" {
			c.Lines = []Line{say(none)}
		}
		if h.More[of] {
			c.Foot = []Line{say("There are more: ", code(more))}
		}
		return c
	}
	out := []Content{head,
		list(reset.HomeWaiting, "Waiting for your approval", "Nothing waits for you.", "status", h.Waiting),
		list(reset.HomeOpen, "Your open requests", "You have none.", "status", h.Open),
		list(reset.HomeArmed, "Approved, not written yet", "", "status", h.Armed),
		{Title: "Schedules", Lines: homeSchedules(h)},
		{Title: "Last resets", Lines: homeLast(h, infos)},
		{Title: "Your rights", Lines: homeRights(h), Foot: []Line{say("A cluster is listed if you may view one of its groups; a group, "+
			"if it is on this page. On any other group: ", code("access GROUP@CLUSTER"))}},
	}
	if h.More[reset.HomeSchedules] {
		out[4].Foot = []Line{say("There are more: ", code("schedule list"))}
	}
	return slices.DeleteFunc(out, func(c Content) bool { return len(c.Lines) == 0 })
}

// homeSchedules are schedules in one line each, with their next run.
func homeSchedules(h reset.Home) []Line {
	lines := make([]Line, len(h.Schedules))
	for i, s := range h.Schedules {
		v := timeFormatOf(s.Intent, h.At)
		story := reset.Story{Request: reset.Request{Act: reset.SaveSchedule{Schedule: s}}, Now: h.At}
		l := say(strong(s.Label()), "  ", s.Intent.Group+"@"+s.Intent.Cluster, ": ", whenOf(s, v), " · ",
			name(moveTo(story, v, zoneOnly)), " · ")
		switch {
		case s.Status == reset.Paused:
			l = say(l, "paused")
		case s.Next.IsZero():
			l = say(l, "no further runs")
		default:
			l = say(l, "next ", v.clock(s.Next))
		}
		lines[i] = l
	}
	return lines
}

func homeLast(h reset.Home, infos []reset.ClusterInfo) []Line {
	lines := make([]Line, len(h.Last))
	for i, past := range h.Last {
		lines[i] = pastLine(past, infos, h.At)
	}
	return lines
}

func homeRights(h reset.Home) []Line {
	lines := make([]Line, len(h.Rights))
	for i, r := range h.Rights {
		on := r.Cluster
		if r.Group != "" {
			on = r.Group + "@" + r.Cluster
		}
		lines[i] = say(strong(on), ": ", shortVerbs(r.May))
		if len(r.Some) > 0 {
			lines[i] = say(lines[i], "; on some groups: ", shortVerbs(r.Some))
		}
	}
	return lines
}

func shortVerbs(of []reset.Verb) string {
	out := make([]string, len(of))
	for i, v := range of {
		out[i] = verbs[v].short
	}
	return strings.Join(out, ", ")
}

// HomeUnknown is a home that cannot be shown now.
func HomeUnknown(err error, at time.Time) []Content {
	c := Explain(err)
	c.Title = "Kafka offset resets"
	c.Lines = append([]Line{say("As of ", timeFormat{time.UTC, at}.clock(at), " your home cannot be shown.")}, c.Lines...)
	c.Buttons = []Button{{Verb: RefreshHome, Ref: "-", Label: "Refresh", Typed: "status"}}
	return []Content{c}
}

// HomeText is a home as text.
func HomeText(h []Content) string {
	parts := make([]string, len(h))
	for i, c := range h {
		parts[i] = c.String()
	}
	return strings.Join(parts, "\n")
}
