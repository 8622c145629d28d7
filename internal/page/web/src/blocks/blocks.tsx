import { useRef } from "react";
import type { Block } from "../types";
import { Drawn } from "./drawn";
import { ElementOf } from "./element";
import type { Element } from "./held";
import { InputBlock } from "./input";
import { useKeptFocus } from "./layer";
import { type BlocksProps, SurfaceProvider, useEdits } from "./surface";
import { DataTable, Table } from "./table";
import "./blocks.css";
import "./fields.css";

export { Attachments } from "./attachments";
export type { BlocksProps } from "./surface";

/** Blocks draws blocks of Block Kit as Slack's client does, for the person who reads them. */
export function Blocks({ blocks, edits, ...around }: BlocksProps) {
  const own = useEdits();
  const box = useRef<HTMLDivElement>(null);
  useKeptFocus(box);
  // The blocks of a view keep what they hold by their block_id. Those of a message get a new one at each edit, so their
  // place counts, and a button keeps the focus while its card is edited.
  const key = (b: Block, i: number) => (around.state ? (b.block_id ?? i) : `${i}-${b.type}`);
  return (
    <SurfaceProvider value={{ ...around, edits: edits ?? own }}>
      <div ref={box} className="blocks">
        {blocks.map((b, i) => (
          <div key={key(b, i)} className={`b-block of-${b.type}`}>
            <BlockOf block={b} level={around.state ? 2 : 3} />
          </div>
        ))}
      </div>
    </SurfaceProvider>
  );
}

function BlockOf({ block, level }: { block: Block; level: number }) {
  switch (block.type) {
    case "header":
      return <Drawn block={{ ...block, level }} />;
    case "actions":
      return <Actions block={block} />;
    case "input":
      return <InputBlock block={block} />;
    case "section":
      return <Section block={block} />;
    case "table":
      return <Table block={block} />;
    case "data_table":
      return <DataTable block={block} />;
    case "divider":
      return <hr />;
  }
  return <Drawn block={block} />;
}

function Section({ block }: { block: Block }) {
  const { accessory, ...rest } = block;
  if (!accessory) return <Drawn block={rest} />;
  return (
    <div className="b-beside">
      <Drawn block={rest} />
      <ElementOf block={block} element={accessory} />
    </div>
  );
}

/** Actions are elements side by side. */
function Actions({ block }: { block: Block }) {
  const row = useRef<HTMLDivElement>(null);
  useKeptFocus(row);
  return (
    <div ref={row} className="b-row">
      {(block.elements as Element[]).map((e, i) => (
        <ElementOf key={`${e.action_id ?? i}-${e.type}`} block={block} element={e} />
      ))}
    </div>
  );
}
