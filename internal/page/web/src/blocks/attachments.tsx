import type { Attachment, Slack } from "../types";
import { Blocks } from "./blocks";
import { Mrkdwn } from "./drawn";
import { Link } from "./link";
import { type BlocksProps, SurfaceProvider, useEdits } from "./surface";

const colors: Record<string, string> = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };
const nothing = async () => {};

/** barOf is the color of the bar beside an attachment (docs, legacy attachments: a name, or hex digits). */
function barOf(color: unknown): string {
  const said = String(color ?? "");
  return colors[said] ?? (/^#?[0-9a-f]{6}$/i.test(said) ? "#" + said.replace("#", "") : "#dddddd");
}

/** Attachments are what other apps, such as Alertmanager, put under a message. */
export function Attachments(p: { attachments: Attachment[]; slack: Slack; act?: BlocksProps["act"] }) {
  const edits = useEdits();
  const act = p.act ?? nothing;
  return (
    <SurfaceProvider value={{ slack: p.slack, act, edits }}>
      {p.attachments.map((a, i) => (
        <Attached key={i} a={a} slack={p.slack} act={act} />
      ))}
    </SurfaceProvider>
  );
}

function Attached({ a, slack, act }: { a: Attachment; slack: Slack; act: BlocksProps["act"] }) {
  const fields: any[] = Array.isArray(a.fields) ? a.fields : [];
  const when = Number(a.ts);
  return (
    <>
      {a.pretext && <Mrkdwn text={String(a.pretext)} />}
      <div className="b-attached">
        <span className="b-bar" style={{ background: barOf(a.color) }} />
        <div className="b-attached-body">
          {a.author_name && <div className="b-attached-author">{a.author_name}</div>}
          {a.title && (
            <div className="b-attached-title">{a.title_link ? <Link href={String(a.title_link)}>{a.title}</Link> : a.title}</div>
          )}
          {a.text && <Mrkdwn text={String(a.text)} />}
          {fields.length > 0 && (
            <div className="b-fields">
              {fields.map((f, i) => (
                <div key={i} className={f.short ? undefined : "b-wide"}>
                  <strong>{f.title}</strong>
                  <Mrkdwn text={String(f.value ?? "")} />
                </div>
              ))}
            </div>
          )}
          {Array.isArray(a.blocks) && <Blocks blocks={a.blocks} slack={slack} act={act} />}
          {(a.footer || when > 0) && (
            <div className="b-attached-foot">
              {a.footer}
              {a.footer && when > 0 && <span aria-hidden="true"> | </span>}
              {when > 0 && <Mrkdwn small text={`<!date^${when}^{date_short_pretty} at {time}|${when}>`} />}
            </div>
          )}
        </div>
      </div>
    </>
  );
}
