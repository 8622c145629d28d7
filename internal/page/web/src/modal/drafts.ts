import { useMemo, useSyncExternalStore } from "react";
import type { Edits } from "../blocks/surface";
import { withEdit } from "../blocks/surface";
import { type Held, placeOf } from "../blocks/held";
import type { View } from "../types";

// Drafts are what people have changed in their views and the snapshots do not show yet, by view. They outlive the
// component: a form that another one lies on, or whose person is not the one who acts, keeps its text.
const drafts = new Map<string, Record<string, Held>>();
const listeners = new Set<() => void>();
const empty: Record<string, Held> = {};
const mostViews = 50;

function change(view: string, values: Record<string, Held>): void {
  drafts.delete(view);
  drafts.set(view, values);
  while (drafts.size > mostViews) drafts.delete(drafts.keys().next().value!);
  listeners.forEach((l) => l());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** forget drops what the inputs that are gone held: one that comes back starts with its initial value. */
export function forget(view: View): void {
  const known = drafts.get(view.id);
  if (!known) return;
  const there = new Set(
    view.blocks.flatMap((b) => [b.element, b.accessory, ...(b.elements ?? [])].filter(Boolean).map((e) => placeOf(b, e))),
  );
  const kept = Object.entries(known).filter(([place]) => there.has(place));
  if (kept.length < Object.keys(known).length) change(view.id, Object.fromEntries(kept));
}

const draftOf = (view: string): Record<string, Held> => drafts.get(view) ?? empty;

/** useDraft is the changes of one view. */
export function useDraft(view: string): Edits {
  const values = useSyncExternalStore(subscribe, () => draftOf(view));
  return useMemo(
    () => ({ values, set: (place, held) => change(view, withEdit(draftOf(view), place, held)) }),
    [view, values],
  );
}
