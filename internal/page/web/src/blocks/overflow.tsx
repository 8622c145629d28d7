import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Block } from "../types";
import { marks } from "../guide/marks";
import { useAsking } from "./asking";
import { asOption, type Element } from "./held";
import { useAddress } from "./link";
import { Popover } from "./popover";
import { useSurface } from "./surface";

/** Overflow is the menu behind the three dots. */
export function Overflow(p: { block: Block; element: Element }) {
  const { act, step } = useSurface();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const id = useId();
  const [open, setOpen] = useState(false);
  const [ask, question] = useAsking(p.element);
  const [showAddress, address] = useAddress(button);
  const options: any[] = p.element.options ?? [];
  const marked = (o: any) => marks(step ?? null, "menu", asOption(o).text);
  const items = () => [...(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  useEffect(() => {
    if (open) items()[0]?.focus();
  }, [open]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const choose = (o: any) => {
    close();
    ask(button.current, () => {
      if (o.url) showAddress(o.url);
      act({ action_id: p.element.action_id ?? "", block_id: p.block.block_id ?? "", value: String(o.value) }).catch(() => {});
    });
  };
  const move = (e: KeyboardEvent) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    if (e.key in to) {
      e.preventDefault();
      all[(to[e.key] + all.length) % all.length]?.focus();
    } else if (e.key === "Escape" || e.key === "Tab") {
      e.preventDefault();
      e.stopPropagation();
      close();
    }
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={`b-button b-dots${!open && options.some(marked) ? " guided" : ""}`}
        data-testid="overflow"
        data-action-id={p.element.action_id}
        aria-label="More actions"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        onKeyDown={(e) => {
          if (e.key !== "ArrowDown") return;
          e.preventDefault();
          setOpen(true);
        }}
      >
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <path d="M4.5 10h.01M10 10h.01M15.5 10h.01" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round" />
        </svg>
      </button>
      {open && (
        <Popover anchor={button} close={() => setOpen(false)}>
          <div ref={menu} id={id} className="b-menu" role="menu" aria-label="More actions" onKeyDown={move}>
            {options.map((o) => (
              <button
                key={String(o.value)}
                type="button"
                role="menuitem"
                tabIndex={-1}
                className={marked(o) ? "guided" : undefined}
                data-value={o.value}
                onClick={() => choose(o)}
              >
                <span>{asOption(o).text}</span>
                {asOption(o).description && <small>{asOption(o).description}</small>}
              </button>
            ))}
          </div>
        </Popover>
      )}
      {question}
      {address}
    </>
  );
}
