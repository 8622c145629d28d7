// Slack's date formats (docs, formatting dates) in the reader's zone. Clocks show 24 hours, as the bot's own words do.
import { dateOf, dayNumber, timeOf, wallOf, type Wall } from "./zone";

const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
  "November", "December"];
const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** ordinal is 1st, 2nd, 3rd, 4th, 11th, 21st. */
function ordinal(day: number): string {
  const ending = day % 100 >= 11 && day % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th");
  return day + ending;
}

const monthOf = (w: Wall) => months[w.month - 1];
const weekdayOf = (w: Wall) => weekdays[new Date(Date.UTC(w.year, w.month - 1, w.day)).getUTCDay()];

/** dayShown is a date as Slack's date picker shows it. */
export const dayShown = (w: Pick<Wall, "year" | "month" | "day">) =>
  `${months[w.month - 1].slice(0, 3)} ${ordinal(w.day)}, ${w.year}`;

/** dayNamed is a date as it is read aloud beside the number of its day. */
export const dayNamed = (w: Pick<Wall, "year" | "month" | "day">) => `${w.day} ${months[w.month - 1]} ${w.year}`;

export const monthShown = (year: number, month: number) => `${months[month - 1]} ${year}`;

function ago(unix: number, now: number): string {
  const away = Math.abs(now - unix);
  const [n, unit] = away < 60 ? [away, "second"]
    : away < 3600 ? [away / 60, "minute"]
    : away < 86400 ? [away / 3600, "hour"]
    : [away / 86400, "day"];
  const said = `${Math.floor(n)} ${unit}${Math.floor(n) === 1 ? "" : "s"}`;
  return now < unix ? `in ${said}` : `${said} ago`;
}

/** dateText fills in a format such as "{date_short_pretty} at {time}". What it does not know stays as it is. */
export function dateText(unix: number, format: string, zone: string, now: number): string {
  const w = wallOf(unix, zone);
  const today = wallOf(now, zone);
  const near = { "-1": "yesterday", "0": "today", "1": "tomorrow" }[String(dayNumber(w) - dayNumber(today))];
  const pretty = (text: string) => near ?? text;
  const long = `${monthOf(w)} ${ordinal(w.day)}, ${w.year}`;
  const short = dayShown(w).replace(ordinal(w.day), String(w.day));
  const dayDivider = `${weekdayOf(w)}, ${monthOf(w)} ${ordinal(w.day)}` + (w.year === today.year ? "" : `, ${w.year}`);
  const known: Record<string, string> = {
    date_num: dateOf(w), date_slash: dateOf(w).replaceAll("-", "/"),
    date: long, date_pretty: pretty(long),
    date_short: short, date_short_pretty: pretty(short),
    date_long: `${weekdayOf(w)}, ${long}`, date_long_full: `${weekdayOf(w)}, ${long}`,
    date_long_pretty: pretty(`${weekdayOf(w)}, ${long}`),
    day_divider_pretty: pretty(dayDivider),
    time: timeOf(w), time_secs: `${timeOf(w)}:${String(w.second).padStart(2, "0")}`,
    ago: ago(unix, now),
  };
  return format.replace(/\{(\w+)\}/g, (token, name: string) => known[name] ?? token);
}
