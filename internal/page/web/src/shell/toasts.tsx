import { useEffect, useState } from "react";
import type { Api, Toast } from "../api";
import { Close } from "./icons";
import "./toasts.css";

/** How long a toast stays, in milliseconds, while neither the pointer nor the focus is on it. */
const stay = 9000;

/** What went wrong with something that the person did. It is read aloud at once. */
export function Toasts(p: { toasts: Toast[]; api: Api }) {
  return (
    <section className="toasts" role="alert" aria-label="Messages of the page">
      {p.toasts.map((t) => (
        <One key={t.id} toast={t} api={p.api} />
      ))}
    </section>
  );
}

function One(p: { toast: Toast; api: Api }) {
  const { toast, api } = p;
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = window.setTimeout(() => api.dismiss(toast.id), stay);
    return () => window.clearTimeout(timer);
  }, [held, api, toast.id]);
  return (
    <div
      className="toast"
      data-testid="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span>{toast.text}</span>
      <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => api.dismiss(toast.id)}>
        <Close size={16} />
      </button>
    </div>
  );
}
