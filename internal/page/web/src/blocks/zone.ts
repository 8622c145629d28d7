// Wall clocks of a person's zone. A browser knows only its own, so the parts come from Intl.

export interface Wall {
  year: number;
  month: number; // 1 to 12
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let f = formats.get(zone);
  if (!f) {
    const parts = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" } as const;
    try {
      f = new Intl.DateTimeFormat("en-US", { ...parts, timeZone: zone, hourCycle: "h23" });
    } catch {
      f = new Intl.DateTimeFormat("en-US", { ...parts, timeZone: "UTC", hourCycle: "h23" });
    }
    formats.set(zone, f);
  }
  return f;
}

/** wallOf is what a clock in the zone shows at a moment, given in seconds since 1970. */
export function wallOf(unix: number, zone: string): Wall {
  const found: Record<string, number> = {};
  for (const part of format(zone).formatToParts(new Date(unix * 1000))) found[part.type] = Number(part.value);
  return {
    year: found.year, month: found.month, day: found.day, hour: found.hour, minute: found.minute, second: found.second,
  };
}

/**
 * unixOf is the moment at which a clock in the zone shows this. A time that the clocks skip is taken as after the
 * change, one that they show twice as the first.
 */
export function unixOf(wall: Wall, zone: string): number {
  const asUTC = (w: Wall) => Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute, w.second) / 1000;
  const wanted = asUTC(wall);
  // The offset may differ on both sides of a change of the clocks, so both are tried, the larger one (earlier) first.
  const offsets = [-86400, 86400].map((aside) => asUTC(wallOf(wanted + aside, zone)) - (wanted + aside));
  const tries = [wanted - Math.max(...offsets), wanted - Math.min(...offsets)];
  return tries.find((t) => asUTC(wallOf(t, zone)) === wanted) ?? tries[1];
}

const two = (n: number) => String(n).padStart(2, "0");

/** dateOf and timeOf are the forms of Slack's pickers: 2026-11-23 and 09:30. */
export const dateOf = (w: Wall) => `${w.year}-${two(w.month)}-${two(w.day)}`;
export const timeOf = (w: Wall) => `${two(w.hour)}:${two(w.minute)}`;

/** dayNumber counts days, so that two dates can be compared. */
export const dayNumber = (w: Pick<Wall, "year" | "month" | "day">) => Date.UTC(w.year, w.month - 1, w.day) / 86_400_000;
