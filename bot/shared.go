package bot

import (
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// sharedChannels are the channels that other organisations read, remembered for a minute.
type sharedChannels struct {
	mu    sync.Mutex
	known map[string]sharedChannel
}

type sharedChannel struct {
	shared bool
	at     time.Time
}

const sharedLife = time.Minute

// shared reports whether other organisations read a channel, or may. If it is not known, yes: Slack allows posting to
// channels that the bot cannot read, and a message to another organisation cannot be withdrawn.
func (b *Bot) shared(ctx context.Context, channel string) bool {
	shared, known := b.loadSharing(ctx, channel)
	return shared || !known
}

// isNowShared reports whether a channel that the bot already posted to is known to be shared now. An unknown state is
// no reason to move a card: it was not shared when it was posted.
func (b *Bot) isNowShared(ctx context.Context, channel string) bool {
	b.sharing.mu.Lock()
	was, ok := b.sharing.known[channel]
	b.sharing.mu.Unlock()
	if age := b.now().Sub(was.at); ok && age >= 0 && age < sharedLife {
		return was.shared
	}
	shared, known := b.loadSharing(ctx, channel)
	return shared && known
}

// loadSharing asks Slack now.
func (b *Bot) loadSharing(ctx context.Context, channel string) (shared, known bool) {
	info, err := b.channelInfo(ctx, channel)
	if err != nil {
		b.log.Warn("a channel cannot be looked at; it counts as shared with others", "channel", channel, "err", err)
		return false, false
	}
	shared = othersRead(info)
	b.sharing.mu.Lock()
	defer b.sharing.mu.Unlock()
	if b.sharing.known == nil || len(b.sharing.known) > 10_000 {
		b.sharing.known = map[string]sharedChannel{}
	}
	b.sharing.known[channel] = sharedChannel{shared, b.now()}
	return shared, true
}

// othersRead reports whether people of other organisations read a channel, or are invited. is_org_shared alone means
// other workspaces of the same organisation (docs.slack.dev, conversation object).
func othersRead(info *slack.Channel) bool {
	return info.IsExtShared || info.IsPendingExtShared || info.IsShared && !info.IsOrgShared
}

func (b *Bot) channelInfo(ctx context.Context, channel string) (*slack.Channel, error) {
	return retryOnRateLimit(ctx, b, "conversations.info", "look at a channel",
		func(ctx context.Context) (*slack.Channel, error) {
			return b.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
		})
}
