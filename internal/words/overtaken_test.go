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
		{11, 0, 1, "1 partition had moved on when read back"},
		{11, 1, 0, "1 partition was where it had been before when read back"},
		{0, 12, 0, "12 partitions were where they had been before when read back"},
		{9, 2, 1, "1 partition had moved on and 2 partitions were where they had been before when read back"},
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
