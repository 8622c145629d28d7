package realkafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a JVM that this program started.
type process struct {
	pid   int
	ended <-chan struct{} // closed once it is gone and reaped
	leash io.WriteCloser  // nil if it may outlive this program
}

// java says how to start one.
type java struct {
	jars, heap, main string
	flags, args      []string
	log              string    // file for both outputs, or
	out, err         io.Writer // each its own
	leashed          bool
	scratch          string // removed when the leash goes taut
}

func (j java) command(ctx context.Context) *exec.Cmd {
	args := append([]string{"-Xmx" + j.heap, "-Djava.awt.headless=true",
		"-Dorg.slf4j.simpleLogger.showDateTime=true", "-cp", filepath.Join(j.jars, "*")}, j.flags...)
	cmd := exec.CommandContext(ctx, "java", append(append(args, j.main), j.args...)...)
	// A session of its own: Ctrl-C at the terminal is for the tests, which then
	// end their JVMs in the right order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Stdout, cmd.Stderr = j.out, j.err
	return cmd
}

func startJava(j java) (*process, error) {
	cmd := j.command(context.Background())
	if j.log != "" {
		f, err := os.OpenFile(j.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		cmd.Stdout, cmd.Stderr = f, f
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	p := &process{pid: cmd.Process.Pid, ended: ended}
	go func() {
		_ = cmd.Wait() // only to reap it: how it ended is in its log
		close(ended)
	}()
	if !j.leashed {
		return p, nil
	}
	var err error
	if p.leash, err = tie(p.pid, j.scratch); err != nil {
		return nil, errors.Join(err, cmd.Process.Kill())
	}
	return p, nil
}

// tie makes pid die with this program however that ends: a panic, a test's
// timeout and SIGKILL run no cleanup, but they close the pipe that the shell
// waits on. (Linux' parent-death signal follows the thread, not the process.)
func tie(pid int, scratch string) (io.WriteCloser, error) {
	const watch = `read -r let_go || { kill -KILL "$1"; sleep 1; [ -z "$2" ] || rm -rf "$2"; }`
	cmd := exec.Command("sh", "-c", watch, "realkafka-leash", strconv.Itoa(pid), scratch)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	leash, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() { _ = cmd.Wait() }()
	return leash, nil
}

// reap takes leave of a process that has ended, and lets go of its leash before
// the pid is given to somebody else. nil: another program started it.
func (p *process) reap() {
	if p == nil {
		return
	}
	<-p.ended
	if p.leash == nil {
		return
	}
	// The shell may be gone already; then there is nothing to tell it.
	_, _ = io.WriteString(p.leash, "ended\n")
	_ = p.leash.Close()
	p.leash = nil
}

// endProcess asks pid to go (TERM), waits for the grace, then makes it (KILL).
func endProcess(pid int, mark string, grace time.Duration) error {
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGTERM, grace}, {syscall.SIGKILL, 10 * time.Second}} {
		if !alive(pid, mark) {
			return nil
		}
		if step.wait == 0 {
			continue
		}
		if err := syscall.Kill(pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
		ctx, cancel := context.WithTimeout(context.Background(), step.wait)
		err := poll(ctx, func() error {
			if alive(pid, mark) {
				return fmt.Errorf("pid %d is still there", pid)
			}
			return nil
		}, nil)
		cancel()
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("pid %d survived SIGKILL", pid)
}

// alive tells whether pid runs and is the JVM that was given mark as an
// argument: pids are given out again, and a stranger must not be killed.
// Without /proc (macOS) the pid alone has to do.
func alive(pid int, mark string) bool {
	if err := syscall.Kill(pid, 0); err != nil {
		return false
	}
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	stat, err := os.ReadFile(filepath.Join(proc, "stat"))
	if err != nil {
		return !exists("/proc/self")
	}
	// "pid (name) S ...": a zombie has ended, and was not reaped yet.
	_, rest, _ := strings.Cut(string(stat), ") ")
	if strings.HasPrefix(rest, "Z") || strings.HasPrefix(rest, "X") {
		return false
	}
	var args []byte
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 100 { // Linux has it empty for a moment in the middle of exec, after Start has returned
		if args, err = os.ReadFile(filepath.Join(proc, "cmdline")); err != nil || len(args) > 0 {
			break
		}
		<-tick.C
	}
	return err != nil || strings.Contains(string(args), mark)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// poll calls done ten times a second until it returns nil; the last error says
// what was waited for. An error of hopeless ends it early.
func poll(ctx context.Context, done, hopeless func() error) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := done()
		if err == nil {
			return nil
		}
		if hopeless != nil {
			if err := hopeless(); err != nil {
				return err
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
	}
}
