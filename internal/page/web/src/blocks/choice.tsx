import { useId, useRef } from "react";
import type { Block } from "../types";
import { useAsking } from "./asking";
import type { Naming } from "./combobox";
import { Mrkdwn } from "./drawn";
import { chosenOf, type Element, holding } from "./held";
import { useHeld } from "./surface";

/** Choice is a group of radio buttons or of checkboxes. */
export function Choice(p: { block: Block; element: Element; naming: Naming & { labelledBy?: string } }) {
  const { held, put } = useHeld(p.block, p.element);
  const [ask, question] = useAsking(p.element);
  const box = useRef<HTMLDivElement>(null);
  const name = useId();
  const radio = p.element.type === "radio_buttons";
  const options: any[] = p.element.options ?? [];
  const chosen = chosenOf(held).map((o) => String(o.value));
  const toggle = (o: any) =>
    ask(box.current, () => {
      if (radio) return put(holding(p.element, o));
      const on = chosen.includes(String(o.value));
      const next = options.filter((x) => (x.value === o.value ? !on : chosen.includes(String(x.value))));
      put(holding(p.element, next));
    });
  const text = (o: any) => (o?.type === "mrkdwn" ? <Mrkdwn text={o.text} /> : o?.text);
  return (
    <div
      ref={box}
      className="b-choice"
      role={radio ? "radiogroup" : "group"}
      aria-label={p.naming.label}
      aria-labelledby={p.naming.labelledBy}
      aria-describedby={p.naming.describedBy}
      data-action-id={p.element.action_id}
    >
      {options.map((o) => (
        <label key={String(o.value)}>
          <input
            type={radio ? "radio" : "checkbox"}
            name={name}
            value={o.value}
            checked={chosen.includes(String(o.value))}
            onChange={() => toggle(o)}
          />
          <span>
            {text(o.text)}
            {o.description && <small>{text(o.description)}</small>}
          </span>
        </label>
      ))}
      {question}
    </div>
  );
}
