import { useSyncExternalStore } from "react";
import { share } from "./share";
import type { Guide, Kafka, Slack } from "./types";

/** What the page knows: the newest of each event, and whether the demo can be reached. */
export interface World {
  slack: Slack | null;
  kafka: Kafka | null;
  guide: Guide | null;
  connected: boolean;
  toasts: Toast[];
}

export interface Toast {
  id: number;
  text: string;
}

/** How often a lost connection is tried again, in milliseconds. */
const retryAfter = 1000;

/**
 * Api is the page's only way to the demo. Everything that a person does goes through act, and everything that the page
 * shows comes by the events of the person who acts.
 */
export class Api {
  private world: World = { slack: null, kafka: null, guide: null, connected: true, toasts: [] };
  private listeners = new Set<() => void>();
  private events: EventSource | null = null;
  private retry = 0;
  private lastToast = 0;
  /** The last that each person saw, so that changing the person shows something at once. */
  private seen = new Map<string, Slack>();
  as = "";

  /** become makes the page act as this person, and see what this person sees. */
  become(person: string): void {
    if (person === this.as) return;
    this.as = person;
    this.set({ slack: this.seen.get(person) ?? strange(this.world.slack, person) });
    this.connect();
  }

  /**
   * act does what a person does. It answers null if that failed; the reason is then already on the page, unless the
   * caller wants it quiet (a type-ahead asks again at the next key).
   */
  async act<T = Record<string, unknown>>(what: string, body: object = {}, quiet = false): Promise<T | null> {
    try {
      const answer = await fetch("act", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ as: this.as, do: what, ...body }),
      });
      const result = await answer.json().catch(() => ({ error: `The demo answered ${answer.status}.` }));
      if (answer.ok) return result as T;
      if (!quiet) this.toast(String(result.error ?? `The demo answered ${answer.status}.`));
    } catch {
      if (!quiet) this.toast("The demo cannot be reached. Is it still running in its terminal?");
    }
    return null;
  }

  /** toast shows a sentence until it is dismissed or a while has passed. */
  toast(text: string): void {
    const toast = { id: ++this.lastToast, text };
    this.set({ toasts: [...this.world.toasts.filter((t) => t.text !== text), toast] });
  }

  dismiss(id: number): void {
    this.set({ toasts: this.world.toasts.filter((t) => t.id !== id) });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): World => this.world;

  private set(part: Partial<World>): void {
    this.world = { ...this.world, ...part };
    this.listeners.forEach((l) => l());
  }

  private connect(): void {
    this.events?.close();
    window.clearTimeout(this.retry);
    const events = new EventSource(`events?as=${encodeURIComponent(this.as)}`);
    this.events = events;
    const hear = <T>(name: string, take: (data: T) => void) =>
      events.addEventListener(name, (e) => {
        if (this.events === events) take(JSON.parse((e as MessageEvent<string>).data) as T);
      });
    hear<Slack>("slack", (fresh) => {
      const slack = share(this.seen.get(fresh.me), fresh);
      this.seen.set(slack.me, slack);
      if (slack.me === this.as) this.set({ slack });
    });
    hear<Kafka>("kafka", (fresh) => this.set({ kafka: share(this.world.kafka, fresh) }));
    hear<Guide>("guide", (fresh) => this.set({ guide: share(this.world.guide, fresh) }));
    events.onopen = () => this.set({ connected: true });
    events.onerror = () => {
      // A browser gives up for good after some answers (an HTTP error), so the page tries again by itself.
      if (this.events !== events) return;
      events.close();
      this.set({ connected: false });
      this.retry = window.setTimeout(() => this.connect(), retryAfter);
    };
  }
}

/**
 * strange is what a person sees whose own events have not come yet: the same places, and nothing of what the person
 * before saw in them.
 */
function strange(before: Slack | null, person: string): Slack | null {
  return before && { ...before, me: person, messages: {}, views: [], home: null };
}

/** useWorld gives a component what the page knows, anew at each change. */
export function useWorld(api: Api): World {
  return useSyncExternalStore(api.subscribe, api.snapshot);
}
