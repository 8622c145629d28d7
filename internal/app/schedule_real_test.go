//go:build realkafka

package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// dated gives the stage another topic, whose record n is dated n minutes after a time.
func (r *realStage) dated(first time.Time, records int) {
	r.t.Helper()
	r.topic = strings.Replace(r.topic, "orders", "nightly", 1)
	if _, err := r.admin.CreateTopic(r.ctx, realPartitions, 3, nil, r.topic); err != nil {
		r.t.Fatal(err)
	}
	r.stores(0, records, func(n int) time.Time { return first.Add(time.Duration(n) * time.Minute) })
}

// TestADayIsReplayedAtNightOnApacheKafka: a schedule that goes back 24 hours is announced, waits at its time for the
// Java consumer to stop, and starts exactly at the record of its own time the day before.
func TestADayIsReplayedAtNightOnApacheKafka(t *testing.T) {
	t.Parallel()
	const day, stored = 24 * 60, 48*60 - 60 // a record each minute: two days before the run, but for the hour to come
	r := newRealStage(t)
	r.configure("name: pay on production", "name: pay on production\n    schedules: true")
	at := r.clock.now().UTC().Add(time.Hour).Truncate(time.Minute)
	r.dated(at.Add(-48*time.Hour), stored)
	java := r.consumes("classic", realPartitions*stored)
	r.committed(stored)
	r.start()

	line := fmt.Sprintf(
		`schedule add "%d %d * * *" --tz UTC --name nightly-%s --when-busy wait:2h -- %s@prod-eu %s back 24h`,
		at.Minute(), at.Hour(), r.group[len("billing-"):], r.group, r.topic)
	r.types(r.Mara, world.Incident, line)
	preview := r.meets(r.Mara, world.Incident, "PREVIEW", "one run now", at.Format("2006-01-02 15:04 UTC"))
	r.clicks(r.Mara, preview, "approve")
	id, _, _ := strings.Cut(r.ref(preview), ".")
	card := r.meets(r.Jon, world.Home, id)
	if strings.Contains(card.Text(), "APPROVE?") {
		r.clicks(r.Jon, card, "approve")
	}
	r.says(card, "SCHEDULE ACTIVE")
	r.comes(at.Add(-14 * time.Minute))
	run := r.meets(r.Jon, world.Home, "SCHEDULED", at.Format("15:04"),
		at.Add(-24*time.Hour).Format("2006-01-02 15:04"))
	r.tool(stored, "billing-worker")
	r.comes(at.Add(time.Second))
	run = r.says(run, "WAITING", "1 consumer is still running: ")
	r.tool(stored, "billing-worker")

	if err := java.Stop(); err != nil {
		t.Fatal(err)
	}
	r.says(run, "3 of 3 partitions verified at")
	r.tool(day, "has no active members")
	r.resumes("classic", day, stored)
}

// TestATimeInTheFutureOnApacheKafka: who is connected when the time comes goes on reading, and beyond it. Once the
// group is idle it starts at the first record that its producer dated after that time.
func TestATimeInTheFutureOnApacheKafka(t *testing.T) {
	t.Parallel()
	r := newRealStage(t)
	java := r.consumes("consumer", realPartitions*realRecords)
	r.committed(realRecords)
	r.start()
	at := r.clock.now().UTC().Add(30 * time.Minute).Truncate(time.Second)
	r.types(r.Mara, world.Incident, r.group+"@prod-eu "+r.topic+" to "+at.Format(time.RFC3339)+" --future --wait 2h")
	preview := r.meets(r.Mara, world.Incident, "PREVIEW", "Numbers are as of now; planned again")
	r.clicks(r.Mara, preview, "approve")
	card := r.meets(r.Jon, world.Home, r.ref(preview)+" · ")
	if strings.Contains(card.Text(), "APPROVE?") {
		r.clicks(r.Jon, card, "approve")
	}
	r.says(card, "SCHEDULED", at.Format("15:04"))

	r.stores(realRecords, realRecords+7,
		func(n int) time.Time { return at.Add(time.Duration(n-realRecords-7) * time.Second) })
	r.committed(realRecords + 7)
	r.comes(at.Add(time.Second))
	r.says(card, "WAITING", "1 consumer is still running: ")
	r.stores(realRecords+7, realRecords+12,
		func(n int) time.Time { return at.Add(time.Duration(n-realRecords-7) * time.Second) })
	r.committed(realRecords + 12)
	r.tool(realRecords+12, "billing-worker")

	if err := java.Stop(); err != nil {
		t.Fatal(err)
	}
	r.says(card, "3 of 3 partitions verified at")
	r.tool(realRecords+7, "has no active members")
	r.resumes("consumer", realRecords+7, realRecords+12)
}
