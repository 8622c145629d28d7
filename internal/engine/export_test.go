package engine

import (
	"maps"
	"slices"
)

// Verbs are the verbs of the table, and RequestVerbs those about any request.
func Verbs() []DecisionVerb { return slices.Sorted(maps.Keys(decisions)) }

func RequestVerbs() []DecisionVerb {
	return slices.DeleteFunc(Verbs(), func(v DecisionVerb) bool { return !has(decisions[v], aRequest) })
}

// ScheduleVerbs are those about schedules or their runs.
func ScheduleVerbs() []DecisionVerb {
	return slices.DeleteFunc(Verbs(), func(v DecisionVerb) bool { return has(decisions[v], aRequest) })
}
