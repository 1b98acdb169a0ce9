import type { AxisRange } from "../../plot/ticks.js";
import { labelText } from "./label-text.js";
import { valueText } from "./number-text.js";
import type { ColourPanel } from "./panels.js";

/** What the axes of a panel of colours reach over, in words. */
export function coloursText({ y: of }: ColourPanel, y: AxisRange, colours: AxisRange): string {
  const axis = `${labelText(of.label)} ${valueText(y.low, 4)} to ${valueText(y.high, 4)}`.trim();
  return `${axis}, colours ${valueText(colours.low, 3)} to ${valueText(colours.high, 3)}`;
}
