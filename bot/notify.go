package bot

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// maxNotified is how many people are sent a direct message about a card that they cannot see.
const maxNotified = 10

// notifyDirectly sends a direct message to the people who have to know and cannot see the card: approvers of a
// pending request, owners after an emergency. The requester is told in any case.
func (b *Bot) notifyDirectly(
	ctx context.Context, s reset.Story, card *engine.Card, refused *refusal,
) (time.Time, error) {
	ids, why, seq := whoToNotify(s, entriesAfter(s.Entries, card.ToldSeq))
	// they are expected to read the home channel
	if len(ids) == 0 || refused == nil && card.Channel == s.Cluster.Home {
		return time.Time{}, nil
	}
	people, err := b.withoutAccess(ctx, s, *card, ids, refused, why)
	if u := reset.UnreadOf(err); passing(err) || u.Passing {
		return b.now().Add(max(afterPassing, u.Wait, waitOf(err))), nil
	}
	if err != nil {
		b.log.Error("some people who have to know of a request cannot be found", "request", s.Request.ID, "err", err)
	}
	out := outreach{home: words.Unshown{Channel: s.Cluster.Home}, nobody: len(people) == 0 && err == nil}
	if refused != nil {
		out.home = words.Unshown{Channel: refused.channel, Code: refused.Code}
	}
	// before the people, so that these are told once although the channel has to wait
	if (len(people) > 0 || err != nil) && refused == nil {
		_, err := b.say(ctx, "tell the home channel of "+s.Request.ID, s.Cluster.Home, "", words.OutsideOf(s),
			renderOptions{key: blockKey(s)})
		if passing(err) {
			return b.retryAt(err)
		}
		if out.reached = err == nil; err != nil {
			out.home.Code = slackCode(err)
			b.log.Warn("the home channel is not told", "request", s.Request.ID, "err", err)
		}
	}
	for _, who := range people {
		err := b.answerNow(ctx, envelope{ID: blockKey(s) + ".call." + who, User: who}, words.CallOf(s, why), false)
		if isPermanent(err) {
			out.direct = slackCode(err)
		} else {
			out.reached = true // or it will be: the answer is tried again
		}
	}
	if why == words.CallApprovers && !out.reached && !out.nobody {
		if again, err := b.tellUnseen(ctx, s, card, refused != nil, out); err != nil || !again.IsZero() {
			return again, err
		}
	}
	return time.Time{}, b.updateCard(ctx, card, func(c *engine.Card) { c.ToldSeq = max(c.ToldSeq, seq) })
}

// outreach is what became of telling people who have to know and cannot see the card.
type outreach struct {
	nobody  bool // has to be told: enough of them see the card
	reached bool
	home    words.Unshown // why the home channel took nothing
	direct  string        // Slack's last refusal of a direct message; empty: nobody was found to send one to
}

// tellUnseen tells the requester at once that no approver can see the request, and the cause: in the place of their
// click, by direct message, or in the thread of the card where they asked.
func (b *Bot) tellUnseen(
	ctx context.Context, s reset.Story, card *engine.Card, unposted bool, out outreach,
) (time.Time, error) {
	b.log.Error("no approver can be told of a request; a person has to look why", "request", s.Request.ID, "channel",
		out.home.Channel, "err", out.home.Code, "direct", out.direct)
	again, told, err := b.sendToRequester(ctx, "tell the requester of "+s.Request.ID+" that no approver sees it", s, card,
		words.UnseenOf(s, out.home, out.direct))
	if err != nil || !again.IsZero() || told || unposted {
		return again, err
	}
	again, _, err = b.reply(ctx, s, card, words.UnseenInThread(s, out.home, out.direct))
	return again, err
}

// whoToNotify are the users and user groups that have to know of new entries, why, and by which entry.
func whoToNotify(s reset.Story, news []reset.Entry) (ids []string, why words.Call, seq int64) {
	r := s.Request
	for _, e := range news {
		switch {
		case e.Event == reset.EvEmergency:
			ids, why, seq = words.OwnersOf(r), words.CallOwners, e.Seq
		case r.State == reset.Pending &&
			(e.Event == reset.EvSubmitted || e.Event == reset.EvPlanned || e.Event == reset.EvReopened):
			ids, why, seq = r.Ruling.Approvers, words.CallApprovers, e.Seq
		}
	}
	return ids, why, seq
}

// withoutAccess are the people among ids who cannot see the card: all of them when no channel accepts it, those who
// are not members when it is in a private channel. When enough approvers are members, no other is notified.
func (b *Bot) withoutAccess(
	ctx context.Context, s reset.Story, card engine.Card, ids []string, refused *refusal, why words.Call,
) ([]string, error) {
	var inside []string
	if refused == nil {
		private, err := b.isPrivate(ctx, card.Channel)
		if err != nil || !private {
			return nil, err
		}
		if inside, err = b.channelMembers(ctx, card.Channel); err != nil {
			return nil, err
		}
	}
	people, err := b.peopleOf(ctx, ids)
	people = slices.DeleteFunc(people, func(id string) bool {
		return id == s.Request.Actor.ID || s.Request.Emergency != nil && id == s.Request.Emergency.By.ID
	})
	out := slices.DeleteFunc(slices.Clone(people), func(id string) bool { return slices.Contains(inside, id) })
	if why == words.CallApprovers && len(people)-len(out) >= max(1, s.Request.Need) {
		return nil, nil
	}
	return out[:min(len(out), maxNotified)], err
}

// peopleOf are users, and the members of user groups. A group whose members Slack does not return does not hide the
// others.
func (b *Bot) peopleOf(ctx context.Context, ids []string) (out []string, unread error) {
	for _, id := range ids {
		switch {
		case !slackID(id): // "members": the whole workspace is not notified
		case id[0] == 'S':
			in, err := b.Members(ctx, id)
			if passing(err) || reset.UnreadOf(err).Passing {
				return nil, err
			}
			unread = cmp.Or(unread, err)
			out = append(out, in...)
		default:
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), unread
}

// isPrivate reports whether only members see a channel.
func (b *Bot) isPrivate(ctx context.Context, channel string) (bool, error) {
	info, err := b.channelInfo(ctx, channel)
	if err != nil {
		return false, err
	}
	return info.IsPrivate, nil
}

// channelMembers are the members of a channel.
func (b *Bot) channelMembers(ctx context.Context, channel string) ([]string, error) {
	var out []string
	for cursor := ""; ; {
		p := &slack.GetUsersInConversationParameters{ChannelID: channel, Cursor: cursor, Limit: 1000}
		next := ""
		part, err := retryOnRateLimit(ctx, b, "conversations.members", "ask who is in a channel",
			func(ctx context.Context) (ids []string, err error) {
				ids, next, err = b.api.GetUsersInConversationContext(ctx, p)
				return ids, err
			})
		if err != nil {
			return nil, err
		}
		if out = append(out, part...); next == "" {
			return out, nil
		}
		cursor = next
	}
}
