import { Fragment } from "react";

/** A sentence of the guide: [Label] is something to click, `code` is typed, *words* are names of fields. */
export function Prose(p: { text: string }) {
  return p.text.split(/(\[[^\]]+\]|`[^`]+`|\*[^*]+\*)/).map((part, i) => {
    const inner = part.slice(1, -1);
    if (/^\[.+\]$/.test(part)) return <span key={i} className="guide-label">{inner}</span>;
    if (/^`.+`$/.test(part)) return <code key={i}>{inner}</code>;
    if (/^\*.+\*$/.test(part)) return <strong key={i}>{inner}</strong>;
    return <Fragment key={i}>{part}</Fragment>;
  });
}
