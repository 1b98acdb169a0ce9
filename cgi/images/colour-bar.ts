import { palette } from "../../plot/quick-look/palettes.js";
import { colourNumbers } from "../../plot/quick-look/stretch.js";
import { html, type Markup } from "../pages/html.js";
import type { RecordLook } from "./image-look.js";

/** Pieces of a bar, each of one colour. */
const PIECES = 64;

/** What the colours of pictures mean: a bar from the lowest value to the highest, evenly in the value; nothing where no range is known. */
export function colourBar({ look, unit }: RecordLook): Markup | undefined {
  const { range, map, scale } = look;
  if (range === undefined) return undefined;
  const [low, high] = range;
  const values = Float64Array.from({ length: PIECES }, (_, n) => low + ((n + 0.5) / PIECES) * (high - low));
  const colours = palette(map);
  const pieces = Array.from(colourNumbers(values, range, scale), (number, n) => {
    const [red, green, blue] = colours[number]!;
    return html`<rect x="${n}" width="1.05" height="1" fill="rgb(${red},${green},${blue})"/>`;
  });
  const text = unit === "" ? "" : ` ${unit}`;
  return html`<div class="colours"><span>${numberText(low)}${text}</span>
<svg role="img" aria-label="Values from ${numberText(low)} to ${numberText(high)}${text}, ${scale} scale" viewBox="0 0 ${PIECES} 1" preserveAspectRatio="none">${pieces}</svg>
<span>${numberText(high)}${text}</span>
<span class="missing-key"><i></i> no value</span></div>
`;
}

/** A number with as many digits as it has, a true minus before it. */
function numberText(value: number): string {
  return String(value).replace("-", "−");
}
