import { plainLabel, unitsLabel } from "../../plot/label.js";
import type { ScaleType } from "../../plot/ticks.js";
import type { PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { cascade, realFromText } from "../../stream/properties.js";

/** Axes that properties are told of; das2-stream A8.3. */
export type AxisLetter = "x" | "y" | "z";

/** What properties say of the axes of a plane, found through the cascade and with macros filled in. Source: das2-stream A8. */
export interface AxisProperties {
  readonly text: (name: string) => string | undefined;
  /** The label of an axis; without one, the name and units that are given. */
  readonly label: (axis: AxisLetter, name: string, units: string) => string;
  readonly scale: (axis: AxisLetter) => ScaleType | undefined;
  readonly range: (axis: AxisLetter) => { readonly low: number; readonly high: number } | undefined;
  /** What values lie in, where both ends are told. */
  readonly valid: (axis: AxisLetter) => { readonly low: number; readonly high: number } | undefined;
}

/** The properties of a plane. */
export function axisProperties(plane: Plane, packet: PacketHeader, stream: StreamHeader): AxisProperties {
  const raw = (name: string) => cascade(name, plane, packet, stream.properties)?.value;
  const text = (name: string) => {
    const value = raw(name);
    return value === undefined ? undefined : expandMacros(value, name, raw);
  };
  return {
    text,
    label: (axis, name, units) => {
      const label = text(`${axis}Label`);
      if (label !== undefined && label.trim() !== "") return label;
      const unit = units.trim() === "" ? "" : `(${unitsLabel(units)})`;
      return [plainLabel(name), unit].filter((part) => part !== "").join(" ");
    },
    scale: (axis) => {
      const word = raw(`${axis}ScaleType`)?.trim().toLowerCase();
      return word === "log" || word === "linear" ? word : undefined;
    },
    range: (axis) => {
      const [, from = "", to = ""] = /^\s*(\S+)\s+to\s+(\S+)/.exec(raw(`${axis}Range`) ?? "") ?? [];
      return rangeOf(from, to);
    },
    valid: (axis) => rangeOf(raw(`${axis}ValidMin`) ?? "", raw(`${axis}ValidMax`) ?? ""),
  };
}

function rangeOf(from: string, to: string): { readonly low: number; readonly high: number } | undefined {
  const low = realFromText(from.trim());
  const high = realFromText(to.trim());
  return low !== undefined && high !== undefined && Number.isFinite(high - low) && low < high
    ? { low, high }
    : undefined;
}

/** `%{name}` is replaced by that property, not by itself; one that is not there by nothing. Source: das2-stream A8.4. */
export function expandMacros(value: string, own: string, find: (name: string) => string | undefined): string {
  return value
    .replaceAll(/%\{([^{}]{1,127})\}/g, (_, name: string) => (name === own ? "" : (find(name) ?? "")))
    .trim();
}
