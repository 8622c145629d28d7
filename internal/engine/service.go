package engine

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Service runs requests. People's actions are its methods in ask.go, decide.go and query.go; Reconcile does what is
// due. Every field is set by package app before Run.
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
	failing      sync.Map // rows whose last step failed: rowFailure
	members      memberTimes
	remembered   nameCache
	answers      answers // of the clusters
	watching     atomic.Int32
	checkBatches sync.Map     // of each cluster
	learned      sync.Map     // cluster name -> Kafka's own id of it, as this process noted it last
	lateChecks   sync.Map     // request id -> when this process last checked for its late write
	claimed      atomic.Int64 // when this process last claimed what is due; in microseconds
	lastRound    atomic.Int64 // when Run last read from the store what is due; in microseconds
}

// Times are the durations of a request.
type Times struct {
	Draft    time.Duration // a draft, or an open question, is given up (30 min)
	Approval time.Duration // a pending request is given up (30 min)
	// how long a group has to be inactive, its committed offsets unmoved, at every check (6 s: auto-commit's period
	// is 5 s)
	Settle        time.Duration
	CheckInterval time.Duration // between checks of an armed group (1 s)
	// checks further apart than this prove nothing about the time between them; 0: three times CheckInterval, or half
	// of Settle
	Gap time.Duration
	// how long a draft's inactive group is checked, so that a quick click finds it settled (2 min)
	Fresh   time.Duration
	Numbers time.Duration // between two recomputations of a waiting request's effect, at least (30 s)
	Unread  time.Duration // an approval so soon after a new revision was shown counts as one of the previous (3 s)
	// a claim (30 s); that of a request which may write is at least as long as the worst call, see Service.lease
	Lease time.Duration
	// the brokers' offsets.commit.timeout.ms where it could not be read (5 s): a lost write may be applied so late
	Commit time.Duration
	// how long to check for a lost write that left the offsets unchanged (15 min: then Linux gives up a dead
	// connection)
	Late  time.Duration
	Again time.Duration // before the retry after Kafka did not answer (10 s)
	// between rounds that read the names of groups and topics while nobody fills in a form (5 min); 0: none before
	Names time.Duration

	// before an applied reset is read again (15 s: a consumer that is no member commits every 5 s)
	WatchFirst  time.Duration
	Watch       time.Duration // between checks of its group at first (10 s)
	WatchSlow   time.Duration // between checks later (30 s)
	NoConsumers time.Duration // before it is reported that no consumer came back (30 min)
}

func (t Times) watching() reset.WatchTimes {
	return reset.WatchTimes{Fast: t.Watch, Slow: t.WatchSlow, Nobody: t.NoConsumers}
}

// DefaultTimes are the default durations.
var DefaultTimes = Times{
	Draft: 30 * time.Minute, Approval: 30 * time.Minute, Settle: 6 * time.Second, CheckInterval: time.Second,
	Fresh: 2 * time.Minute, Numbers: 30 * time.Second, Unread: 3 * time.Second, Lease: 30 * time.Second,
	Commit: 5 * time.Second, Late: 15 * time.Minute, Again: 10 * time.Second, WatchFirst: 15 * time.Second,
	Watch: 10 * time.Second, WatchSlow: 30 * time.Second, NoConsumers: 30 * time.Minute, Names: 5 * time.Minute,
}

// Ask is a parsed command for a new request.
type Ask struct {
	Actor  reset.Actor
	Place  reset.Place
	Origin string // of the envelope; unique
	Intent reset.Intent
	Act    reset.Act   // instead of Move{Intent}
	Form   *reset.Form // it is for the numbers of a form
}
