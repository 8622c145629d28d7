import { useCallback, useSyncExternalStore } from "react";

/** Who acts, and what is open: it stands in the URL's hash, so that a reload and a link keep it. */
export interface Route {
  as: string;
  /** A channel's id, or "home". "" until the first snapshot says which channels there are. */
  place: string;
  /** The ts of the open thread's first message, or "". */
  thread: string;
}

/** The person whom a newcomer is: the guide begins with her. */
export const first = "mara";

function parse(hash: string): Route {
  const [as = "", place = "", thread = ""] = hash.replace(/^#/, "").split("/").map(decoded);
  return { as: as || first, place, thread };
}

/** decoded is a part of the hash as it was meant. One that was typed by hand may be no encoding of anything. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

export function useRoute(): [Route, (to: Partial<Route>, replace?: boolean) => void] {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  const go = useCallback((to: Partial<Route>, replace = false) => {
    const from = parse(window.location.hash);
    const next = { ...from, ...to };
    // A thread belongs to its channel.
    if (to.thread === undefined && to.place !== undefined && to.place !== from.place) next.thread = "";
    const parts = [next.as, next.place, next.thread].map(encodeURIComponent);
    while (parts.at(-1) === "") parts.pop();
    const wanted = "#" + parts.join("/");
    if (wanted === window.location.hash) return;
    if (replace) window.location.replace(wanted);
    else window.location.hash = wanted;
  }, []);
  return [parse(hash), go];
}
