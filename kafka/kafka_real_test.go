//go:build realkafka

package kafka_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/realkafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka/kafkatest"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestScenariosOnApacheKafka(t *testing.T) {
	t.Parallel()
	c := realkafka.Shared(t)
	kafkatest.Run(t, kafkatest.World{
		Addrs: c.Bootstrap(), ClusterID: c.ID,
		Consume: func(t *testing.T, group, topic, protocol string) func() error {
			return c.Consume(t, realkafka.Consumption{Group: group, Topic: topic, Protocol: protocol, Properties: map[string]string{
				"client.id": "worker-7", "enable.auto.commit": "false",
			}}).Stop
		},
	})
}

// What an authorizer denies is told by Kafka's name for it, and hides nothing; a wrong password is told as such, without it.
func TestRightsOnApacheKafka(t *testing.T) {
	t.Parallel()
	k := realkafka.Shared(t)
	ctx := t.Context()
	ok(t, k.AddUser(ctx, "reader", secret))
	admin := kadm.NewClient(k.Client(t))
	_, err := admin.CreateTopic(ctx, 1, 1, nil, "denied-orders")
	ok(t, err)
	ca, err := os.ReadFile(k.CAFile())
	ok(t, err)
	trust := x509.NewCertPool()
	trust.AppendCertsFromPEM(ca)
	cfg := kafka.Config{
		Bootstrap: k.SecureBootstrap(), ClusterID: k.ID, TLS: &tls.Config{RootCAs: trust},
		SASL: kafka.SASL{Mechanism: "SCRAM-SHA-512", User: "reader", Password: secret},
	}
	query := reset.Query{Group: "denied-billing", Scope: scope("denied-orders")}

	wrong := cfg
	wrong.SASL.Password += "-mistyped"
	_, err = open(t, wrong).Inspect(ctx, query)
	if p := problem(t, err); p.Code != reset.ProblemUnreachable || p.Got != "SASL_AUTHENTICATION_FAILED" {
		t.Errorf("a wrong password: %+v", p)
	}
	c := open(t, cfg)
	_, err = c.Inspect(ctx, query)
	if p := problem(t, err); p.Code != reset.ProblemUnread || p.Got != "GROUP_AUTHORIZATION_FAILED" {
		t.Errorf("no right on the group: %+v", p)
	}
	grant := func(b *kadm.ACLBuilder) {
		t.Helper()
		_, err := admin.CreateACLs(ctx, b.Allow("User:reader").AllowHosts("*").ResourcePatternType(kadm.ACLPatternLiteral))
		ok(t, err)
	}
	grant(kadm.NewACLs().Groups("denied-billing").Operations(kadm.OpDescribe))
	deadline := time.Now().Add(20 * time.Second)
	for { // until every broker has heard of the grant
		var snap reset.Snapshot
		snap, err = c.Inspect(ctx, query)
		var p *reset.Problem
		if err == nil || !errors.As(err, &p) || p.Got != "GROUP_AUTHORIZATION_FAILED" || time.Now().After(deadline) {
			ok(t, err)
			equal(t, "no right on the topic", snap.Topics["denied-orders"], reset.Topic{Err: "TOPIC_AUTHORIZATION_FAILED"})
			break
		}
	}
	_, err = c.Write(ctx, "denied-billing", chunk(1), ready)
	if err != nil && strings.Contains(err.Error(), secret) {
		t.Errorf("the password is in %v", err)
	}
	got, err := c.Write(ctx, "denied-billing", chunk(1), ready)
	ok(t, err)
	equal(t, "a write without the right to", got, []reset.StepResult{{Rejected: "GROUP_AUTHORIZATION_FAILED"}})
}
