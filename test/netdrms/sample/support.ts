import { Sun, type SunImage } from "../../../netdrms/sample/sun/index.js";

/** DRMS time of a date of TAI as ISO 8601 has it; for one of UTC add TAI - UTC. */
export function drmsTime(text: string): number {
  return (Date.parse(`${text}Z`) - Date.UTC(1977, 0, 1)) / 1000;
}

let sun: Sun | undefined;

/** One Sun for the tests of a file: it takes half a second to make. */
export function sampleSun(): Sun {
  sun ??= new Sun();
  return sun;
}

/** The value of a pixel in its unit, NaN where it is missing. */
export function pixelValue(image: SunImage, at: number): number {
  const stored = image.pixels[at]!;
  return stored === image.scaling.blank ? Number.NaN : image.scaling.zero + image.scaling.scale * stored;
}

/** All values that are not missing. */
export function values(image: SunImage): number[] {
  return Array.from(image.pixels, (_, at) => pixelValue(image, at)).filter((v) => !Number.isNaN(v));
}

/** Arithmetic mean. */
export function mean(list: readonly number[]): number {
  return list.reduce((sum, v) => sum + v, 0) / list.length;
}

/** Root mean square deviation from the mean. */
export function deviation(list: readonly number[]): number {
  const m = mean(list);
  return Math.sqrt(mean(list.map((v) => (v - m) ** 2)));
}
