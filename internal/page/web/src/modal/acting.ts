import type { Api } from "../api";
import type { Acting } from "../blocks/surface";
import type { Option, View } from "../types";

/** actingIn is what using the elements of a view does. A failure is on the page already, and thrown for the element. */
export function actingIn(api: Api, view: View) {
  const must = <T>(answer: T | null): T => {
    if (answer === null) throw new Error("the demo did not take it");
    return answer;
  };
  return {
    act: async (a: Acting) => {
      must(await api.act("viewAct", { view: view.id, action_id: a.action_id, value: a.value }));
    },
    suggest: async (action_id: string, typed: string) =>
      must(await api.act<{ options: Option[] | null }>("suggest", { view: view.id, action_id, typed }, true)).options ?? [],
    upload: async (name: string, content: string) => must(await api.act<{ id: string }>("upload", { name, content })).id,
  };
}
