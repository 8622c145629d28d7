import { useMemo, useState } from "react";
import type { Api } from "../api";
import { marks } from "../guide/marks";
import { clock, count, isReply, sentence, when, zoneOf } from "../text";
import type { Channel, Message, Slack, Step } from "../types";
import { lastRead, markRead, unreadReplies } from "../unread";
import { Avatar } from "./avatar";
import { Composer } from "./composer";
import "./conversation.css";
import { MessageList } from "./messages";

export interface ConversationProps {
  slack: Slack;
  /** The same without the messages: it changes only when people or places do. */
  steady: Slack;
  api: Api;
  step: Step | null;
  channel: Channel;
  openThread(ts: string): void;
  onRead(): void;
}

/** A channel or the direct message with the app: its messages, and where to write one. */
export function Conversation(p: ConversationProps) {
  const { slack, channel } = p;
  const all = slack.messages[channel.id];
  const [top, threads] = useMemo(() => sort(all ?? []), [all]);
  const [readTo] = useState(() => lastRead(slack.me, channel.id));
  const seen = () => {
    const last = top.at(-1);
    if (last && markRead(slack.me, channel.id, "", last.ts)) p.onRead();
  };
  const name = channel.dm ? slack.app.name : "#" + channel.name;
  return (
    <>
      <MessageList
        label={`Messages in ${name}`}
        messages={top}
        slack={p.steady}
        api={p.api}
        step={p.step?.place === channel.id ? p.step : null}
        readTo={readTo}
        reply={channel.dm ? undefined : p.openThread}
        under={(m) => <ThreadLink root={m} replies={threads.get(m.ts)} slack={slack} open={p.openThread} />}
        top={all && top.length === 0 ? <Beginning channel={channel} slack={slack} /> : null}
        onSeen={seen}
      />
      {channel.dm ? (
        <p className="conversation-closed">
          Sending messages to this app is turned off. Use {slack.command} in a channel, or the buttons of its messages.
        </p>
      ) : (
        <Composer
          slack={p.steady}
          api={p.api}
          channel={channel.id}
          placeholder={`Message ${name}`}
          guided={p.step !== null && marks(p.step, "composer", p.step.target.label)}
        />
      )}
    </>
  );
}

/** sort parts the replies from what stands in the channel. A reply whose thread is not visible stands there too. */
function sort(all: Message[]): [Message[], Map<string, Message[]>] {
  const roots = new Set(all.filter((m) => !isReply(m)).map((m) => m.ts));
  const threads = new Map<string, Message[]>();
  const top = all.filter((m) => {
    if (!isReply(m) || !roots.has(m.thread!)) return true;
    threads.set(m.thread!, [...(threads.get(m.thread!) ?? []), m]);
    return false;
  });
  return [top, threads];
}

function ThreadLink(p: { root: Message; replies?: Message[]; slack: Slack; open(ts: string): void }) {
  const { replies, slack } = p;
  if (!replies) return null;
  const authors = [...new Map(replies.map((m) => [m.author_name, m])).values()].slice(0, 4);
  const fresh = unreadReplies(slack, replies);
  return (
    <button type="button" className="thread-open" data-testid="thread-open" onClick={() => p.open(p.root.ts)}>
      {authors.map((m) => (
        <Avatar key={m.author_name} name={m.author_name} bot={m.author === slack.app.id} size={22} />
      ))}
      {count(replies.length, "reply", "replies")}
      {fresh > 0 && <span className="thread-new">{fresh} new</span>}
      <span className="thread-last">Last reply {clock(when(replies.at(-1)!.ts), zoneOf(slack))}</span>
    </button>
  );
}

function Beginning(p: { channel: Channel; slack: Slack }) {
  const { channel, slack } = p;
  return (
    <div className="beginning">
      <h3>{channel.dm ? slack.app.name : "#" + channel.name}</h3>
      <p>{sentence(channel.about) || "This is where it begins."}</p>
    </div>
  );
}
