import type { Colour } from "./canvas.js";

/** Colours of a map, from the lowest value to the highest. */
const STEPS = 256;
/** Of OKLab: from nearly black to nearly white. */
const DARKEST = 0.22;
const LIGHTEST = 0.93;
/** Hue in degrees at the dark end and how far it turns: violet, blue, green, yellow. */
const FIRST_HUE = 300;
const LAST_HUE = 105;

function gammaEncoded(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}

/** sRGB of OKLab, 0 to 1 each where it can be shown. Source: the definition of OKLab (B. Ottosson, 2020). */
function toRgb(lightness: number, a: number, b: number): readonly [number, number, number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gammaEncoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gammaEncoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gammaEncoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** A colour of OKLab, what a screen cannot show cut to what it can. */
export function oklabColour(lightness: number, a: number, b: number): Colour {
  const [red, green, blue] = toRgb(lightness, a, b).map((channel) =>
    Math.round(255 * Math.min(1, Math.max(0, channel))),
  );
  return [red!, green!, blue!]; // three of them
}

type Lab = readonly [lightness: number, a: number, b: number];

/** A path through OKLab along which lightness grows evenly, as colourful as a screen can show it with some room left. */
function pathPoint(t: number): Lab {
  const lightness = DARKEST + (LIGHTEST - DARKEST) * t;
  const hue = ((FIRST_HUE + (LAST_HUE - FIRST_HUE) * t) * Math.PI) / 180;
  let inside = 0;
  let outside = 0.3;
  for (let i = 0; i < 30; i++) {
    const middle = (inside + outside) / 2;
    const rgb = toRgb(lightness, middle * Math.cos(hue), middle * Math.sin(hue));
    if (rgb.every((channel) => channel >= 0 && channel <= 1)) inside = middle;
    else outside = middle;
  }
  const chroma = Math.min(0.16, 0.92 * inside);
  return [lightness, chroma * Math.cos(hue), chroma * Math.sin(hue)];
}

/** Colours at equal distances along the path: equal steps of a value look equal. */
function evenMap(): readonly Colour[] {
  const fine = Array.from({ length: 2001 }, (_, i) => pathPoint(i / 2000));
  const lengths = [0];
  for (let i = 1; i < fine.length; i++) {
    const [a, b] = [fine[i - 1]!, fine[i]!];
    lengths.push(lengths[i - 1]! + Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]));
  }
  const total = lengths.at(-1)!;
  const colours: Colour[] = [];
  for (let step = 0, i = 0; step < STEPS; step++) {
    while (i < fine.length - 1 && lengths[i]! < (total * step) / (STEPS - 1)) i++;
    colours.push(oklabColour(...fine[i]!));
  }
  return colours;
}

let map: readonly Colour[] | undefined;

/** The colour of a part of a range, from 0 (dark violet) to 1 (light yellow); what lies outside has the colour of the end. */
export function evenColour(part: number): Colour {
  map ??= evenMap();
  return map[Math.min(STEPS - 1, Math.max(0, Math.floor(part * STEPS)))]!; // inside
}
