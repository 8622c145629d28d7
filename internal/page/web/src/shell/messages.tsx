import { Fragment, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Api } from "../api";
import { day, sameDay, when, zoneOf } from "../text";
import type { Message, Slack, Step } from "../types";
import { Down } from "./icons";
import { MessageRow } from "./message";
import "./messages.css";

/** Messages of one author within this many seconds are drawn together. */
const together = 300;

/** How near the end, in pixels, counts as being at the end. */
const near = 48;

export interface ListProps {
  label: string;
  messages: Message[];
  slack: Slack;
  api: Api;
  step: Step | null;
  /** What was the newest that this person had read when the list was opened; "0" for none. */
  readTo: string;
  reply?: (ts: string) => void;
  under?: (m: Message) => React.ReactNode;
  top?: React.ReactNode;
  /** The person has seen the list to its end. */
  onSeen(): void;
}

/**
 * A list of messages that stays at its end while the person is there, and stays where it is while they read older ones.
 * The parent gives it a key for each place, so that it begins anew in another.
 */
export function MessageList(p: ListProps) {
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [away, setAway] = useState(false);
  const seen = useRef(p.onSeen);
  seen.current = p.onSeen;

  const from = useRef(0);
  const look = useCallback(() => {
    const b = box.current!;
    const end = b.scrollHeight - b.scrollTop - b.clientHeight < near;
    // A list at its end leaves it only upwards: it is no leaving when what is drawn late makes the list longer.
    atEnd.current = end || (atEnd.current && b.scrollTop >= from.current);
    from.current = b.scrollTop;
    setAway(!atEnd.current);
    if (atEnd.current && document.visibilityState === "visible") seen.current();
  }, []);
  const toEnd = useCallback(() => {
    box.current!.scrollTop = box.current!.scrollHeight;
    look();
  }, [look]);

  // The list grows by new messages, and by what is drawn late or edited; both keep the end in sight.
  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => (atEnd.current ? toEnd() : look()));
    watch.observe(inner.current!);
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, [toEnd, look]);
  useLayoutEffect(() => {
    if (atEnd.current || p.messages.at(-1)?.author === me(p.slack)) toEnd();
    else look();
  }, [p.messages.length]);
  useEffect(() => {
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [look]);

  return (
    <div className="messages-frame">
      <div ref={box} className="messages" role="log" aria-live="off" aria-label={p.label} tabIndex={0} onScroll={look}>
        <div ref={inner} className="messages-inner">
          {p.top}
          <Rows {...p} />
        </div>
      </div>
      {away && (
        <button type="button" className="messages-down" onClick={toEnd}>
          <Down size={16} /> Newest messages
        </button>
      )}
    </div>
  );
}

function me(slack: Slack): string {
  return slack.people.find((x) => x.name === slack.me)?.id ?? "";
}

/** In this time after a list was opened, in milliseconds, what comes was there before: the first snapshot brings it. */
const opening = 1000;

/** useFirstNew is the first message that the person had not read when the list was opened. What comes later is seen. */
function useFirstNew(p: ListProps): Message | undefined {
  const opened = useRef(Date.now());
  const until = useRef("0");
  if (Date.now() - opened.current < opening) until.current = p.messages.at(-1)?.ts ?? "0";
  if (p.readTo === "0") return undefined;
  return p.messages.find(
    (m) => Number(m.ts) > Number(p.readTo) && Number(m.ts) <= Number(until.current) && m.author !== me(p.slack),
  );
}

function Rows(p: ListProps) {
  const zone = zoneOf(p.slack);
  const now = new Date(p.slack.now);
  const firstNew = useFirstNew(p);
  const pointed = p.step ? pointedAt(p.step, p.messages, p.slack) : undefined;
  return p.messages.map((m, i) => {
    const before = p.messages[i - 1];
    const newDay = !before || !sameDay(when(before.ts), when(m.ts), zone);
    const isNew = m === firstNew;
    const grouped =
      !newDay &&
      !isNew &&
      before.author === m.author &&
      before.author_name === m.author_name &&
      !before.ephemeral &&
      !m.ephemeral &&
      Number(m.ts) - Number(before.ts) < together;
    return (
      <Fragment key={m.ts + m.author}>
        {newDay && p.under && <Divider text={day(when(m.ts), now, zone)} />}
        {isNew && <Divider text="New" fresh />}
        <MessageRow
          message={m}
          slack={p.slack}
          api={p.api}
          step={m === pointed ? p.step : null}
          grouped={grouped}
          reply={p.reply}
        >
          {p.under?.(m)}
        </MessageRow>
      </Fragment>
    );
  });
}

/**
 * pointedAt is the message that the guide's step is about: the newest alert for a shortcut, the newest with that button
 * for a button. An older card has the same button and is none of it.
 */
function pointedAt(step: Step, messages: Message[], slack: Slack): Message | undefined {
  const { kind, label } = step.target;
  if (kind === "shortcut") return messages.findLast((m) => m.app && !m.ephemeral && m.author !== slack.app.id);
  return messages.findLast((m) => JSON.stringify(m.blocks ?? "").includes(JSON.stringify(label)));
}

function Divider(p: { text: string; fresh?: boolean }) {
  return (
    <div className={`divider${p.fresh ? " fresh" : ""}`}>
      <span>{p.text}</span>
    </div>
  );
}
