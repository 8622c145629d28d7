import type { Attachment, Block, Option, Slack, View } from "../types";

export interface BlocksProps {
  blocks: Block[];
  slack: Slack;
  state?: View["state"];
  errors?: View["errors"];
  act(a: { action_id: string; block_id: string; value: string }): Promise<void>;
  suggest?(action_id: string, typed: string): Promise<Option[]>;
  upload?(name: string, content: string): Promise<string>;
  /** An input that does not dispatch. */
  change?(action_id: string, value: string): void;
}

export function Blocks(p: BlocksProps) {
  return <pre>{JSON.stringify(p.blocks, null, 1)}</pre>;
}

export function Attachments(p: { attachments: Attachment[]; slack: Slack; act: BlocksProps["act"] }) {
  return <pre>{JSON.stringify(p.attachments, null, 1)}</pre>;
}
