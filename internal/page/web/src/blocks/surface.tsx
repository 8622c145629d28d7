import { createContext, useContext, useEffect, useMemo, useState } from "react";
import type { Block, Option, Slack, Step } from "../types";
import { type Element, type Held, initial, placeOf, sends, valueOf } from "./held";

/** Acting is something that a person did with an element which tells the app. */
export type Acting = { action_id: string; block_id: string; value: string };

/** Edits are what a person has changed and the snapshots do not show yet, by place. */
export interface Edits {
  values: Record<string, Held>;
  set(place: string, held: Held | undefined): void;
}

/** BlocksProps are what surrounds blocks: who reads them, what they hold, and what using them does. */
export interface BlocksProps {
  blocks: Block[];
  slack: Slack;
  state?: Record<string, Record<string, any>>;
  errors?: Record<string, string>;
  act(a: Acting): Promise<void>;
  suggest?(action_id: string, typed: string): Promise<Option[]>;
  upload?(name: string, content: string): Promise<string>;
  /** An input that does not tell the app was changed. */
  change?(action_id: string, value: string): void;
  /** Where changes are kept if they outlive the blocks on the screen, as those of a modal do. */
  edits?: Edits;
  /** The step of the guide, whose target is marked. */
  step?: Step | null;
}

export type Surface = Omit<BlocksProps, "blocks" | "edits"> & { edits: Edits };

const Around = createContext<Surface | null>(null);
export const SurfaceProvider = Around.Provider;

export function useSurface(): Surface {
  const surface = useContext(Around);
  if (!surface) throw new Error("an element of a block is drawn outside of Blocks");
  return surface;
}

/** useEdits keeps changes for as long as a component lives. */
export function useEdits(): Edits {
  const [values, setValues] = useState<Record<string, Held>>({});
  return useMemo(() => ({ values, set: (place, held) => setValues((all) => withEdit(all, place, held)) }), [values]);
}

export function withEdit(all: Record<string, Held>, place: string, held: Held | undefined): Record<string, Held> {
  const next = { ...all };
  if (held) next[place] = held;
  else delete next[place];
  return next;
}

/** useReader is the person who reads. */
export function useReader() {
  const { slack } = useSurface();
  return slack.people.find((p) => p.name === slack.me) ?? slack.people[0];
}

export interface Input {
  held: Held;
  /** Shows a change without telling anyone. */
  keep(held: Held): void;
  /** Shows a change, and tells the app where the block says so. */
  put(held: Held): void;
  /** Whether using it tells the app. */
  sends: boolean;
}

/** useHeld is what an element holds: a change that was made here first, else what the snapshot says. */
export function useHeld(block: Block, element: Element): Input {
  const { state, edits, act, change } = useSurface();
  const place = placeOf(block, element);
  const said = state?.[block.block_id ?? ""]?.[element.action_id ?? ""];
  const server: Held = said && said.type === element.type ? said : initial(element);
  const edited = edits.values[place];
  const held = edited && edited.type === element.type ? edited : server;
  const known = edited !== undefined && sends(block) && state !== undefined && valueOf(server) === valueOf(edited);
  useEffect(() => {
    if (known) edits.set(place, undefined); // the snapshot has caught up
  }, [known, place]);
  const keep = (next: Held) => {
    edits.set(place, next);
    if (!sends(block)) change?.(element.action_id ?? "", valueOf(next));
  };
  const put = (next: Held) => {
    keep(next);
    if (!sends(block)) return;
    act({ action_id: element.action_id ?? "", block_id: block.block_id ?? "", value: valueOf(next) }).catch(() =>
      edits.set(place, undefined),
    );
  };
  return { held, keep, put, sends: sends(block) };
}
