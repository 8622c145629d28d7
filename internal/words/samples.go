package words

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// samples.json are the contents of the golden files: a test writes it and keeps it as they are.
//
//go:embed samples.json
var samples []byte

// Samples are messages of every kind and state, by name, for Slack to judge. None is of a request that exists.
func Samples() (map[string]Content, error) {
	var out map[string]Content
	if err := json.Unmarshal(samples, &out); err != nil {
		return nil, fmt.Errorf("read the sample cards: %w", err)
	}
	return out, nil
}

// CheckMessage is the direct message by which `check` proves that direct messages arrive.
func CheckMessage() Content {
	return Content{Title: "This is a test", Lines: []Line{say("Someone ran ", code("kafka-reset-bot check"),
		" to see whether direct messages arrive. They do.")}, Fallback: "A test of kafka-reset-bot: direct messages arrive"}
}
