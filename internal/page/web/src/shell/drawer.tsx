import { useEffect, useRef } from "react";
import { Close } from "./icons";

/**
 * A part of the page that is beside the others where there is room, and comes over them as a drawer where there is not.
 * A drawer takes the focus, gives it back, and closes by Escape and by a click beside it.
 */
export function Drawer(p: {
  name: "Workspace" | "Kafka";
  as: "nav" | "aside";
  drawer: boolean;
  open: boolean;
  close(): void;
  children: React.ReactNode;
}) {
  const { drawer, open, close } = p;
  const box = useRef<HTMLElement>(null);
  const from = useRef<HTMLElement | null>(null);
  useEffect(() => {
    if (!drawer || !open) return;
    from.current = document.activeElement as HTMLElement | null;
    box.current?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
    return () => {
      const now = document.activeElement;
      const lost = !now || now === document.body || box.current?.contains(now);
      if (lost && from.current?.isConnected) from.current.focus({ preventScroll: true });
    };
  }, [drawer, open]);
  const closing = useRef(close);
  closing.current = close;
  useEffect(() => {
    if (!drawer || !open) return;
    // The guide stays in reach beside a drawer, and the key closes it from there too.
    const escape = (e: KeyboardEvent) => {
      if (e.key === "Escape" && !e.defaultPrevented) closing.current();
    };
    document.addEventListener("keydown", escape);
    return () => document.removeEventListener("keydown", escape);
  }, [drawer, open]);
  const Part = p.as;
  return (
    <>
      {drawer && open && <div className="backdrop" onClick={close} />}
      <Part
        ref={box}
        className={`app-${p.name.toLowerCase()}${drawer ? " drawer" : ""}${open ? " open" : ""}`}
        aria-label={p.name}
        inert={drawer && !open}
      >
        {drawer && (
          <button type="button" className="icon-button drawer-close" aria-label={`Close ${p.name}`} onClick={close}>
            <Close />
          </button>
        )}
        {p.children}
      </Part>
    </>
  );
}
