package kafka_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// shareHeartbeat joins a share group by hand.
func shareHeartbeat(t *testing.T, s *kafkasim.Sim, req *kmsg.ShareGroupHeartbeatRequest) {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(s.Addrs()...))
	ok(t, err)
	t.Cleanup(cl.Close)
	resp, err := req.RequestWith(t.Context(), cl)
	ok(t, err)
	if resp.ErrorCode != 0 {
		t.Fatalf("share heartbeat: error code %d", resp.ErrorCode)
	}
}

// No goroutine and no connection is left, not even by calls that were given up. Not parallel: it counts.
func TestCloseLeavesNothing(t *testing.T) {
	s := seeded(t)
	c := kafka.Open(kafka.Config{Bootstrap: s.Addrs(), Timeout: 200 * time.Millisecond, Now: time.Now})
	inspect(t, c, reset.Query{Scope: scope("orders"), At: start})
	write(t, c, chunk(1))
	s.SwallowCommitAnswer(true)
	write(t, c, chunk(2))
	s.Silent(true, 1)
	_, _ = c.States(t.Context(), []string{"billing", "nobody"})
	ok(t, c.Close())
	if _, err := c.States(t.Context(), []string{"billing"}); err == nil {
		t.Error("a closed cluster answered")
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		left := 0
		for _, g := range bytes.Split(stacks, []byte("\n\n")) {
			if bytes.Contains(g, []byte("IBM/sarama")) || bytes.Contains(g, []byte("kafka.(*Cluster)")) {
				left++
			}
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left:\n%s", left, stacks)
		}
		runtime.Gosched()
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	nobody := ln.Addr().String()
	ok(t, ln.Close())
	s := seeded(t)
	s.Silent(true)
	c := open(t, kafka.Config{Bootstrap: append(s.Addrs(), nobody), Timeout: time.Second})
	for name, call := range map[string]func() error{
		"inspect": func() error { _, err := c.Inspect(t.Context(), reset.Query{Group: "billing"}); return err },
		"states":  func() error { _, err := c.States(t.Context(), []string{"billing"}); return err },
		"read back": func() error {
			_, err := c.ReadBack(t.Context(), "billing", []reset.Partition{orders(0)})
			return err
		},
		"check": func() error { _, err := c.Check(t.Context()); return err },
	} {
		began := time.Now()
		p := problem(t, call())
		if p.Code != reset.ProblemUnreachable || p.Cluster != "prod-eu" || len(p.Names) != 4 ||
			!strings.Contains(p.Got, "no answer") || !strings.Contains(p.Got, "refused") {
			t.Errorf("%s: problem %+v, want all four brokers and both causes", name, p)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("%s took %v to give up on brokers asked side by side", name, took)
		}
	}
	s.Silent(false)
	inspect(t, c, reset.Query{Scope: scope("orders")}) // it connects again by itself
	s.Unreachable(true, 0, 1)
	s.Unreachable(false)
	inspect(t, c, reset.Query{Scope: scope("orders")}) // and its idle connections were cut meanwhile
}

func TestWrongCluster(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := open(t, kafka.Config{Bootstrap: s.Addrs(), ClusterID: "the-pinned-one"})
	_, err := c.Inspect(t.Context(), reset.Query{Group: "billing"})
	if p := problem(t, err); p.Code != reset.ProblemWrongCluster || p.Want != "the-pinned-one" || p.Got != "kafkasim" {
		t.Errorf("problem %+v", p)
	}
	_, err = c.Write(t.Context(), "billing", chunk(1), func() error { t.Error("ready was called"); return nil })
	equal(t, "code of a write", problem(t, err).Code, reset.ProblemWrongCluster)
	_, err = c.Check(t.Context())
	equal(t, "code of a check", problem(t, err).Code, reset.ProblemWrongCluster)
}

func TestCancelEndsACall(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := open(t, kafka.Config{Bootstrap: s.Addrs(), Timeout: time.Minute})
	gate := s.Hold(kmsg.ListOffsets)
	defer gate.Release()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-gate.Arrived()
		cancel()
	}()
	_, err := c.Inspect(ctx, reset.Query{Group: "billing", Scope: scope("orders")})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
}

// web is a server's certificate, and a client's trust in it.
func web(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	w := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(w.Close)
	trust := x509.NewCertPool()
	trust.AddCert(w.Certificate())
	return &tls.Config{Certificates: w.TLS.Certificates}, &tls.Config{RootCAs: trust, ServerName: "example.com"}
}

const secret = "hunter2-of-kafka"

func TestLogin(t *testing.T) {
	t.Parallel()
	server, client := web(t)
	for _, mechanism := range kafka.Mechanisms() {
		t.Run(mechanism, func(t *testing.T) {
			t.Parallel()
			s := newSim(t, kafkasim.Options{
				Users: []kafkasim.User{{Mechanism: mechanism, Name: "bot", Password: secret}},
				TLS:   server,
			})
			ok(t, s.Commit("billing", "orders", nil))
			var log bytes.Buffer
			cfg := kafka.Config{
				Bootstrap: s.Addrs(), TLS: client, Timeout: 5 * time.Second,
				SASL: kafka.SASL{Mechanism: mechanism, User: "bot", Password: secret},
				Log:  slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			}
			check, err := open(t, cfg).Check(t.Context())
			ok(t, err)
			equal(t, "cluster", check.ClusterID, s.ClusterID())

			cfg.SASL.Password = secret + "-mistyped"
			_, err = open(t, cfg).Check(t.Context())
			p := problem(t, err)
			if p.Code != reset.ProblemUnreachable ||
				!strings.Contains(p.Got, "SASL_AUTHENTICATION_FAILED") && !strings.Contains(p.Got, "logging in") {
				t.Errorf("problem with a wrong password is %+v", p)
			}
			untrusted := cfg
			untrusted.TLS = &tls.Config{}
			_, notTrusted := open(t, untrusted).Check(t.Context())
			if p := problem(t, notTrusted); !strings.Contains(p.Got, "certificate") {
				t.Errorf("problem with a certificate that is not trusted is %+v", p)
			}
			plain := cfg
			plain.TLS, plain.Timeout = nil, time.Second
			_, noTLS := open(t, plain).Check(t.Context())
			said := fmt.Sprintf("%v %+v %v %+v %v %+v %#v %v", err, p, notTrusted, noTLS, cfg, cfg, cfg, cfg.SASL) +
				log.String()
			if strings.Contains(said, secret) {
				t.Errorf("the password is in %s", said)
			}
		})
	}
}
