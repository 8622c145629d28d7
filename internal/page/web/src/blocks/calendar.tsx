import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { dayNamed, monthShown } from "./date";
import { dateOf } from "./zone";

type Day = { year: number; month: number; day: number };

const at = (d: Day) => Date.UTC(d.year, d.month - 1, d.day);
const dayAt = (ms: number): Day => {
  const d = new Date(ms);
  return { year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate() };
};
const oneDay = 86_400_000;
const iso = (d: Day) => dateOf({ ...d, hour: 0, minute: 0, second: 0 });
const headings = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

/** moved is the day that a key leads to. */
function moved(d: Day, key: string, shift: boolean): Day | null {
  const weekday = (new Date(at(d)).getUTCDay() + 6) % 7;
  const days: Record<string, number> = {
    ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, Home: -weekday, End: 6 - weekday,
  };
  if (key in days) return dayAt(at(d) + days[key] * oneDay);
  const months: Record<string, number> = { PageUp: shift ? -12 : -1, PageDown: shift ? 12 : 1 };
  return key in months ? monthAway(d, months[key]) : null;
}

/** monthAway is the same day of another month, or its last one. */
function monthAway(d: Day, months: number): Day {
  const first = dayAt(Date.UTC(d.year, d.month - 1 + months, 1));
  const last = dayAt(Date.UTC(first.year, first.month, 0)).day;
  return { ...first, day: Math.min(d.day, last) };
}

/** Calendar is a month to choose a day from. The arrow keys walk through days, page up and down through months. */
export function Calendar(p: { chosen: Day | null; today: Day; pick(day: Day): void; close(): void; focus: boolean; id: string }) {
  const grid = useRef<HTMLTableElement>(null);
  const [on, setOn] = useState<Day>(p.chosen ?? p.today);
  const [walking, setWalking] = useState(p.focus);
  useEffect(() => {
    if (walking) grid.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus();
  }, [on, walking]);
  const first = at({ ...on, day: 1 });
  const start = first - ((new Date(first).getUTCDay() + 6) % 7) * oneDay;
  const weeks = Array.from({ length: 6 }, (_, w) => Array.from({ length: 7 }, (_, d) => dayAt(start + (w * 7 + d) * oneDay)));
  const press = (e: KeyboardEvent) => {
    const to = moved(on, e.key, e.shiftKey);
    if (to) {
      e.preventDefault();
      setWalking(true);
      setOn(to);
    } else if (e.key === "Escape") {
      e.stopPropagation();
      p.close();
    }
  };
  const turn = (months: number) => {
    setWalking(false);
    setOn(monthAway(on, months));
  };
  return (
    <div id={p.id} className="b-calendar" role="dialog" aria-label="Choose a date" onKeyDown={press}>
      <div className="b-calendar-head">
        <button type="button" className="b-icon" aria-label="Previous month" onClick={() => turn(-1)}>‹</button>
        <strong aria-live="polite">{monthShown(on.year, on.month)}</strong>
        <button type="button" className="b-icon" aria-label="Next month" onClick={() => turn(1)}>›</button>
      </div>
      <table ref={grid} role="grid" aria-label={monthShown(on.year, on.month)}>
        <thead>
          <tr>{headings.map((h) => <th key={h} scope="col">{h}</th>)}</tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={iso(week[0])}>
              {week.map((d) => {
                const chosen = p.chosen !== null && at(d) === at(p.chosen);
                const look = [d.month !== on.month && "b-other", chosen && "b-chosen", at(d) === at(p.today) && "b-today"];
                return (
                  <td key={iso(d)} role="gridcell" aria-selected={chosen}>
                    <button
                      type="button"
                      tabIndex={at(d) === at(on) ? 0 : -1}
                      className={look.filter(Boolean).join(" ")}
                      aria-label={dayNamed(d)}
                      aria-current={at(d) === at(p.today) ? "date" : undefined}
                      data-date={iso(d)}
                      onClick={() => p.pick(d)}
                    >
                      {d.day}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
