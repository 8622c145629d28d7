package kafkatest

import "github.com/kafka-reset-bot/kafka-reset-bot/reset"

// A list of groups, and the lag of some of them: of what is committed alone, from the log start on, and by the
// isolation of each.
func severalLags(b *bench) {
	topic, late, open := b.topic("", 2), b.topic("late", 1), b.topic("open", 1)
	b.fill(topic, 0, series(0, 10)...)
	b.fill(topic, 1, series(0, 10)...)
	b.fill(late, 0, series(0, 60)...)
	b.deleteRecords(late, 0, 33)
	b.fill(open, 0, series(0, 5)...)
	idle, busy, reader := b.name+"-idle", b.name+"-busy", b.name+"-reader"
	b.commit(idle, topic, 0, 4, "")
	b.commit(idle, late, 0, 7, "") // below the log start: 27 are left
	b.commit(reader, open, 0, 5, "")
	b.commit(busy, topic, 1, 10, "")
	leave := b.consume(busy, topic, "classic")
	defer leave()
	list, err := b.kafka.List(b.ctx)
	b.ok(err)
	state := "Empty"
	if b.world.lacks(ListedStates) {
		state = ""
	}
	if g := list.Groups[idle]; !g.Exists || g.State != state || list.Missing != "" || list.ClusterID != b.world.ClusterID {
		b.Errorf("the list has %+v, missing %q, of %s", g, list.Missing, list.ClusterID)
	}
	lags, err := b.kafka.Lags(b.ctx, map[string]reset.Isolation{idle: reset.ReadUncommitted, busy: "",
		reader: reset.ReadCommitted, b.name + "-nobody": ""})
	b.ok(err)
	if l := lags[idle]; l.Lag != 6+27 || l.Topics != 2 || l.Partitions != 2 || l.Unread != 0 || len(l.Group.Members) > 0 {
		b.Errorf("lag of an inactive group: %+v", l)
	}
	if l := lags[busy]; l.Topics != 1 || l.Partitions == 0 || len(l.Group.Members) != 1 {
		b.Errorf("lag of a group with a member: %+v", l)
	}
	if l := lags[reader]; l.Lag != 0 || l.Partitions != 1 {
		b.Errorf("lag of a group of read_committed: %+v", l)
	}
	if l := lags[b.name+"-nobody"]; l.Group.Exists || l.Partitions != 0 || l.Why != "" {
		b.Errorf("of a group that is not there: %+v", l)
	}
}
