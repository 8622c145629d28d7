import { useId, useRef, useState } from "react";
import type { Block } from "../types";
import { useAsking } from "./asking";
import { Calendar } from "./calendar";
import { Combobox, type Naming } from "./combobox";
import { dayShown } from "./date";
import { type Element, holding, valueOf } from "./held";
import { Popover } from "./popover";
import { useHeld, useReader, useSurface } from "./surface";
import { dateOf, timeOf, unixOf, type Wall, wallOf } from "./zone";

type Props = { block: Block; element: Element; naming: Naming };

/** readDate reads 2026-11-23, and what a browser reads as a date, such as Nov 23, 2026 or Nov 23rd, 2026. */
function readDate(text: string): string | null {
  const said = text.trim().replace(/(\d)(st|nd|rd|th)\b/, "$1");
  const ms = Date.parse(/^\d{4}-\d{1,2}-\d{1,2}$/.test(said) ? said : `${said} 00:00 UTC`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString().slice(0, 10);
}

/** readTime reads 9:30, 0930, 9.30, 9 and 9:30 pm. */
function readTime(text: string): string | null {
  const found = /^\s*(\d{1,2})(?:[:.h]?(\d{2}))?(?::\d{2})?\s*([ap])?\.?m?\.?\s*$/i.exec(text);
  if (!found) return null;
  const hour = (Number(found[1]) % (found[3] ? 12 : 24)) + (found[3]?.toLowerCase() === "p" ? 12 : 0);
  const minute = Number(found[2] ?? 0);
  return Number(found[1]) > 24 || minute > 59 ? null : `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

const dayOf = (date: string) => {
  const [year, month, day] = date.split("-").map(Number);
  return { year, month, day };
};

function DateField(p: { date: string; placeholder: string; naming: Naming; set(date: string): void; actionId?: string }) {
  const field = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const calendar = useId();
  const [open, setOpen] = useState(false);
  const [inside, setInside] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const { slack } = useSurface();
  const today = wallOf(Date.parse(slack.now) / 1000, useReader()?.zone ?? "UTC");
  const shown = p.date ? dayShown(dayOf(p.date)) : "";
  const show = (focus: boolean) => (setInside(focus), setOpen(true));
  const close = () => {
    setOpen(false);
    field.current?.focus();
  };
  const settle = () => {
    const date = typed !== null && readDate(typed);
    if (date && date !== p.date) p.set(date);
    setTyped(null);
  };
  return (
    <div ref={box} className={`b-picker b-date${p.naming.invalid ? " b-invalid" : ""}`} data-action-id={p.actionId}>
      <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
        <path d="M3 5.5h14v11H3zM3 8.5h14M6.5 3v3.5m7-3.5v3.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </svg>
      <input
        ref={field}
        id={p.naming.id}
        autoComplete="off"
        role="combobox"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={open ? calendar : undefined}
        aria-label={p.naming.label}
        aria-describedby={p.naming.describedBy}
        aria-invalid={p.naming.invalid || undefined}
        placeholder={p.placeholder}
        value={typed ?? shown}
        onChange={(e) => setTyped(e.target.value)}
        onClick={() => show(false)}
        onBlur={settle}
        onKeyDown={(e) => {
          if (e.key === "ArrowDown") (e.preventDefault(), show(true));
          else if (e.key === "Enter") (e.preventDefault(), settle(), setOpen(false));
          else if (e.key === "Escape" && open) (e.stopPropagation(), setOpen(false));
          else if (e.key === "Tab") setOpen(false);
        }}
      />
      {open && (
        <Popover anchor={box} close={() => setOpen(false)}>
          <Calendar
            key={p.date}
            id={calendar}
            chosen={p.date ? dayOf(p.date) : null}
            today={today}
            focus={inside}
            close={close}
            pick={(d) => {
              setTyped(null);
              p.set(dateOf({ ...d, hour: 0, minute: 0, second: 0 }));
              close();
            }}
          />
        </Popover>
      )}
    </div>
  );
}

const halfHours = Array.from({ length: 48 }, (_, i) => timeOf({ hour: i >> 1, minute: (i % 2) * 30 } as Wall));

function TimeField(p: { time: string; placeholder: string; naming: Naming; set(time: string): void; actionId?: string }) {
  const [typed, setTyped] = useState("");
  const read = readTime(typed);
  const fitting = halfHours.filter((t) => !typed || t.startsWith(typed) || t.startsWith("0" + typed));
  const times = [...new Set(read ? [read, ...fitting] : fitting)];
  return (
    <div className="b-picker b-time">
      <Combobox
        {...p.naming}
        actionId={p.actionId}
        groups={[{ options: times.map((t) => ({ text: t, value: t })) }]}
        chosen={p.time ? [{ text: p.time, value: p.time }] : []}
        placeholder={p.placeholder}
        note={times.length ? undefined : "Write a time such as 09:30."}
        typed={typed}
        type={setTyped}
        pick={(o) => o.value !== p.time && p.set(o.value)}
        eager
      />
    </div>
  );
}

/** DatePicker and TimePicker hold a day and a time of day without a zone. */
export function DatePicker(p: Props) {
  const { held, put } = useHeld(p.block, p.element);
  const [ask, question] = useAsking(p.element);
  const set = (date: string) => ask(null, () => put(holding(p.element, date)));
  const placeholder = p.element.placeholder?.text ?? "Select a date";
  return <>
    <DateField date={valueOf(held)} placeholder={placeholder} naming={p.naming} set={set} actionId={p.element.action_id} />
    {question}
  </>;
}

export function TimePicker(p: Props) {
  const { held, put } = useHeld(p.block, p.element);
  const [ask, question] = useAsking(p.element);
  const set = (time: string) => ask(null, () => put(holding(p.element, time)));
  const placeholder = p.element.placeholder?.text ?? "Select a time";
  return <>
    <TimeField time={valueOf(held)} placeholder={placeholder} naming={p.naming} set={set} actionId={p.element.action_id} />
    {question}
  </>;
}

/** DateTimePicker holds a moment; it is shown and chosen in the person's zone (docs, date-time picker). */
export function DateTimePicker(p: Props) {
  const { held, put } = useHeld(p.block, p.element);
  const [ask, question] = useAsking(p.element);
  const { slack } = useSurface();
  const zone = useReader()?.zone ?? "UTC";
  const unix = Number(valueOf(held));
  const wall = unix ? wallOf(unix, zone) : null;
  const now = wallOf(Date.parse(slack.now) / 1000, zone);
  const set = (change: { date?: string; time?: string }) => {
    const [hour, minute] = (change.time ?? timeOf(wall ?? now)).split(":").map(Number);
    const next = { ...dayOf(change.date ?? dateOf(wall ?? now)), hour, minute, second: 0 };
    ask(null, () => put(holding(p.element, unixOf(next, zone))));
  };
  const named = (what: string): Naming => ({ ...p.naming, id: undefined, label: `${p.naming.label ?? ""} ${what}`.trim() });
  return (
    <div className="b-moment" data-action-id={p.element.action_id}>
      <DateField date={wall ? dateOf(wall) : ""} placeholder="Select a date" naming={{ ...named("date"), id: p.naming.id }}
        set={(date) => set({ date })} />
      <TimeField time={wall ? timeOf(wall) : ""} placeholder="Select a time" naming={named(`time, ${zone}`)}
        set={(time) => set({ time })} />
      {question}
    </div>
  );
}
