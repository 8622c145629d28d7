import { memo } from "react";
import type { Api } from "../api";
import { Attachments, Blocks } from "../blocks/blocks";
import { marks } from "../guide/marks";
import { clock, full, plain, size, when, zoneOf } from "../text";
import type { Block, Message, Slack, Step } from "../types";
import { Avatar } from "./avatar";
import { Download, Eye, File, More, Reply } from "./icons";
import { type Entry, MenuButton } from "./menu";
import "./message.css";
import { Safe } from "./safe";

export interface RowProps {
  message: Message;
  /** Who and what is there; its messages may be older than this one. */
  slack: Slack;
  api: Api;
  step: Step | null;
  /** Follows a message of the same author at once, so neither picture nor name are shown again. */
  grouped: boolean;
  /** Opens the thread; none in a thread. */
  reply?: (ts: string) => void;
  children?: React.ReactNode;
}

/** One message: who, when, what, and what can be done with it. */
export const MessageRow = memo(function MessageRow(p: RowProps) {
  const { message: m, slack } = p;
  const at = when(m.ts);
  const zone = zoneOf(slack);
  const author = m.author_name + (m.app ? " (app)" : "");
  const label = [author, clock(at, zone), ...(m.ephemeral ? ["only visible to you"] : [])].join(", ");
  const time = (
    <time className="message-time" dateTime={at.toISOString()} title={full(at, zone)}>
      {clock(at, zone)}
    </time>
  );
  return (
    <article
      className={`message${p.grouped ? " grouped" : ""}${m.ephemeral ? " ephemeral" : ""}`}
      data-testid="message"
      data-ts={m.ts}
      aria-label={label}
    >
      {m.ephemeral && (
        <p className="message-private">
          <Eye size={14} /> Only visible to you
        </p>
      )}
      <div className="message-gutter">
        {p.grouped ? time : <Avatar name={m.author_name} bot={m.author === slack.app.id} />}
      </div>
      <div className="message-main">
        {!p.grouped && (
          <p className="message-head">
            <strong>{m.author_name}</strong>
            {m.app && <span className="app-badge">APP</span>}
            {time}
          </p>
        )}
        <Safe instead={<p className="message-broken">{plain(m.text, slack) || "This message cannot be drawn."}</p>}>
          <Body message={m} slack={slack} api={p.api} step={p.step} />
        </Safe>
        {m.edited && <span className="message-edited">(edited)</span>}
        <Files message={m} me={slack.me} />
        {p.children}
      </div>
      <Tools {...p} />
    </article>
  );
});

/** The blocks of a message, or its text drawn as one. */
function Body(p: { message: Message; slack: Slack; api: Api; step: Step | null }) {
  const { message: m, api } = p;
  const act = async (a: { action_id: string; value: string }) => {
    await api.act("click", { channel: m.channel, ts: m.ts, action_id: a.action_id, value: a.value });
  };
  const text: Block[] = m.text ? [{ type: "section", text: { type: "mrkdwn", text: m.text } }] : [];
  const blocks = m.blocks?.length ? m.blocks : m.attachments?.length && !m.text ? [] : text;
  return (
    <div className={`message-body${blocks === text ? " plain" : ""}`}>
      {blocks.length > 0 && <Blocks blocks={blocks} slack={p.slack} act={act} step={p.step} />}
      {m.attachments && m.attachments.length > 0 && <Attachments attachments={m.attachments} slack={p.slack} />}
    </div>
  );
}

function Files(p: { message: Message; me: string }) {
  return p.message.files?.map((f) => (
    <a
      key={f.id}
      className="message-file"
      href={`file/${encodeURIComponent(f.id)}?as=${encodeURIComponent(p.me)}`}
      download={f.name}
    >
      <span className="message-file-icon">
        <File size={22} />
      </span>
      <span className="message-file-text">
        <strong>{f.name}</strong>
        <span>{size(f.size)}</span>
      </span>
      <span className="unseen">Download</span>
      <Download size={18} />
    </a>
  ));
}

/** What can be done with a message. Slack offers nothing on what is only visible to one person. */
function Tools(p: RowProps) {
  const { message: m, slack, api } = p;
  if (m.ephemeral) return null;
  const shortcuts = slack.shortcuts.filter((s) => s.type === "message");
  const foreign = m.app && m.author !== slack.app.id;
  const guided = (label: string) => foreign && marks(p.step, "shortcut", label);
  const entries: Entry[] = shortcuts.map((s) => ({
    label: s.name,
    note: slack.app.name,
    guided: guided(s.name),
    choose: () => void api.act("messageShortcut", { channel: m.channel, ts: m.ts, callback_id: s.callback_id }),
  }));
  if (p.reply) entries.push({ label: "Reply in thread", choose: () => p.reply!(m.thread || m.ts) });
  const pointed = entries.some((e) => e.guided);
  return (
    <div className={`message-tools${pointed ? " pointed" : ""}`}>
      {p.reply && (
        <button
          type="button"
          className="icon-button"
          aria-label="Reply in thread"
          title="Reply in thread"
          tabIndex={-1} // by keyboard it is in the menu, so that each message is one stop
          onClick={() => p.reply!(m.thread || m.ts)}
        >
          <Reply size={18} />
        </button>
      )}
      <MenuButton
        label="More actions"
        testId="message-menu"
        icon={<More size={18} />}
        entries={entries}
        className={pointed ? "guided" : ""}
      />
    </div>
  );
}
