import { useEffect, useReducer } from "react";
import type { Cluster, Group, Kafka } from "../types";

/** How far back the lag is drawn, in milliseconds. */
export const span = 5 * 60 * 1000;
/** How long a partition shows where its committed offset was before it went back. */
const shownBack = 60 * 1000;

interface Sample {
  at: number;
  lag: number;
}

interface Partition {
  committed: number;
  /** Where it was before it last went back, and when that was. */
  from: number;
  back: number;
}

interface Trail {
  lag: Sample[];
  partitions: Map<string, Partition>;
}

/** What was seen of each group. It outlives the panel, which a phone opens and closes. */
const trails = new Map<string, Trail>();
let last: Kafka | null = null;

export function lagOf(group: Group): number {
  let sum = 0;
  for (const t of group.topics) for (const p of t.partitions) sum += behind(p.committed, p.end);
  return sum;
}

/** behind is the lag of a partition; without a committed offset there is none. */
export function behind(committed: number, end: number): number {
  return committed < 0 ? 0 : Math.max(0, end - committed);
}

function trailOf(cluster: string, group: string): Trail {
  const key = `${cluster}/${group}`;
  let trail = trails.get(key);
  if (!trail) trails.set(key, (trail = { lag: [], partitions: new Map() }));
  return trail;
}

/** remember adds what Kafka shows now to what was seen before. */
export function remember(kafka: Kafka | null, now = performance.now()): void {
  if (!kafka || kafka === last) return;
  last = kafka;
  for (const cluster of kafka.clusters) for (const group of cluster.groups) rememberGroup(cluster, group, now);
}

function rememberGroup(cluster: Cluster, group: Group, now: number): void {
  const trail = trailOf(cluster.name, group.name);
  const lag = lagOf(group);
  const before = trail.lag.at(-1);
  if (before?.lag !== lag) {
    if (before && now - before.at > 1000) trail.lag.push({ at: now - 1, lag: before.lag }); // it was level until now
    trail.lag.push({ at: now, lag });
  }
  while (trail.lag.length > 1 && trail.lag[1]!.at < now - span) trail.lag.shift();
  for (const t of group.topics) {
    for (const p of t.partitions) {
      const key = `${t.name}/${p.partition}`;
      const was = trail.partitions.get(key);
      const back = was && p.committed < was.committed ? { from: was.committed, back: now } : null;
      trail.partitions.set(key, {
        committed: p.committed,
        from: back?.from ?? was?.from ?? -1,
        back: back?.back ?? was?.back ?? 0,
      });
    }
  }
}

/** lagTrail are the points of the lag's line, as milliseconds before now. */
export function lagTrail(cluster: string, group: string, now: number): { ago: number; lag: number }[] {
  const all = trailOf(cluster, group).lag;
  const points = all.map((s) => ({ ago: Math.min(span, now - s.at), lag: s.lag }));
  const end = points.at(-1);
  return end ? [...points, { ago: 0, lag: end.lag }] : [];
}

/** wentBack is where a partition was before its committed offset went back, if that was a moment ago; else -1. */
export function wentBack(cluster: string, group: string, topic: string, partition: number, now: number): number {
  const p = trailOf(cluster, group).partitions.get(`${topic}/${partition}`);
  return p && p.back > 0 && now - p.back < shownBack && p.from > p.committed ? p.from : -1;
}

/** useTick draws a component again every so often, for what changes with time alone. */
export function useTick(ms: number): number {
  const [, tick] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const timer = window.setInterval(tick, ms);
    return () => window.clearInterval(timer);
  }, [ms]);
  return performance.now();
}
