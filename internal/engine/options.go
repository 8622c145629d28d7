package engine

import (
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// timeReadings offers the other reading of a time whose zone was not said.
func timeReadings(in reset.Intent) []reset.Option {
	t, ok := in.Target.(reset.Time)
	if !ok || t.Other == nil {
		return nil
	}
	o, other, back := in, *t.Other, t
	back.Other = nil
	other.Other = &back
	o.Target, o.Zone = other, other.Zone
	return []reset.Option{{Label: "Use " + other.Zone, Typed: other.At.UTC().Format(time.RFC3339), Intent: o}}
}
