package reset

import "time"

// Home is what concerns one person, of what they may view.
type Home struct {
	At        time.Time
	Waiting   []Request // for this person's approval, the earliest deadline first
	Open      []Request // that this person asked for, drafts too; the latest first
	Armed     []Request // of others: approved, and not written yet
	Schedules []Schedule
	Last      []Past // resets that were applied, or whose attempt failed; the latest first
	Frozen    []InForce
	Rights    []RightsOn
	More      map[HomePart]bool // others match, or may
}

// HomePart is a part of a Home that may be longer than what is shown of it.
type HomePart string

// The parts.
const (
	HomeWaiting   HomePart = "waiting"
	HomeOpen      HomePart = "open"
	HomeArmed     HomePart = "armed"
	HomeSchedules HomePart = "schedules"
)

// RightsOn are the rights of a person on a cluster itself, or on one of its groups.
type RightsOn struct {
	Cluster string
	Group   string // empty: the cluster itself
	May     []Verb // in the order of Rights
	Some    []Verb // of a cluster: on some of its groups
}
