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
		return nil, &reset.Problem{Code: reset.ProblemExpression, Got: zone, Want: "it is no time zone by name",
			Names: []string{"Europe/Berlin"}}
	}
	s, err := cron.Parse(expr, where)
	var refused *cron.Error
	switch {
	case errors.As(err, &refused):
		return nil, &reset.Problem{Code: reset.ProblemExpression, Got: expr, Want: refused.Reason(),
			Names: []string{refused.Example}}
	case err != nil:
		return nil, err
	}
	return s, nil
}
