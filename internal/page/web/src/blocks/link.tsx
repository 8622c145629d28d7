import { type MouseEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { useSurface } from "./surface";
import { Popover } from "./popover";

/** The event by which a link to a message or a channel of this workspace asks the page to go there. */
export const goToEvent = "slack-goto";
export type GoTo = { channel: string; ts?: string };

/** goTo asks the page to show a place; false if it does not know how to. */
export function goTo(place: GoTo): boolean {
  return !window.dispatchEvent(new CustomEvent<GoTo>(goToEvent, { detail: place, cancelable: true }));
}

/** permalink reads the address of a message, as chat.getPermalink gives it. */
function permalink(url: string): GoTo | null {
  const found = /^https:\/\/[^/]+\.slack\.com\/archives\/(\w+)\/p(\d+)(\d{6})/.exec(url);
  return found && { channel: found[1], ts: `${found[2]}.${found[3]}` };
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
    const known = place && slack.channels.some((c) => c.id === place.channel);
    if (!known || !goTo(place)) showAddress(p.href);
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
