package words

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// history is a history of some requests.
func history(now time.Time, rs ...reset.Request) Content {
	var p reset.Page
	for _, r := range rs {
		p.Rows = append(p.Rows, reset.Past{Request: r})
	}
	return HistoryOf(p, reset.Search{}, []reset.ClusterInfo{prodEU}, now)
}

func TestAHistoryNamesApproversAndWhatWasWritten(t *testing.T) {
	t.Parallel()
	mixed := failedStory(reset.PartiallyApplied, 8, 4, 0).Request
	applied := appliedStory().Request
	p := reset.Page{More: true, Rows: []reset.Past{
		{Request: applied, Written: map[reset.WriteState]int{reset.WriteAtTarget: 12},
			Votes: []reset.Vote{{Actor: applied.Actor}, {Actor: reset.Actor{Kind: reset.Person, ID: "U0JON"}},
				{Actor: reset.Actor{Kind: reset.Person, ID: "U0KIM"}}}},
		{Request: mixed, Written: map[reset.WriteState]int{reset.WriteAtTarget: 8, reset.WriteUnchanged: 3, "": 1}},
	}}
	q := reset.Search{Group: "billing", Cluster: "prod-eu", By: reset.Actor{Kind: reset.Person, ID: "U0MARA"},
		Since: time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)}
	says(t, HistoryOf(p, q, []reset.ClusterInfo{prodEU}, clockAt("03:00:00")), "2 requests, there are older ones",
		"approved by @U0JON, @U0KIM", "12 of 12 partitions verified at the target",
		"8 of 12 partitions verified at the target, 3 unchanged, 1 not read yet",
		"Only: group billing, on prod-eu, asked or approved by @U0MARA, since 2026-11-21 01:00 UTC.",
		"[Older]  history --group billing --cluster prod-eu @U0MARA --since 2026-11-21T01:00:00Z --before "+mixed.ID)
}

func TestAnEmptyListSaysWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	now := clockAt("03:00:00")
	for want, c := range map[string]Content{
		"Nothing is open that you may view. history shows":  StatusOf(nil, false, nil, nil, now),
		"None of the latest open requests is yours":         StatusOf(nil, true, nil, nil, now),
		"No decided request that you may view.":             history(now),
		"Only: group x. For a person: history @x.\nNo requ": HistoryOf(reset.Page{}, reset.Search{Group: "x"}, nil, now),
		"No request matches, of those that you may view.":   HistoryOf(reset.Page{}, reset.Search{Group: "x"}, nil, now),
		"None of the latest requests is yours to view; ol":  HistoryOf(reset.Page{More: true}, reset.Search{}, nil, now),
	} {
		says(t, c, want)
		if more := strings.Contains(want, "of the latest"); more && strings.Contains(c.String(), "Nothing is open") {
			t.Errorf("it was not looked at:\n%s", c)
		}
	}
}
