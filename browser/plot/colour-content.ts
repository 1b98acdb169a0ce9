import { suitedMap } from "../../plot/colour-scale.js";
import type { MapName } from "../../plot/page-state.js";
import type { AxisRange } from "../../plot/ticks.js";
import { labelText, unitsText } from "./label-text.js";
import { valueText } from "./number-text.js";
import type { ContentColours, ContentReading } from "./panel-content.js";
import { type ColourPanel, lineName } from "./panels.js";

/** The colours of a panel: in the map that was chosen, else in the one that suits its values. */
export function coloursOf({ z: of }: ColourPanel, z: AxisRange, chosen: MapName | undefined): ContentColours {
  return { z, map: chosen ?? suitedMap(z), label: of.label };
}

/** A value and its place on the axis, each with its unit; `more` follows. */
export function readingAt(
  { z, y: of }: ColourPanel,
  { value, y, more = "" }: { readonly value: number; readonly y: number; readonly more?: string },
): ContentReading {
  const [what, where] = [unitsText(z.units), unitsText(of.units)];
  const text = `${`${valueText(value)} ${what}`.trim()} at ${valueText(y)} ${where}`.trim() + more;
  return { quantity: z, text, spoken: `${labelText(lineName(z))} ${text}` };
}

/** What the axes of a panel of colours reach over, in words. */
export function coloursText({ y: of }: ColourPanel, y: AxisRange, colours: AxisRange): string {
  const axis = `${labelText(of.label)} ${valueText(y.low, 4)} to ${valueText(y.high, 4)}`.trim();
  return `${axis}, colours ${valueText(colours.low, 3)} to ${valueText(colours.high, 3)}`;
}
