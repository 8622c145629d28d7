import { type MouseEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { useSurface } from "./surface";
import { Popover } from "./popover";

export type Place = { channel: string; ts?: string; thread?: string };

/** placeOf is the page's own address of a place, for the person who acts. */
export const placeOf = (me: string, to: Place): string =>
  "#" + [me, to.channel, to.thread].filter(Boolean).map((part) => encodeURIComponent(part!)).join("/");

/** goTo shows a channel, and brings a message of it into view once it is drawn. */
function goTo(me: string, to: Place): void {
  window.location.hash = placeOf(me, to);
  const seek = (tries: number) => {
    const found = document.querySelector<HTMLElement>(`[data-testid="message"][data-ts="${to.ts}"]`);
    if (!found) {
      if (tries > 0) window.setTimeout(() => seek(tries - 1), 100);
      return;
    }
    found.scrollIntoView({ block: "center" });
    found.classList.add("b-found");
    window.setTimeout(() => found.classList.remove("b-found"), 2000);
  };
  if (to.ts) window.setTimeout(() => seek(20), 50);
}

/** permalink reads the address of a message, as chat.getPermalink gives it. */
function permalink(url: string): Place | null {
  const found = /^https:\/\/[^/]+\.slack\.com\/archives\/(\w+)\/p(\d+)(\d{6})(?:\?thread_ts=([\d.]+))?/.exec(url);
  return found && { channel: found[1], ts: `${found[2]}.${found[3]}`, thread: found[4] };
}

/** useAddress shows where a link leads, since the demo opens nothing. */
export function useAddress(anchor: RefObject<HTMLElement | null>): [(url: string) => void, ReactNode] {
  const [url, setUrl] = useState("");
  const close = () => setUrl("");
  useEffect(() => {
    if (!url) return;
    const escape = (e: KeyboardEvent) => {
      if (e.key !== "Escape") return;
      e.stopPropagation();
      close();
    };
    window.addEventListener("keydown", escape, true);
    return () => window.removeEventListener("keydown", escape, true);
  }, [url]);
  const note = url && (
    <Popover anchor={anchor} close={close}>
      <div className="b-address" role="status">
        Slack would open this address; the demo opens nothing.
        <code>{url}</code>
      </div>
    </Popover>
  );
  return [setUrl, note];
}

/** Link is a link in a text. One to a message of this workspace leads there, any other shows its address. */
export function Link(p: { href: string; children?: ReactNode; className?: string }) {
  const anchor = useRef<HTMLAnchorElement>(null);
  const { slack } = useSurface();
  const [showAddress, address] = useAddress(anchor);
  const follow = (e: MouseEvent) => {
    e.preventDefault();
    const place = permalink(p.href);
    if (place && slack.channels.some((c) => c.id === place.channel)) goTo(slack.me, place);
    else showAddress(p.href);
  };
  return (
    <>
      <a ref={anchor} href={p.href} className={`b-link ${p.className ?? ""}`} title={p.href} onClick={follow} onAuxClick={follow}>
        {p.children}
      </a>
      {address}
    </>
  );
}
