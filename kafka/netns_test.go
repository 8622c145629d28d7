//go:build netns

package kafka

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Two machines, as far as the kernel is concerned: the broker's and the bot's, each a network namespace, with a link
// between them that can be cut. What loopback can't show is seen here: what the kernel goes on sending after a
// program has given up.
const (
	brokerIP, botIP = "10.213.77.1", "10.213.77.2"

	giveUp = 2 * time.Second  // of both clients
	cutFor = 4 * time.Second  // longer than that
	silent = 40 * time.Second // after the link is whole again; Linux retransmits after 0.2, 0.4, 0.8, 1.6, 3.2, ... s
)

// A role is what this test binary does when it is run again inside a namespace.
const roleVariable = "KAFKA_NETNS_ROLE"

func TestMain(m *testing.M) {
	switch role, addr, _ := strings.Cut(os.Getenv(roleVariable), " "); role {
	case "":
		os.Exit(m.Run())
	case "broker":
		os.Exit(broker())
	case "bot":
		os.Exit(client(addr, "given-up", writeByBot))
	case "control":
		os.Exit(client(addr, "closed", writeAndClose))
	}
	os.Exit(2)
}

// broker is a simulated Kafka that prints where it is, and each commit that reaches it.
func broker() int {
	k, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders"),
		kfake.ListenFn(func(network, _ string) (net.Listener, error) { return net.Listen(network, brokerIP+":0") }))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer k.Close()
	k.ControlKey(int16(kmsg.OffsetCommit), func(r kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		fmt.Println("commit", r.(*kmsg.OffsetCommitRequest).Group)
		return nil, nil, false
	})
	fmt.Println("at", k.ListenAddrs()[0])
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test ends
	return 0
}

// client connects, says so, waits until the link is cut, writes, tells how that went, and stays.
func client(addr, group string, write func(addr, group string, ready func() error) string) int {
	in := bufio.NewReader(os.Stdin)
	fmt.Println("said", write(addr, group, func() error {
		fmt.Println("ready")
		_, err := in.ReadString('\n')
		return err
	}))
	_, _ = io.Copy(io.Discard, in)
	return 0
}

func writeByBot(addr, group string, ready func() error) string {
	c := Open(Config{Name: "prod", Bootstrap: []string{addr}, Timeout: giveUp, Now: time.Now})
	chunk := reset.Chunk{Steps: []reset.WriteStep{{Partition: reset.Partition{Topic: "orders"},
		To: reset.Position{Offset: 7}}}}
	got, err := c.Write(context.Background(), group, chunk, ready)
	return fmt.Sprintf("%+v %v", got, err)
}

// writeAndClose is what a client does that knows nothing of this: it gives up after the same time, and closes.
func writeAndClose(addr, group string, ready func() error) string {
	cfg := sarama.NewConfig()
	cfg.Version, cfg.Net.ReadTimeout = sarama.V4_0_0_0, giveUp
	b := sarama.NewBroker(addr)
	if err := b.Open(cfg); err != nil {
		return err.Error()
	}
	if _, err := b.Connected(); err != nil {
		return err.Error()
	}
	if err := ready(); err != nil {
		return err.Error()
	}
	req := sarama.NewOffsetCommitRequest(cfg, group)
	req.AddBlockWithLeaderEpoch("orders", 0, 7, -1, sarama.ReceiveTime, "")
	_, err := b.CommitOffset(req)
	_ = b.Close()
	return fmt.Sprint(err)
}

// A commit whose link is cut, and that is given up before the link is whole again, never arrives. The one of a client
// that merely closes its connection does, after it was given up: so the link, and the test, are real.
func TestGivenUpCommitNeverArrives(t *testing.T) {
	n := twoNamespaces(t)
	k := n.run(t, "broker", "")
	addr := strings.TrimPrefix(k.waitFor(t, "at "), "at ")
	bot, control := n.run(t, "bot", addr), n.run(t, "control", addr)
	bot.waitFor(t, "ready")
	control.waitFor(t, "ready")

	n.link(t, "down")
	restored := time.After(cutFor)
	bot.say(t)
	control.say(t)
	if said := bot.waitFor(t, "said "); !strings.Contains(said, "no answer within 2s") || !strings.HasSuffix(said,
		"<nil>") {
		t.Errorf("the bot's client %s; want a lost answer", said)
	}
	if said := control.waitFor(t, "said "); !strings.Contains(said, "timeout") {
		t.Errorf("the control %s; want a time-out", said)
	}
	select {
	case <-restored:
		t.Fatalf("the link was to be whole again after both clients had given up")
	default:
	}
	if got := k.lines(); len(got) != 1 {
		t.Fatalf("the link is not cut: the broker says %q", got)
	}
	<-restored
	n.link(t, "up")
	began := time.Now()
	k.waitFor(t, "commit closed")
	t.Logf("the commit that was merely closed arrived %s after the link was whole again",
		time.Since(began).Round(10*time.Millisecond))
	<-time.After(silent - time.Since(began)) // only time shows that it does not come
	for _, line := range k.lines() {
		if line == "commit given-up" {
			t.Errorf("the commit that was given up arrived; the broker says %q", k.lines())
		}
	}
}

