package reset

import (
	"slices"
	"strings"
)

// Names are the configured clusters, in the order of the file, and which Kafka each leads to. One Kafka has one name:
// the first of those that lead to it. Under another one nothing is planned or written, or a freeze of the first would
// not hold there, and two resets of one group would not know of each other.
type Names struct {
	Infos []ClusterInfo
	Known map[string]string // Kafka's own id of each name's cluster, as it answered last; a pinned id counts more
}

// Configured reports whether a name is in the configuration.
func (n Names) Configured(name string) bool {
	for _, info := range n.Infos {
		if info.Name == name {
			return true
		}
	}
	return false
}

// ID is Kafka's own id of the cluster of a name; empty: not known yet.
func (n Names) ID(name string) string {
	for _, info := range n.Infos {
		if info.Name == name && info.ID != "" {
			return info.ID
		}
	}
	return n.Known[name]
}

// Holder is the name that a Kafka goes by; empty: no configured name is known to lead to it.
func (n Names) Holder(id string) string {
	if id == "" {
		return ""
	}
	for _, info := range n.Infos {
		if n.ID(info.Name) == id {
			return info.Name
		}
	}
	return ""
}

// Called is the configured cluster that others call so: by its name, an alias or Kafka's id of it, names in any case of
// letters; empty: none is.
func (n Names) Called(name string) string {
	for _, info := range n.Infos {
		called := func(alias string) bool { return strings.EqualFold(alias, name) }
		if called(info.Name) || slices.ContainsFunc(info.Aliases, called) {
			return info.Name
		}
	}
	return n.Holder(name)
}

// Refused is the problem with a name whose Kafka goes by another one; nil: it does not, or it is not known yet.
func (n Names) Refused(name string) *Problem {
	if holder := n.Holder(n.ID(name)); holder != "" && holder != name && n.Configured(name) {
		return SameKafkaProblem(name, holder, n.ID(name))
	}
	return nil
}
