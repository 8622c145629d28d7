import { type CSSProperties, type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

/** layerOf is where what floats over an element belongs: within its dialog, whose outside is out of reach, or its part. */
export const layerOf = (e: Element | null): Element => e?.closest("[data-layer], main, aside") ?? document.body;

const edge = 8; // pixels to the window's edge

/**
 * Popover floats beside its anchor, below it if there is room, and stays there while things scroll. A press outside
 * closes it.
 */
export function Popover(p: {
  anchor: RefObject<HTMLElement | null>;
  close(): void;
  children: ReactNode;
  wide?: boolean; // at least as wide as the anchor, and no wider
  end?: boolean; // its right edge is the anchor's
}) {
  const box = useRef<HTMLDivElement>(null);
  const [style, setStyle] = useState<CSSProperties>({ opacity: 0 }); // what is hidden takes no focus
  const place = () => {
    const at = p.anchor.current?.getBoundingClientRect();
    if (!at || !box.current) return;
    const below = window.innerHeight - at.bottom - edge - 4;
    const above = at.top - edge - 4;
    const height = box.current.scrollHeight + 2;
    const under = below >= Math.min(height, 240) || below >= above;
    const width = p.wide ? at.width : Math.min(box.current.offsetWidth, window.innerWidth - 2 * edge);
    const left = p.end ? at.right - width : at.left;
    const next: CSSProperties = {
      left: Math.max(edge, Math.min(left, window.innerWidth - width - edge)),
      maxHeight: Math.max(96, under ? below : above),
      ...(p.wide ? { width } : {}),
      ...(under ? { top: at.bottom + 4 } : { bottom: window.innerHeight - at.top + 4 }),
    };
    setStyle((was) => (JSON.stringify(was) === JSON.stringify(next) ? was : next));
  };
  useLayoutEffect(place);
  useEffect(() => {
    const outside = (e: PointerEvent) => {
      const target = e.target as Node;
      if (!box.current?.contains(target) && !p.anchor.current?.contains(target)) p.close();
    };
    document.addEventListener("pointerdown", outside, true);
    window.addEventListener("scroll", place, true);
    window.addEventListener("resize", place);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      window.removeEventListener("scroll", place, true);
      window.removeEventListener("resize", place);
    };
  });
  return createPortal(
    <div ref={box} className="b-popover" style={style}>
      {p.children}
    </div>,
    layerOf(p.anchor.current),
  );
}
