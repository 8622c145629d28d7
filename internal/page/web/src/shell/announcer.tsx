import { useEffect, useRef, useState } from "react";
import { plain } from "../text";
import type { Slack } from "../types";

/** How many messages are remembered as new: enough that none is read twice, few enough that none is read late. */
const few = 3;

/** Reads new messages aloud to people with a screen reader: who wrote, where, and the text that a notification has. */
export function Announcer(p: { slack: Slack }) {
  const { slack } = p;
  const known = useRef<{ me: string; ids: Set<string> }>({ me: "", ids: new Set() });
  const [said, setSaid] = useState<string[]>([]);
  useEffect(() => {
    const fresh: string[] = [];
    const ids = new Set<string>();
    const own = slack.people.find((x) => x.name === slack.me)?.id;
    for (const channel of slack.channels) {
      for (const m of slack.messages[channel.id] ?? []) {
        const id = `${m.channel}/${m.ts}`;
        ids.add(id);
        if (known.current.ids.has(id) || m.author === own) continue;
        const where = channel.dm ? "" : ` in ${channel.name}`;
        fresh.push(`${m.author_name}${where}: ${plain(m.text, slack)}`);
      }
    }
    // What was there before is no news: neither at the start nor when another person acts.
    const first = known.current.me !== slack.me || known.current.ids.size === 0;
    known.current = { me: slack.me, ids };
    if (!first && fresh.length > 0) setSaid((before) => [...before, ...fresh].slice(-few));
  }, [slack.messages, slack.me]);
  return (
    <div className="unseen" role="log" aria-label="New messages" aria-live="polite">
      {said.map((text, i) => (
        <p key={text + i}>{text}</p>
      ))}
    </div>
  );
}
