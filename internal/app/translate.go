package app

import (
	"cmp"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math"
	"regexp"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/bot"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/alert"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func openCluster(c config.Cluster, o Options) (*kafka.Cluster, error) {
	cfg := kafka.Config{Name: c.Name, ClusterID: c.ClusterID, Bootstrap: c.Bootstrap, Timeout: c.Timeout, Now: o.Now,
		Log: o.Log.With("cluster", c.Name)}
	if c.SASL != nil {
		cfg.SASL = kafka.SASL{Mechanism: c.SASL.Mechanism, User: c.SASL.Username, Password: c.SASL.Password.Reveal()}
	}
	t, err := tlsOf(c.TLS)
	if err != nil {
		return nil, fmt.Errorf("clusters %s: tls: %w", c.Name, err)
	}
	cfg.TLS = t
	return kafka.Open(cfg), nil
}

// tlsOf trusts the system's certificate authorities unless the configuration has its own.
func tlsOf(t config.TLS) (*tls.Config, error) {
	if !t.Enabled {
		return nil, nil
	}
	out := &tls.Config{ServerName: t.ServerName, MinVersion: tls.VersionTLS12}
	if len(t.CA) > 0 {
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM(t.CA) {
			return nil, fmt.Errorf("no certificate in %s", t.CAFile)
		}
	}
	if len(t.Cert) > 0 {
		pair, err := tls.X509KeyPair(t.Cert, []byte(t.Key.Reveal()))
		if err != nil {
			return nil, fmt.Errorf("%s and %s: %w", t.CertFile, t.KeyFile, err)
		}
		out.Certificates = []tls.Certificate{pair}
	}
	return out, nil
}

func newBot(cfg *config.Config, o Options, changed func(group string)) *bot.Bot {
	return bot.New(bot.Config{
		AppToken: cfg.Slack.AppToken.Reveal(), BotToken: cfg.Slack.BotToken.Reveal(), APIURL: cfg.Slack.APIURL,
		Command: cfg.Slack.Command, Sockets: cfg.Slack.Sockets, Plain: !cfg.Slack.Tables, Clusters: infos(cfg),
		Groups: auth.GroupsOf(rules(cfg), freezers(cfg)), Now: o.Now, Log: o.Log, GroupChanged: changed,
		AlertLabels: alert.Labels(cfg.Alerts.Labels), Unread: times(cfg, o).Unread,
	})
}

func infos(cfg *config.Config) []reset.ClusterInfo {
	out := make([]reset.ClusterInfo, len(cfg.Clusters))
	for i, c := range cfg.Clusters {
		out[i] = reset.ClusterInfo{Name: c.Name, ID: c.ClusterID, Aliases: c.Aliases, Label: c.Label,
			Home: c.HomeChannel, Channels: c.Channels, Bootstrap: c.Bootstrap, Timeout: c.Timeout,
			Login: c.SASL != nil || c.TLS.Enabled, SeesAll: c.SeesAllTopics}
		for _, g := range c.Groups {
			out[i].Kinds = append(out[i].Kinds, reset.Declared{Groups: g.Name, Kind: reset.GroupKind(g.Kind)})
		}
	}
	return out
}

func times(cfg *config.Config, o Options) engine.Times {
	t := engine.DefaultTimes
	t.Draft, t.Approval = cmp.Or(cfg.Limits.Draft, t.Draft), cmp.Or(cfg.Limits.ApprovalTimeout, t.Approval)
	t.Settle, t.CheckInterval = cmp.Or(cfg.Limits.Settle, t.Settle), cmp.Or(cfg.Limits.Look, t.CheckInterval)
	if o.Times != nil {
		o.Times(&t)
	}
	return t
}

func rules(cfg *config.Config) []auth.Rule {
	out := make([]auth.Rule, len(cfg.Policy))
	for i, r := range cfg.Policy {
		out[i] = auth.Rule{Name: r.Name, Clusters: r.Clusters, Groups: r.Groups, View: r.View, Request: r.Request,
			Approve: r.Approve, Channels: r.Channels, Wait: r.Wait.Default, MaxWait: r.Wait.Max,
			Isolation: reset.Isolation(r.Isolation), Schedules: r.Schedules, Owner: r.Owner, Stop: r.Stop,
			Start: r.Start, Runbook: r.Runbook, Reason: reasonOf(r.Reason)}
		if r.Cap != nil {
			out[i].Cap = &auth.Limit{Skip: r.Cap.Skip, Replay: r.Cap.Replay}
		}
		if r.Emergency != nil {
			out[i].Emergency = &auth.Emergency{Who: r.Emergency.Who,
				Limit: auth.Limit{Skip: r.Emergency.Skip, Replay: r.Emergency.Replay}}
		}
		for _, t := range r.Approvals {
			out[i].Approvals = append(out[i].Approvals,
				auth.Tier{Skip: limit(t.Skip), Replay: limit(t.Replay), Need: t.Need})
		}
	}
	return out
}

// reasonOf is what a reason has to match; nil: none is required.
func reasonOf(said string) *regexp.Regexp {
	switch said {
	case "", "false":
		return nil
	case "true":
		return auth.AnyReason
	}
	return regexp.MustCompile(said) // internal/config has compiled it
}

// freezers are the clusters as the policy sees them.
func freezers(cfg *config.Config) []auth.Cluster {
	out := make([]auth.Cluster, len(cfg.Clusters))
	for i, c := range cfg.Clusters {
		out[i] = auth.Cluster{Name: c.Name, Freeze: c.Freeze, Thaw: c.Thaw}
	}
	return out
}

// policy is who may do what.
func policy(cfg *config.Config, directory *auth.Cached) *auth.Policy {
	p := auth.New(rules(cfg), directory)
	p.Clusters = freezers(cfg)
	return p
}

// limit is a tier's limit; none is the largest number there is.
func limit(n *int64) int64 {
	if n == nil {
		return math.MaxInt64
	}
	return *n
}

// newID makes an id that people can read out and type: a letter and three more, without those that look alike.
func newID() string {
	const letters, all = "abcdefghjkmnpqrstuvwxyz", "abcdefghjkmnpqrstuvwxyz23456789"
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	id := []byte{letters[int(b[0])%len(letters)]}
	for _, x := range b[1:] {
		id = append(id, all[int(x)%len(all)])
	}
	return string(id)
}
