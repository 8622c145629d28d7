import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { Option } from "../types";
import { marks } from "../guide/marks";
import { Cross } from "./confirm";
import { Popover } from "./popover";
import { useSurface } from "./surface";

export type Group = { label?: string; options: Option[] };

/** Naming is how a field gets its name and what is said about it. */
export interface Naming {
  id?: string;
  label?: string; // where no label is on the screen
  describedBy?: string;
  invalid?: boolean;
  /** What stands over it, by which the guide points at it. */
  title?: string;
}

export interface ComboboxProps extends Naming {
  groups: Group[];
  chosen: Option[];
  several?: boolean;
  most?: number; // of several
  placeholder: string;
  /** What stands in place of the options, such as that they are loading. */
  note?: string;
  trouble?: boolean; // the note tells of a failure
  actionId?: string;
  /** The text typed so far; the options are those that fit it. */
  typed: string;
  type(text: string): void;
  pick(option: Option): void;
  drop?(option: Option): void; // takes a choice back
  eager?: boolean; // what was typed counts when the field is left
  opened?(open: boolean): void;
}

/**
 * Combobox is a select menu: a field to type into, and the options that fit below it (the ARIA pattern of that name).
 * The focus stays in the field; the arrow keys walk through the options.
 */
export function Combobox(p: ComboboxProps) {
  const field = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const list = useId();
  const step = useSurface().step ?? null;
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const options = p.groups.flatMap((g) => g.options);
  const isChosen = (o: Option) => p.chosen.some((c) => c.value === o.value);
  const full = p.several === true && p.most !== undefined && p.chosen.length >= p.most;
  const active = Math.min(at, options.length - 1);
  const show = (next: boolean) => {
    if (next === open) return;
    setOpen(next);
    p.opened?.(next);
    p.type("");
    setAt(Math.max(0, p.several ? 0 : options.findIndex(isChosen)));
  };
  useEffect(() => {
    if (open) document.getElementById(`${list}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [open, active, list]);
  const take = (o: Option) => {
    if (p.several && isChosen(o)) p.drop?.(o);
    else if (full) return;
    else p.pick(o);
    if (p.several) p.type("");
    else show(false);
    field.current?.focus();
  };
  const leave = () => {
    if (p.eager && open && p.typed && options[active]) p.pick(options[active]);
    show(false);
  };
  const press = (e: KeyboardEvent) => {
    if (e.key === "Escape" && open) {
      e.stopPropagation();
      show(false);
    } else if (e.key === "Tab") leave();
    else if (e.key === "Enter") {
      e.preventDefault();
      if (!open) show(true);
      else if (options[active]) take(options[active]);
    } else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      if (!open) return show(true);
      const step = e.key === "ArrowDown" ? 1 : -1;
      setAt(options.length ? (active + step + options.length) % options.length : 0);
    } else if (e.key === "Backspace" && p.several && !p.typed && p.chosen.length) {
      p.drop?.(p.chosen[p.chosen.length - 1]);
    }
  };
  const marked = options.some((o) => marks(step, "menu", o.text)) || marks(step, "menu", p.title ?? "");
  const single = p.several ? undefined : p.chosen[0];
  const placeholder = single?.text ?? (p.several && p.chosen.length ? "" : p.placeholder);
  return (
    <div
      ref={box}
      className={`b-combo${p.invalid ? " b-invalid" : ""}${single ? " b-filled" : ""}${marked && !open ? " guided" : ""}`}
      data-action-id={p.actionId}
      onPointerDown={(e) => {
        if ((e.target as Element).closest("button")) return;
        if (e.target !== field.current) e.preventDefault(); // the focus goes to the field, not away from it
        field.current?.focus();
        if (e.target !== field.current || !p.typed) show(e.target === field.current ? !open : true);
      }}
    >
      {p.several && p.chosen.map((o) => (
        <span key={o.value} className="b-chip">
          <span>{o.text}</span>
          <button type="button" aria-label={`Remove ${o.text}`} onClick={() => (p.drop?.(o), field.current?.focus())}>
            <Cross />
          </button>
        </span>
      ))}
      <input
        ref={field}
        id={p.id}
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        aria-label={p.label}
        aria-describedby={p.describedBy}
        aria-invalid={p.invalid || undefined}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-controls={open ? list : undefined}
        aria-activedescendant={open && options.length ? `${list}-${active}` : undefined}
        value={open ? p.typed : (single?.text ?? "")}
        placeholder={placeholder}
        onChange={(e) => {
          const text = open ? e.target.value : e.target.value.slice(single?.text.length ?? 0);
          if (!open) show(true);
          p.type(text);
          setAt(0);
        }}
        onKeyDown={press}
        onBlur={(e) => !box.current?.contains(e.relatedTarget) && leave()}
      />
      {single && p.drop && (
        <button type="button" className="b-clear" aria-label={`Clear ${single.text}`} onClick={() => p.drop?.(single)}>
          <Cross />
        </button>
      )}
      {!p.several && <Chevron />}
      {open && (
        <Popover anchor={box} close={leave} wide>
          <Options {...p} list={list} active={active} isChosen={isChosen} full={full} take={take} over={setAt} />
        </Popover>
      )}
    </div>
  );
}

function Options(
  p: ComboboxProps & {
    list: string; active: number; full: boolean;
    isChosen(o: Option): boolean; take(o: Option): void; over(at: number): void;
  },
): ReactNode {
  const step = useSurface().step ?? null;
  let n = -1;
  const row = (o: Option) => {
    const at = ++n;
    const off = p.full && !p.isChosen(o);
    return (
      <div
        key={o.value}
        id={`${p.list}-${at}`}
        role="option"
        aria-selected={p.isChosen(o)}
        aria-disabled={off || undefined}
        data-value={o.value}
        className={`b-option${at === p.active ? " b-active" : ""}${marks(step, "menu", o.text) ? " guided" : ""}`}
        onPointerDown={(e) => e.preventDefault()}
        onPointerMove={() => at !== p.active && p.over(at)}
        onClick={() => p.take(o)}
      >
        <span>{o.text}</span>
        {o.description && <small>{o.description}</small>}
      </div>
    );
  };
  return (
    <>
      {p.note && <p className={`b-note${p.trouble ? " b-trouble" : ""}`} role="status">{p.note}</p>}
      <div id={p.list} role="listbox" aria-label={p.label ?? p.placeholder} aria-multiselectable={p.several || undefined}>
        {p.groups.map((g, i) =>
          g.label ? (
            <div key={g.label} role="group" aria-labelledby={`${p.list}-g${i}`}>
              <div id={`${p.list}-g${i}`} className="b-group">{g.label}</div>
              {g.options.map(row)}
            </div>
          ) : (
            g.options.map(row)
          ),
        )}
      </div>
      {p.full && <p className="b-note" role="status">{`No more than ${p.most} can be chosen.`}</p>}
    </>
  );
}

const Chevron = () => (
  <svg className="b-chevron" viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
    <path d="M5 7.5l5 5 5-5" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" />
  </svg>
);
