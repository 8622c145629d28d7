import "./avatar.css";
import { Rewind } from "./icons";

const colours = ["#7c3085", "#0b6e4f", "#9a3412", "#1d4ed8", "#8a5a00", "#9d174d", "#0f6674", "#4b5563"];

function colour(name: string): string {
  let sum = 0;
  for (const c of name) sum = (sum * 31 + c.charCodeAt(0)) % 9973;
  return colours[sum % colours.length]!;
}

/** A person's or an app's picture: an initial on a colour of its own. Decoration, for the name stands beside it. */
export function Avatar(p: { name: string; size?: number; bot?: boolean }) {
  const size = p.size ?? 36;
  const style = { width: size, height: size, fontSize: size * 0.5, background: p.bot ? "#1f2933" : colour(p.name) };
  return (
    <span className="avatar" style={style} aria-hidden="true">
      {p.bot ? <Rewind size={size * 0.62} /> : p.name.charAt(0).toUpperCase()}
    </span>
  );
}
