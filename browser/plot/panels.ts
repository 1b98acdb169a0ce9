import { labelWithoutUnits, plainLabel, unitsLabel } from "../../plot/label.js";
import type { ScaleType } from "../../plot/ticks.js";
import type { Piece } from "./pieces.js";
import type { Quantity } from "./quantity.js";

/** Lines with one axis of values. */
export interface LinePanel {
  readonly kind: "lines";
  readonly key: string;
  /** Of the axis, with the escapes of das2-stream A8.5. */
  readonly label: string;
  readonly scale?: ScaleType;
  readonly quantities: readonly Quantity[];
}

/** Colours over time and y: of scans, or of points that each have a y of their own. */
export interface ColourPanel {
  readonly kind: "scan" | "points";
  readonly key: string;
  readonly y: Quantity;
  readonly z: Quantity;
}

/** A panel of a source. */
export type Panel = LinePanel | ColourPanel;

/** Lines of one source, and its panels of colours; more have no room. */
const MOST_LINES = 48;
const MOST_COLOURED = 12;

/** The panels of a source: colours for each quantity over y, then lines, those of the same units and scale together. */
export function panelsOf(pieces: readonly Piece[]): readonly Panel[] {
  const coloured = new Map<string, ColourPanel>();
  const lines = new Map<string, Quantity>();
  for (const { columns } of pieces) {
    for (const kind of ["scan", "points"] as const)
      for (const { quantity: z, y } of kind === "scan" ? columns.scans : columns.points) {
        const key = colourKey(kind, z, y);
        if (!coloured.has(key) && coloured.size < MOST_COLOURED) coloured.set(key, { kind, key, y, z });
      }
    for (const table of columns.lines)
      for (const { quantity } of table.columns)
        if (!lines.has(quantity.key) && lines.size < MOST_LINES) lines.set(quantity.key, quantity);
  }
  const groups = new Map<string, Quantity[]>();
  for (const quantity of lines.values()) {
    const key = `${quantity.units}\n${quantity.scale ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), quantity]);
  }
  return [...coloured.values(), ...[...groups].map(([key, quantities]) => linePanel(key, quantities))];
}

/** The key of a panel of colours: tags may change from answer to answer, what they are of does not. */
export function colourKey(kind: ColourPanel["kind"], z: Quantity, y: Quantity): string {
  return kind === "scan" ? `${z.key}\n${y.units}` : `points\n${z.key}\n${y.key}`;
}

function linePanel(key: string, quantities: readonly Quantity[]): LinePanel {
  const first = quantities[0]!; // no group is empty
  const isOneLabel = quantities.every(({ label }) => label === first.label);
  return {
    kind: "lines",
    key,
    label: isOneLabel ? first.label : first.units.trim() === "" ? "" : unitsLabel(first.units),
    ...(first.scale === undefined ? {} : { scale: first.scale }),
    quantities,
  };
}

/** What a line is called in a legend: its label without the units, which stand at the axis. */
export function lineName({ label, name, units }: Quantity): string {
  if (label.trim() === "") return plainLabel(name);
  return units.trim() === "" ? label : labelWithoutUnits(label);
}
