import type { ScaleType } from "./ticks.js";

/** The scale of tags of which nothing is said: logarithmic where they are nearer to even steps of their logarithms than of themselves, over more than a power of ten. */
export function suitableScale(tags: Float64Array): ScaleType {
  const sorted = tags.filter((tag) => tag > 0).sort();
  if (sorted.length < 3 || sorted.length < tags.length - 1) return "linear";
  const [low, high] = [sorted[0]!, sorted.at(-1)!];
  if (high / low < 10) return "linear";
  const place = Math.floor(sorted.length / 2);
  const half = place / (sorted.length - 1);
  const middle = sorted[place]!;
  const byLog = Math.abs(Math.log(middle / low) / Math.log(high / low) - half);
  return byLog < Math.abs((middle - low) / (high - low) - half) ? "log" : "linear";
}
