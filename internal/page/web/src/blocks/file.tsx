import { useRef, useState } from "react";
import type { Block } from "../types";
import type { Naming } from "./combobox";
import { Cross } from "./confirm";
import { chosenOf, type Element, holding } from "./held";
import { useHeld, useSurface } from "./surface";

const largest = 10 << 20; // docs, file input element: 10 MB

/** FileInput takes text files: the demo's bot reads CSV. */
export function FileInput(p: { block: Block; element: Element; naming: Naming }) {
  const { upload } = useSurface();
  const { held, put } = useHeld(p.block, p.element);
  const picker = useRef<HTMLInputElement>(null);
  const [names, setNames] = useState<Record<string, string>>({});
  const [said, setSaid] = useState("");
  const files = chosenOf(held);
  const most: number = p.element.max_files ?? 10;
  const types: string[] = p.element.filetypes ?? [];
  const take = async (picked: File[]) => {
    setSaid("");
    let all = files;
    for (const file of picked.slice(0, most - files.length)) {
      const extension = file.name.slice(file.name.lastIndexOf(".") + 1).toLowerCase();
      if (types.length && !types.includes(extension)) return setSaid(`${file.name} is not one of: ${types.join(", ")}.`);
      if (file.size > largest) return setSaid(`${file.name} is larger than 10 MB.`);
      const id = await upload?.(file.name, await file.text()).catch(() => undefined);
      if (!id) return setSaid(`${file.name} could not be uploaded. Try again.`);
      setNames((known) => ({ ...known, [id]: file.name }));
      put(holding(p.element, (all = [...all, { id }])));
    }
  };
  return (
    <div className={`b-files${p.naming.invalid ? " b-invalid" : ""}`} data-action-id={p.element.action_id}>
      <input
        ref={picker}
        id={p.naming.id}
        className="unseen"
        type="file"
        multiple={most > 1}
        accept={types.map((t) => "." + t).join(",") || undefined}
        aria-label={p.naming.label}
        aria-describedby={p.naming.describedBy}
        aria-invalid={p.naming.invalid || undefined}
        disabled={files.length >= most}
        onChange={(e) => {
          take([...(e.target.files ?? [])]);
          e.target.value = "";
        }}
      />
      {files.map((f) => (
        <span key={f.id} className="b-file">
          <span>{f.name ?? names[f.id] ?? f.id}</span>
          <button type="button" className="b-icon" aria-label={`Remove ${f.name ?? names[f.id] ?? "the file"}`}
            onClick={() => put(holding(p.element, files.filter((x) => x.id !== f.id)))}>
            <Cross />
          </button>
        </span>
      ))}
      {files.length < most && (
        <button type="button" className="b-button" tabIndex={-1} aria-hidden="true" onClick={() => picker.current?.click()}>
          Add {most > 1 ? "files" : "file"}
        </button>
      )}
      {said && <p className="b-error" role="alert">{said}</p>}
    </div>
  );
}
