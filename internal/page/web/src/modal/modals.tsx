import type { Api } from "../api";
import type { Slack } from "../types";

export function Modals(p: { slack: Slack; api: Api }) {
  return <>{p.slack.views.map((v) => v.title)}</>;
}
