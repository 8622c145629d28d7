package engine

import (
	"maps"
	"slices"
)

// RequestVerbs are the verbs of the table.
func RequestVerbs() []DecisionVerb { return slices.Sorted(maps.Keys(decisions)) }
