// Package config is config.yaml as Go values: it mirrors config.example.yaml,
// fills in defaults, takes secrets from the environment or from files, and finds
// every mistake of a file at once, each with its line, its key and what to do.
//
// It imports none of the packages it configures (internal/app translates), asks
// no network, and does not judge what a policy means: auth finds rules that can
// never match, `check` finds out whether tokens and clusters are what they seem.
package config

import (
	"time"
)

// Config is one file. Each field's meaning, default and risk is in config.example.yaml, which a test keeps equal to
// these types.
type Config struct {
	Slack    Slack     `yaml:"slack,required" hint:"the two tokens of the Slack app"`
	Store    Store     `yaml:"store"`
	Clusters []Cluster `yaml:"clusters,required" hint:"at least one Kafka cluster"`
	Policy   []Rule    `yaml:"policy,required" hint:"at least one rule: without one everything is refused"`
	Limits   Limits    `yaml:"limits"`

	Schedules []Schedule `yaml:"schedules"`

	Alerts Alerts `yaml:"alerts"`
	Log    Log    `yaml:"log"`
	Health Health `yaml:"health"`
}

// Slack is the app and its connections.
type Slack struct {
	AppToken     Secret `yaml:"app_token,required" hint:"the app-level token (xapp-...)"`
	AppTokenFile string `yaml:"app_token_file"`
	BotToken     Secret `yaml:"bot_token,required" hint:"the bot token (xoxb-...)"`
	BotTokenFile string `yaml:"bot_token_file"`
	APIURL       string `yaml:"api_url"` // ends in a slash
	Command      string `yaml:"command"`
	Tables       bool   `yaml:"tables"`
	Sockets      int    `yaml:"sockets"`
}

// Store is where requests and the audit are kept.
type Store struct {
	Path string `yaml:"path"`
}

// Cluster is one Kafka cluster.
type Cluster struct {
	Name        string         `yaml:"name,required" hint:"a short name such as prod-eu"`
	ClusterID   string         `yaml:"cluster_id"`
	Aliases     []string       `yaml:"aliases"`
	Label       string         `yaml:"label"`
	Bootstrap   []string       `yaml:"bootstrap,required" hint:"brokers as host:port"`
	HomeChannel string         `yaml:"home_channel,required" hint:"the channel for cards that cannot be posted elsewhere (C...)"`
	Channels    []string       `yaml:"channels"`
	TLS         TLS            `yaml:"tls"`
	SASL        *SASL          `yaml:"sasl"` // nil: no login
	Timeout     time.Duration  `yaml:"timeout"`
	Groups      []DeclaredKind `yaml:"groups"`
	Freeze      []string       `yaml:"freeze"` // nil: who may request, approve or use emergency by any rule of it
	Thaw        []string       `yaml:"thaw"`   // nil: who may approve by any rule of it, and one's own freeze
	Runbook     string         `yaml:"runbook"`

	SeesAllTopics bool `yaml:"sees_all_topics"`
}

// TLS towards a cluster. The files were read: CA, Cert and Key are their PEM.
type TLS struct {
	Enabled    bool   `yaml:"enabled"`
	CAFile     string `yaml:"ca_file"`
	CertFile   string `yaml:"cert_file"`
	KeyFile    string `yaml:"key_file"`
	ServerName string `yaml:"server_name"`

	CA, Cert []byte `yaml:"-"`
	Key      Secret `yaml:"-"`
}

// Mechanisms are the logins that a cluster may ask for.
var Mechanisms = []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}

// SASL is the login at a cluster.
type SASL struct {
	Mechanism    string `yaml:"mechanism,required" hint:"PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"`
	Username     string `yaml:"username,required" hint:"the user the bot logs in as"`
	Password     Secret `yaml:"password,required" hint:"its password"`
	PasswordFile string `yaml:"password_file"`
}

// DeclaredKind is what runs the groups that a pattern matches.
type DeclaredKind struct {
	Name string `yaml:"name,required" hint:"a group or a pattern such as etl-*"`
	Kind string `yaml:"kind,required" hint:"flink, spark, streams, connect or consumer"`
}

