package reset

import "time"

// Diagnosis is what a running process knows of itself and of what it needs, for those who run it.
type Diagnosis struct {
	At       time.Time
	Slack    SlackHealth
	Store    StoreHealth
	Round    time.Time // when the loop last read what is due; zero: not yet
	Clusters []ClusterView
}

// SlackHealth is the state of the connection to Slack.
type SlackHealth struct {
	Sockets, Wanted int           // that are connected, and how many should be
	Connections     int           // as Slack counted them at the last hello
	Acks            int           // envelopes that were acknowledged lately
	P50, P99        time.Duration // from the arrival of such an envelope to its ack
	Scopes          bool          // Slack told which scopes the token has
	Missing         []string      // scopes that are needed and that the token lacks
	Homes           []HomeHealth
	Errors          []Trouble // the latest first
}

// HomeHealth is whether cards can be posted to the home channel of a cluster.
type HomeHealth struct {
	Cluster, Channel string
	Fault            string // Slack's error; empty: it can be posted to
}

// Trouble is a call that failed.
type Trouble struct {
	At   time.Time
	What string // without secrets
}

// StoreHealth is the state of the store.
type StoreHealth struct {
	Path  string
	Bytes int64
	Fault string // why writes are not stored; empty: they are
}
