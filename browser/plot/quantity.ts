import type { Cycle } from "../../plot/cycle.js";
import type { ScaleType } from "../../plot/ticks.js";

/** What is drawn along an axis, as the stream tells of it. */
export interface Quantity {
  /** Name and units: the same in every answer for the source. */
  readonly key: string;
  readonly name: string;
  readonly units: string;
  /** With the escapes of das2-stream A8.5. */
  readonly label: string;
  readonly scale?: ScaleType;
  /** What the stream suggests. */
  readonly range?: { readonly low: number; readonly high: number };
  /** It may begin again where it ends. */
  readonly cycle?: Cycle;
}

/** The key of a quantity. */
export function quantityKey(name: string, units: string): string {
  return `${name}\n${units}`;
}
