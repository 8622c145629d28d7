import { useEffect, useLayoutEffect, useRef, useState } from "react";
import "./menu.css";

export interface Entry {
  label: string;
  note?: string;
  guided?: boolean;
  choose(): void;
}

/**
 * A button with a menu. The menu is placed against the window, so that no scrolling parent cuts it off; the arrow keys
 * move in it, Escape and Tab leave it, and the focus goes back to the button.
 */
export function MenuButton(p: {
  label: string;
  icon: React.ReactNode;
  entries: Entry[];
  className?: string;
  testId?: string;
  /** Whether the menu begins where the button does, and does not end there. */
  start?: boolean;
}) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = (focus: boolean) => {
    setOpen(false);
    if (focus) button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={`icon-button ${p.className ?? ""}`}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={p.label}
        title={p.label}
        data-testid={p.testId}
        onClick={() => setOpen(!open)}
        onKeyDown={(e) => {
          if (e.key !== "ArrowDown" || open) return;
          e.preventDefault();
          setOpen(true);
        }}
      >
        {p.icon}
      </button>
      {open && <Menu label={p.label} entries={p.entries} anchor={button} close={close} start={p.start} />}
    </>
  );
}

const gap = 4;

function Menu(p: {
  label: string;
  entries: Entry[];
  anchor: React.RefObject<HTMLButtonElement | null>;
  start?: boolean;
  close(focus: boolean): void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<React.CSSProperties>({ visibility: "hidden" });
  const closing = useRef(p.close);
  closing.current = p.close;

  useLayoutEffect(() => {
    const from = p.anchor.current!.getBoundingClientRect();
    const own = list.current!.getBoundingClientRect();
    const below = from.bottom + gap + own.height <= window.innerHeight;
    const wanted = p.start ? from.left : from.right - own.width;
    const left = Math.min(Math.max(8, wanted), window.innerWidth - own.width - 8);
    setAt({ left, top: below ? from.bottom + gap : Math.max(8, from.top - gap - own.height) });
  }, [p.anchor, p.start]);
  useEffect(() => {
    if (at.visibility !== "hidden") item(list.current!, 0)?.focus({ preventScroll: true });
  }, [at]);
  useEffect(() => {
    const outside = (e: Event) => {
      const target = e.target as Node;
      if (!list.current?.contains(target) && !p.anchor.current?.contains(target)) closing.current(false);
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("scroll", outside, true);
    window.addEventListener("resize", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("scroll", outside, true);
      window.removeEventListener("resize", outside);
    };
  }, [p.anchor]);

  const onKeyDown = (e: React.KeyboardEvent) => {
    const all = items(list.current!);
    const here = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[e.key];
    if (to !== undefined) {
      e.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    } else if (e.key === "Escape" || e.key === "Tab") {
      e.preventDefault();
      e.stopPropagation();
      p.close(true);
    }
  };
  return (
    <div ref={list} className="menu" role="menu" aria-label={p.label} style={at} onKeyDown={onKeyDown}>
      {p.entries.map((entry) => (
        <button
          key={entry.label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          className={entry.guided ? "guided" : undefined}
          onClick={() => {
            p.close(true);
            entry.choose();
          }}
        >
          {entry.label}
          {entry.note && <span className="menu-note">{entry.note}</span>}
        </button>
      ))}
    </div>
  );
}

function items(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>('[role="menuitem"]')];
}

function item(list: HTMLElement, n: number): HTMLElement | undefined {
  return items(list)[n];
}
