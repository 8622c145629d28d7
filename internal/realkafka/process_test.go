package realkafka

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sleeper stands for a JVM: a child that would stay for ten minutes.
func sleeper(t *testing.T) (pid int, ended <-chan struct{}) {
	t.Helper()
	cmd := exec.Command("sleep", "600")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(gone)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-gone
	})
	return cmd.Process.Pid, gone
}

func within(t *testing.T, d time.Duration, ended <-chan struct{}) {
	t.Helper()
	select {
	case <-ended:
	case <-time.After(d):
		t.Fatal("the process is still there")
	}
}

func TestBrokersDieWithTheTestProcess(t *testing.T) {
	t.Parallel()
	scratch := filepath.Join(t.TempDir(), "scratch")
	pid, ended := sleeper(t)
	leash, err := tie(pid, scratch)
	if err != nil {
		t.Fatal(err)
	}
	if err := leash.Close(); err != nil { // what the kernel does for a process that dies
		t.Fatal(err)
	}
	within(t, 10*time.Second, ended)
}

func TestReapLetsGoOfTheLeash(t *testing.T) {
	t.Parallel()
	pid, ended := sleeper(t)
	leash, err := tie(pid, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := endProcess(pid, "600", 0); err != nil {
		t.Fatal(err)
	}
	p := &process{pid: pid, ended: ended, leash: leash}
	p.reap()
	p.reap() // Stop after Kill
	if p.leash != nil {
		t.Error("the leash is still held; at our end it would kill whoever has the pid by then")
	}
}

func TestEndProcess(t *testing.T) {
	t.Parallel()
	pid, ended := sleeper(t)
	if alive(pid, "/some/server.properties") && exists("/proc/self") {
		t.Error("a stranger with a broker's old pid was taken for the broker")
	}
	if err := endProcess(pid, "600", 5*time.Second); err != nil {
		t.Fatal(err)
	}
	within(t, 10*time.Second, ended)
	if alive(pid, "600") {
		t.Error("still alive after its end")
	}
}

func TestSettingsOfEachVersion(t *testing.T) {
	t.Parallel()
	brokers, err := newBrokers()
	if err != nil {
		t.Fatal(err)
	}
	for version, modern := range map[string]bool{Default: true, Older: false} {
		c := &Cluster{Version: version, Dir: "/kafka", Brokers: brokers}
		got := c.settings(brokers[1])
		for _, want := range []string{
			"node.id=2\n", "auto.create.topics.enable=false\n",
			`required user_plain="plain-secret";`, "log.dirs=/kafka/broker-2/logs\n",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", version, want, got)
			}
		}
		if strings.Contains(got, "share.coordinator") != modern {
			t.Errorf("%s: 3.9 has no production share groups, 4.3 does:\n%s", version, got)
		}
	}
}

func TestClusterIDIsNoOption(t *testing.T) {
	t.Parallel()
	for range 1000 {
		if id := newClusterID(); len(id) != 22 || id[0] == '-' {
			t.Fatalf("cluster id %q", id)
		}
	}
}
