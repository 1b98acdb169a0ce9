import type { LinePanel } from "../../plot/figure.js";
import type { LineQuantity } from "./line-planes.js";

/** The panels of lines: those of the same units and scale share one; what has no line is left out. */
export function linePanels(all: readonly LineQuantity[]): readonly LinePanel[] {
  const groups = new Map<string, LineQuantity[]>();
  for (const quantity of all) {
    if (quantity.line === undefined) continue;
    const key = `${quantity.units}\n${quantity.scale ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), quantity]);
  }
  return [...groups.values()].map((quantities) => {
    const first = quantities[0]!; // no group is empty
    const ranges = quantities.map(({ properties, axis }) => properties.range(axis));
    const isSame = ranges.every((one) => one?.low === ranges[0]?.low && one?.high === ranges[0]?.high);
    const label = quantities.length === 1 ? first.axisLabel : sharedLabel(quantities);
    return {
      kind: "lines",
      label,
      ...(first.scale === undefined ? {} : { scale: first.scale }),
      ...(isSame && ranges[0] !== undefined ? { range: ranges[0] } : {}),
      lines: quantities.flatMap(({ line }) => line ?? []),
    };
  });
}

/** The label that all of them have, else their units. */
function sharedLabel(quantities: readonly LineQuantity[]): string {
  const [first, ...others] = quantities.map(({ properties, axis }) => properties.text(`${axis}Label`));
  return first !== undefined && others.every((label) => label === first) ? first : quantities[0]!.sharedLabel; // never empty
}
