import { useCallback, useEffect, useMemo, useReducer, useState } from "react";
import { type Api, useWorld } from "./api";
import "./app.css";
import { toComposer } from "./focus";
import { GuideBar } from "./guide/bar";
import { stepFor } from "./guide/marks";
import { KafkaPanel } from "./kafka/panel";
import { useMedia } from "./media";
import { Modals } from "./modal/modals";
import { first, type Route, useRoute } from "./route";
import { Announcer } from "./shell/announcer";
import { Drawer } from "./shell/drawer";
import { MainPane } from "./shell/main";
import { Sidebar } from "./shell/sidebar";
import { ThreadPanel } from "./shell/thread";
import { Toasts } from "./shell/toasts";
import type { Slack, Step } from "./types";
import { unread } from "./unread";

/** The page: the guide on top, and below it Slack as one person sees it, beside Kafka. */
export function App(p: { api: Api }) {
  const { api } = p;
  const { slack, kafka, guide, connected, toasts } = useWorld(api);
  const [route, go] = useRoute();
  const [drawer, setDrawer] = useState<"" | "workspace" | "kafka">("");
  const [, onRead] = useReducer((n: number) => n + 1, 0);
  const phone = useMedia("(max-width: 640px)");
  const narrow = useMedia("(max-width: 1180px)");
  const steady = useSteady(slack);
  const step = useSteadyStep(stepFor(guide, slack?.me ?? ""));

  useEffect(() => api.become(route.as), [api, route.as]);
  // A link can name a person whom this demo does not have; the server then answers with an error.
  useEffect(() => {
    if (!connected && !slack && route.as !== first) go({ as: first, place: "" }, true);
  }, [connected, slack, route.as, go]);
  // A page that is opened without a place begins where the guide does.
  const begin = guide?.step?.place;
  useEffect(() => {
    if (slack && guide && !route.place) go({ place: placeOf(slack, { ...route, place: begin ?? "" }) }, true);
  }, [slack, guide, begin, route.place, go]);
  const goTo = useCallback(
    (place: string, as: string) => {
      const person = as ? { as } : {};
      go(place === "kafka" ? person : { ...person, place });
      setDrawer(place === "kafka" ? "kafka" : "");
    },
    [go],
  );

  if (!slack || !steady) return <Waiting connected={connected} />;
  const place = placeOf(slack, route);
  const channel = slack.channels.find((c) => c.id === place);
  const close = () => setDrawer("");
  const open = (to: Partial<Route>) => {
    go(to);
    close();
  };
  const thread = channel ? route.thread : "";
  // What lies under an open drawer cannot be reached, by pointer or by keyboard.
  const covered = (phone && drawer === "workspace") || (narrow && drawer === "kafka");
  return (
    <div className={`app${thread ? " with-thread" : ""}`}>
      <Title slack={slack} place={place} />
      <header>
        <h1 className="unseen">{slack.app.name}, to try it in</h1>
        <button type="button" className="skip" onClick={() => toComposer("main", true)}>
          Skip to the message box
        </button>
      </header>
      <GuideBar guide={guide} slack={slack} api={api} goTo={goTo} />
      <div className="app-columns">
        <Drawer name="Workspace" as="nav" drawer={phone} open={drawer === "workspace"} close={close}>
          <Sidebar
            {...{ slack, api, step, place }}
            act={(as) => open({ as })}
            open={(to) => {
              open({ place: to, thread: "" });
              window.setTimeout(() => toComposer("main"));
            }}
          />
        </Drawer>
        <MainPane
          {...{ slack, steady, api, step, place, channel, connected, covered, onRead }}
          toWorkspace={phone ? () => setDrawer("workspace") : undefined}
          toKafka={narrow ? () => setDrawer("kafka") : undefined}
          open={open}
        />
        {channel && thread && (
          <aside className="app-thread" aria-label="Thread" inert={covered}>
            <ThreadPanel
              key={`${slack.me}/${place}/${thread}`}
              {...{ slack, steady, api, step, channel, onRead }}
              ts={thread}
              close={() => open({ thread: "" })}
            />
          </aside>
        )}
        <Drawer name="Kafka" as="aside" drawer={narrow} open={drawer === "kafka"} close={close}>
          <KafkaPanel kafka={kafka} slack={slack} api={api} target={step?.target ?? null} />
        </Drawer>
        <Modals slack={slack} api={api} />
      </div>
      <Announcer slack={slack} />
      <Toasts toasts={toasts} api={api} />
    </div>
  );
}

/** placeOf is what the route names, if this person sees it, else the first channel that the bot is in. */
function placeOf(slack: Slack, route: Route): string {
  if (route.place === "home" || slack.channels.some((c) => c.id === route.place)) return route.place;
  return (slack.channels.find((c) => c.bot && !c.dm) ?? slack.channels[0])?.id ?? "home";
}

/**
 * useSteady is Slack without what changes all the time, the same object as long as people and places are the same: what
 * is drawn with it is not drawn again because another message came. Its time is exact to the minute.
 */
function useSteady(slack: Slack | null): Slack | null {
  const minute = slack?.now.slice(0, 16);
  return useMemo(
    () => slack && { ...slack, messages: {}, views: [], home: null, trouble: [] },
    [slack?.me, slack?.people, slack?.groups, slack?.app, slack?.command, slack?.shortcuts, slack?.channels, minute],
  );
}

/** useSteadyStep is the guide's step, the same as long as it points at the same, for its text counts messages. */
function useSteadyStep(step: Step | null): Step | null {
  const target = step?.target;
  return useMemo(() => step, [step?.as, step?.place, target?.kind, target?.label]);
}

function Waiting(p: { connected: boolean }) {
  return (
    <main className="waiting" role="status">
      {p.connected ? "Connecting to the demo…" : "The demo cannot be reached. Is it still running in its terminal?"}
    </main>
  );
}

/** The window's title says who one is, where, and how much calls one. */
function Title(p: { slack: Slack; place: string }) {
  const { slack, place } = p;
  const waiting = slack.channels.reduce((n, c) => n + unread(slack, c).badge, 0);
  const channel = slack.channels.find((c) => c.id === place);
  const name = channel && !channel.dm ? `#${channel.name}` : slack.app.name;
  return <title>{`${waiting ? `(${waiting}) ` : ""}${name} as ${slack.me}: kafka-reset-bot, try it`}</title>;
}
