import type { Api } from "../api";
import type { Kafka, Slack, Target } from "../types";

export function KafkaPanel(p: { kafka: Kafka | null; slack: Slack; api: Api; target: Target | null }) {
  return <div data-testid="kafka">{p.kafka?.clusters.map((c) => c.name).join(", ")}</div>;
}
