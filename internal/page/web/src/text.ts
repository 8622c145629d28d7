import type { Message, Slack } from "./types";

/** Formats are made once each: making one costs more than using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone })));
  return made;
}

/** zoneOf is the time zone of the person who acts: Slack shows all times in it. */
export function zoneOf(slack: Slack): string {
  return slack.people.find((p) => p.name === slack.me)?.zone ?? "UTC";
}

export function when(ts: string): Date {
  return new Date(Number(ts) * 1000);
}

/** clock is a time of day such as 08:31. */
export function clock(at: Date, zone: string): string {
  return format(zone, { hour: "2-digit", minute: "2-digit" }).format(at);
}

/** full is what the tooltip of a time says. */
export function full(at: Date, zone: string): string {
  return format(zone, { dateStyle: "full", timeStyle: "medium" }).format(at);
}

function dayKey(at: Date, zone: string): string {
  return format(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
}

export function sameDay(a: Date, b: Date, zone: string): boolean {
  return dayKey(a, zone) === dayKey(b, zone);
}

/** day names a day as Slack's dividers do: Today, Yesterday, or Saturday, 28 November. */
export function day(at: Date, now: Date, zone: string): string {
  if (sameDay(at, now, zone)) return "Today";
  if (sameDay(at, new Date(now.getTime() - 24 * 3600 * 1000), zone)) return "Yesterday";
  return format(zone, { weekday: "long", day: "numeric", month: "long" }).format(at);
}

/** userName is how a person or app is called, by id. */
function userName(id: string, slack: Slack): string {
  if (id === slack.app.id) return slack.app.name;
  return slack.people.find((p) => p.id === id)?.name ?? id;
}

function channelName(id: string, slack: Slack): string {
  return slack.channels.find((c) => c.id === id)?.name ?? id;
}

function groupName(id: string, slack: Slack): string {
  return slack.groups.find((g) => g.id === id)?.handle ?? id;
}

/** plain is the text of a message without Slack's markup, for screen readers and the title of a thread. */
export function plain(text: string, slack: Slack): string {
  return text
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id) => "@" + userName(id, slack))
    .replace(/<#([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id) => "#" + channelName(id, slack))
    .replace(/<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id) => "@" + groupName(id, slack))
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, "$1")
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<([^|>]+)\|([^>]+)>/g, "$2")
    .replace(/<([^>]+)>/g, "$1")
    .replace(/[*`]/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}

/** count is a number with its noun: 1 reply, 3 replies. */
export function count(n: number, one: string, many = one + "s"): string {
  return `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
}

export function size(bytes: number): string {
  return bytes < 1000 ? count(bytes, "byte") : `${(bytes / 1000).toFixed(bytes < 10000 ? 1 : 0)} kB`;
}

/** mentions says whether a message calls this person: by name, or as one of a user group. */
export function mentions(m: Message, personId: string, groups: Slack["groups"]): boolean {
  if (m.author === personId) return false;
  const all = m.text + JSON.stringify(m.blocks ?? "");
  const theirs = groups.filter((g) => g.members?.includes(personId)).map((g) => g.id);
  return [personId, ...theirs].some((id) => all.includes(id));
}

/** isReply: a thread's first message may carry its own ts as thread. */
export function isReply(m: Message): boolean {
  return !!m.thread && m.thread !== m.ts;
}

/** sentence begins with a capital. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
