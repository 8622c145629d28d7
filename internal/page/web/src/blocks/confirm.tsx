import { useEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { keepFocus, useReturnedFocus } from "./layer";
import "./confirm.css";

/** Question is a confirmation dialog object. */
export type Question = { title?: any; text?: any; confirm?: any; deny?: any; style?: string };

/** Confirm asks before something is done. Its first focus is on the answer that does nothing. */
export function Confirm(p: { question: Question; yes(): void; no(): void; layer: Element; guided?: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const deny = useRef<HTMLButtonElement>(null);
  useReturnedFocus(box);
  useEffect(() => deny.current?.focus(), []);
  const text = (o: any, otherwise: string) => String(o?.text ?? otherwise);
  return createPortal(
    <div className="b-confirm-back" onPointerDown={(e) => e.target === e.currentTarget && p.no()}>
      <div
        ref={box}
        className="b-confirm"
        role="alertdialog"
        aria-modal="true"
        aria-labelledby="b-confirm-title"
        aria-describedby="b-confirm-text"
        data-testid="confirm"
        onKeyDown={(e) => {
          e.stopPropagation();
          if (e.key === "Escape") p.no();
          keepFocus(e, box.current);
        }}
      >
        <div className="b-confirm-head">
          <h2 id="b-confirm-title">{text(p.question.title, "Are you sure?")}</h2>
          <button type="button" className="b-icon" aria-label="Close" onClick={p.no}>
            <Cross />
          </button>
        </div>
        <p id="b-confirm-text">{text(p.question.text, "")}</p>
        <div className="b-confirm-foot">
          <button ref={deny} type="button" className="b-button b-large" data-testid="confirm-no" onClick={p.no}>
            {text(p.question.deny, "Cancel")}
          </button>
          <button
            type="button"
            className={`b-button b-large ${p.question.style === "danger" ? "b-danger" : "b-primary"}${p.guided ? " guided" : ""}`}
            data-testid="confirm-yes"
            onClick={p.yes}
          >
            {text(p.question.confirm, "Yes")}
          </button>
        </div>
      </div>
    </div>,
    p.layer,
  );
}

export const Cross = () => (
  <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
    <path d="M4.5 4.5l11 11m0-11l-11 11" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
  </svg>
);
