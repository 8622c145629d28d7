import { lagTrail, span, useTick } from "./history";

const width = 300;
const height = 36;
/** A lag that the producer alone makes is drawn flat. */
const least = 100;

/** The lag over the last minutes. */
export function LagLine(p: { cluster: string; group: string }) {
  const now = useTick(1000);
  const points = lagTrail(p.cluster, p.group, now);
  const most = Math.max(0, ...points.map((x) => x.lag));
  const top = Math.max(least, most);
  const x = (ago: number) => width - (ago / span) * width;
  const y = (lag: number) => height - 2 - (lag / top) * (height - 6);
  const line = points.map((s) => `${x(s.ago).toFixed(1)},${y(s.lag).toFixed(1)}`).join(" ");
  const first = points[0];
  const lag = points.at(-1)?.lag ?? 0;
  const text = `Lag over the last 5 minutes: now ${lag.toLocaleString("en")}, peak ${most.toLocaleString("en")}`;
  return (
    <figure className="kafka-lagline">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={text}>
        {first && (
          <polygon points={`${x(first.ago).toFixed(1)},${height} ${line} ${width},${height}`} className="area" />
        )}
        <polyline points={line} className="line" vectorEffect="non-scaling-stroke" />
      </svg>
      <figcaption aria-hidden="true">
        <span>5 min ago</span>
        <span>peak {most.toLocaleString("en")}</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}
