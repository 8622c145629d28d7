package reset

import "time"

// Frozen is a freeze in force. While there is any over a cluster, nothing is applied there: what is armed waits,
// until its own deadline. Freezes stack: each is lifted by a thaw of its own, and the cluster stays frozen until the
// last one is.
type Frozen struct {
	ID        string // of the request that set it; a thaw names it
	Cluster   string // as it was named then, or Everything
	ClusterID string // Kafka's own id of that cluster; empty: not known yet
	By        Actor
	Why       string
	At        time.Time
}

// InForce is a freeze with what the Kafka of its cluster is called now.
type InForce struct {
	Frozen
	Called string // empty: it is no longer configured
}

// Named are freezes with what their clusters are called now.
func (n Names) Named(frozen []Frozen) []InForce {
	var out []InForce
	for _, f := range frozen {
		called := f.Scope(n)
		if called == Everything && f.Cluster != Everything {
			called = ""
		}
		out = append(out, InForce{f, called})
	}
	return out
}

// Covers reports whether the freeze holds for the Kafka of a configured name. It holds by name and by Kafka's own id,
// so that it is not lifted by renaming the cluster in the configuration. A freeze whose name is no longer configured,
// set when its Kafka had never answered, may be any one's: it holds for all.
func (f Frozen) Covers(name, id string, n Names) bool {
	switch {
	case f.Cluster == Everything, f.Cluster == name:
		return true
	case f.ClusterID == "":
		return !n.Configured(f.Cluster)
	}
	return f.ClusterID == id
}

// Scope is the cluster whose rules say who may lift the freeze: what its Kafka is called now. Where no configured
// name leads to it, the right on all clusters is needed.
func (f Frozen) Scope(n Names) string {
	if holder := n.Holder(f.ClusterID); holder != "" {
		return holder
	}
	if n.Configured(f.Cluster) {
		return f.Cluster
	}
	return Everything
}

// FreezesOver are the freezes that hold for a configured name; of Everything all that are in force.
func FreezesOver(all []Frozen, name string, n Names) []Frozen {
	var out []Frozen
	for _, f := range all {
		if name == Everything || f.Covers(name, n.ID(name), n) {
			out = append(out, f)
		}
	}
	return out
}

// FrozenBy is the problem with writing while freezes are in force; nil: none is.
func FrozenBy(over []Frozen, group string) *Problem {
	if len(over) == 0 {
		return nil
	}
	f := over[0]
	return &Problem{Code: ProblemFrozen, Request: f.ID, Group: group, Cluster: f.Cluster, Names: []string{f.By.ID},
		Got: f.Why, Count: int64(len(over) - 1)}
}
