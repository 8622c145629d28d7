package app

import (
	"errors"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/cron"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// cronParser reads cron expressions for the engine.
type cronParser struct{}

// Parse implements reset.CronParser.
func (cronParser) Parse(expr, zone string) (reset.Recurrence, error) {
	where, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, reset.ExpressionProblem(zone, "it is no time zone by name", "Europe/Berlin")
	}
	s, err := cron.Parse(expr, where)
	var refused *cron.Error
	switch {
	case errors.As(err, &refused):
		return nil, reset.ExpressionProblem(expr, refused.Reason(), refused.Example)
	case err != nil:
		return nil, err
	}
	return s, nil
}
