package words

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Partitions that are not at the target any more when they are read back are counted whichever way they left it.
func TestWhatIsNotAtTheTargetAnyMoreIsCounted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		target, before, moved int
		want                  string
	}{
		{11, 0, 1, "Kafka accepted all 12 partitions, but 1 had moved on when they were read back"},
		{11, 1, 0, "Kafka accepted all 12 partitions, but 1 was back where it had been before when they were read back"},
		{0, 12, 0, "Kafka accepted all 12 partitions, but 12 were back where they had been before when they were read back"},
		{9, 2, 1, "Kafka accepted all 12 partitions, but 1 had moved on and 2 were back where they had been before when they were read back"},
	} {
		s := appliedStory()
		s.Request.Outcome = reset.Overtaken
		s.States = map[reset.WriteState]int{reset.WriteAtTarget: tt.target, reset.WriteUnchanged: tt.before,
			reset.WriteMoved: tt.moved}
		if c := CardOf(s); !strings.Contains(c.String(), tt.want) {
			t.Errorf("lacks %q:\n%s", tt.want, c)
		}
	}
}
