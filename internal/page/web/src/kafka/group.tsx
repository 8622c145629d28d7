import type { Api } from "../api";
import type { Cluster, Group } from "../types";
import { Act } from "./act";
import { Chart } from "./chart";
import { lagOf } from "./history";
import { LagLine } from "./lagline";
import { count } from "./panel";

interface GroupCardProps {
  cluster: Cluster;
  group: Group;
  api: Api;
  /** Only the first is open from the start. */
  first: boolean;
  pointed(id: string): boolean;
}

/** A consumer group: its members, its lag, and where its committed offsets are. */
export function GroupCard(p: GroupCardProps) {
  const { cluster, group, api } = p;
  const lag = lagOf(group);
  const change = (delta: number) => () => api.act("consumers", { cluster: cluster.name, group: group.name, delta });
  const of = `of ${group.name} on ${cluster.name}`;
  return (
    <details className="kafka-group" data-testid={`group-${group.name}`} open={p.first}>
      <summary className="kafka-row">
        <h4>{group.name}</h4>
        <span className={`kafka-state ${group.members.length > 0 ? "active" : ""}`}>{group.state}</span>
        <span className="kafka-lag" data-testid="lag">
          lag <b>{lag.toLocaleString("en")}</b>
        </span>
      </summary>
      <LagLine cluster={cluster.name} group={group.name} />
      <div className={p.pointed("chart") ? "guided" : undefined}>
        {group.topics.map((t) => (
          <Chart key={t.name} cluster={cluster.name} group={group.name} topic={t.name} partitions={t.partitions} />
        ))}
        <p className="kafka-legend" aria-hidden="true">
          <i className="consumed" /> consumed <i className="behind" /> lag <i className="was" /> committed before it went back
        </p>
      </div>
      <p className="kafka-members">
        {group.members.length === 0 ? "No members: inactive" : `${count(group.members.length, "member")}: ${hosts(group)}`}
      </p>
      <div className="kafka-row">
        <Act testid="consumer-start" more={of} guided={p.pointed("consumer-start")} act={change(1)}>
          Start a consumer
        </Act>
        <Act
          testid="consumer-stop"
          more={`consumer ${of}`}
          guided={p.pointed("consumer-stop")}
          disabled={group.ours === 0}
          act={change(-1)}
        >
          Stop one
        </Act>
        <Act
          testid="consumer-stop-all"
          more={`consumers ${of}`}
          guided={p.pointed("consumer-stop-all")}
          disabled={group.ours === 0}
          act={change(0)}
        >
          Stop all
        </Act>
      </div>
    </details>
  );
}

/** hosts are where the members run, as Kafka has them: with a slash in front. */
function hosts(group: Group): string {
  return group.members.map((m) => m.host.replace(/^\//, "")).join(", ");
}
