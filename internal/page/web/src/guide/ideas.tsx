import type { Api } from "../api";
import type { Idea, Slack } from "../types";

/** What to try when the incident is over. Each is typed by the person who would type it. */
export function Ideas(p: { ideas: Idea[]; slack: Slack; api: Api; goTo(place: string, as: string): void }) {
  const run = async (idea: Idea) => {
    p.goTo(idea.place, idea.as);
    await p.api.act("command", { as: idea.as, channel: idea.place, text: idea.command });
  };
  return (
    <div className="guide-step">
      <h2 className="guide-title">You have been through it. Now play freely, for example:</h2>
      <ul className="guide-ideas" data-testid="guide-text">
        {p.ideas.map((idea) => (
          <li key={idea.title}>
            <strong>{idea.title}.</strong> {idea.text}
            <code>
              {p.slack.command} {idea.command}
            </code>
            <button type="button" className="guide-go" onClick={() => void run(idea)}>
              Type it as <strong>{idea.as}</strong>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
