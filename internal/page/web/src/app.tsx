import { type Api, useWorld } from "./api";
import { GuideBar } from "./guide/bar";
import { KafkaPanel } from "./kafka/panel";
import { HomeTab } from "./modal/home";
import { Modals } from "./modal/modals";

export function App(p: { api: Api }) {
  const { slack, kafka, guide } = useWorld(p.api);
  if (!slack) return <p>Connecting to the demo…</p>;
  return (
    <>
      <GuideBar guide={guide} slack={slack} api={p.api} goTo={() => {}} />
      <HomeTab slack={slack} api={p.api} />
      <KafkaPanel kafka={kafka} slack={slack} api={p.api} target={guide?.step?.target ?? null} />
      <Modals slack={slack} api={p.api} />
    </>
  );
}
