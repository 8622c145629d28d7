package reset

import "time"

// Story is a request with what belongs to it, for those who show it.
type Story struct {
	Request  Request
	Cluster  ClusterInfo
	Worst    []Step // the steps with the largest effect, 20 at most: of the plan, and of what was written once it was
	Topics   []TopicEffect
	RowNotes        // of the same steps
	Votes    []Vote // of the current revision
	Attempt  *Attempt
	Evidence []Write            // of the attempt, partitions that are not at their target; 20 at most
	States   map[WriteState]int // of Attempt: the number of partitions in each state, as last read
	Entries  []Entry
	Blocking string // the request that blocks this one's group
	// that hold for the request's cluster; of a freeze: it, as long as it is in force; of a thaw: those beside its own
	Frozen []InForce
	Now    time.Time

	Schedule *ScheduleStory // of a SaveSchedule, and of a run
}

// TopicEffect is a plan's effect on one topic.
type TopicEffect struct {
	Topic  string
	Effect Effect
}

// ClusterInfo is what the configuration says about a cluster.
type ClusterInfo struct {
	Name      string
	ID        string   // pinned; empty: not pinned
	Aliases   []string // what alerts call it, besides its name and id
	Label     string   // "production"
	Home      string   // home channel
	Channels  []string
	Bootstrap []string
	Timeout   time.Duration // of connecting to a broker and of each request; Write takes at most four times this
	Kinds     []Declared    // what runs the groups; the first pattern that matches counts
	Login     bool          // it needs a login or TLS: Kafka's own tools need a file for that
	SeesAll   bool          // the configuration says that no topic is hidden from the bot's login
}
