import { plainLabel, unitsLabel } from "../../plot/label.js";
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

/** Colours over time and y. */
export interface ScanPanel {
  readonly kind: "scan";
  readonly key: string;
  readonly y: Quantity;
  readonly z: Quantity;
}

/** A panel of a source. */
export type Panel = LinePanel | ScanPanel;

/** Lines of one source, and its spectrograms; more have no room. */
const MOST_LINES = 48;
const MOST_SCANS = 12;

/** The panels of a source: a spectrogram for each quantity over y, then lines, those of the same units and scale together. */
export function panelsOf(pieces: readonly Piece[]): readonly Panel[] {
  const scans = new Map<string, ScanPanel>();
  const lines = new Map<string, Quantity>();
  for (const { columns } of pieces) {
    for (const { quantity: z, y } of columns.scans) {
      const key = `${z.key}\n${y.units}`;
      if (!scans.has(key) && scans.size < MOST_SCANS) scans.set(key, { kind: "scan", key, y, z });
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
  return [...scans.values(), ...[...groups].map(([key, quantities]) => linePanel(key, quantities))];
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
  return units.trim() === "" ? label : label.replace(/\s*\([^()]*\)\s*$/, "") || label;
}
