package words

import "github.com/kafka-reset-bot/kafka-reset-bot/internal/text"

// WhichServer asks for the cluster of a view whose line names a server of none: with the whole view on each, as a line
// to copy and as a button.
func WhichServer(server string, clusters, lines []string) Content {
	c := Content{Title: "Which cluster?", Status: "nothing was read", Lines: []Line{say(code(server),
		" is not a server of a configured cluster. Which cluster? ", text.List(clusters, len(clusters)), ".")}}
	for i, line := range lines[:min(mostLines, len(lines))] {
		c.Lines = append(c.Lines, say(code(line)))
		c.look(clusters[i], line)
	}
	c.Fallback = fallback(c)
	return c
}
