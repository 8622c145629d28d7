package cron

import (
	"fmt"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// Error is why an expression is refused and what is accepted instead.
type Error struct {
	Expr    string // as it was given
	Field   string // a name ("day of week"); empty if it is about the whole
	Got     string // the word in that field
	Want    string // with a field: what is expected there; without: the reason
	Example string // a whole expression that is accepted
}

func (e *Error) Error() string {
	return fmt.Sprintf("%q: %s. Example: %s", text.Clip(e.Expr, longest), e.Reason(), e.Example)
}

// Reason is the reason alone, for callers that show the expression and the example themselves.
func (e *Error) Reason() string {
	if e.Field == "" {
		return e.Want
	}
	return fmt.Sprintf("%s %q is not %s", e.Field, text.Clip(e.Got, longest), e.Want)
}

// longest holds any expression that a person would type.
const longest = 60
