import { type KeyboardEvent, type RefObject, useEffect } from "react";

const reachable = "a[href], button:not(:disabled), input:not(:disabled), textarea:not(:disabled), [tabindex='0']";

/** focusable are the elements that the tab key reaches within one. */
export function focusable(within: Element): HTMLElement[] {
  return [...within.querySelectorAll<HTMLElement>(reachable)].filter(
    (e) => e.tabIndex >= 0 && !e.closest("[hidden], [inert]") && e.getClientRects().length > 0,
  );
}

/** keepFocus makes the tab key go round within a dialog. */
export function keepFocus(e: KeyboardEvent, dialog: Element | null): void {
  if (e.key !== "Tab" || !dialog) return;
  const all = focusable(dialog);
  if (all.length === 0) return e.preventDefault();
  const first = all[0];
  const last = all[all.length - 1];
  const now = document.activeElement;
  const out = !dialog.contains(now) || now === dialog;
  if (e.shiftKey ? now === first || out : now === last || out) {
    e.preventDefault();
    (e.shiftKey ? last : first).focus();
  }
}

/** useReturnedFocus gives the focus back, when this dialog goes, to what had it before. */
export function useReturnedFocus(dialog: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    return () => {
      // Whatever has taken the focus on purpose keeps it.
      const now = document.activeElement;
      if (now && now !== document.body && !dialog.current?.contains(now)) return;
      if (before?.isConnected) before.focus();
    };
  }, []);
}
