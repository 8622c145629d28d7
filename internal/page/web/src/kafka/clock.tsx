import { useRef } from "react";
import type { Api } from "../api";
import type { Slack } from "../types";
import { Act } from "./act";
import { useTick } from "./history";

/** The demo's clock, which can be set forward, and what can be wrong with Slack. */
export function Clock(p: { slack: Slack; api: Api }) {
  const { slack, api } = p;
  const now = useTick(1000);
  const heard = useRef({ said: "", at: 0 });
  if (heard.current.said !== slack.now) heard.current = { said: slack.now, at: performance.now() };
  const at = new Date(Date.parse(heard.current.said) + Math.max(0, now - heard.current.at));
  const zone = slack.people.find((x) => x.name === slack.me)?.zone ?? "UTC";
  const limited = slack.trouble.some((t) => t.includes("429"));
  return (
    <section className="kafka-top" aria-label="Clock and faults">
      <div className="kafka-row">
        <time className="kafka-clock" data-testid="clock" dateTime={at.toISOString()}>
          {at.toLocaleTimeString("en-GB", { timeZone: zone })}
        </time>
        <span className="kafka-soft">{zone.split("/").at(-1)?.replace("_", " ")}</span>
        <Act testid="skip-60" more="on the demo's clock" act={() => api.act("skipTime", { seconds: 60 })}>
          +1 min
        </Act>
        <Act
          testid="skip-600"
          more="on the demo's clock"
          act={() => api.act("skipTime", { seconds: 600 })}
        >
          +10 min
        </Act>
      </div>
      <div className="kafka-row">
        <Act testid="slack429" toggle={limited} act={() => api.act("slack429", { on: !limited })}>
          <span className="kafka-switch" aria-hidden="true" />
          Slack answers 429 (too many requests)
        </Act>
      </div>
    </section>
  );
}
