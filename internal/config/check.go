package config

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

var (
	clusterName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	channelID   = regexp.MustCompile(`^[CG][A-Z0-9]{2,}$`)
)

var slashName = regexp.MustCompile(`^/[a-z0-9_-]{1,31}$`)

// IsSlashCommand reports whether Slack takes a name as a slash command: 32 characters at most, its slash included.
func IsSlashCommand(name string) bool { return slashName.MatchString(name) }

// checkConfig finds values that are well-formed and wrong.
func (r *reader) checkConfig(c *Config) {
	r.checkSlack(&c.Slack)
	if c.Store.Path == "" {
		r.bad("store.path", "is empty; give a file that survives a restart")
	}
	r.checkClusters(c.Clusters)
	r.checkPolicy(c.Policy, c.Clusters)
	r.checkSchedules(c.Schedules)
	r.checkAlerts(&c.Alerts.Labels)
	if c.Limits.Draft > 30*time.Minute {
		r.bad("limits.draft", "must be at most 30m, because Slack lets a preview be updated for 30 minutes; it is %s",
			r.written("limits.draft"))
	}
	r.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	r.oneOf("log.format", c.Log.Format, "text", "json")
	if c.Health.Listen != "" {
		r.address("health.listen", c.Health.Listen)
	}
}

func (r *reader) checkSlack(s *Slack) {
	r.token("slack.app_token", s.AppToken, "xapp-")
	r.token("slack.bot_token", s.BotToken, "xoxb-")
	if r.url("slack.api_url", s.APIURL) && !strings.HasSuffix(s.APIURL, "/") {
		s.APIURL += "/"
	}
	if !IsSlashCommand(s.Command) {
		r.bad("slack.command",
			"must be a slash and up to 31 small letters, digits, - or _, as in the Slack app; it is %s",
			r.written("slack.command"))
	}
	if s.Sockets < 1 || s.Sockets > 10 {
		r.bad("slack.sockets", "must be 1 to 10, which is Slack's limit for one app over all replicas; it is %s",
			r.written("slack.sockets"))
	}
}

// token is checked by its beginning only: the two are easily swapped.
func (r *reader) token(key string, s Secret, prefix string) {
	if _, ok := r.at[key]; !ok {
		key += "_file"
	}
	if !s.Empty() && !strings.HasPrefix(s.Reveal(), prefix) {
		r.bad(key, "does not begin with %s; copy the right one of the app's two tokens", prefix)
	}
}

func (r *reader) checkClusters(clusters []Cluster) {
	names, ids, bound, aliases := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for i, c := range clusters {
		aliases[strings.ToLower(c.Name)], aliases[strings.ToLower(c.ClusterID)] = i, i
	}
	for i := range clusters {
		c, at := &clusters[i], fmt.Sprintf("clusters[%d]", i)
		r.checkAliases(at+".aliases", c.Aliases, i, aliases)
		if !clusterName.MatchString(c.Name) {
			r.bad(at+".name", "must be letters, digits, dots, - or _, because people type GROUP@CLUSTER; it is %s",
				r.written(at+".name"))
		}
		r.once(names, c.Name, at+".name", i, "clusters[%d] has this name too; rename one")
		r.once(ids, c.ClusterID, at+".cluster_id", i,
			"clusters[%d] has this id too: one Kafka must not have two names; remove one")
		if n := utf8.RuneCountInString(c.Label); n == 0 || n > 20 || strings.ContainsFunc(c.Label, unicode.IsControl) {
			r.bad(at+".label", "must be 1 to 20 characters, because every card shows it; it is %s",
				r.written(at+".label"))
		}
		for j, b := range c.Bootstrap {
			r.address(fmt.Sprintf("%s.bootstrap[%d]", at, j), b)
		}
		r.channel(at+".home_channel", c.HomeChannel)
		for j, ch := range c.Channels {
			key := fmt.Sprintf("%s.channels[%d]", at, j)
			r.channel(key, ch)
			r.once(bound, ch, key, i,
				"clusters[%d] is bound to this channel too, and no cluster is ever guessed; keep one")
		}
		if c.Timeout > time.Minute {
			r.bad(at+".timeout", "must be at most 1m, because it is spent on every broker that is down; it is %s",
				r.written(at+".timeout"))
		}
		r.checkTLS(at+".tls", &c.TLS)
		if c.SASL != nil {
			r.oneOf(at+".sasl.mechanism", c.SASL.Mechanism, Mechanisms...)
		}
		for j, g := range c.Groups {
			key := fmt.Sprintf("%s.groups[%d]", at, j)
			r.pattern(key+".name", g.Name)
			r.oneOf(key+".kind", g.Kind, "flink", "spark", "streams", "connect", "consumer")
		}
		r.orDefault(at+".freeze", c.Freeze, true)
		r.orDefault(at+".thaw", c.Thaw, false)
		r.link(at+".runbook", c.Runbook)
	}
}

