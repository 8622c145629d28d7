import type { Step } from "../types";

/** marks says whether this element is what the guide points at; it then has the class `guided`. */
export function marks(step: Step | null, kind: string, label: string): boolean {
  return step !== null && step.target.kind === kind && step.target.label === label;
}
