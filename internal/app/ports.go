package app

import (
	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/bot"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
)

// The adapters do not import the ports that they implement: the compiler compares them here.
var (
	_ engine.Cluster = (*kafka.Cluster)(nil)
	_ engine.Policy  = (*auth.Policy)(nil)
	_ engine.Chat    = (*bot.Bot)(nil)
	_ auth.Directory = (*bot.Bot)(nil)
	_ bot.Core       = (*engine.Service)(nil)
	_ bot.Cards      = engine.Store(nil)
)
