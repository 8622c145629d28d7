import { type ReactNode, useEffect, useState } from "react";
import { marks } from "../guide/marks";
import { Confirm, type Question } from "./confirm";
import { layerOf } from "./popover";
import { useSurface } from "./surface";

/**
 * useAsking does something after the person has confirmed it, or at once where the element asks nothing. An element
 * that changes while it asks takes the question back: it would confirm something else.
 */
export function useAsking(element: { [field: string]: any }): [(from: Element | null, then: () => void) => void, ReactNode] {
  const { step } = useSurface();
  const [open, setOpen] = useState<{ layer: Element; then(): void } | null>(null);
  const shown = JSON.stringify(element);
  useEffect(() => setOpen(null), [shown]);
  const question = element.confirm as Question | undefined;
  const ask = (from: Element | null, then: () => void) => (question ? setOpen({ layer: layerOf(from), then }) : then());
  const label = String((question?.confirm as any)?.text ?? "");
  const dialog = open && question && (
    <Confirm
      question={question}
      layer={open.layer}
      guided={marks(step ?? null, "button", label)}
      no={() => setOpen(null)}
      yes={() => {
        setOpen(null);
        open.then();
      }}
    />
  );
  return [ask, dialog];
}
