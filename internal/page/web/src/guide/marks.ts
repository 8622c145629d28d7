import type { Guide, Step } from "../types";

/**
 * marks says whether this element is what the guide points at; it then has the class `guided`. A label is what can be
 * read on the element; of a menu or a field it is the field's label or the entry, in the Kafka panel it is
 * CLUSTER/GROUP/TEST-ID.
 */
export function marks(step: Step | null, kind: string, label: string): boolean {
  if (step === null || label === "") return false;
  return step.target.kind === kind && step.target.label === label;
}

/** stepFor is the step as one person sees it: while another one is to act, it points at that person. */
export function stepFor(guide: Guide | null, me: string): Step | null {
  const step = guide?.step ?? null;
  if (!step || !step.as || step.as === me) return step;
  return { ...step, target: { kind: "person", label: step.as } };
}

/** seek brings what the guide points at into view, once it is drawn; who uses the keyboard gets the focus there. */
export function seek(focus: boolean): void {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const look = (tries: number) => {
    const found = [...document.querySelectorAll<HTMLElement>(".guided")].find(isTarget);
    if (!found) {
      if (tries > 0) window.setTimeout(() => look(tries - 1), 100);
      return;
    }
    for (let d = found.closest("details"); d; d = d.parentElement?.closest("details") ?? null) d.open = true;
    found.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    const usable = "button, input, textarea, [tabindex='0']";
    if (focus) (found.matches(usable) ? found : found.querySelector<HTMLElement>(usable))?.focus({ preventScroll: true });
  };
  window.setTimeout(() => look(20), 50);
}

/**
 * isTarget is false for what is not shown, and for what is only the way to the target: the bar itself, a person, what
 * opens a drawer. What is folded away can be shown.
 */
function isTarget(e: HTMLElement): boolean {
  return (e.offsetParent !== null || e.closest("details:not([open])") !== null) && !e.closest(".guide, .sidebar") && !e.matches(".header-menu, .header-kafka");
}
