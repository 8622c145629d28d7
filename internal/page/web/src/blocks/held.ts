// What an element of a block holds, in the shape of view.state.values (docs, view state), and as the one string that
// the demo takes: an option by its value, several by commas.
import type { Block, Option } from "../types";

export type Element = { type: string; action_id?: string; [field: string]: any };
export type Held = { type: string; [key: string]: any };

const keys: Record<string, string> = {
  static_select: "selected_option", external_select: "selected_option", radio_buttons: "selected_option",
  checkboxes: "selected_options", multi_static_select: "selected_options", multi_external_select: "selected_options",
  users_select: "selected_user", channels_select: "selected_channel", conversations_select: "selected_conversation",
  datepicker: "selected_date", timepicker: "selected_time", datetimepicker: "selected_date_time", file_input: "files",
};

const keyOf = (type: string) => keys[type] ?? "value";

/** initial is what an element holds before a person touched it. */
export function initial(e: Element): Held {
  const key = keyOf(e.type);
  const several = e.type === "checkboxes" || e.type === "file_input" || e.type.startsWith("multi_");
  return { type: e.type, [key]: e["initial_" + key.replace("selected_", "")] ?? (several ? [] : null) };
}

export const holding = (e: Element, value: unknown): Held => ({ type: e.type, [keyOf(e.type)]: value });

/** chosenOf are the options that a choice holds. */
export function chosenOf(held: Held): any[] {
  const value = held[keyOf(held.type)];
  return Array.isArray(value) ? value : value ? [value] : [];
}

/** valueOf is what it holds as the demo takes it; empty for nothing. */
export function valueOf(held: Held): string {
  const value = held[keyOf(held.type)];
  if (Array.isArray(value)) return value.map((v) => String(v.value ?? v.id ?? "")).join(",");
  if (value && typeof value === "object") return String(value.value ?? "");
  return value === null || value === undefined ? "" : String(value);
}

/** sends reports whether using an element of this block tells the app (docs, input block: dispatch_action). */
export const sends = (b: Block) => b.type !== "input" || b.dispatch_action === true;

export const placeOf = (b: Block, e: Element) => `${b.block_id ?? ""}\n${e.action_id ?? ""}`;

/** asOption reads an option object. */
export const asOption = (o: any): Option => ({
  text: String(o?.text?.text ?? ""), value: String(o?.value ?? ""), description: o?.description?.text,
});

/** asObject is the option object of an option that was offered. */
export const asObject = (o: Option) => ({
  text: { type: "plain_text", text: o.text }, value: o.value,
  ...(o.description ? { description: { type: "plain_text", text: o.description } } : {}),
});
