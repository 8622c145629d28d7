import { type ReactNode, useState } from "react";

interface ActProps {
  testid: string;
  children: ReactNode;
  act(): Promise<unknown>;
  /** What follows its text for those who do not see where it stands. */
  more?: string;
  /** For a switch: whether it is on. */
  toggle?: boolean;
  guided?: boolean;
  disabled?: boolean;
  primary?: boolean;
}

/**
 * A button of the Kafka panel. It stays focusable while it works and while there is nothing to do, so that the keyboard
 * keeps its place.
 */
export function Act(p: ActProps) {
  const [busy, setBusy] = useState(false);
  const off = p.disabled || busy;
  const press = async () => {
    if (off) return;
    setBusy(true);
    await p.act();
    setBusy(false);
  };
  const look = `kafka-act${p.primary ? " primary" : ""}${p.guided ? " guided" : ""}`;
  return (
    <button
      type="button"
      className={p.toggle === undefined ? look : `${look} toggle`}
      data-testid={p.testid}
      role={p.toggle === undefined ? undefined : "switch"}
      aria-checked={p.toggle}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      onClick={() => void press()}
    >
      {p.children}
      {p.more && <span className="unseen"> {p.more}</span>}
    </button>
  );
}
