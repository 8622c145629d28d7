package bot

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/alert"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// alertShortcut is the callback_id of the message shortcut "Reset from this alert".
const alertShortcut = "reset_from_alert"

// alertHints are what a form keeps of the message that it was opened from. They fill in and offer; a person chooses.
type alertHints struct {
	Groups  []string            `json:",omitempty"` // that it names
	Below   []string            `json:",omitempty"` // to be offered after them
	Topics  []string            `json:",omitempty"` // to be filled in
	ByGroup map[string][]string `json:",omitempty"` // to be filled in once one of several groups is chosen
	Words   []string            `json:",omitempty"` // to be matched with the groups of a cluster
	Ways    []alertWay          `json:",omitempty"` // targets to be offered first

	Unbound bool `json:",omitempty"` // it names a cluster that is none of ours: then the channel's is not meant either

	Topic     string `json:",omitempty"` // of the message that failed; empty: none is known
	Partition int32  `json:",omitempty"`
	Offset    int64  `json:",omitempty"`
}

// alertWay is a target that a message suggests, by what it is. None is ever chosen beforehand.
type alertWay struct {
	Label string
	Where commands.FormTarget
	At    int64  `json:",omitempty"` // Unix seconds, of commands.ToTime
	Value string `json:",omitempty"`
}

const (
	wayPrefix   = "alert."               // of the option of an alertWay
	mostOffers  = 20                     // groups of an alert
	mostHints   = 40                     // words to be matched
	matchWithin = 500 * time.Millisecond // of the 3 s of a trigger
	mostTimes   = 4                      // times of one message that are offered
)

// openFromShortcut opens the form, of a message with what that says.
func (b *Bot) openFromShortcut(ctx context.Context, e envelope) {
	var s formState
	if e.Alert != nil {
		r := alert.Read(e.Alert, b.cfg.AlertLabels)
		s.reading = &r
	}
	b.openResetForm(ctx, e, s)
}

// fromReading fills in what a message names without doubt, and keeps the rest to be offered. Which cluster is meant is
// never guessed: one that it names and that is not configured is asked for.
func (b *Bot) fromReading(ctx context.Context, e envelope, s *formState, start reset.FormStart) {
	r := *s.reading
	zone, _, _ := b.zone(ctx, e.User)
	shown := words.AlertShown{Zone: zone, Now: b.now()}
	if len(r.Clusters) == 1 {
		called, err := b.Core.ClusterCalled(ctx, r.Clusters[0])
		if err != nil {
			b.log.Warn("the cluster of an alert is not looked up", "envelope", e.ID, "err", err)
		}
		if slices.Contains(start.Clusters, called) {
			shown.Cluster, s.Cluster = called, called
		}
	}
	s.Alert = hintsOf(r, zone, b.now())
	s.Alert.Unbound = len(r.Clusters) > 0 && shown.Cluster == ""
	s.offer(start)
	s.Notes = words.AlertNotes(r, shown)
	b.offerFromAlert(ctx, e, s, commands.FieldCluster)
}

// hintsOf keeps what a form needs of a reading while it is open.
func hintsOf(r alert.Reading, zone *time.Location, now time.Time) *alertHints {
	h := &alertHints{Groups: r.Groups[:min(len(r.Groups), mostOffers)],
		Below: r.Below.Groups[:min(len(r.Below.Groups), mostOffers)]}
	if len(r.Groups) < 2 && len(r.Topics) == 1 {
		h.Topics = []string{scoped(r.Topics[0], r.Partitions)}
	}
	if len(r.Groups) == 0 {
		h.Words = r.Words[:min(len(r.Words), mostHints)]
	}
	if len(r.Groups) > 1 {
		h.ByGroup = map[string][]string{}
		for _, p := range r.Pairs {
			for _, t := range p.Topics {
				h.ByGroup[p.Group] = append(h.ByGroup[p.Group], scoped(t, r.Partitions))
			}
		}
	}
	if parts := r.Partitions; r.Offset != nil && len(r.Topics) == 1 && len(parts[r.Topics[0]]) == 1 {
		h.Topic, h.Partition, h.Offset = r.Topics[0], parts[r.Topics[0]][0], *r.Offset
		at := fmt.Sprintf("%s:%d@%d", h.Topic, h.Partition, h.Offset)
		h.Ways = append(h.Ways, alertWay{Label: words.AlertSkip(at), Where: commands.SkipOne, Value: at},
			alertWay{Label: words.AlertReread(at), Where: commands.FromRows,
				Value: fmt.Sprintf("%s,%d,%d", h.Topic, h.Partition, h.Offset)})
	}
	for _, m := range momentsOf(r) {
		h.Ways = append(h.Ways, alertWay{Label: words.AlertRewind(m, zone, now), Where: commands.ToTime, At: m.At.Unix()})
	}
	return h
}

