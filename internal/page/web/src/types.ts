// What the server sends: Slack as one person sees it, Kafka as it is, and where the guide stands. internal/page is the
// other side of it.

/** A block of Block Kit, as the bot sent it. */
export type Block = { type: string; block_id?: string; [field: string]: any };

/** A legacy attachment of a message of another app, such as an alert. */
export type Attachment = { [field: string]: any };

/** An entry of a menu or of a type-ahead. */
export interface Option {
  text: string;
  value: string;
  description?: string;
  /** The heading that it stands under. */
  group?: string;
}

export interface Person {
  id: string;
  name: string;
  zone: string;
  about: string;
  guest?: boolean;
}

export interface Channel {
  id: string;
  name: string;
  about: string;
  bot: boolean;
  dm?: boolean;
}

export interface Shortcut {
  type: "global" | "message";
  callback_id: string;
  name: string;
}

export interface Message {
  channel: string;
  ts: string;
  /** The ts of the thread's first message, for a reply. */
  thread?: string;
  author: string;
  author_name: string;
  app: boolean;
  ephemeral: boolean;
  edited: boolean;
  text: string;
  blocks: Block[] | null;
  attachments?: Attachment[];
  files?: { id: string; name: string; size: number }[];
}

export interface View {
  id: string;
  hash: string;
  type: "modal" | "home";
  title: string;
  submit: string;
  close: string;
  blocks: Block[];
  /** By block_id. */
  errors: Record<string, string>;
  trouble: string;
  /** view.state.values: block_id -> action_id -> what it holds. */
  state: Record<string, Record<string, any>>;
}

export interface Slack {
  /** RFC 3339, the demo's clock. */
  now: string;
  /** The name of the person who acts. */
  me: string;
  people: Person[];
  groups: { id: string; handle: string; members: string[] | null }[];
  app: { id: string; name: string };
  command: string;
  shortcuts: Shortcut[];
  channels: Channel[];
  /** By channel id, oldest first, replies included. */
  messages: Record<string, Message[]>;
  /** Open modals, the one on top last. */
  views: View[];
  home: View | null;
  trouble: string[];
}

export interface PartitionState {
  partition: number;
  /** -1: none. */
  committed: number;
  start: number;
  end: number;
}

export interface Group {
  name: string;
  state: string;
  members: { id: string; host: string }[];
  /** How many of the members this page started and can stop. */
  ours: number;
  topics: { name: string; partitions: PartitionState[] }[];
}

export interface Cluster {
  name: string;
  brokers: { id: number; up: boolean }[];
  topics: { name: string; producing: boolean; partitions: { start: number; end: number }[] }[];
  groups: Group[];
}

export interface Kafka {
  clusters: Cluster[];
}

export interface Target {
  kind: "button" | "menu" | "shortcut" | "submit" | "kafka" | "composer" | "person";
  label: string;
}

export interface Step {
  title: string;
  text: string;
  as: string;
  place: string;
  target: Target;
}

/** What to try when the guide is over: a command that a person types in a channel. */
export interface Idea {
  title: string;
  text: string;
  as: string;
  place: string;
  command: string;
}

export interface Guide {
  steps: { title: string; done: boolean }[];
  /** -1: over or skipped. */
  current: number;
  step: Step | null;
  skipped: boolean;
  over: boolean;
  /** Why the guide has gone back; empty: it has not. */
  note: string;
  /** Only once it is over. */
  ideas: Idea[] | null;
}
