import manifest from "../../../../../manifest.json";
import type { Slack } from "../types";

/** One line of the list above the composer. */
export interface Suggestion {
  label: string;
  note: string;
  /** What the composer then holds, and where its caret is. */
  text: string;
  caret: number;
}

export interface Suggestions {
  title: string;
  all: Suggestion[];
  /** Whether Enter takes the first; else a suggestion has to be chosen by an arrow key first. */
  eager: boolean;
}

const none: Suggestions = { title: "", all: [], eager: false };

/** What Slack shows of the command comes from the app's manifest, here as there. */
const command = manifest.features.slash_commands[0];

const usage = command?.usage_hint ?? "";

/** Commands that do something in the demo, for a person who does not know the grammar yet. */
const examples: [string, string][] = [
  ["billing@prod-eu orders back 50m", "Preview: orders, 50 minutes back"],
  ["lag billing@prod-eu", "The lag of a group, by partition"],
  ["groups", "The consumer groups that you may view"],
  ["status", "The open requests"],
  ["help", "All commands"],
];

/** suggest is what may be completed at the caret: the command, its examples, or a name after @. */
export function suggest(text: string, caret: number, slack: Slack, inThread: boolean): Suggestions {
  const before = text.slice(0, caret);
  if (!inThread && before.startsWith("/") && caret === text.length) return commands(before, slack);
  const at = /(^|\s)@([\w.-]*)$/.exec(before);
  return at ? names(text, caret, at[2]!.toLowerCase(), slack) : none;
}

function commands(typed: string, slack: Slack): Suggestions {
  const whole = slack.command + " ";
  if (typed === whole) {
    const all = examples.map(([words, note]) => suggestion(words, note, whole + words));
    return { title: "Enter opens the form, or choose an example", all, eager: false };
  }
  if (/\s/.test(typed) || !slack.command.startsWith(typed)) return none;
  const all = [suggestion(`${slack.command} ${usage}`, command?.description ?? "", whole)];
  return { title: slack.app.name, all, eager: typed !== slack.command };
}

function names(text: string, caret: number, typed: string, slack: Slack): Suggestions {
  const all: [string, string][] = [
    [slack.app.name, "App: understands the words of " + slack.command + " too"],
    ...slack.people.map((p): [string, string] => [p.name, p.about]),
    ...slack.groups.map((g): [string, string] => [g.handle, "User group"]),
  ];
  const start = caret - typed.length;
  return {
    title: "People and apps",
    all: all
      .filter(([name]) => name.toLowerCase().startsWith(typed) && name.toLowerCase() !== typed)
      .map(([name, note]) => {
        const upTo = text.slice(0, start) + name + " ";
        return { label: "@" + name, note, text: upTo + text.slice(caret).trimStart(), caret: upTo.length };
      }),
    eager: true,
  };
}

function suggestion(label: string, note: string, text: string): Suggestion {
  return { label, note, text, caret: text.length };
}
