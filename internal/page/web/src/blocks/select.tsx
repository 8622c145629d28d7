import { useEffect, useRef, useState } from "react";
import type { Block, Option } from "../types";
import { useAsking } from "./asking";
import { Combobox, type Group, type Naming } from "./combobox";
import { asObject, asOption, chosenOf, type Element, holding } from "./held";
import { useHeld, useSurface } from "./surface";

type Props = { block: Block; element: Element; naming: Naming };

const leastTyped = 3; // docs, external select: the default of min_query_length
const pause = 150; // milliseconds without a key before the app is asked

/** useSuggestions asks the app what fits to the text, while the menu is open. */
function useSuggestions(element: Element, typed: string, open: boolean) {
  const { suggest } = useSurface();
  const least: number = element.min_query_length ?? leastTyped;
  const [found, setFound] = useState<{ typed: string; options: Option[]; failed: boolean } | null>(null);
  const latest = useRef(0);
  const short = typed.length < least;
  useEffect(() => {
    const mine = ++latest.current;
    if (!open || short || !suggest) return;
    const ask = async () => {
      const answer = await suggest(element.action_id ?? "", typed).catch(() => null);
      if (mine === latest.current) setFound({ typed, options: answer ?? [], failed: answer === null });
    };
    const timer = window.setTimeout(ask, typed ? pause : 0);
    return () => window.clearTimeout(timer);
  }, [open, typed, short, element.action_id]);
  useEffect(() => {
    if (!open) setFound(null);
  }, [open]);
  if (short) return { options: [], note: `Type at least ${least} characters.`, trouble: false };
  if (!found) return { options: [], note: "Loading…", trouble: false };
  if (found.failed) return { options: [], note: "The options could not be loaded. Type again to retry.", trouble: true };
  const note = found.typed !== typed ? "Loading…" : found.options.length ? undefined : "No results";
  return { options: found.options, note, trouble: false };
}

/** byGroup puts options under their headings, in their order. */
function byGroup(options: Option[]): Group[] {
  const groups: Group[] = [];
  for (const o of options) {
    const last = groups[groups.length - 1];
    if (last && last.label === o.group) last.options.push(o);
    else groups.push({ label: o.group, options: [o] });
  }
  return groups;
}

const fits = (o: Option, typed: string) => o.text.toLowerCase().includes(typed.trim().toLowerCase());

/** useOffered are the options of an element for what is typed. */
function useOffered(element: Element, typed: string, open: boolean): { groups: Group[]; note?: string; trouble?: boolean } {
  const { slack } = useSurface();
  const external = element.type.endsWith("external_select");
  const suggested = useSuggestions(element, typed, open && external);
  if (external) return { groups: byGroup(suggested.options), note: suggested.note, trouble: suggested.trouble };
  const named = (all: { id: string; name: string }[], mark: string) => [
    { options: all.map((x) => ({ text: mark + x.name, value: x.id })) },
  ];
  const all: Group[] =
    element.type === "users_select" ? named(slack.people, "")
    : /^(channels|conversations)_select$/.test(element.type) ? named(slack.channels.filter((c) => !c.dm), "#")
    : element.option_groups
      ? element.option_groups.map((g: any) => ({ label: String(g.label?.text ?? ""), options: g.options.map(asOption) }))
      : [{ options: (element.options ?? []).map(asOption) }];
  const groups = all.map((g) => ({ ...g, options: g.options.filter((o) => fits(o, typed)) })).filter((g) => g.options.length);
  return { groups, note: groups.length ? undefined : "No results" };
}

/** Select is a select menu for one choice or several, of all sources that options can have. */
export function Select(p: Props) {
  const input = useHeld(p.block, p.element);
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const offered = useOffered(p.element, typed, open);
  const [ask, question] = useAsking(p.element);
  const anchor = useRef<HTMLDivElement>(null);
  const several = p.element.type.startsWith("multi_");
  const byId = /^(users|channels|conversations)_select$/.test(p.element.type);
  const { slack } = useSurface();
  const nameOf = (id: string) =>
    slack.people.find((u) => u.id === id)?.name ?? "#" + (slack.channels.find((c) => c.id === id)?.name ?? id);
  const chosen: Option[] = byId
    ? chosenOf(input.held).map((id) => ({ text: nameOf(id), value: id }))
    : chosenOf(input.held).map(asOption);
  const put = (options: Option[]) =>
    ask(anchor.current, () => {
      const values = options.map((o) => (byId ? o.value : asObject(o)));
      input.put(holding(p.element, several ? values : (values[0] ?? null)));
    });
  const optional = p.block.type === "input" && p.block.optional === true;
  return (
    <div ref={anchor} className="b-select">
      <Combobox
        {...p.naming}
        {...offered}
        actionId={p.element.action_id}
        chosen={chosen}
        several={several}
        most={p.element.max_selected_items}
        placeholder={p.element.placeholder?.text ?? (several ? "Select options" : "Select an option")}
        typed={typed}
        type={setTyped}
        opened={setOpen}
        pick={(o) => (several || o.value !== chosen[0]?.value) && put(several ? [...chosen, o] : [o])}
        drop={several || optional ? (o) => put(chosen.filter((c) => c.value !== o.value)) : undefined}
      />
      {question}
    </div>
  );
}
