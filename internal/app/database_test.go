package app_test

import (
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// readyz is what the readiness endpoint answers now.
func (s *stage) readyz(at net.Addr) (int, string) {
	s.t.Helper()
	resp, err := http.Get("http://" + at.String() + "/readyz")
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// TestADatabaseThatIsGoneStopsTheWrite: the file is deleted under a serving bot while a reset is armed. SQLite goes
// on with the deleted file; the bot must not: nothing of what it would write to Kafka would be known after a restart.
func TestADatabaseThatIsGoneStopsTheWrite(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.errors = append(s.errors, "the database")
	listens := make(chan net.Addr, 1)
	s.opts.Listen = func(at net.Addr) { listens <- at }
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	s.configure("log: {level: debug}", "log: {level: debug}\nhealth: {listen: \""+free.Addr().String()+"\"}")
	worker := s.joins(kafkasim.ConsumerOptions{}, 1)
	s.start()
	at := <-listens
	if code, body := s.readyz(at); code != http.StatusOK || !strings.Contains(body,
		"store: ") || !strings.Contains(body, "loop: ") {
		t.Errorf("readyz is %d: %s", code, body)
	}
	s.arms("", "WAITING")

	if err := os.Remove(s.Database); err != nil {
		t.Fatal(err)
	}
	s.leaves(worker)
	s.until("readiness is red", func() bool {
		code, body := s.readyz(at)
		return code == http.StatusServiceUnavailable &&
			strings.Contains(body, "was deleted while the bot was running: stop the bot")
	})
	s.until("the loop turned for longer than the group has to be inactive", func() bool {
		return strings.Count(s.log.String(), `msg="claim what is due"`) >= 6
	})
	s.wrote(0)
	s.types(s.Mara, world.PayOps, "status")
	s.sees(s.Mara, world.PayOps, "could not be recorded, so nothing was done", "The bot's database was deleted")

	s.stop()
	s.start()
	if log := s.log.String(); !strings.Contains(log,
		"the database that was served here before is gone; a new, empty one was made") {
		t.Error("a new database was begun without a word")
	}
	if code, body := s.readyz(<-listens); code != http.StatusOK {
		t.Errorf("readyz is %d: %s", code, body)
	}
}
