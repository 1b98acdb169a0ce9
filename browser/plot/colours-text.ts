import type { AxisRange } from "../../plot/ticks.js";
import { labelText, unitsText } from "./label-text.js";
import { valueText } from "./number-text.js";
import type { ColourPanel } from "./panels.js";

/** A value of a panel of colours and its place on the axis, each with its unit. */
export function valueAtText({ z, y: of }: ColourPanel, value: number, y: number): string {
  const [what, where] = [unitsText(z.units), unitsText(of.units)];
  return `${`${valueText(value)} ${what}`.trim()} at ${valueText(y)} ${where}`.trim();
}

/** What the axes of a panel of colours reach over, in words. */
export function coloursText({ y: of }: ColourPanel, y: AxisRange, colours: AxisRange): string {
  const axis = `${labelText(of.label)} ${valueText(y.low, 4)} to ${valueText(y.high, 4)}`.trim();
  return `${axis}, colours ${valueText(colours.low, 3)} to ${valueText(colours.high, 3)}`;
}
