import { type ReactNode, useId, useState } from "react";
import type { Block } from "../types";
import { Drawn } from "./drawn";

type Cell = { type: string; text?: string; value?: number; [field: string]: any };

const textOf = (c: Cell | undefined): string => String(c?.text ?? c?.value ?? "");

/** Shown is what is in a cell. */
const Shown = (p: { cell: Cell | undefined }): ReactNode =>
  p.cell?.type === "rich_text" ? <Drawn block={p.cell} /> : textOf(p.cell);

const alignOf = (block: Block, column: number): "left" | "center" | "right" | undefined => block.column_settings?.[column]?.align;

/** Table is Slack's table: its first row is the head. It scrolls within itself where it is too wide. */
export function Table(p: { block: Block }) {
  const [head = [], ...rows]: Cell[][] = p.block.rows ?? [];
  const style = (i: number) => ({
    textAlign: alignOf(p.block, i), whiteSpace: p.block.column_settings?.[i]?.is_wrapped ? ("normal" as const) : undefined,
  });
  return (
    <div className="b-table" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>{head.map((c, i) => <th key={i} scope="col" style={style(i)}><Shown cell={c} /></th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, n) => (
            <tr key={n}>{head.map((_, i) => <td key={i} style={style(i)}><Shown cell={row[i]} /></td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Turn stays within reach at the last page, so that the focus is not lost there. */
const Turn = (p: { to: string; mark: string; off: boolean; turn(): void }) => (
  <button type="button" className="b-icon" aria-label={p.to} aria-disabled={p.off} onClick={() => !p.off && p.turn()}>
    {p.mark}
  </button>
);

const pageDefault = 5; // docs, data table block

/** sortedBy orders rows by a column: numbers as numbers, else texts, with the numbers in them in their order. */
function sortedBy(rows: Cell[][], column: number, down: boolean): Cell[][] {
  const order = (a: Cell, b: Cell) =>
    a?.type === "raw_number" && b?.type === "raw_number"
      ? Number(a.value) - Number(b.value)
      : textOf(a).localeCompare(textOf(b), "en", { numeric: true });
  return [...rows].sort((a, b) => order(a[column], b[column]) * (down ? -1 : 1));
}

/** DataTable is Slack's data table: with a caption, sorted by a press on a column's head, and with pages. */
export function DataTable(p: { block: Block }) {
  const id = useId();
  const [sort, setSort] = useState<{ column: number; down: boolean } | null>(null);
  const [page, setPage] = useState(0);
  const [head = [], ...rows]: Cell[][] = p.block.rows ?? [];
  const size: number = p.block.page_size ?? pageDefault;
  const last = Math.max(0, Math.ceil(rows.length / size) - 1);
  const on = Math.min(page, last);
  const sorted = sort ? sortedBy(rows, sort.column, sort.down) : rows;
  const shown = sorted.slice(on * size, (on + 1) * size);
  const numeric = head.map((_, i) => rows.length > 0 && rows.every((r) => r[i]?.type === "raw_number"));
  const press = (column: number) => {
    setPage(0);
    // The third press gives the order of the app back.
    setSort(sort?.column !== column ? { column, down: false } : sort.down ? null : { column, down: true });
  };
  const direction = (i: number) => (sort?.column !== i ? "none" : sort.down ? "descending" : "ascending");
  const rowHead: number = p.block.row_header_column_index ?? -1;
  return (
    <figure className="b-data">
      <figcaption id={id}>{p.block.caption}</figcaption>
      <div className="b-table" tabIndex={0} role="group" aria-labelledby={id}>
        <table aria-labelledby={id}>
          <thead>
            <tr>
              {head.map((c, i) => (
                <th key={i} scope="col" aria-sort={direction(i)} className={numeric[i] ? "b-number" : undefined}>
                  <button type="button" onClick={() => press(i)}>
                    {textOf(c)}
                    <span className="b-sort" aria-hidden="true">
                      {{ none: "↕", ascending: "↑", descending: "↓" }[direction(i)]}
                    </span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, n) => (
              <tr key={on * size + n}>
                {head.map((_, i) => {
                  const look = numeric[i] ? "b-number" : undefined;
                  return i === rowHead
                    ? <th key={i} scope="row" className={look}><Shown cell={row[i]} /></th>
                    : <td key={i} className={look}><Shown cell={row[i]} /></td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {last > 0 && (
        <div className="b-pages">
          <span aria-live="polite">{`${on * size + 1}–${on * size + shown.length} of ${rows.length}`}</span>
          <Turn to="Previous page" mark="‹" off={on === 0} turn={() => setPage(on - 1)} />
          <Turn to="Next page" mark="›" off={on === last} turn={() => setPage(on + 1)} />
        </div>
      )}
    </figure>
  );
}
