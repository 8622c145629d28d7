package reset

import "time"

// Frozen is a freeze that is in force. While it lasts nothing is applied on its cluster: armed requests wait, until
// their own deadline.
type Frozen struct {
	Cluster string // or Everything
	On      bool
	Request string // that froze it
	By      Actor
	Why     string
	At      time.Time
}

func (f Frozen) Problem(request, group string) *Problem {
	return &Problem{Code: ProblemFrozen, Request: request, Group: group, Cluster: f.Cluster, Names: []string{f.By.ID},
		Got: f.Why}
}
