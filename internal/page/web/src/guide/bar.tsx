import type { Api } from "../api";
import type { Guide, Slack } from "../types";

export function GuideBar(p: { guide: Guide | null; slack: Slack; api: Api; goTo(place: string, as: string): void }) {
  return <div data-testid="guide">{p.guide?.step?.title}</div>;
}
