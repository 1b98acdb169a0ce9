import { DasError } from "../../../errors/das-error.js";
import { type ActiveRegion, regionState } from "./active-region.js";
import { continuum } from "./continuum.js";
import { describeImage, describeView, type KeywordValues } from "./describe.js";
import { projection, surfacePoint } from "./disk.js";
import { dopplergram } from "./dopplergram.js";
import { timeOfYear } from "./epoch.js";
import { euv } from "./euv.js";
import { drawFlares, type Flare } from "./flares.js";
import { transportFlux, type ZonalField } from "./flux-transport.js";
import { imageFrame } from "./image-frame.js";
import { magnetogram } from "./magnetogram.js";
import { isEuv, type ObservationPlan, planObservation, wavelengthOf } from "./observation.js";
import { emergeRegions } from "./population.js";
import type { ImageKind, SunImage } from "./sun-image.js";
import type { SunModel } from "./sun-model.js";
import { surfaceTexture } from "./surface-texture.js";
import { viewpoint } from "./viewpoint.js";

export type { ActiveRegion } from "./active-region.js";
export type { KeywordValues } from "./describe.js";
export type { Flare } from "./flares.js";
export type { ImageFrame } from "./image-frame.js";
export type { ImageKind, PixelScaling, SunImage } from "./sun-image.js";
export { SCALINGS } from "./sun-image.js";
export type { Viewpoint } from "./viewpoint.js";

/** The Sun whose poles reverse in 2013 (north) and 2015 (south), as they did. */
const DEFAULT_SEED = 1;
/** Between these years the population of regions is complete. */
const FIRST_YEAR = 2007;
const LAST_YEAR = 2025;
/** Largest picture, pixels of a side. */
const MAX_SIZE = 4096;
/** Smallest one: with less the disk has hardly any pixels. */
const MIN_SIZE = 16;

/** One record: its keywords, and its picture unless QUALITY is negative. */
export interface SunRecord {
  readonly keywords: KeywordValues;
  readonly image?: SunImage;
}

/**
 * A model of the Sun from 2008 to 2025 as the Solar Dynamics Observatory would see it. It has no state that shows: any picture of
 * any instant depends on the seed, the time and the size alone. Times are DRMS times, s since 1977-01-01 TAI.
 */
export class Sun {
  readonly #model: SunModel;

  /** @param seed 32 bits; another seed is another Sun of the same cycles */
  constructor(seed: number = DEFAULT_SEED) {
    const begin = timeOfYear(FIRST_YEAR);
    const end = timeOfYear(LAST_YEAR);
    const regions = activeRegions(seed);
    this.#model = {
      seed,
      regions,
      zonal: transportFlux(regions, begin, end),
      texture: surfaceTexture(seed),
      flares: drawFlares(seed, regions),
    };
  }

  /** All active regions, by emergence. */
  get regions(): readonly ActiveRegion[] {
    return this.#model.regions;
  }

  /** The field that no region holds any more, by latitude and time. */
  get zonalField(): ZonalField {
    return this.#model.zonal;
  }

  /** All flares from class C1 on, by the time of their peak. */
  get flares(): readonly Flare[] {
    return this.#model.flares;
  }

  /**
   * The picture of an instant.
   *
   * @param time DRMS time of the middle of the observation
   * @param size pixels of a side
   * Errors: BAD_PARAMETER for a time or a size out of range.
   */
  picture(kind: ImageKind, time: number, size: number): SunImage {
    checkTime(time);
    if (!Number.isInteger(size) || size < MIN_SIZE || size > MAX_SIZE)
      throw new DasError(
        "BAD_PARAMETER",
        `picture of ${size} pixels a side, expected ${MIN_SIZE} to ${MAX_SIZE}`,
      );
    if (isEuv(kind)) return euv(this.#model, time, wavelengthOf(kind), size);
    switch (kind) {
      case "magnetogram":
        return magnetogram(this.#model, time, size);
      case "continuum":
        return continuum(this.#model, time, size);
      case "dopplergram":
        return dopplergram(this.#model, time, size);
    }
  }

  /**
   * The record of a slot of a series, `undefined` where there is none. A few records have no image (QUALITY is negative then),
   * lost rows or other bits of QUALITY; eclipses by the Earth come in two seasons a year.
   *
   * @param slot DRMS time, T_REC
   * @param size pixels of a side
   * Errors: BAD_PARAMETER for a time or a size out of range.
   */
  record(kind: ImageKind, slot: number, size: number): SunRecord | undefined {
    checkTime(slot);
    const plan = planObservation(this.#model.seed, kind, slot);
    if (plan === undefined) return undefined;
    const image = plan.quality < 0 ? undefined : withLosses(this.picture(kind, plan.observed, size), plan);
    const keywords = describeView(plan, image?.view ?? viewpoint(plan.observed));
    return image === undefined ? { keywords } : { keywords: { ...keywords, ...describeImage(image) }, image };
  }

  /**
   * The strongest flare whose region is seen within 45 degrees of the middle of the disk, with its peak in [begin, end):
   * something to show.
   */
  bestFlare(begin: number, end: number): Flare | undefined {
    let best: Flare | undefined;
    for (const flare of this.#model.flares) {
      if (flare.peak < begin || flare.peak >= end || (best !== undefined && flare.strength <= best.strength))
        continue;
      if (facesObserver(flare)) best = flare;
    }
    return best;
  }
}

/** All active regions of a Sun, by emergence, without the rest of it, which takes much longer. */
export function activeRegions(seed: number = DEFAULT_SEED): readonly ActiveRegion[] {
  return emergeRegions(seed, timeOfYear(FIRST_YEAR), timeOfYear(LAST_YEAR));
}

function checkTime(time: number): void {
  if (!(time >= timeOfYear(FIRST_YEAR + 1) && time < timeOfYear(LAST_YEAR)))
    throw new DasError(
      "BAD_PARAMETER",
      `DRMS time ${time}, expected one from ${FIRST_YEAR + 1} to ${LAST_YEAR - 1}`,
    );
}

/** Whether the region of a flare is seen less than 45 degrees from the middle of the disk at the peak. */
function facesObserver(flare: Flare): boolean {
  const state = regionState(flare.region, flare.peak);
  if (state === undefined) return false;
  const view = viewpoint(flare.peak);
  const p = projection(imageFrame("hmi", flare.peak, MIN_SIZE), view);
  const west = state.longitude - (view.longitude * Math.PI) / 180;
  return surfacePoint(p, state.latitude, west)[2] > Math.SQRT1_2;
}

/** Blanks the rows that were lost. */
function withLosses(image: SunImage, plan: ObservationPlan): SunImage {
  const { size } = image.frame;
  image.pixels.fill(
    image.scaling.blank,
    Math.floor(plan.lost.from * size) * size,
    Math.floor(plan.lost.to * size) * size,
  );
  return image;
}
