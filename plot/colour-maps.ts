import type { Colour } from "./canvas.js";
import { evenColour, oklabColour } from "./even-map.js";
import type { MapName } from "./page-state.js";

/** Colours of each map, from the lowest value to the highest. */
const STEPS = 256;

/** Of OKLab: the middle of the diverging map, its ends, and how colourful these are. */
const MIDDLE = 0.95;
const END = 0.38;
const CHROMA = 0.16;
/** Blue below, red above: told apart also by those who confuse red and green. */
const LOW_HUE = 255;
const HIGH_HUE = 30;

/** The map of a part of a range, 0 to 1; what lies outside has the colour of the end. Lightness is even in all of them. */
const MAPS: Readonly<Record<MapName, (part: number) => Colour>> = {
  even: evenColour,
  grey: (part) => oklabColour(0.18 + 0.79 * part, 0, 0),
  diverging: (part) => {
    const side = Math.abs(2 * part - 1);
    const hue = ((part < 0.5 ? LOW_HUE : HIGH_HUE) * Math.PI) / 180;
    const chroma = CHROMA * side;
    return oklabColour(MIDDLE + (END - MIDDLE) * side, chroma * Math.cos(hue), chroma * Math.sin(hue));
  },
};

const made = new Map<MapName, readonly Colour[]>();

/** The colours of a map, {@link STEPS} of them, from the lowest value to the highest. */
export function mapColours(name: MapName): readonly Colour[] {
  let colours = made.get(name);
  if (colours === undefined) {
    colours = Array.from({ length: STEPS }, (_, step) => MAPS[name]((step + 0.5) / STEPS));
    made.set(name, colours);
  }
  return colours;
}

/** What people call a map. */
export const MAP_TITLES: Readonly<Record<MapName, string>> = {
  even: "Violet to yellow",
  grey: "Grey",
  diverging: "Blue, white, red",
};
