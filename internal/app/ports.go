package app

import (
	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/bot"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The adapters know nothing of the ports that they serve: the compiler compares them here.
var (
	_ reset.Cluster  = (*kafka.Cluster)(nil)
	_ reset.Policy   = (*auth.Policy)(nil)
	_ reset.Surface  = (*bot.Bot)(nil)
	_ auth.Directory = (*bot.Bot)(nil)
	_ bot.Core       = (*reset.Service)(nil)
	_ bot.Cards      = reset.Store(nil)
)
