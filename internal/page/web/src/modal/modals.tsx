import { useEffect } from "react";
import type { Api } from "../api";
import type { Slack } from "../types";
import { forget } from "./drafts";
import { Modal } from "./modal";
import "./modal.css";

/** Modals are the stack of open modals. Only the one on top is on the screen; the others stay as they are. */
export function Modals(p: { slack: Slack; api: Api }) {
  const { views } = p.slack;
  useEffect(() => views.forEach(forget), [views]);
  if (views.length === 0) return null;
  const top = views[views.length - 1];
  const close = async (all: boolean) => {
    // The client closes what lies below as well, from the top down: each app is told that asked to be.
    for (const view of all ? [...views].reverse() : [top]) await p.api.act("close", { view: view.id });
  };
  return views.map((view, i) => (
    <Modal key={view.id} view={view} under={i} top={view === top} slack={p.slack} api={p.api} close={close} />
  ));
}
