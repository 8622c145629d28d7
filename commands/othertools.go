package commands

import "strings"

// What to type here for a command of another tool that moves offsets: with the target that its own words name, and
// with none where they name none.

// movesTo are the words for places in other tools.
var movesTo = map[string]string{"start": "to earliest", "earliest": "to earliest", "beginning": "to earliest",
	"oldest": "to earliest", "smallest": "to earliest", "from-beginning": "to earliest", "to-earliest": "to earliest",
	"end": "to latest", "latest": "to latest", "newest": "to latest", "largest": "to latest", "to-latest": "to latest"}

// instead is what to type for a command of another tool.
func (h hit) instead() string {
	if h.tool.instead != moveInstead {
		return h.tool.instead
	}
	group, topic, target, looks := "", "", "", false
	for i := 0; i < len(h.words); i++ {
		said := h.words[i].text
		name, value, inline := strings.Cut(said, "=")
		option := isOption(word{text: name})
		if !inline && i+1 < len(h.words) {
			value = h.words[i+1].text
		}
		switch key := strings.ToLower(strings.TrimLeft(fixDashes(name), "-")); {
		case !option && (key == "describe" || key == "list" || key == "ls" || key == "get"):
			looks = true
		case !option && (key == "seek" || key == "commit" || key == "offset" || key == "offsets" ||
			key == "consumer-group-offset" || key == "cgo") && !isOption(word{text: value}):
			group = value
		case !option:
		case movesTo[key] != "":
			target = movesTo[key]
		case key == "group", key == "g" && fixDashes(name) != name, name == "-G":
			group = value
		case key == "topic", key == "topics", name == "-t":
			topic = value
		case key == "to", key == "offset", name == "-o", key == "to-datetime", key == "to-offset", key == "t":
			target = targetOf(key, value)
		}
	}
	switch {
	case looks:
		return "lag billing@prod-eu"
	case target == "":
		return "help target"
	case !isTopic(group):
		group = "billing"
	}
	if !isTopic(topic) {
		topic = "orders"
	}
	return group + "@prod-eu " + topic + " " + target
}

// targetOf is the value of an option that names a place, a time or an offset; empty: it is none that is sure.
func targetOf(key, value string) string {
	value = strings.ToLower(value)
	switch {
	case movesTo[value] != "":
		return movesTo[value]
	case key == "to" && digits(value) && (len(value) == 10 || len(value) == 13):
		return "to " + value
	case key == "to-datetime" && dateTime.MatchString(value) && !strings.Contains(value, " "):
		return "to " + strings.ToUpper(value)
	case key != "to" && digits(value):
		return "to offset " + value
	}
	return ""
}
