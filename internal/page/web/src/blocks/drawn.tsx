// Blocks that slack-blocks-to-jsx draws: all that only show something. Who and when are ours: names and times of the
// person who reads.
import { type ComponentProps, type CSSProperties, memo } from "react";
import { Message } from "slack-blocks-to-jsx";
import "slack-blocks-to-jsx/dist/style.css";
import type { Block } from "../types";
import { dateText } from "./date";
import { Link, placeOf } from "./link";
import { useReader, useSurface } from "./surface";

type Hooks = NonNullable<ComponentProps<typeof Message>["hooks"]>;
type Look = { bold?: boolean; italic?: boolean; strike?: boolean } | undefined;

const look = (style: Look): CSSProperties => ({
  fontWeight: style?.bold ? 700 : undefined,
  fontStyle: style?.italic ? "italic" : undefined,
  textDecoration: style?.strike ? "line-through" : undefined,
});

function User(p: { id: string; name: string; style: Look }) {
  const { slack } = useSurface();
  const known = slack.app.id === p.id ? slack.app : slack.people.find((u) => u.id === p.id);
  const mine = known?.name === slack.me;
  return <span className={`b-mention${mine ? " b-mine" : ""}`} style={look(p.style)}>@{known?.name ?? p.name}</span>;
}

function Group(p: { id: string; name: string; style: Look }) {
  const { slack } = useSurface();
  const handle = slack.groups.find((g) => g.id === p.id)?.handle ?? p.name;
  return <span className="b-mention" style={look(p.style)}>@{handle.replace(/^@/, "")}</span>;
}

function Channel(p: { id: string; name: string; style: Look }) {
  const { slack } = useSurface();
  const known = slack.channels.find((c) => c.id === p.id);
  const name = "#" + (known?.name ?? p.name).replace(/^#/, "");
  if (!known) return <span className="b-mention" style={look(p.style)}>{name}</span>;
  return (
    <a href={placeOf(slack.me, { channel: p.id })} className="b-mention" style={look(p.style)}>{name}</a>
  );
}

function Clock(p: { timestamp: string; format: string; link: string | null; fallback: string }) {
  const { slack } = useSurface();
  const unix = Number(p.timestamp);
  const now = Date.parse(slack.now) / 1000;
  const zone = useReader()?.zone ?? "UTC";
  if (!Number.isFinite(unix)) return <>{p.fallback}</>;
  const shown = (
    <time dateTime={new Date(unix * 1000).toISOString()} title={dateText(unix, "{date_long} at {time_secs}", zone, now)}>
      {dateText(unix, p.format, zone, now)}
    </time>
  );
  return p.link ? <Link href={p.link}>{shown}</Link> : shown;
}

const Broadcast = (p: { to: string; style: Look }) => <span className="b-mention b-mine" style={look(p.style)}>@{p.to}</span>;

const hooks: Hooks = {
  user: (u) => <User id={u.id} name={u.name} style={u.style} />,
  channel: (c) => <Channel id={c.id} name={c.name} style={c.style} />,
  usergroup: (g) => <Group id={g.id} name={g.name} style={g.style} />,
  atHere: (style) => <Broadcast to="here" style={style} />,
  atChannel: (style) => <Broadcast to="channel" style={style} />,
  atEveryone: (style) => <Broadcast to="everyone" style={style} />,
  date: (d) => <Clock {...d} />,
  link: (l) => <Link href={l.href} className={l.className}>{l.children}</Link>,
  // What is between two colons and no emoji, such as the minutes of 04:38:35, stays as it was written.
  emoji: (e, parse) => (parse(e) === e.name ? `:${e.name}:` : parse(e)),
};

/**
 * without takes out what the library makes something else of than Slack: block_id becomes an id of the page, where the
 * same block may be twice, and a verbatim text loses its mentions and times, where Slack only makes no links of words.
 */
const without = (block: Block) =>
  JSON.parse(JSON.stringify(block, (key, v) => (key === "block_id" || key === "verbatim" ? undefined : v)));

/** Drawn is one block as the library draws it. A header's level is that of its place in the page. */
export const Drawn = memo(
  function Drawn(p: { block: Block }) {
    return <Message withoutWrapper theme="light" logo="" name="" blocks={[without(p.block)]} hooks={hooks} />;
  },
  (was, is) => JSON.stringify(was.block) === JSON.stringify(is.block),
);

/** Mrkdwn is a text in Slack's markup. */
export const Mrkdwn = (p: { text: string; small?: boolean }) => (
  <Drawn
    block={
      p.small
        ? { type: "context", elements: [{ type: "mrkdwn", text: p.text }] }
        : { type: "section", text: { type: "mrkdwn", text: p.text } }
    }
  />
);
