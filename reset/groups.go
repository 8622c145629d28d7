package reset

import "time"

// GroupList is all groups of a cluster that the login may see, as its brokers listed them in one round.
type GroupList struct {
	At        time.Time
	ClusterID string
	Brokers   int                   // that were asked
	Groups    map[string]GroupState // state and type as listed, without members
	Missing   string                // a broker that did not answer: its groups are not in the list. Empty: all answered
}

// GroupLag is what is known of a group's lag. The numbers are of what could be read alone.
type GroupLag struct {
	Group      GroupState // with members
	Topics     int        // with committed offsets
	Partitions int        // with committed offsets whose lag was read
	Lag        int64      // messages at most: offsets between the committed ones and the log ends
	Unread     int        // partitions with committed offsets whose lag could not be read
	Why        string     // why something could not be read, in Kafka's words
}

// GroupsView is the groups that a person may view and that match a pattern.
type GroupsView struct {
	Pattern  string
	At       time.Time
	Clusters []ClusterGroups
}

// ClusterGroups are the groups of one cluster.
type ClusterGroups struct {
	Cluster ClusterInfo
	Problem *Problem // why the cluster's groups are not known; nil: they are
	Missing string   // see GroupList
	Total   int      // groups that match and that the person may view
	Read    int      // of those, how many had their lag read
	Rows    []GroupRow
}

// GroupRow is one group of a list.
type GroupRow struct {
	Group string
	Seen  GroupState
	Lag   *GroupLag // nil: it was not read
}

// ClusterView is a cluster for a person who may view something on it.
type ClusterView struct {
	Cluster ClusterInfo
	At      time.Time // when it was asked
	ID      string    // Kafka's own id, as it answered
	Brokers int
	Problem *Problem  // why it does not answer now, or may not be used; nil: it answers
	Last    time.Time // when it answered this process last; zero: not since it started
	Missing string    // see GroupList
	Groups  int       // that the person may view
	Frozen  []InForce
}
