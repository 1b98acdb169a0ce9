import { mapColours } from "../../plot/colour-maps.js";
import { colourEnds } from "../../plot/colour-scale.js";
import type { MapName } from "../../plot/page-state.js";
import { type AxisRange, fraction, ticks } from "../../plot/ticks.js";
import { labelText } from "./label-text.js";
import { drawLabel, fontOf } from "./rich-text.js";
import type { Theme } from "./theme.js";

/** Places of the bar, its numbers and its name, CSS pixels from the right edge of the plot. */
const BAR = { left: 12, width: 14 } as const;
const NUMBERS = 31;
const NAME = 79;
const FONT_PX = 11;

const strips = new Map<MapName, HTMLCanvasElement>();

/** The colours of a map above each other, the highest at the top: made once, for it is drawn with each picture. */
function strip(map: MapName): HTMLCanvasElement {
  let canvas = strips.get(map);
  if (canvas === undefined) {
    const colours = mapColours(map);
    canvas = document.createElement("canvas");
    canvas.width = 1;
    canvas.height = colours.length;
    const image = new ImageData(1, colours.length);
    for (const [n, [r, g, b]] of [...colours].reverse().entries()) image.data.set([r, g, b, 255], 4 * n);
    canvas.getContext("2d")?.putImageData(image, 0, 0);
    strips.set(map, canvas);
  }
  return canvas;
}

/** The bar of colours beside a spectrogram, with its numbers and what they are. */
export function drawColourBar(
  context: CanvasRenderingContext2D,
  box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  {
    z,
    map,
    label,
    theme,
  }: { readonly z: AxisRange; readonly map: MapName; readonly label: string; readonly theme: Theme },
): void {
  const px = devicePixelRatio;
  const right = box.left + box.width;
  const left = right + BAR.left * px;
  const width = BAR.width * px;
  context.save();
  context.imageSmoothingEnabled = false;
  const colours = strip(map);
  const ends = colourEnds(z, map);
  // Of a map that is even about zero the bar shows the colours that the range has.
  const [top, bottom] = [z.high, z.low].map((value) => (1 - fraction(value, ends)) * colours.height) as [
    number,
    number,
  ];
  context.drawImage(colours, 0, top, 1, bottom - top, left, box.top, width, box.height);
  context.strokeStyle = theme.muted;
  context.lineWidth = px;
  context.strokeRect(left, box.top, width, box.height);
  context.fillStyle = theme.ink;
  context.font = fontOf(FONT_PX * px);
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { value, label: text } of ticks(z, Math.max(2, box.height / px / 40))) {
    const y = box.top + box.height * (1 - fraction(value, z));
    if (y < box.top - 1 || y > box.top + box.height + 1) continue;
    context.fillRect(left + width, y - px / 2, (text === undefined ? 2 : 4) * px, px);
    if (text !== undefined) context.fillText(labelText(text), right + NUMBERS * px, y);
  }
  context.restore();
  drawLabel(context, label, right + NAME * px, box.top + box.height / 2, {
    fontPx: (FONT_PX + 1) * px,
    colour: theme.ink,
    most: box.height,
    isUpwards: true,
  });
}
