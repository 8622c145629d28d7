package words

import (
	"cmp"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// GroupsOf is a list of groups, largest lag first. It claims nothing beyond what was read: it says as of when, of how
// many groups the lag is known, and what did not answer.
func GroupsOf(g reset.GroupsView) Content {
	c := Content{Title: "Groups"}
	if g.Pattern != "" {
		c.Title += " " + g.Pattern
	}
	v := timeFormat{time.UTC, g.At}
	shown, total := 0, 0
	for _, cl := range g.Clusters {
		shown, total = shown+len(cl.Rows), total+cl.Total
		c.Lines = append(c.Lines, groupLines(cl, g.Pattern)...)
		c.Warnings = append(c.Warnings, notListed(cl)...)
		if more := cl.Total - len(cl.Rows); more > 0 {
			c.Foot = append(c.Foot, say(text.Counted(more, "more group"), " on ", cl.Cluster.Name, ". Narrow it: ",
				code("groups PART-OF-NAME@"+cl.Cluster.Name)))
		}
		if cl.Read < cl.Total && cl.Problem == nil {
			c.Foot = append(c.Foot, say("Lag was read of ", text.WithCommas(cl.Read), " of ",
				text.Counted(cl.Total, "group"), " on ", cl.Cluster.Name, "."))
		}
	}
	c.Status = text.Counted(total, "group")
	if shown < total {
		c.Status = text.WithCommas(shown) + " of " + c.Status
	}
	if len(g.Clusters) == 0 {
		c.Lines = []Line{say("There is no cluster on which you may view a group.")}
	}
	if shown > 0 {
		c.Foot = append(c.Foot, say("Read ", v.exact(g.At), ". Lag counts offsets from the committed offset to latest: ",
			"up to so many messages."))
	}
	c.Fallback = c.Title + ": " + c.Status
	return c
}

// groupLines are the groups of one cluster. Each begins with what can be typed.
func groupLines(cl reset.ClusterGroups, pattern string) []Line {
	where := cl.Cluster.Name
	switch {
	case cl.Problem != nil:
		return nil
	case cl.Total == 0 && pattern != "":
		return []Line{say("No group that you may view on ", where, " matches ", pattern, ".")}
	case cl.Total == 0:
		return []Line{say("No group that you may view on ", where, ".")}
	}
	lines := make([]Line, len(cl.Rows))
	for i, r := range cl.Rows {
		lines[i] = say(code(r.Group+"@"+where), "  ", lagBrief(r.Lag), " · ", groupStatus(r.Seen))
	}
	return lines
}

// notListed says which part of the list is missing.
func notListed(cl reset.ClusterGroups) []Line {
	var lines []Line
	if cl.Problem != nil {
		lines = append(lines, unusable(cl.Problem))
	}
	if cl.Missing != "" {
		lines = append(lines, say(cl.Cluster.Name, " answered in part: ", cl.Missing,
			". The groups that this broker coordinates are not listed."))
	}
	return lines
}

// lagBrief is what is known of a group's lag.
func lagBrief(l *reset.GroupLag) Line {
	switch {
	case l == nil:
		return say("lag not read")
	case l.Partitions == 0 && (l.Unread > 0 || l.Why != ""):
		return say("lag not known (", cmp.Or(l.Why, "not readable"), ")")
	case l.Partitions == 0:
		return say("no committed offsets")
	case l.Unread > 0:
		return say("lag ", strong(text.WithCommas(l.Lag)), " on ", text.Counted(l.Partitions, "partition"), ", ",
			text.WithCommas(l.Unread), " not read (", l.Why, ")")
	}
	return say("lag ", strong(text.WithCommas(l.Lag)))
}

// ClustersOf is a list of the clusters on which a person may view something.
func ClustersOf(views []reset.ClusterView, now time.Time) Content {
	c := Content{Title: "Clusters", Status: text.WithCommas(len(views))}
	v := timeFormat{time.UTC, now}
	answer := 0
	for _, cl := range views {
		if cl.Problem == nil {
			answer++
		}
		c.Lines = append(c.Lines, clusterLine(cl, v))
		c.Warnings = append(c.Warnings, freezeLines(cl.Frozen, mostFreezes, v)...)
		if cl.Missing != "" {
			c.Warnings = append(c.Warnings, say(cl.Cluster.Name, " answered in part: ", cl.Missing, "."))
		}
	}
	if len(views) == 0 {
		c.Lines = []Line{say("There is no cluster on which you may view a group.")}
	} else {
		c.Status = text.WithCommas(answer) + " of " + text.WithCommas(len(views)) + " answer"
		c.Foot = []Line{say("Asked ", v.exact(now), ".")}
	}
	c.Fallback = c.Title + ": " + c.Status
	return c
}

// clusterTitle is a cluster with its environment, production in capitals.
func clusterTitle(c reset.ClusterInfo) string {
	return title(reset.Intent{}, c)
}

// clusterLine is one cluster: its name, whether it answers, how many groups the person may view.
func clusterLine(cl reset.ClusterView, v timeFormat) Line {
	l := say(strong(clusterTitle(cl.Cluster)))
	if cl.Problem == nil {
		return say(l, " · answers, ", text.Counted(cl.Brokers, "broker"), " · ", text.Counted(cl.Groups, "group"),
			" that you may view")
	}
	switch {
	case cl.Problem.Code == reset.ProblemSameKafka:
		return unusable(cl.Problem)
	case cl.Last.IsZero():
		return say(unusable(cl.Problem), " It has not answered since this process started.")
	}
	return say(unusable(cl.Problem), " Last answer: ", v.exact(cl.Last), ".")
}

// unusable is why nothing is known of a cluster; it begins with the cluster's name.
func unusable(p *reset.Problem) Line {
	if p.Code == reset.ProblemSameKafka {
		return say(strong(p.Cluster), " is not used: it is the same Kafka as ", p.Want, ".")
	}
	return problemLine(p)
}
