import { useEffect } from "react";
import { type Api, useWorld } from "../api";
import { Blocks } from "../blocks/blocks";
import { stepFor } from "../guide/marks";
import type { Slack, View } from "../types";
import { actingIn } from "./acting";
import { forget, useDraft } from "./drafts";
import "./modal.css";

/** HomeTab is the app's home tab: what the bot has published for this person, or Slack's sentence that nothing is there. */
export function HomeTab(p: { slack: Slack; api: Api }) {
  const { home, app } = p.slack;
  return (
    <div className="m-home" data-testid="home">
      {home ? (
        <Published key={home.id} home={home} slack={p.slack} api={p.api} />
      ) : (
        <div className="m-empty">
          <h2>It is quiet here</h2>
          <p>{app.name} has not published anything in your Home tab yet.</p>
        </div>
      )}
    </div>
  );
}

function Published(p: { home: View; slack: Slack; api: Api }) {
  const step = stepFor(useWorld(p.api).guide, p.slack.me);
  const edits = useDraft(p.home.id);
  useEffect(() => forget(p.home), [p.home]);
  return (
    <Blocks
      {...actingIn(p.api, p.home)}
      blocks={p.home.blocks}
      slack={p.slack}
      state={p.home.state ?? {}}
      edits={edits}
      step={step}
    />
  );
}