// Rule is one rule of the policy; the first that matches cluster and group decides.
type Rule struct {
	Name      string     `yaml:"name,required" hint:"a name for people, such as pay on production"`
	Clusters  []string   `yaml:"clusters,required" hint:"names of clusters"`
	Groups    []string   `yaml:"groups,required" hint:"groups or patterns such as pay-*"`
	View      []string   `yaml:"view"`
	Request   []string   `yaml:"request"`
	Approve   []string   `yaml:"approve"`
	Channels  []string   `yaml:"channels"`
	Approvals []Tier     `yaml:"approvals,required" hint:"how many approvals a reset needs; [{need: 0}] for none"`
	Cap       *Effect    `yaml:"cap"`       // nil: no cap
	Emergency *Emergency `yaml:"emergency"` // nil: there is none
	Wait      Wait       `yaml:"wait"`
	Isolation string     `yaml:"isolation"`
	Schedules bool       `yaml:"schedules"`
	Reason    string     `yaml:"require_reason"` // "true", "false", or what a reason has to match
	Owner     string     `yaml:"owner"`
	Stop      string     `yaml:"stop"`
	Start     string     `yaml:"start"`
	Runbook   string     `yaml:"runbook"`
}

// Tier is how many approvals effects up to its limits need. A nil limit is none.
type Tier struct {
	Skip   *int64 `yaml:"skip"`      // messages
	Replay *int64 `yaml:"reprocess"` // messages
	Need   int    `yaml:"need,required" hint:"the number of approvals"`
}

// Effect is an upper bound in records.
type Effect struct {
	Skip   int64 `yaml:"skip,required" hint:"the most messages a reset may skip"`
	Replay int64 `yaml:"reprocess,required" hint:"the most messages a reset may reprocess"`
}

// Emergency is who may apply without approval, and up to which effect.
type Emergency struct {
	Who    []string `yaml:"who,required" hint:"user groups and users"`
	Skip   int64    `yaml:"skip,required" hint:"the most messages an emergency may skip"`
	Replay int64    `yaml:"reprocess,required" hint:"the most messages an emergency may reprocess"`
}

// Wait is how long an approved reset waits for its group to be idle.
type Wait struct {
	Default time.Duration `yaml:"default"`
	Max     time.Duration `yaml:"max"`
}

// Schedule is a recurring reset, stored and reviewed in the file. Its values are read like text typed in Slack.
type Schedule struct {
	Name     string `yaml:"name,required" hint:"its name, such as nightly-orders"`
	Cron     string `yaml:"cron,required" hint:"five fields, such as 0 2 * * *"`
	TZ       string `yaml:"tz,required" hint:"the time zone of the cron expression, such as Europe/Berlin"`
	Reset    string `yaml:"reset,required" hint:"the reset, such as billing@prod-eu orders back 24h"`
	Owner    string `yaml:"owner,required" hint:"its owner: a user group (S...) or user (U...)"`
	Channel  string `yaml:"channel,required" hint:"the channel for its cards (C...)"`
	Until    string `yaml:"until"`
	Announce string `yaml:"announce"`
	WhenBusy string `yaml:"when_busy"`
	IfMissed string `yaml:"if_missed"`
}

// Limits are how long the bot waits.
type Limits struct {
	Draft           time.Duration `yaml:"draft"`
	ApprovalTimeout time.Duration `yaml:"approval_timeout"`
	Settle          time.Duration `yaml:"settle"`
	Look            time.Duration `yaml:"look"`
}

// Alerts is how alerts in Slack are read.
type Alerts struct {
	Labels AlertLabels `yaml:"labels"`
}

// AlertLabels are labels of this house's alerts, besides those that are known.
type AlertLabels struct {
	Group     []string `yaml:"group"`
	Topic     []string `yaml:"topic"`
	Partition []string `yaml:"partition"`
	Cluster   []string `yaml:"cluster"`
}

// Log is the level and format of the log, which goes to standard error.
type Log struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

// Health is the readiness endpoint; an empty Listen means none.
type Health struct {
	Listen string `yaml:"listen"`
}

func (s *Slack) defaults() {
	s.APIURL, s.Command, s.Tables, s.Sockets = "https://slack.com/api/", "/kafka-reset", true, 2
}
func (s *Store) defaults() { s.Path = "kafka-reset-bot.db" }

// defaults: an unlabelled cluster is production, since a missing line must not grant a right.
func (c *Cluster) defaults()  { c.Label, c.Timeout = "production", 5*time.Second }
func (r *Rule) defaults()     { r.Isolation = "read_uncommitted" }
func (w *Wait) defaults()     { w.Default, w.Max = 30*time.Minute, 4*time.Hour }
func (s *Schedule) defaults() { s.Announce, s.IfMissed = "15m", "skip" } // how long it waits is its rule's to say
func (l *Limits) defaults() {
	l.Draft, l.ApprovalTimeout = 30*time.Minute, 30*time.Minute
	l.Settle, l.Look = 6*time.Second, time.Second
}
func (l *Log) defaults() { l.Level, l.Format = "info", "text" }
