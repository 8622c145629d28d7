import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect } from "react";

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

/** useReturnedFocus gives the focus back, when this dialog goes, to what had it before, or to the messages. */
export function useReturnedFocus(dialog: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    return () => {
      // Whatever has taken the focus on purpose keeps it.
      const now = document.activeElement;
      if (now && now !== document.body && !dialog.current?.contains(now)) return;
      if (before?.isConnected && before !== document.body) before.focus();
      else document.querySelector<HTMLElement>("main [role='log']")?.focus({ preventScroll: true });
    };
  }, []);
}

/**
 * useKeptFocus sees to it that the focus does not get lost when an edit takes away what has it: the first that is left
 * beside it gets it, else what the parts are in.
 */
export function useKeptFocus(box: RefObject<HTMLElement | null>): void {
  const had = box.current?.contains(document.activeElement) ?? false;
  const lost = () => !document.activeElement || document.activeElement === document.body;
  useLayoutEffect(() => {
    if (!had || !lost() || !box.current) return;
    const message = box.current.closest("article");
    const next = focusable(box.current)[0] ?? (message && focusable(message)[0]) ?? box.current.closest("[tabindex]");
    (next as HTMLElement | null)?.focus();
  });
  useLayoutEffect(() => {
    const mine = box.current;
    return () => {
      const around = mine?.closest<HTMLElement>("[role='log'], [role='dialog']");
      if (mine?.contains(document.activeElement)) window.setTimeout(() => lost() && around?.focus());
    };
  }, []);
}