// namespaces are the two of one test.
type namespaces struct{ broker, bot string }

const namespacePrefix = "kafka-reset-bot-"

func twoNamespaces(t *testing.T) *namespaces {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("network namespaces need root: run `make netns` as root")
	}
	sweep(t)
	n := &namespaces{broker: fmt.Sprintf("%s%d-broker", namespacePrefix, os.Getpid()),
		bot: fmt.Sprintf("%s%d-bot", namespacePrefix, os.Getpid())}
	for _, name := range []string{n.broker, n.bot} {
		t.Cleanup(func() { _, _ = exec.Command("ip", "netns", "del", name).CombinedOutput() }) // and the link with them
		ip(t, "netns", "add", name)
	}
	ip(t, "link", "add", "toward-bot", "netns", n.broker, "type", "veth", "peer", "name", "toward-broker", "netns",
		n.bot)
	ip(t, "-n", n.broker, "addr", "add", brokerIP+"/24", "dev", "toward-bot")
	ip(t, "-n", n.bot, "addr", "add", botIP+"/24", "dev", "toward-broker")
	ip(t, "-n", n.broker, "link", "set", "toward-bot", "up")
	ip(t, "-n", n.bot, "link", "set", "toward-broker", "up")
	return n
}

// sweep removes what a test left that was killed.
func sweep(t *testing.T) {
	t.Helper()
	for line := range strings.Lines(ip(t, "netns", "list")) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		pid, _, _ := strings.Cut(strings.TrimPrefix(name, namespacePrefix), "-")
		if n, err := strconv.Atoi(pid); err == nil && strings.HasPrefix(name, namespacePrefix) && syscall.Kill(n,
			0) != nil {
			ip(t, "netns", "del", name)
		}
	}
}

// link cuts the link at the broker's end, and makes it whole again.
func (n *namespaces) link(t *testing.T, state string) {
	t.Helper()
	ip(t, "-n", n.broker, "link", "set", "toward-bot", state)
}

func ip(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("ip", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("ip %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// program is this binary in another namespace.
type program struct {
	in     io.Writer
	mu     sync.Mutex
	said   []string
	errors bytes.Buffer
	more   chan struct{}
}

func (n *namespaces) run(t *testing.T, role, addr string) *program {
	t.Helper()
	namespace := n.bot
	if role == "broker" {
		namespace = n.broker
	}
	cmd := exec.Command("ip", "netns", "exec", namespace, os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"="+role+" "+addr)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // ip becomes the program
	p := &program{more: make(chan struct{}, 100)}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.in, cmd.Stderr = in, &p.errors
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.mu.Lock()
			p.said = append(p.said, lines.Text())
			p.mu.Unlock()
			p.more <- struct{}{}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-read
		_ = cmd.Wait() // killed
		if t.Failed() {
			t.Logf("%s said %q, and %s", role, p.said, &p.errors)
		}
	})
	return p
}

func (p *program) lines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.said...)
}

// waitFor waits for a line that begins so, and returns it.
func (p *program) waitFor(t *testing.T, begins string) string {
	t.Helper()
	for late := time.After(30 * time.Second); ; {
		for _, line := range p.lines() {
			if strings.HasPrefix(line, begins) {
				return line
			}
		}
		select {
		case <-p.more:
		case <-late:
			t.Fatalf("no line %q within 30 s", begins)
		}
	}
}

func (p *program) say(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(p.in, "go\n"); err != nil {
		t.Fatal(err)
	}
}