func (r *reader) checkTLS(at string, t *TLS) {
	if !t.Enabled {
		for _, key := range []string{"ca_file", "cert_file", "key_file", "server_name"} {
			if p, there := r.at[at+"."+key]; there && p.written != "" {
				r.bad(at+"."+key, "has no effect without TLS; set %s.enabled: true, or remove it", at)
			}
		}
		return
	}
	if (t.CertFile == "") != (t.KeyFile == "") {
		r.bad(at, "has one of cert_file and key_file; give both, or neither")
	}
	var ok bool
	if t.CAFile != "" {
		if t.CA, ok = r.named(at+".ca_file", t.CAFile); ok && !x509.NewCertPool().AppendCertsFromPEM(t.CA) {
			r.bad(at+".ca_file", "has no certificate in PEM; give the CA's certificates")
		}
	}
	if t.CertFile == "" || t.KeyFile == "" {
		return
	}
	var key []byte
	var hasKey bool
	t.Cert, ok = r.named(at+".cert_file", t.CertFile)
	key, hasKey = r.named(at+".key_file", t.KeyFile)
	t.Key = NewSecret(string(key))
	if ok && hasKey {
		if _, err := tls.X509KeyPair(t.Cert, key); err != nil {
			r.bad(at+".cert_file",
				"does not belong to key_file, or one of the two is not PEM; give a certificate and its own key")
		}
	}
}

// once reports a duplicate value.
func (r *reader) once(seen map[string]int, value, key string, i int, text string) {
	if value == "" {
		return
	}
	if first, twice := seen[value]; twice {
		r.bad(key, text, first)
		return
	}
	seen[value] = i
}

func (r *reader) oneOf(key, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		r.bad(key, "must be one of %s, not %s", strings.Join(allowed, ", "), r.written(key))
	}
}

func (r *reader) address(key, value string) {
	host, port, err := net.SplitHostPort(value)
	if n, convErr := strconv.Atoi(port); err != nil || convErr != nil || n < 1 || n > 65535 ||
		host == "" && key != "health.listen" {
		r.bad(key, "must be host:port, such as kafka-1.example.com:9092, not %s", r.written(key))
	}
}

func (r *reader) channel(key, value string) {
	if !channelID.MatchString(value) {
		r.bad(key, "must be a channel's id (C...), not %s; it is at the bottom of the channel's details in Slack",
			r.written(key))
	}
}

func (r *reader) url(key, value string) bool {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		r.bad(key, "must be a URL that begins with https://, not %s", r.written(key))
		return false
	}
	return true
}

func (r *reader) link(key, value string) {
	if value != "" {
		r.url(key, value)
	}
}

func (r *reader) pattern(key, value string) {
	if strings.ContainsAny(value, "?[]") {
		r.bad(key, "is not a valid pattern: %s; * matches any characters, and there are no other wildcards",
			r.written(key))
	}
}
