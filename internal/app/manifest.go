package app

import "github.com/kafka-reset-bot/kafka-reset-bot/bot"

// Manifest is the Slack app that the bot needs, as JSON.
func Manifest(command string) ([]byte, error) { return bot.Manifest(command) }
