import { marks } from "../guide/marks";
import { sentence } from "../text";
import type { Channel, Slack, Step } from "../types";
import { unread } from "../unread";
import { Chart, Hash, Menu, Warning } from "./icons";

/** What is open, what it is about, and on a narrow window the ways to what is not beside it. */
export function PlaceHeader(p: {
  slack: Slack;
  step: Step | null;
  channel?: Channel;
  toWorkspace?: () => void;
  toKafka?: () => void;
}) {
  const { slack, channel, step } = p;
  const waiting = slack.channels.reduce((n, c) => n + unread(slack, c).badge, 0);
  const pointed = slack.people.some((x) => x.name !== slack.me && marks(step, "person", x.name));
  const toKafka = step?.target.kind === "kafka";
  const about = channel?.dm ? "Direct message" : channel && sentence(channel.about);
  return (
    <header className="pane-head">
      {p.toWorkspace && (
        <button
          type="button"
          className={`icon-button header-menu${pointed ? " guided" : ""}`}
          aria-label={`Workspace: you are ${slack.me}${waiting ? `, ${waiting} unread for you` : ""}`}
          data-testid="open-workspace"
          onClick={p.toWorkspace}
        >
          <Menu />
          {waiting > 0 && <span className="badge">{waiting}</span>}
        </button>
      )}
      <div className="pane-title">
        <h2>
          {channel && !channel.dm && <Hash size={18} />}
          {channel && !channel.dm ? channel.name : slack.app.name}
        </h2>
        {about && (
          <p className="pane-about" title={about}>
            {about}
          </p>
        )}
      </div>
      {p.toWorkspace && <span className="header-me">{slack.me}</span>}
      {p.toKafka && (
        <button
          type="button"
          className={`header-kafka${toKafka ? " guided" : ""}`}
          data-testid="open-kafka"
          onClick={p.toKafka}
        >
          <Chart size={18} /> Kafka
        </button>
      )}
    </header>
  );
}

/** What is wrong at the moment: the demo is gone, or a fault is switched on. */
export function Strips(p: { trouble: string[]; connected: boolean }) {
  return (
    <div role="status" className="strips">
      {!p.connected && (
        <p className="strip lost" data-testid="connection-lost">
          <Warning size={16} /> The connection to the demo is lost; the page tries again. Is it still running in its
          terminal?
        </p>
      )}
      {p.trouble.map((t) => (
        <p key={t} className="strip">
          <Warning size={16} /> {t}
        </p>
      ))}
    </div>
  );
}
