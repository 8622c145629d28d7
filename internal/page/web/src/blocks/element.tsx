import type { Block } from "../types";
import { Button } from "./button";
import { Choice } from "./choice";
import type { Naming } from "./combobox";
import { FileInput } from "./file";
import type { Element } from "./held";
import { Overflow } from "./overflow";
import { DatePicker, DateTimePicker, TimePicker } from "./pickers";
import { Select } from "./select";
import { TextInput } from "./text";

/** nameless gives an element without a label the name that Slack's client gives it: its placeholder. */
function nameless(e: Element): Naming {
  const kinds: Record<string, string> = {
    datepicker: "Date", timepicker: "Time", datetimepicker: "Date and time", radio_buttons: "Options", checkboxes: "Options",
  };
  return { label: e.accessibility_label ?? e.placeholder?.text ?? kinds[e.type] ?? "Select an option" };
}

/** ElementOf is an interactive element of a block. */
export function ElementOf(p: { block: Block; element: Element; naming?: Naming & { labelledBy?: string } }) {
  const naming = p.naming ?? nameless(p.element);
  const place = { block: p.block, element: p.element, naming };
  const { type } = p.element;
  switch (type) {
    case "button":
    case "workflow_button":
      return <Button {...place} />;
    case "overflow":
      return <Overflow {...place} />;
    case "radio_buttons":
    case "checkboxes":
      return <Choice {...place} />;
    case "datepicker":
      return <DatePicker {...place} />;
    case "timepicker":
      return <TimePicker {...place} />;
    case "datetimepicker":
      return <DateTimePicker {...place} />;
    case "file_input":
      return <FileInput {...place} />;
    case "plain_text_input":
    case "number_input":
    case "email_text_input":
    case "url_text_input":
      return <TextInput {...place} />;
    case "image":
      return <span className="b-image">{p.element.alt_text}</span>;
  }
  if (type.endsWith("_select")) return <Select {...place} />;
  return <span className="b-unknown">({type} cannot be shown here)</span>;
}
