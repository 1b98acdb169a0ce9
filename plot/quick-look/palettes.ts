import type { Colour } from "../canvas.js";
import { evenColour } from "../even-map.js";

/** Colours by a part of the range, 0 to 1; each of red, green, blue from 0 to 255. */
type Map = (part: number) => readonly [number, number, number];

const ramp = (part: number, from: number, to: number): number =>
  255 * Math.min(1, Math.max(0, (part - from) / (to - from)));

/** Black, red, yellow, white: red is full at 176 of 255, green begins at 120, blue at 190 (table 3 of IDL, "red temperature"). */
const RED = (part: number): number => ramp(part, 0, 176 / 255);
const GREEN = (part: number): number => ramp(part, 120 / 255, 1);
const BLUE = (part: number): number => ramp(part, 190 / 255, 1);
/** The curves of the colours of AIA: straight, bright, dark, and a mix of bright and dark. */
const STRAIGHT = (part: number): number => 255 * part;
const BRIGHT = (part: number): number => 255 * Math.sqrt(part);
const DARK = (part: number): number => 255 * part * part;
const MIXED = (part: number): number => (255 * (Math.sqrt(part) + (part * part) / 2)) / 1.5;

const BLUE_END = [24, 74, 156] as const;
const RED_END = [166, 26, 36] as const;

/** Blue below zero, white in the middle, red above: told apart by those who do not see red and green as well. */
const blueRed: Map = (part) => {
  const end = part < 0.5 ? BLUE_END : RED_END;
  const away = Math.abs(2 * part - 1);
  return [mix(end[0], away), mix(end[1], away), mix(end[2], away)];
};

function mix(end: number, away: number): number {
  // The magnitude shows early: most values of a field of velocities are small.
  return 255 + (end - 255) * away ** 0.8;
}

/** Colours of pictures by name; those of AIA are the usual ones of its channels. */
const MAPS = {
  grey: (part) => [255 * part, 255 * part, 255 * part],
  even: (part) => evenColour(part),
  bluered: blueRed,
  heat: (part) => [RED(part), GREEN(part), BLUE(part)],
  aia94: (part) => [DARK(part), MIXED(part), STRAIGHT(part)],
  aia131: (part) => [GREEN(part), RED(part), RED(part)],
  aia171: (part) => [RED(part), STRAIGHT(part), BLUE(part)],
  aia193: (part) => [BRIGHT(part), STRAIGHT(part), DARK(part)],
  aia211: (part) => [BRIGHT(part), STRAIGHT(part), MIXED(part)],
  aia304: (part) => [RED(part), GREEN(part), BLUE(part)],
  aia335: (part) => [DARK(part), STRAIGHT(part), BRIGHT(part)],
} as const satisfies Record<string, Map>;

/** A name of a map of colours. */
export type MapName = keyof typeof MAPS;

/** All of {@link MapName}. */
export const MAP_NAMES = Object.keys(MAPS) as readonly MapName[]; // by its declaration

/** 256 colours: number 0 stands for missing pixels (black), 1 to 255 for a range. */
export function palette(name: MapName): readonly Colour[] {
  const map: Map = MAPS[name];
  return Array.from({ length: 256 }, (_, number): Colour => {
    if (number === 0) return [0, 0, 0];
    const [red, green, blue] = map((number - 1) / 254);
    return [Math.round(red), Math.round(green), Math.round(blue)];
  });
}
