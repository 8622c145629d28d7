import type { Api } from "../api";
import type { Cluster, Group, Kafka, Slack, Target } from "../types";
import { Clock } from "./clock";
import { GroupCard } from "./group";
import { remember } from "./history";
import "./panel.css";
import { Act } from "./act";

interface KafkaPanelProps {
  kafka: Kafka | null;
  slack: Slack;
  api: Api;
  target: Target | null;
}

/** The Kafka side: what the brokers hold, and what can be done to it without the bot. */
export function KafkaPanel(p: KafkaPanelProps) {
  remember(p.kafka);
  const pointed = (label: string) => p.target?.kind === "kafka" && p.target.label === label;
  return (
    <div className="kafka" data-testid="kafka">
      <Clock slack={p.slack} api={p.api} />
      {!p.kafka && <p className="kafka-soft">Reading Kafka…</p>}
      {p.kafka?.clusters.map((c, i) => (
        <ClusterSection key={c.name} cluster={c} first={i === 0} api={p.api} pointed={pointed} />
      ))}
    </div>
  );
}

function ClusterSection(p: { cluster: Cluster; first: boolean; api: Api; pointed(label: string): boolean }) {
  const { cluster, api } = p;
  return (
    <details className="kafka-cluster" data-testid={`cluster-${cluster.name}`} open={p.first}>
      <summary>
        <h3>{cluster.name}</h3>
        <span className="kafka-soft">
          {cluster.brokers.filter((b) => b.up).length} of {count(cluster.brokers.length, "broker")} up
        </span>
      </summary>
      {inOrder(cluster).map((g, i) => (
        <GroupCard
          key={g.name}
          cluster={cluster}
          group={g}
          first={p.first && i === 0}
          api={api}
          pointed={(id) => p.pointed(`${cluster.name}/${g.name}/${id}`)}
        />
      ))}
      <Topics cluster={cluster} api={api} />
      <Brokers cluster={cluster} api={api} />
    </details>
  );
}

function Topics(p: { cluster: Cluster; api: Api }) {
  const { cluster, api } = p;
  return (
    <section className="kafka-rows" aria-label={`Producers of ${cluster.name}`}>
      <h4>Producers</h4>
      {cluster.topics.map((t) => (
        <div key={t.name} className="kafka-row">
          <Act
            testid={`producer-${t.name}`}
            toggle={t.producing}
            more={`producer on ${cluster.name}`}
            act={() => api.act("producer", { cluster: cluster.name, topic: t.name, on: !t.producing })}
          >
            <span className="kafka-switch" aria-hidden="true" />
            {t.name}
          </Act>
          <span className="kafka-soft kafka-number">
            {sum(t.partitions.map((x) => x.end - x.start)).toLocaleString("en")} messages
          </span>
          <Act
            testid={`produce-${t.name}`}
            more={`: messages to the partitions of ${t.name} on ${cluster.name}`}
            act={() => api.act("produce", { cluster: cluster.name, topic: t.name, n: 10 })}
          >
            +10 each
          </Act>
        </div>
      ))}
    </section>
  );
}

function Brokers(p: { cluster: Cluster; api: Api }) {
  const { cluster, api } = p;
  return (
    <section className="kafka-rows" aria-label={`Brokers of ${cluster.name}`}>
      <h4>Brokers</h4>
      <div className="kafka-row">
        {cluster.brokers.map((b) => (
          <Act
            key={b.id}
            testid={`broker-${b.id}`}
            toggle={b.up}
            more={`of ${cluster.name} is up`}
            act={() => api.act("broker", { cluster: cluster.name, id: b.id, up: !b.up })}
          >
            <span className="kafka-switch" aria-hidden="true" />
            broker {b.id}
          </Act>
        ))}
      </div>
    </section>
  );
}

/** inOrder puts the groups with most to look at first; an order that changes with the offsets would make them jump. */
function inOrder(cluster: Cluster): Group[] {
  const size = (g: Group) => sum(g.topics.map((t) => t.partitions.length));
  return [...cluster.groups].sort((a, b) => size(b) - size(a) || a.name.localeCompare(b.name));
}

export function count(n: number, one: string): string {
  return `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;
}

export function sum(all: number[]): number {
  return all.reduce((a, b) => a + b, 0);
}