// scoped is a topic with the partitions that a message points at, as the form writes it.
func scoped(topic string, parts map[string][]int32) string {
	numbers := make([]string, len(parts[topic]))
	for i, p := range parts[topic] {
		numbers[i] = strconv.Itoa(int(p))
	}
	if len(numbers) == 0 {
		return topic
	}
	return topic + ":" + strings.Join(numbers, ",")
}

// momentsOf are the times of a message that are offered: the start that it states, and the first of each other kind.
func momentsOf(r alert.Reading) []alert.Moment {
	var out []alert.Moment
	if !r.Since.At.IsZero() {
		out = append(out, r.Since)
	}
	for _, source := range []alert.Source{alert.Stated, alert.Produced, alert.Logged, alert.Notified, alert.Posted} {
		i := slices.IndexFunc(r.Times, func(m alert.Moment) bool { return m.Source == source })
		if i >= 0 && len(out) < mostTimes {
			out = append(out, r.Times[i])
		}
	}
	return out
}

// offerFromAlert fills in and offers what a message said, as far as it depends on the field that was changed: also the
// groups that exist and whose names are words of the message.
func (b *Bot) offerFromAlert(ctx context.Context, e envelope, s *formState, changed commands.FormField) {
	h := s.Alert
	if h == nil || changed != commands.FieldCluster && changed != commands.FieldGroup {
		return
	}
	if changed == commands.FieldCluster {
		var known []string
		if s.Cluster != "" && len(h.Words) > 0 {
			quick, cancel := context.WithTimeout(ctx, matchWithin)
			defer cancel()
			var err error
			if known, err = b.Core.KnownGroups(quick, e.actor(), e.Channel, s.Cluster, h.Words); err != nil {
				b.log.Warn("the words of an alert are not matched", "envelope", e.ID, "err", err)
			}
		}
		offered := slices.Concat(h.Groups, h.Below, known)
		s.Groups = offered[:min(len(offered), mostOffers)]
		s.Notes = slices.DeleteFunc(s.Notes, words.IsAlertMatch)
		s.Notes = append(s.Notes, words.AlertMatches(known)...)
		if len(h.Groups) == 1 {
			s.Group = h.Groups[0]
		}
	}
	if len(s.Topics) == 0 {
		s.Topics = slices.Clone(h.Topics)
		if of := h.ByGroup[s.Group]; s.Group != "" && len(of) > 0 {
			s.Topics = slices.Clone(of)
		}
	}
}

// chooseWay takes the target that an alert suggested and a person chose.
func (s *formState) chooseWay() {
	number, ok := strings.CutPrefix(string(s.Where), wayPrefix)
	if !ok {
		return
	}
	s.Where = ""
	if i, err := strconv.Atoi(number); err == nil && s.Alert != nil && i >= 0 && i < len(s.Alert.Ways) {
		s.Way, s.Where = wayPrefix+number, s.Alert.Ways[i].Where
		if s.Value == "" && s.At.IsZero() {
			s.fillWay()
		}
	}
}

// fillWay fills in the value of the suggested target that was chosen. It can still be changed.
func (s *formState) fillWay() {
	number, _ := strings.CutPrefix(s.Way, wayPrefix)
	i, err := strconv.Atoi(number)
	if err != nil || s.Alert == nil || i < 0 || i >= len(s.Alert.Ways) {
		return
	}
	way := s.Alert.Ways[i]
	s.Value, s.At = way.Value, time.Time{}
	if way.Where == commands.ToTime {
		s.At = time.Unix(way.At, 0).UTC()
	}
}

// about adds to what a form shows of its request whether the message that failed is still ahead.
func (h *alertHints) about(c *words.Content, steps []reset.Step) {
	if h != nil && h.Topic != "" {
		c.Lines = append(c.Lines, words.AlertRecord(h.Topic, h.Partition, h.Offset, steps)...)
	}
}
