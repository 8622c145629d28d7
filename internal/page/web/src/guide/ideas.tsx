import type { Api } from "../api";
import { compose } from "../shell/composer";
import type { Idea, Slack } from "../types";

/** What to try when the incident is over. Each is written where its person would type it; the person sends it. */
export function Ideas(p: { ideas: Idea[]; slack: Slack; api: Api; goTo(place: string, as: string): void }) {
  const write = (idea: Idea) => {
    p.goTo(idea.place, idea.as);
    compose(idea.as, idea.place, `${p.slack.command} ${idea.command}`);
    focusComposer(idea.as, 20);
  };
  return (
    <div className="guide-step">
      <h2 className="guide-title">You have been through it.</h2>{" "}
      <span className="guide-text">Now do what you like. Three ideas:</span>
      <ul className="guide-ideas" data-testid="guide-text">
        {p.ideas.map((idea) => (
          <li key={idea.title}>
            <button type="button" className="guide-go" onClick={() => write(idea)}>
              {idea.title}, as <strong>{idea.as}</strong>
            </button>
            <span>{idea.text}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** focusComposer puts the caret where the command stands, once the page shows that person's channel. */
function focusComposer(person: string, tries: number): void {
  window.setTimeout(() => {
    const box = document.querySelector<HTMLTextAreaElement>('main [data-testid="composer"]');
    if (box?.value.startsWith("/") && window.location.hash.startsWith(`#${person}/`)) box.focus();
    else if (tries > 0) focusComposer(person, tries - 1);
  }, 100);
}
