package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/bot"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// ErrCheckFailed is returned by Check when it found a problem.
var ErrCheckFailed = errors.New("check failed")

// Check reports the problems of a configuration: first those of the file, then, unless offline, whether Slack accepts
// the tokens, each cluster answers and is the configured one, and its login has the rights that resets need.
func Check(ctx context.Context, cfg *config.Config, o CheckOptions, out io.Writer, now func() time.Time) error {
	c := checker{out: out, o: o}
	c.say("file: %s, %s", text.Counted(len(cfg.Clusters), "cluster"), text.Counted(len(cfg.Policy), "rule"))
	for _, why := range auth.NeverMatch(rules(cfg)) {
		c.wrong("policy: %s", why)
	}
	for _, cluster := range policy(cfg, nil).Unfrozen() {
		c.note("cluster %s: no rule and no list names who may freeze it, so that nobody may freeze or thaw everything; "+
			"add freeze and thaw to the cluster", cluster)
	}
	if _, err := schedules(cfg, now()); err != nil {
		for why := range strings.SplitSeq(Words(err), "\n") {
			c.wrong("%s", why)
		}
	}
	if o.Offline {
		c.say("slack and kafka: not asked (--offline)")
		return c.verdict()
	}
	quiet := slog.New(slog.DiscardHandler)
	c.slack(ctx, cfg, Options{Now: now, Log: quiet})
	c.names = reset.Names{Infos: infos(cfg), Known: map[string]string{}}
	for _, cl := range cfg.Clusters {
		c.cluster(ctx, cfg, cl, Options{Now: now, Log: quiet})
	}
	return c.verdict()
}

// CheckOptions say what to look at.
type CheckOptions struct {
	Offline bool
	Groups  []string // whose rights are checked; default: those that the policy names, and some that it covers
	Topics  []string // besides those on which the groups have commits
	Tell    string   // a user id: this person is sent a direct message; empty: nobody is
	Cards   bool     // let Slack judge a card of each kind
}

type checker struct {
	out      io.Writer
	o        CheckOptions
	problems int
	names    reset.Names
}

func (c *checker) say(format string, args ...any) { fmt.Fprintf(c.out, "ok     "+format+"\n", args...) }

func (c *checker) wrong(format string, args ...any) {
	c.problems++
	fmt.Fprintf(c.out, "WRONG  "+format+"\n", args...)
}

// note is information, not a problem.
func (c *checker) note(format string, args ...any) {
	fmt.Fprintf(c.out, "note   "+format+"\n", args...)
}

func (c *checker) verdict() error {
	if c.problems == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrCheckFailed, text.Counted(c.problems, "problem"))
}

func (c *checker) slack(ctx context.Context, cfg *config.Config, o Options) {
	b := newBot(cfg, o, nil)
	id, err := b.Check(ctx)
	if err != nil {
		c.wrong("slack: %v%s", err, nextStep(err))
	}
	if id.TeamID == "" {
		return
	}
	c.say("slack: %s (%s)", id.Team, id.TeamID)
	for _, scope := range bot.Scopes {
		switch {
		case slices.Contains(id.Scopes, scope.Name):
		case scope.Optional:
			c.note("slack: the bot token has no scope %s, which is optional; the bot works without %s", scope.Name,
				scope.For)
		default:
			c.wrong("slack: the bot token has no scope %s, needed for %s; add it to the app and install the app again",
				scope.Name, scope.For)
		}
	}
	c.userGroups(ctx, cfg, b)
	c.homes(ctx, cfg, b, id.Scopes)
	c.direct(ctx, b, c.o.Tell)
	if c.o.Cards {
		c.cards(ctx, b)
	}
}

// userGroups reports user groups of the policy without members.
func (c *checker) userGroups(ctx context.Context, cfg *config.Config, b *bot.Bot) {
	ids := auth.GroupsOf(rules(cfg), freezers(cfg))
	wrong, err := b.Groups(ctx, ids)
	switch {
	case err != nil:
		c.wrong("slack: the user groups of the policy could not be read (%v); run the check again", err)
	case len(wrong) == 0 && len(ids) > 0:
		c.say("slack: %s of the policy, all exist", text.Counted(len(ids), "user group"))
	}
	for _, u := range wrong {
		if u.Code != "missing_scope" { // reported with the other scopes
			c.wrong("slack: %s", words.CauseOf(u))
		}
	}
}

// nextStep is what to do about a token that Slack refuses.
func nextStep(err error) string {
	var fault *bot.Fault
	if !errors.As(err, &fault) {
		return ""
	}
	switch fault.Code {
	case "invalid_auth", "token_revoked", "token_expired", "account_inactive":
		return "; the token is wrong or no longer valid: copy it again from the app's page at api.slack.com/apps"
	case "not_allowed_token_type", "missing_scope":
		return "; slack.app_token has to be an app-level token (xapp-) with the scope connections:write"
	}
	return ""
}

func (c *checker) cluster(ctx context.Context, cfg *config.Config, cl config.Cluster, o Options) {
	k, err := openCluster(cl, o)
	if err != nil {
		c.wrong("%v", err)
		return
	}
	defer func() { _ = k.Close() }() // nothing was written
	found, err := k.Check(ctx)
	for _, note := range found.Notes {
		c.note("cluster %s: %s", cl.Name, note)
	}
	if err != nil {
		for why := range strings.SplitSeq(Words(err), "\n") {
			c.wrong("cluster %s: %s", cl.Name, why)
		}
		return
	}
	c.names.Known[cl.Name] = found.ClusterID
	if p := c.names.Refused(cl.Name); p != nil {
		c.wrong("cluster %s: it is the same Kafka as %s (id %s), and one Kafka has one name: nothing is planned or "+
			"written under the second one; remove it", cl.Name, p.Want, p.Got)
		return
	}
	c.say("cluster %s: id %s, %s asked, all answer", cl.Name, found.ClusterID, text.Counted(len(found.Brokers), "broker"))
	if cl.ClusterID == "" {
		c.wrong("cluster %s: no cluster_id is pinned, so another cluster behind the same names would be reset; add cluster_id: %s",
			cl.Name, found.ClusterID)
	}
	c.rights(ctx, cfg, cl, k)
}
