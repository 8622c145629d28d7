import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { type Api, useWorld } from "../api";
import { Blocks } from "../blocks/blocks";
import { Cross } from "../blocks/confirm";
import { focusable, keepFocus, useReturnedFocus } from "../blocks/layer";
import { marks, stepFor } from "../guide/marks";
import type { Slack, View } from "../types";
import { actingIn } from "./acting";
import { changesOf, mistakes } from "./check";
import { useDraft } from "./drafts";

interface Props {
  view: View;
  under: number; // how many modals lie under it
  top: boolean;
  slack: Slack;
  api: Api;
  close(all: boolean): Promise<void>;
}

/** useSubmitting sends a form, once what the client insists on is filled in. */
function useSubmitting(p: Props, box: { current: HTMLElement | null }) {
  const edits = useDraft(p.view.id);
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState<Record<string, string>>({});
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (busy || !p.view.submit) return;
    const wrong = mistakes(p.view, edits.values);
    setMissing(wrong);
    const first = p.view.blocks.find((b) => wrong[b.block_id ?? ""]);
    if (first) {
      const field = [...(box.current?.querySelectorAll("[data-testid^='field-']") ?? [])].find(
        (f) => f.getAttribute("data-testid") === `field-${first.block_id}`,
      );
      if (field) focusable(field)[0]?.focus();
      return;
    }
    setBusy(true);
    await p.api.act("submit", { view: p.view.id, values: changesOf(p.view, edits.values) });
    setBusy(false);
  };
  // What is missing is said until it is filled in.
  const still = mistakes(p.view, edits.values);
  const errors = Object.fromEntries(Object.entries(missing).filter(([id]) => still[id]));
  return { edits, busy, submit, errors: { ...p.view.errors, ...errors } };
}

/** Modal is one modal, as a dialog over Slack. */
export function Modal(p: Props) {
  const { view } = p;
  const box = useRef<HTMLDivElement>(null);
  const title = useId();
  const step = stepFor(useWorld(p.api).guide, p.slack.me);
  const { edits, busy, submit, errors } = useSubmitting(p, box);
  useReturnedFocus(box);
  useEffect(() => {
    // The first field, if there is one: a modal that is read is read from its start.
    const fields = focusable(box.current!).filter((e) => e.matches("input, textarea"));
    (fields[0] ?? box.current).focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    if (Object.keys(view.errors).length === 0) return;
    const field = box.current?.querySelector<HTMLElement>("[aria-invalid='true']");
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  }, [JSON.stringify(view.errors)]);
  const press = (e: KeyboardEvent) => {
    if (e.key === "Escape") {
      e.stopPropagation();
      p.close(false);
    }
    if (e.key === "Enter" && (e.metaKey || e.ctrlKey) && !e.defaultPrevented) submit(e);
    keepFocus(e, box.current);
  };
  const back = p.under > 0;
  return (
    <div className="m-back" hidden={!p.top} onPointerDown={(e) => e.target === e.currentTarget && e.preventDefault()}>
      <div
        ref={box}
        className="m-modal"
        role="dialog"
        aria-modal="true"
        aria-labelledby={title}
        tabIndex={-1}
        data-testid={p.top ? "modal" : undefined}
        data-layer
        onKeyDown={press}
      >
        <form noValidate onSubmit={submit}>
          <div className="m-head">
            {back && (
              <button type="button" className="b-icon m-large" aria-label="Back" onClick={() => p.close(false)}>
                <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                  <path
                    d="M8.5 4L3 10l5.5 6M3.5 10H17"
                    {...{ fill: "none", stroke: "currentColor", strokeWidth: 1.6, strokeLinecap: "round", strokeLinejoin: "round" }}
                  />
                </svg>
              </button>
            )}
            <span className="m-app" aria-hidden="true">{p.slack.app.name.slice(0, 1).toUpperCase()}</span>
            <h1 id={title}>{view.title}</h1>
            <button type="button" className="b-icon m-large" aria-label="Close" onClick={() => p.close(true)}>
              <Cross />
            </button>
          </div>
          <div className="m-body" data-body>
            <Blocks
              {...actingIn(p.api, view)}
              blocks={view.blocks}
              slack={p.slack}
              state={view.state}
              errors={errors}
              edits={edits}
              step={step}
            />
          </div>
          {view.trouble && <p className="m-trouble" role="alert">⚠ {view.trouble}</p>}
          <div className="m-foot">
            <button
              type="button"
              className="b-button b-large"
              data-testid={p.top ? "modal-close" : undefined}
              onClick={() => p.close(false)}
            >
              {view.close || (view.submit ? "Cancel" : "Close")}
            </button>
            {view.submit && (
              <button
                type="submit"
                className={`b-button b-large b-primary${marks(step, "submit", view.submit) ? " guided" : ""}`}
                data-testid={p.top ? "modal-submit" : undefined}
                aria-disabled={busy}
                aria-busy={busy}
              >
                {busy && <span className="m-busy" aria-hidden="true" />}
                <span>{view.submit}</span>
              </button>
            )}
          </div>
        </form>
      </div>
    </div>
  );
}
