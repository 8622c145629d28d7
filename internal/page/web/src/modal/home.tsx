import type { Api } from "../api";
import { Blocks } from "../blocks/blocks";
import type { Slack } from "../types";

export function HomeTab(p: { slack: Slack; api: Api }) {
  return <div data-testid="home">{p.slack.home && <Blocks blocks={p.slack.home.blocks} slack={p.slack} act={async () => {}} />}</div>;
}
