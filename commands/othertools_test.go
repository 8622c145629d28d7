package commands

import (
	"errors"
	"testing"
)

// A command of another tool is answered with the same target in the bot's own words, or with none.
func TestOtherToolsTargets(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"rpk group seek billing --to end":                                                                                "billing@prod-eu orders to latest",
		"rpk group seek billing --to start --topics refunds":                                                             "billing@prod-eu refunds to earliest",
		"rpk group seek billing --to 1763777400":                                                                         "billing@prod-eu orders to 1763777400",
		"rpk group seek billing --to-group blue":                                                                         "help target",
		"rpk group describe billing":                                                                                     "lag billing@prod-eu",
		"kafkactl reset offset billing --topic refunds --newest":                                                         "billing@prod-eu refunds to latest",
		"kafkactl reset offset billing --topic refunds --oldest":                                                         "billing@prod-eu refunds to earliest",
		"kafkactl reset consumer-group-offset billing --topic=r --offset=100":                                            "billing@prod-eu r to offset 100",
		"kafkactl reset offset billing --topic refunds":                                                                  "help target",
		"kaf group commit billing -t refunds --offset oldest":                                                            "billing@prod-eu refunds to earliest",
		"kcat -b b1.example.com:9092 -t refunds -o beginning":                                                            "billing@prod-eu refunds to earliest",
		"kcat -b b1.example.com:9092 -t refunds -o -10":                                                                  "help target",
		"kafka-console-consumer.sh --bootstrap-server b1.example.com:9092 --topic refunds --group blue --from-beginning": "blue@prod-eu refunds to earliest",
	} {
		_, err := Parse(said, askerOf(t))
		var e *SyntaxError
		if !errors.As(err, &e) || e.Example != want {
			t.Errorf("%s\n  got  %v\n  want %s", said, err, want)
			continue
		}
		if _, err := Parse(e.Example, askerOf(t)); err != nil {
			t.Errorf("%s: its example %s is refused: %v", said, e.Example, err)
		}
	}
}
