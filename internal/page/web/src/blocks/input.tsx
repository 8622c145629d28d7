import { useId } from "react";
import type { Block } from "../types";
import { ElementOf } from "./element";
import { useSurface } from "./surface";

/** InputBlock is a field with its label, its hint and what is wrong with it. */
export function InputBlock(p: { block: Block }) {
  const { errors } = useSurface();
  const id = useId();
  const { block } = p;
  const error = errors?.[block.block_id ?? ""];
  const label = String(block.label?.text ?? "");
  const about = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const grouped = ["radio_buttons", "checkboxes"].includes(block.element?.type);
  const said = (
    <>
      {label}
      {block.optional && <span className="b-optional"> (optional)</span>}
    </>
  );
  return (
    <div className="b-input" data-testid={`field-${block.block_id}`}>
      {grouped ? <div id={`${id}-label`} className="b-label">{said}</div>
        : <label id={`${id}-label`} className="b-label" htmlFor={id}>{said}</label>}
      <ElementOf
        block={block}
        element={block.element}
        naming={{
          id, describedBy: about, invalid: Boolean(error), title: label,
          ...(grouped ? { labelledBy: `${id}-label` } : block.element?.type === "datetimepicker" ? { label } : {}),
        }}
      />
      {error && (
        <p id={`${id}-error`} className="b-error" role="alert" data-testid={`field-error-${block.block_id}`}>
          <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
            <path
              d="M10 2.5l8 14.5H2z M10 8v4m0 2.2v.3"
              {...{ fill: "none", stroke: "currentColor", strokeWidth: 1.6, strokeLinecap: "round", strokeLinejoin: "round" }}
            />
          </svg>
          <span>{error}</span>
        </p>
      )}
      {block.hint && <p id={`${id}-hint`} className="b-hint">{block.hint.text}</p>}
    </div>
  );
}
