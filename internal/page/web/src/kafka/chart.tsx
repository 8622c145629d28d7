import type { PartitionState } from "../types";
import { behind, useTick, wentBack } from "./history";
import { sum } from "./panel";

interface ChartProps {
  cluster: string;
  group: string;
  topic: string;
  partitions: PartitionState[];
}

/** More partitions than this are drawn as columns beside each other. */
const rowsAtMost = 4;

/** Where the committed offset of each partition is, between its log-start and its log-end offset. */
export function Chart(p: ChartProps) {
  const now = useTick(1000);
  const compact = p.partitions.length > rowsAtMost;
  const lag = sum(p.partitions.map((x) => behind(x.committed, x.end)));
  const text = `${p.topic}, ${p.partitions.length} partitions: ${range(p.partitions)}; lag ${lag.toLocaleString("en")}`;
  return (
    <figure className="kafka-chart" data-testid={`chart-${p.topic}`}>
      <figcaption className="kafka-row">
        <b>{p.topic}</b>
        <span className="kafka-soft kafka-number">{range(p.partitions)}</span>
        <span className="kafka-soft kafka-lag">lag {lag.toLocaleString("en")}</span>
      </figcaption>
      <div className={compact ? "kafka-columns" : "kafka-bars"} role="img" aria-label={text}>
        {p.partitions.map((x) => (
          <Bar key={x.partition} state={x} upright={compact} from={wentBack(p.cluster, p.group, p.topic, x.partition, now)} />
        ))}
      </div>
      <details className="kafka-numbers">
        <summary>
          Numbers<span className="unseen"> of {p.topic}</span>
        </summary>
        <Numbers {...p} />
      </details>
    </figure>
  );
}

/** One partition: consumed, then the lag; a mark is where the committed offset was before it went back. */
function Bar(p: { state: PartitionState; upright: boolean; from: number }) {
  const { state, upright } = p;
  const size = Math.max(1, state.end - state.start);
  const part = (offset: number) => Math.max(0, Math.min(1, (offset - state.start) / size)) * 100;
  const at = state.committed < 0 ? 0 : part(state.committed);
  const was = p.from < 0 ? null : part(p.from);
  const long = upright ? "height" : "width";
  const along = (from: number, length: number) => (upright ? { y: 100 - from - length } : { x: from });
  const across = upright ? { width: "100%", x: 0 } : { height: "100%", y: 0 };
  const box = (from: number, length: number) => ({ ...across, ...along(from, length), [long]: Math.max(0, length) });
  return (
    <div className="kafka-bar">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        <rect {...box(0, 100)} className="track" />
        {state.committed >= 0 && (
          <>
            <rect {...box(at, 100 - at)} className="behind" />
            <rect {...box(0, at)} className="consumed" />
            {was !== null && <rect {...box(Math.min(was, 97), 3)} className="was" />}
          </>
        )}
      </svg>
      <span aria-hidden="true">{state.partition}</span>
    </div>
  );
}

function Numbers(p: ChartProps) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">partition</th>
          <th scope="col">start</th>
          <th scope="col">committed</th>
          <th scope="col">end</th>
          <th scope="col">lag</th>
        </tr>
      </thead>
      <tbody>
        {p.partitions.map((x) => (
          <tr key={x.partition}>
            <th scope="row">
              {p.topic}-{x.partition}
            </th>
            <td>{x.start.toLocaleString("en")}</td>
            <td>{x.committed < 0 ? "none" : x.committed.toLocaleString("en")}</td>
            <td>{x.end.toLocaleString("en")}</td>
            <td>{x.committed < 0 ? "–" : behind(x.committed, x.end).toLocaleString("en")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** range says where the committed offsets are, and the end. */
function range(partitions: PartitionState[]): string {
  const at = partitions.map((x) => x.committed).filter((n) => n >= 0);
  if (at.length === 0) return "no committed offset";
  const [least, most] = [Math.min(...at), Math.max(...at)].map((n) => n.toLocaleString("en"));
  const end = Math.max(...partitions.map((x) => x.end)).toLocaleString("en");
  return `committed ${least === most ? least : `${least}–${most}`} of ${end}`;
}
