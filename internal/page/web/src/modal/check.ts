import { type Held, initial, placeOf, valueOf } from "../blocks/held";
import type { View } from "../types";

/** inputsOf are a view's inputs with what each holds now. */
function inputsOf(view: View, draft: Record<string, Held>) {
  return view.blocks
    .filter((b) => b.type === "input" && b.element)
    .map((block) => {
      const said = view.state[block.block_id ?? ""]?.[block.element.action_id];
      const server: Held = said?.type === block.element.type ? said : initial(block.element);
      const edited = draft[placeOf(block, block.element)];
      const value = valueOf(edited?.type === block.element.type ? edited : server);
      return { block, element: block.element, value, changed: value !== valueOf(server) };
    });
}

function mistake(element: any, value: string, optional: boolean): string | null {
  if (!value) return optional ? null : "Please complete this required field.";
  const least = element.min_length;
  if (least && value.length < least) return `Write at least ${least} characters.`;
  if (element.type === "email_text_input" && !/^\S+@\S+\.\S+$/.test(value)) return "Write a mail address such as mara@example.com.";
  if (element.type === "url_text_input" && !/^https?:\/\/\S+$/.test(value)) return "Write an address that begins with https://.";
  if (element.type !== "number_input") return null;
  const number = Number(value);
  if (!Number.isFinite(number)) return `Write a number; ${value} is none.`;
  if (!element.is_decimal_allowed && !/^-?\d+$/.test(value)) return "Write a whole number.";
  if (element.min_value && number < Number(element.min_value)) return `Write ${element.min_value} or more.`;
  if (element.max_value && number > Number(element.max_value)) return `Write ${element.max_value} or less.`;
  return null;
}

/** mistakes are what Slack's client insists on before it sends a form, by block_id. */
export function mistakes(view: View, draft: Record<string, Held>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { block, element, value } of inputsOf(view, draft)) {
    const wrong = mistake(element, value, block.optional === true);
    if (wrong) found[block.block_id ?? ""] = wrong;
  }
  return found;
}

/** changesOf are the inputs that the app has not been told of, by action_id: they go with the submission. */
export function changesOf(view: View, draft: Record<string, Held>): Record<string, string> {
  const changed = inputsOf(view, draft).filter((i) => i.changed);
  return Object.fromEntries(changed.map((i) => [String(i.element.action_id), i.value]));
}
