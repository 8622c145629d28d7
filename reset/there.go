package reset

// movesLater reports whether a plan that moves nothing now may do so when it is written. A fixed target does not, as
// long as the group has no consumers that commit; a moving one may lie elsewhere then.
func movesLater(t Target, g GroupState) bool {
	switch t := t.(type) {
	case Current:
		return false
	case Time:
		return t.Future || !g.Idle()
	case Exact, Rows:
		return !g.Idle()
	// an undo ends what is in doubt, and a skip names its message
	case Latest, Earliest, Shift, Like, Undo, SkipRecord, Nowhere:
	}
	return true
}
