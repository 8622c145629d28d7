package engine

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Service carries requests through their life. People reach it through its verbs (ask.go, decide.go, query.go), time
// through Reconcile. Every field is set by package app before Run.
type Service struct {
	Store    Store
	Policy   Policy
	Clusters map[string]Cluster
	Cron     reset.CronParser // reads the expressions of schedules
	Infos    []reset.ClusterInfo
	Chat     Chat
	Now      func() time.Time
	NewID    func() string
	Log      *slog.Logger
	Owner    string // this process, in claims
	Times    Times

	wake         chan struct{}
	wakeOnce     sync.Once
	serving      sync.Map // rows that this process is serving now
	failing      sync.Map // rows that failed when they were last looked at: trouble
	members      memberTimes
	watching     atomic.Int32
	checkBatches sync.Map     // of each cluster
	learned      sync.Map     // cluster name -> Kafka's own id of it, as this process noted it last
	lateChecks   sync.Map     // request id -> when this process last looked for its late write
	claimed      atomic.Int64 // when this process last claimed what is due; in microseconds
	lastRound    atomic.Int64 // when Run last asked the store what is due, and was answered; in microseconds
}

// Times are the durations that a request's life is made of.
type Times struct {
	Draft    time.Duration // a draft, or an open question, is given up (30 min)
	Approval time.Duration // a pending request is given up (30 min)
	// a group has to be inactive, its commits unmoved, at every look of so long (6 s: auto-commit's period is 5 s)
	Settle        time.Duration
	CheckInterval time.Duration // between looks at an armed group (1 s)
	// looks further apart than this prove nothing about the time between them; 0: three times Look, or half of Settle
	Gap time.Duration
	// a draft's inactive group is looked at for so long, so that a prompt click finds it settled (2 min)
	Fresh   time.Duration
	Numbers time.Duration // between two times that a waiting request's effect is recomputed, at least (30 s)
	Unread  time.Duration // an approval so soon after a new revision was shown was meant for the one before (3 s)
	// a claim (30 s); that of a request which may write is at least as long as the worst call, see Service.lease
	Lease time.Duration
	// the brokers' offsets.commit.timeout.ms where it could not be read (5 s): a lost write may land so late
	Commit time.Duration
	// for how long a lost write that left the offsets as before is looked for (15 min: then Linux gives a dead
	// connection up)
	Late  time.Duration
	Again time.Duration // before Kafka is asked again after it did not answer (10 s)

	// before an applied reset is read again (15 s: a consumer that nobody sees commits every 5 s)
	WatchFirst  time.Duration
	Watch       time.Duration // between looks at its group at first (10 s)
	WatchSlow   time.Duration // between looks later (30 s)
	NoConsumers time.Duration // before it is said that nobody came back (30 min)
}

func (t Times) watching() reset.WatchTimes {
	return reset.WatchTimes{Fast: t.Watch, Slow: t.WatchSlow, Nobody: t.NoConsumers}
}

// DefaultTimes are the durations that serve unless the configuration says otherwise.
var DefaultTimes = Times{
	Draft: 30 * time.Minute, Approval: 30 * time.Minute, Settle: 6 * time.Second, CheckInterval: time.Second,
	Fresh: 2 * time.Minute, Numbers: 30 * time.Second, Unread: 3 * time.Second, Lease: 30 * time.Second,
	Commit: 5 * time.Second, Late: 15 * time.Minute, Again: 10 * time.Second, WatchFirst: 15 * time.Second,
	Watch: 10 * time.Second, WatchSlow: 30 * time.Second, NoConsumers: 30 * time.Minute,
}

// Ask is a wish in words, read.
type Ask struct {
	Actor  reset.Actor
	Place  reset.Place
	Origin string // of the envelope; unique
	Intent reset.Intent
	Act    reset.Act // instead of Move{Intent}
}
