package reset

// FromEarlier brings a request that an earlier version stored up to date: a run had its standing approval with it, and
// did not know its first time or its schedule's revision.
func (r *Request) FromEarlier() {
	if r.Run == nil || r.Run.Former == nil {
		return
	}
	if r.Run.Former.Owner == (Actor{}) {
		r.Run.Former.Owner = r.Run.Owner
	}
	if r.Run.By == (Actor{}) { // what somebody told to run now was covered once, and is not any more
		r.Mandate = r.Run.Former
	}
	r.Run.First, r.Run.Former = r.Run.At, nil
}

// FromEarlier brings a schedule that an earlier version stored up to date: its standing approval did not say whose
// right to ask is a part of it.
func (s *Schedule) FromEarlier() {
	if s.Mandate.Owner == (Actor{}) {
		s.Mandate.Owner = s.Owner
	}
}
