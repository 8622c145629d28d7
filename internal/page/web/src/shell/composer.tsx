import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import type { Api } from "../api";
import type { Slack } from "../types";
import { type Suggestion, suggest } from "./complete";
import "./composer.css";
import { At, Bolt, Plus, Send, Slash } from "./icons";
import { type Entry, MenuButton } from "./menu";

export interface ComposerProps {
  slack: Slack;
  api: Api;
  channel: string;
  thread?: string;
  placeholder: string;
  guided?: boolean;
}

/** What each person has begun to write in each place; it stays there while they look elsewhere. */
const drafts = new Map<string, string>();
/** What each person has sent, for the arrow keys. */
const sent = new Map<string, string[]>();

/** compose writes a text for a person in a channel, ready to be sent: it is there when that person looks there. */
export function compose(person: string, channel: string, text: string): void {
  drafts.set([person, channel, ""].join("/"), text);
  window.dispatchEvent(new Event(composed));
}
const composed = "composed";

/** Where a person writes: a message, a mention of the bot, or the slash command. */
export function Composer(p: ComposerProps) {
  const { slack, api } = p;
  const draft = [slack.me, p.channel, p.thread ?? ""].join("/");
  const box = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const [text, setText] = useState(drafts.get(draft) ?? "");
  const [caret, setCaret] = useState(text.length);
  const [chosen, setChosen] = useState(-1);
  const [closed, setClosed] = useState<string | null>(drafts.get(draft) ?? null); // the text whose suggestions are not wanted
  const [back, setBack] = useState(0); // how far in the history
  const next = useRef<number | null>(null); // where the caret goes once the text is drawn

  const found = suggest(text, caret, slack, !!p.thread);
  const open = closed !== text && found.all.length > 0;
  const active = chosen >= 0 ? Math.min(chosen, found.all.length - 1) : found.eager ? 0 : -1;

  const put = (value: string, at = value.length) => {
    setText(value);
    setCaret(at);
    setChosen(-1);
    drafts.set(draft, value);
    next.current = at;
  };
  useLayoutEffect(() => {
    const b = box.current!;
    b.style.height = "auto";
    b.style.height = `${Math.min(b.scrollHeight, 240)}px`;
    if (next.current === null) return;
    if (document.activeElement === b) b.setSelectionRange(next.current, next.current);
    next.current = null;
  }, [text]);

  useEffect(() => {
    const show = () => {
      const value = drafts.get(draft) ?? "";
      setClosed(value);
      put(value);
    };
    window.addEventListener(composed, show);
    return () => window.removeEventListener(composed, show);
  }, [draft]);

  const take = (s: Suggestion) => {
    put(s.text, s.caret);
    box.current!.focus();
  };
  const send = async () => {
    const line = text.trim();
    if (!line) return;
    const history = sent.get(slack.me) ?? [];
    if (history.at(-1) !== line) sent.set(slack.me, [...history, line]);
    setBack(0);
    put("");
    const done = await deliver(line, p);
    if (!done && !drafts.get(draft)) put(line); // nothing that was written is lost by a failure
  };
  const recall = (n: number) => {
    const history = sent.get(slack.me) ?? [];
    const to = Math.max(0, Math.min(history.length, n));
    setBack(to);
    const line = to === 0 ? "" : history[history.length - to]!;
    put(line);
    setClosed(line);
  };
  const onKeyDown = (e: React.KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    if (open && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
      e.preventDefault();
      const n = found.all.length;
      setChosen(e.key === "ArrowDown" ? (active + 1) % n : (Math.max(active, 0) + n - 1) % n);
    } else if (open && active >= 0 && (e.key === "Tab" || e.key === "Enter") && !e.shiftKey) {
      e.preventDefault();
      take(found.all[active]!);
    } else if (open && e.key === "Escape") {
      e.preventDefault();
      setClosed(text);
    } else if (e.key === "Enter" && !e.shiftKey) {
      e.preventDefault();
      void send();
    } else if (e.key === "ArrowUp" && (text === "" || back > 0)) {
      e.preventDefault();
      recall(back + 1);
    } else if (e.key === "ArrowDown" && back > 0) {
      e.preventDefault();
      recall(back - 1);
    }
  };
  const insert = (what: string) => {
    const gap = text !== "" && !/\s$/.test(text) ? " " : "";
    box.current!.focus();
    if (what === "@") put(text + gap + what);
    else put(text.startsWith("/") || text === "" ? what : `${slack.command} ${text}`);
  };
  const entries: Entry[] = slack.shortcuts
    .filter((s) => s.type === "global")
    .map((s) => ({
      label: s.name,
      note: "Shortcut of " + slack.app.name,
      choose: () => void api.act("shortcut", { callback_id: s.callback_id }),
    }));
  if (!p.thread) {
    const choose = () => insert(slack.command + " ");
    entries.push({ label: slack.command, note: "Slash command", choose });
  }

  return (
    <div className="composer-frame">
      {open && (
        <div className="suggestions">
          <p className="suggestions-title">{found.title}</p>
          <div id={listId} role="listbox" aria-label="Suggestions">
            {found.all.map((s, i) => (
              <div
                key={s.label}
                id={`${listId}-${i}`}
                role="option"
                aria-selected={i === active}
                className="suggestion"
                onPointerDown={(e) => e.preventDefault()}
                onClick={() => take(s)}
              >
                <strong>{s.label}</strong> <span>{s.note}</span>
              </div>
            ))}
          </div>
        </div>
      )}
      <div className={`composer${p.guided ? " guided" : ""}`}>
        <textarea
          ref={box}
          rows={1}
          data-testid="composer"
          aria-label={p.placeholder}
          placeholder={p.placeholder}
          aria-autocomplete="list"
          aria-controls={open ? listId : undefined}
          aria-activedescendant={open && active >= 0 ? `${listId}-${active}` : undefined}
          value={text}
          onChange={(e) => {
            put(e.target.value, e.target.selectionStart);
            setBack(0);
          }}
          onSelect={(e) => setCaret(e.currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
        />
        <div className="composer-bar">
          <MenuButton
            label="Shortcuts"
            icon={p.thread ? <Bolt /> : <Plus />}
            entries={entries}
            className="composer-plus"
            start
          />
          {!p.thread && <Tool label={`Insert ${slack.command}`} icon={<Slash size={18} />} act={() => insert("/")} />}
          <Tool label="Mention someone" icon={<At size={18} />} act={() => insert("@")} />
          <button
            type="button"
            className="composer-send"
            data-testid="send"
            aria-label="Send"
            title="Send (Enter)"
            disabled={!text.trim()}
            onClick={() => void send()}
          >
            <Send size={18} />
          </button>
        </div>
      </div>
      <p className="unseen" role="status">
        {open ? `${found.title}: ${found.all.length}. Arrow keys choose.` : ""}
      </p>
    </div>
  );
}

function Tool(p: { label: string; icon: React.ReactNode; act(): void }) {
  return (
    <button type="button" className="icon-button" aria-label={p.label} title={p.label} onClick={p.act}>
      {p.icon}
    </button>
  );
}

/** deliver sends what was written, as Slack takes it: a command, or a message. It answers whether that went well. */
async function deliver(line: string, p: ComposerProps): Promise<boolean> {
  const { api, slack } = p;
  if (!line.startsWith("/")) {
    return (await api.act("say", { channel: p.channel, thread: p.thread, text: line })) !== null;
  }
  const [name = "", ...words] = line.split(/\s+/);
  if (name !== slack.command) {
    api.toast(`${name} is not a command here. Type ${slack.command} for the form, or ${slack.command} help.`);
    return false;
  }
  if (p.thread) {
    api.toast(`Slack does not take ${name} in threads. Write @${slack.app.name} ${words.join(" ") || "help"} instead.`);
    return false;
  }
  const text = line.slice(name.length).trim();
  return (await api.act("command", { channel: p.channel, text })) !== null;
}
