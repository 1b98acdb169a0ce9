import type { ActiveRegion } from "./active-region.js";
import { DAY } from "./epoch.js";
import type { Flare } from "./flares.js";
import type { ZonalField } from "./flux-transport.js";
import type { SurfaceTexture } from "./surface-texture.js";

/** No region lives longer, s. */
const LONGEST_LIFE = 130 * DAY;

/** What is the same for all instants: from it any picture is computed alone. */
export interface SunModel {
  readonly seed: number;
  /** By emergence. */
  readonly regions: readonly ActiveRegion[];
  readonly zonal: ZonalField;
  readonly texture: SurfaceTexture;
  /** By the time of the peak. */
  readonly flares: readonly Flare[];
}

/** The regions that may be alive at a time, by emergence. */
export function livingRegions(regions: readonly ActiveRegion[], time: number): readonly ActiveRegion[] {
  return regions.slice(firstFrom(regions, time - LONGEST_LIFE), firstFrom(regions, time));
}

function firstFrom(regions: readonly ActiveRegion[], time: number): number {
  let [low, high] = [0, regions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (regions[middle]!.emergence < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
