import { useRef, useState } from "react";
import type { Block } from "../types";
import { marks } from "../guide/marks";
import { useAsking } from "./asking";
import { useAddress } from "./link";
import type { Element } from "./held";
import { useSurface } from "./surface";

/** Button is a button of a block. One with a url would open it in a browser; here its address is shown. */
export function Button(p: { block: Block; element: Element }) {
  const { act, step } = useSurface();
  const button = useRef<HTMLButtonElement>(null);
  const [busy, setBusy] = useState(false);
  const [ask, question] = useAsking(p.element);
  const [showAddress, address] = useAddress(button);
  const label = String(p.element.text?.text ?? "");
  const press = async () => {
    if (p.element.url) showAddress(p.element.url);
    setBusy(true);
    const acting = { action_id: p.element.action_id ?? "", block_id: p.block.block_id ?? "", value: p.element.value ?? "" };
    await act(acting).catch(() => {});
    setBusy(false);
  };
  const look = { primary: " b-primary", danger: " b-danger" }[p.element.style as string] ?? "";
  return (
    <>
      <button
        ref={button}
        type="button"
        className={`b-button${look}${marks(step ?? null, "button", label) ? " guided" : ""}`}
        data-action-id={p.element.action_id}
        aria-label={p.element.accessibility_label}
        aria-busy={busy}
        title={label.length > 30 ? label : undefined}
        onClick={() => !busy && ask(button.current, press)}
      >
        <span>{label}</span>
      </button>
      {question}
      {address}
    </>
  );
}
