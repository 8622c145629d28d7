package reset

// stand says where a write's partition stands, by what was read.
func (w Write) stand(read Position) Standing {
	switch {
	case same(read, w.To):
		return StandsTarget
	case same(read, w.From):
		return StandsBefore
	}
	return StandsMoved
}

func same(a, b Position) bool { return a.None == b.None && (a.None || a.Offset == b.Offset) }

// Judge says how an attempt ended, from what Kafka answered and what was read back. It claims nothing that neither shows.
func Judge(writes []Write, putBack bool) Outcome {
	var target, before, other, lost, written, stays int
	for _, w := range writes {
		if same(w.From, w.To) && w.Stands == StandsTarget {
			stays++ // as before and at the target: it makes no difference
		}
		switch {
		case w.Result.Written:
			written++
		case w.Result.Lost():
			lost++
		}
		switch w.Stands {
		case StandsTarget:
			target++
		case StandsBefore:
			before++
		default:
			other++
		}
	}
	all := len(writes)
	switch {
	case written == 0 && lost == 0:
		return Unchanged // Kafka turned all of it down; whatever moved since, it was not this
	case target == all:
		return Verified
	case written == all && !putBack:
		return Overtaken
	case before+stays == all && putBack:
		return PutBack
	case before+stays == all:
		return Unchanged
	case other == 0:
		return Mixed
	}
	return Unclear
}
