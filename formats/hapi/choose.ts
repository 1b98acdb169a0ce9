import type { DescribedParameter } from "./parameter.js";

/** Parameters that were asked for, or what is wrong with the list. */
export type ChosenParameters =
  | { readonly kind: "chosen"; readonly parameters: readonly DescribedParameter[]; readonly inOrder: boolean }
  | { readonly kind: "unknown" };

/**
 * The parameters of those names in the order of the data set, the time always first. `inOrder` is false where the list has another
 * order, or a name twice. Source: HAPI 3.3, section 3.6.1; reducers 11.
 */
export function chooseParameters(
  all: readonly DescribedParameter[],
  names: readonly string[] | undefined,
): ChosenParameters {
  if (names === undefined) return { kind: "chosen", parameters: all, inOrder: true };
  const places = names.map((name) => placeOf(all, name));
  if (places.includes(-1)) return { kind: "unknown" };
  const wanted = new Set([0, ...places]);
  return {
    kind: "chosen",
    parameters: all.filter((_, place) => wanted.has(place)),
    inOrder: places.every((place, i) => i === 0 || place > places[i - 1]!),
  };
}

function placeOf(all: readonly DescribedParameter[], name: string): number {
  const own = all.findIndex(({ column }) => column.name === name);
  return own >= 0 ? own : all.findIndex(({ aliases }) => aliases.includes(name));
}
