import { useEffect } from "react";

/** With a finger, each focus of a text field brings up a keyboard over the page, so the page does not move it there. */
const finger = "(pointer: coarse), (max-width: 640px)";

/** toComposer puts the focus where a message is written, or on the list where none can be. */
export function toComposer(within: string, always = false): void {
  if (!always && window.matchMedia(finger).matches) return;
  const part = document.querySelector(within);
  const find = (what: string) => part?.querySelector<HTMLElement>(what);
  (find('[data-testid="composer"]') ?? find('[role="log"]'))?.focus();
}

/** useFocusBack gives the focus back, when this part of the page goes, to what had it when the part came. */
export function useFocusBack(): void {
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    return () => {
      // Once the part is gone, nothing has the focus, unless it went elsewhere on purpose.
      window.setTimeout(() => {
        const now = document.activeElement;
        if ((!now || now === document.body) && before?.isConnected) before.focus({ preventScroll: true });
      });
    };
  }, []);
}
