import { useEffect, useMemo, useRef, useState } from "react";
import type { Api } from "../api";
import { toComposer, useFocusBack } from "../focus";
import { count } from "../text";
import type { Channel, Message, Slack, Step } from "../types";
import { lastRead, markRead } from "../unread";
import { Composer } from "./composer";
import { Close } from "./icons";
import { MessageRow } from "./message";
import { MessageList } from "./messages";
import "./thread.css";

/** A thread beside its channel: the first message, the replies, and where to write one. */
export function ThreadPanel(p: {
  slack: Slack;
  steady: Slack;
  api: Api;
  step: Step | null;
  channel: Channel;
  ts: string;
  close(): void;
  onRead(): void;
}) {
  const { slack, channel, ts } = p;
  const all = slack.messages[channel.id];
  const root = all?.find((m) => m.ts === ts);
  const replies = useMemo(() => all?.filter((m) => m.thread === ts && m.ts !== ts) ?? [], [all, ts]);
  const [readTo] = useState(() => lastRead(slack.me, channel.id, ts));
  const closeButton = useRef<HTMLButtonElement>(null);
  useFocusBack();
  // Who opens a thread by keyboard goes on in it.
  useEffect(() => {
    closeButton.current?.focus({ preventScroll: true });
    if (!channel.dm) toComposer(".thread");
  }, []);

  const seen = () => {
    const last: Message | undefined = replies.at(-1);
    if (last && markRead(slack.me, channel.id, ts, last.ts)) p.onRead();
  };
  return (
    <div
      className="thread"
      data-testid="thread"
      onKeyDown={(e) => {
        if (e.key === "Escape" && !e.defaultPrevented) p.close();
      }}
    >
      <header className="pane-head">
        <div className="pane-title">
          <h2>Thread</h2>
          <p className="pane-about">{channel.dm ? slack.app.name : "#" + channel.name}</p>
        </div>
        <button ref={closeButton} type="button" className="icon-button" aria-label="Close thread" onClick={p.close}>
          <Close />
        </button>
      </header>
      <MessageList
        label="Messages in the thread"
        messages={replies}
        slack={p.steady}
        api={p.api}
        step={p.step}
        readTo={readTo}
        onSeen={seen}
        top={
          <>
            {root ? (
              <MessageRow message={root} slack={p.steady} api={p.api} step={null} grouped={false} />
            ) : (
              <p className="thread-gone">The thread&apos;s first message is not visible to you.</p>
            )}
            {replies.length > 0 && <p className="thread-count">{count(replies.length, "reply", "replies")}</p>}
          </>
        }
      />
      {!channel.dm && (
        <Composer slack={p.steady} api={p.api} channel={channel.id} thread={ts} placeholder="Reply in thread" />
      )}
    </div>
  );
}
