package page_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// TestClosingWaitsForWhatIsDone: an act that goes on would touch a stage that is being taken down.
func TestClosingWaitsForWhatIsDone(t *testing.T) {
	b := newBrowser(t)
	b.watches("mara")
	b.acts("mara", "broker", fields{"cluster": "sandbox-eu", "id": 0, "up": false})
	done := make(chan struct{})
	go func() { // it waits for a member that cannot join
		defer close(done)
		answer, err := http.Post(b.page.URL()+"act", "application/json", strings.NewReader(
			`{"as":"mara","do":"consumers","cluster":"sandbox-eu","group":"`+world.Billing+`","delta":1}`))
		if err == nil {
			_ = answer.Body.Close()
		}
	}()
	for limit := time.After(patience); b.stage.Consumers("sandbox-eu", world.Billing) == 0; {
		select {
		case <-time.After(time.Millisecond):
		case <-limit:
			t.Fatal("no consumer was started")
		}
	}
	if err := b.page.Close(); err != nil {
		t.Error(err)
	}
	stacks := make([]byte, 4<<20)
	running := string(stacks[:runtime.Stack(stacks, true)])
	for _, one := range []string{"serveAct(", "serveEvents(", "watchKafka("} {
		if strings.Contains(running, one) {
			t.Errorf("after Close, %s still runs", one)
		}
	}
	<-done
}
