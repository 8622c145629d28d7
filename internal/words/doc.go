// Package words has the text for people: a story becomes content. Each vocabulary (events, problems, warnings,
// denials, states) is a table.
//
// It knows no markup of Slack's and no escape codes of terminals: packages bot and the programs draw content.
package words
