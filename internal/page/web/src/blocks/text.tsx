import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Block } from "../types";
import type { Naming } from "./combobox";
import { type Element, holding, valueOf } from "./held";
import { useHeld } from "./surface";

/** A pause in typing after which an element with on_character_entered tells the app, in milliseconds. */
const pause = 400;

/**
 * TextInput is a field for text of one line or several, for a number, a mail address or a web address. What is typed
 * stays while the app changes the view. The app is told as dispatch_action_config says (docs): by the enter key alone,
 * unless on_character_entered is in it.
 */
export function TextInput(p: { block: Block; element: Element; naming: Naming }) {
  const { held, keep, put, sends } = useHeld(p.block, p.element);
  const text = valueOf(held);
  const [told, setTold] = useState(text);
  const timer = useRef(0);
  const triggers: string[] = p.element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const typing = sends && triggers.includes("on_character_entered");
  const entering = sends && triggers.includes("on_enter_pressed");
  const tell = (value: string) => {
    window.clearTimeout(timer.current);
    if (value === told) return;
    setTold(value);
    put(holding(p.element, value || null));
  };
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const later = useRef(tell);
  later.current = tell;
  const change = (value: string) => {
    keep(holding(p.element, value || null));
    window.clearTimeout(timer.current);
    if (typing) timer.current = window.setTimeout(() => later.current(value), pause);
  };
  const press = (e: KeyboardEvent) => {
    const several = p.element.multiline === true;
    if (e.key !== "Enter" || e.nativeEvent.isComposing || (several && !e.metaKey && !e.ctrlKey)) return;
    if (!entering && several) return; // left to the modal, which submits
    if (!sends) return;
    e.preventDefault();
    if (entering) tell(text);
  };
  const common = {
    id: p.naming.id, "aria-label": p.naming.label, "aria-describedby": p.naming.describedBy,
    "aria-invalid": p.naming.invalid || undefined, "data-action-id": p.element.action_id,
    className: `b-text${p.naming.invalid ? " b-invalid" : ""}`,
    placeholder: p.element.placeholder?.text,
    maxLength: p.element.max_length ?? (p.element.type === "plain_text_input" ? 3000 : undefined),
    value: text, onKeyDown: press, onBlur: () => typing && tell(text),
  };
  const left = (p.element.max_length ?? Infinity) - text.length;
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    if (!area.current) return; // it grows with its text
    area.current.style.height = "auto";
    area.current.style.height = `${area.current.scrollHeight + 2}px`;
  }, [text]);
  const number = p.element.type === "number_input";
  return (
    <div className="b-text-box">
      {p.element.multiline ? (
        <textarea {...common} ref={area} rows={3} onChange={(e) => change(e.target.value)} />
      ) : (
        <input
          {...common}
          type={{ email_text_input: "email", url_text_input: "url" }[p.element.type] ?? "text"}
          inputMode={number ? (p.element.is_decimal_allowed ? "decimal" : "numeric") : undefined}
          onChange={(e) => change(number ? e.target.value.replace(/[^\d.-]/g, "") : e.target.value)}
        />
      )}
      {left <= 50 && <span className="b-left" aria-live="polite">{left}</span>}
    </div>
  );
}
