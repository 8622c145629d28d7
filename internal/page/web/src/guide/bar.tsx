import { type MouseEvent, useEffect, useState } from "react";
import type { Api } from "../api";
import type { Guide, Slack, Step } from "../types";
import "./bar.css";
import { Ideas } from "./ideas";
import { seek } from "./marks";
import { Prose } from "./prose";

interface GuideBarProps {
  guide: Guide | null;
  slack: Slack;
  api: Api;
  goTo(place: string, as: string): void;
}

/** The bar on top: where the guided incident stands, what to do next, and who does it. */
export function GuideBar(p: GuideBarProps) {
  const { guide } = p;
  const [open, setOpen] = useState(true);
  if (!guide) return null;
  if (guide.skipped) {
    return (
      <section className="guide guide-away" data-testid="guide" aria-label="Guide">
        <Skip api={p.api} skip={false} label={guide.over ? "Another incident" : "Guide"} />
      </section>
    );
  }
  return (
    <section className={`guide${open ? "" : " guide-folded"}`} data-testid="guide" aria-label="Guide">
      <Progress guide={guide} />
      {guide.over ? <Ideas {...p} ideas={guide.ideas ?? []} /> : guide.step && <Next {...p} step={guide.step} guide={guide} />}
      <div className="guide-tools">
        <button
          type="button"
          className="guide-fold"
          aria-expanded={open}
          aria-label={open ? "Fold the guide" : "Unfold the guide"}
          onClick={() => setOpen(!open)}
        >
          <span aria-hidden="true">{open ? "▴" : "▾"}</span>
        </button>
        {guide.over && <Skip api={p.api} skip={false} label="Another incident" again />}
        <Skip api={p.api} skip label={guide.over ? "Close" : "Skip the guide"} />
      </div>
    </section>
  );
}

/** What to do now. It is read out when it changes; numbers in it that only move are not. */
function Next(p: GuideBarProps & { step: Step; guide: Guide }) {
  const { step, guide, slack } = p;
  const still = `${step.title}. ${step.text}`.replace(/\d[\d,]*/g, "#");
  const [said, setSaid] = useState("");
  useEffect(() => setSaid(`${guide.note} ${step.title}. ${step.text.replace(/[[\]`*]/g, "")}`), [still, guide.note]);
  const other = step.as !== "" && step.as !== slack.me;
  const kafka = step.target.kind === "kafka" && !other;
  const go = (e: MouseEvent) => {
    p.goTo(kafka ? "kafka" : step.place, step.as);
    seek(e.detail === 0); // a click without a pointer
  };
  const where = kafka ? "Kafka" : placeName(step.place, slack);
  return (
    <>
      <div className="guide-step">
        {guide.note && <p className="guide-note">{guide.note}</p>}
        <h2 className="guide-title">
          <span className="guide-count">
            {guide.current + 1}/{guide.steps.length}
          </span>{" "}
          {step.title}
        </h2>{" "}
        <span className="guide-text" data-testid="guide-text">
          <Prose text={step.text} />
        </span>
        <p className="unseen" role="status">
          {said}
        </p>
      </div>
      <button type="button" className={`guide-go${other ? " guided" : ""}`} data-testid="guide-go" accessKey="g" onClick={go}>
        {other ? (
          <>
            Become <strong>{step.as}</strong>
          </>
        ) : (
          <>
            {step.as && (
              <>
                as <strong>{step.as}</strong> ·{" "}
              </>
            )}
            {step.as ? "show" : "Show"} me {where}
          </>
        )}
      </button>
    </>
  );
}

/** The steps as a row of dots, which say their titles. */
function Progress(p: { guide: Guide }) {
  const { steps, current } = p.guide;
  const done = steps.filter((s) => s.done).length;
  return (
    <ol className="guide-progress" aria-label={`Progress: ${done} of ${steps.length} done`}>
      {steps.map((s, i) => (
        <li
          key={s.title}
          className={s.done ? "done" : i === current ? "current" : ""}
          aria-current={i === current ? "step" : undefined}
          title={s.title}
        >
          <span className="unseen">
            {s.title}
            {s.done ? ", done" : ""}
          </span>
        </li>
      ))}
    </ol>
  );
}

function Skip(p: { api: Api; skip: boolean; label: string; again?: boolean }) {
  return (
    <button
      type="button"
      className="guide-skip"
      data-testid={p.again ? "guide-again" : "guide-skip"}
      onClick={() => void p.api.act("guide", { skip: p.skip })}
    >
      {p.label}
    </button>
  );
}

function placeName(place: string, slack: Slack): string {
  const channel = slack.channels.find((c) => c.id === place);
  return channel && !channel.dm ? `#${channel.name}` : channel ? "the direct message" : place;
}
