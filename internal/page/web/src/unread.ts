import { isReply, mentions } from "./text";
import type { Channel, Message, Person, Slack } from "./types";

/** Where a person's reading stands: by person and place (a channel, or channel/thread), the newest ts that was read. */
type Read = Record<string, string>;

/** The token in the path is another with each run of the demo. */
const stored = `read ${window.location.pathname}`;

function load(): Read {
  try {
    return JSON.parse(window.sessionStorage.getItem(stored) ?? "{}") as Read;
  } catch {
    return {}; // a browser without storage forgets at a reload, no more
  }
}

const read: Read = load();

function key(person: string, place: string, thread = ""): string {
  return [person, place, thread].join("/");
}

export function lastRead(person: string, place: string, thread = ""): string {
  return read[key(person, place, thread)] ?? "0";
}

/** markRead says that a person has read a place up to this message. It answers whether that is news. */
export function markRead(person: string, place: string, thread: string, ts: string): boolean {
  if (Number(ts) <= Number(lastRead(person, place, thread))) return false;
  read[key(person, place, thread)] = ts;
  try {
    window.sessionStorage.setItem(stored, JSON.stringify(read));
  } catch {
    // see load
  }
  return true;
}

export interface Unread {
  /** Messages that make the channel's name bold. */
  messages: number;
  /** What calls this person: mentions, and each message in a direct message. It is the number in the badge. */
  badge: number;
}

/** unread counts what the person who acts has not read of a channel. Replies count where they call the person. */
export function unread(slack: Slack, channel: Channel): Unread {
  const me = slack.people.find((p) => p.name === slack.me)?.id ?? "";
  const count: Unread = { messages: 0, badge: 0 };
  for (const m of slack.messages[channel.id] ?? []) {
    if (m.author === me || isRead(slack.me, m)) continue;
    if (!isReply(m)) count.messages++;
    if (mentions(m, me, slack.groups) || (channel.dm && !isReply(m))) count.badge++;
  }
  return count;
}

/**
 * calls counts what calls another person in the channels that the one who acts sees, and was not read by that other
 * one. Their direct messages are their own, so these do not count.
 */
export function calls(slack: Slack, person: Person): number {
  return slack.channels
    .filter((c) => !c.dm)
    .flatMap((c) => slack.messages[c.id] ?? [])
    .filter((m) => !m.ephemeral && !isRead(person.name, m) && mentions(m, person.id, slack.groups)).length;
}

function isRead(person: string, m: Message): boolean {
  return Number(m.ts) <= Number(lastRead(person, m.channel, isReply(m) ? m.thread : ""));
}

/** unreadReplies counts what is new to a person in a thread. */
export function unreadReplies(slack: Slack, replies: Message[]): number {
  const me = slack.people.find((p) => p.name === slack.me)?.id ?? "";
  return replies.filter((m) => m.author !== me && !isRead(slack.me, m)).length;
}
