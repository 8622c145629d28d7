import { useEffect } from "react";
import type { Api } from "../api";
import { HomeTab } from "../modal/home";
import type { Route } from "../route";
import type { Channel, Slack, Step } from "../types";
import { Conversation } from "./conversation";
import { PlaceHeader, Strips } from "./header";
import { AppTabs } from "./tabs";

/** The middle of the page: a channel, the direct message with the app, or the app's home. */
export function MainPane(p: {
  slack: Slack;
  steady: Slack;
  api: Api;
  step: Step | null;
  place: string;
  channel?: Channel;
  connected: boolean;
  /** Whether a drawer lies over it. */
  covered: boolean;
  onRead(): void;
  open(to: Partial<Route>): void;
  toWorkspace?: () => void;
  toKafka?: () => void;
}) {
  const { slack, api, channel, place } = p;
  const isApp = !channel || !!channel.dm;
  // Slack tells the app when a person opens it: the app draws its home then.
  useEffect(() => {
    if (isApp) void api.act(channel ? "openMessages" : "openHome");
  }, [isApp, place, slack.me, api]);
  const dm = slack.channels.find((c) => c.dm);
  const content = channel ? (
    <Conversation
      key={`${slack.me}/${place}`}
      slack={slack}
      steady={p.steady}
      api={api}
      step={p.step}
      channel={channel}
      openThread={(ts) => p.open({ place, thread: ts })}
      onRead={p.onRead}
    />
  ) : (
    <div className="app-home">
      <HomeTab key={slack.me} slack={slack} api={api} />
    </div>
  );
  return (
    <main className="app-main" inert={p.covered}>
      <PlaceHeader
        slack={slack}
        step={p.step}
        channel={channel}
        toWorkspace={p.toWorkspace}
        toKafka={p.toKafka}
      />
      <Strips trouble={slack.trouble} connected={p.connected} />
      {isApp && dm && <AppTabs home={!channel} open={(home) => p.open({ place: home ? "home" : dm.id })} />}
      {isApp ? (
        <div className="app-panel" role="tabpanel" aria-label={channel ? "Messages" : "Home"} id="app-panel">
          {content}
        </div>
      ) : (
        content
      )}
    </main>
  );
}
