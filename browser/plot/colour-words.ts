import { mapColours } from "../../plot/colour-maps.js";
import type { MapName } from "../../plot/page-state.js";

/** Colours of a map as words of a picture, red in the lowest byte. */
export function colourWords(map: MapName): Uint32Array {
  return Uint32Array.from(mapColours(map), ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0);
}

/** A colour as style sheets tell it, `rgb(1, 2, 3)`, as such a word. */
export function cssWord(colour: string): number {
  const [r = 0, g = 0, b = 0] = (colour.match(/[0-9.]+/g) ?? []).map(Number);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}
