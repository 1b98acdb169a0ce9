import { SATURATION } from "./euv-camera.js";
import type { ImageFrame } from "./image-frame.js";
import { isEuv, type ObservationPlan, wavelengthOf } from "./observation.js";
import { type PixelStatistics, pixelStatistics } from "./pixel-statistics.js";
import type { SunImage } from "./sun-image.js";
import { ASTRONOMICAL_UNIT, SOLAR_RADIUS, type Viewpoint } from "./viewpoint.js";

const ARCSEC = Math.PI / 648_000;
/** Radius of the part of the disk from which HMI takes DATAMIN to DATAKURT, as part of the whole. */
const INNER_DISK = 0.99;
/** Half the time over which the exposures of an observable of HMI lie, s: DATE-OBS stands so much before T_OBS. */
const HALF_EXPOSURES = { magnetogram: 45, continuum: 45, dopplergram: 22.5 } as const;

/** Values of keywords by the names that DRMS gives them (DATE__OBS is DATE-OBS); times are DRMS times. */
export type KeywordValues = Readonly<Record<string, number | string>>;

/** Keywords of a record whatever becomes of its image: times, QUALITY, where the spacecraft was. */
export function describeView(plan: ObservationPlan, view: Viewpoint): KeywordValues {
  const start = isEuv(plan.kind) ? {} : { DATE__OBS: plan.observed - HALF_EXPOSURES[plan.kind] };
  return {
    T_REC: plan.slot,
    T_OBS: plan.observed,
    ...start,
    QUALITY: plan.quality,
    DSUN_REF: ASTRONOMICAL_UNIT,
    RSUN_REF: SOLAR_RADIUS,
    DSUN_OBS: view.distance,
    RSUN_OBS: Math.asin(SOLAR_RADIUS / view.distance) / ARCSEC,
    CRLN_OBS: view.longitude,
    CRLT_OBS: view.latitude,
    CAR_ROT: view.rotation,
    OBS_VR: view.velocityR,
    OBS_VW: view.velocityW,
    OBS_VN: view.velocityN,
  };
}

/**
 * Keywords that say what is in the picture and how it lies on the sky, computed from the stored pixels. For HMI, TOTVALS counts
 * the pixels of the disk, DATAMIN to DATAKURT are of its inner 99 percent, DATAMIN2 to DATAKUR2 of all; for AIA both are of all
 * pixels.
 */
export function describeImage(image: SunImage): KeywordValues {
  return {
    ...describeFrame(image),
    ...(image.kind === "magnetogram" || image.kind === "continuum" || image.kind === "dopplergram"
      ? describeDisk(image)
      : describeExposure(image)),
  };
}

function describeFrame(image: SunImage): KeywordValues {
  const { frame, view, scaling } = image;
  return {
    CRPIX1: frame.centreX,
    CRPIX2: frame.centreY,
    CRVAL1: 0,
    CRVAL2: 0,
    CDELT1: frame.scale,
    CDELT2: frame.scale,
    CROTA2: frame.roll,
    R_SUN: Math.asin(SOLAR_RADIUS / view.distance) / ARCSEC / frame.scale,
    BUNIT: scaling.unit,
  };
}

function describeDisk(image: SunImage): KeywordValues {
  const [within, rim] = diskPixels(image);
  const [inner, all] = pixelStatistics([within, rim], image.scaling) as [PixelStatistics, PixelStatistics];
  const total = within.length + rim.length;
  return {
    TOTVALS: total,
    DATAVALS: all.count,
    MISSVALS: total - all.count,
    ...moments(inner, ["DATAMIN", "DATAMAX", "DATAMEDN", "DATAMEAN", "DATARMS", "DATASKEW", "DATAKURT"]),
    ...moments(all, ["DATAMIN2", "DATAMAX2", "DATAMED2", "DATAMEA2", "DATARMS2", "DATASKE2", "DATAKUR2"]),
  };
}

/** DATAP01 to DATAP99. */
const PERCENTILES = [1, 10, 25, 75, 90, 95, 98, 99] as const;

function describeExposure(image: SunImage): KeywordValues {
  const parts = PERCENTILES.map((percent) => percent / 100);
  const [all] = pixelStatistics([image.pixels], image.scaling, parts) as [PixelStatistics];
  const total = image.pixels.length;
  const exposure = image.exposure ?? 0;
  return {
    EXPTIME: exposure,
    DATE__OBS: image.view.time - exposure / 2,
    WAVELNTH: isEuv(image.kind) ? wavelengthOf(image.kind) : 0,
    TOTVALS: total,
    DATAVALS: all.count,
    MISSVALS: total - all.count,
    PERCENTD: (100 * all.count) / total,
    ...moments(all, ["DATAMIN", "DATAMAX", "DATAMEDN", "DATAMEAN", "DATARMS", "DATASKEW", "DATAKURT"]),
    ...Object.fromEntries(
      PERCENTILES.map((p, i) => [`DATAP${String(p).padStart(2, "0")}`, all.quantiles[i]!]),
    ),
    NSATPIX: saturatedPixels(image),
    ACS_ECLP: image.view.eclipsed ? "YES" : "NO",
  };
}

function saturatedPixels(image: SunImage): number {
  let count = 0;
  for (const dn of image.pixels) if (dn >= SATURATION) count++;
  return count;
}

function moments(s: PixelStatistics, names: readonly string[]): KeywordValues {
  const values = [s.min, s.max, s.median, s.mean, s.rms, s.skewness, s.kurtosis];
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}

/** The stored pixels whose centres lie on the inner disk, and those on its rim. */
function diskPixels({
  pixels,
  frame,
  view,
}: SunImage): readonly [Int32Array | Int16Array, Int32Array | Int16Array] {
  const { size } = frame;
  // The frame is gnomonic: radii are tangents.
  const limb = Math.tan(Math.asin(SOLAR_RADIUS / view.distance)) / ARCSEC / frame.scale;
  const [within, rim] = [pixels.slice(), pixels.slice()];
  let [withinCount, rimCount] = [0, 0];
  const copy = (to: Int32Array | Int16Array, at: number, row: number, first: number, end: number): number => {
    if (end > first) to.set(pixels.subarray(row * size + first, row * size + end), at);
    return Math.max(0, end - first);
  };
  for (let y = 0; y < size; y++) {
    const [first, end] = rowSpan(frame, y, limb);
    const [innerFirst, innerEnd] = rowSpan(frame, y, INNER_DISK * limb);
    withinCount += copy(within, withinCount, y, innerFirst, innerEnd);
    rimCount += copy(rim, rimCount, y, first, Math.min(end, innerFirst));
    rimCount += copy(rim, rimCount, y, Math.max(first, innerEnd), end);
  }
  return [within.subarray(0, withinCount), rim.subarray(0, rimCount)];
}

/** The pixels of a row within a radius of the middle: first, end excluded. None: both in the middle. */
function rowSpan(
  { size, centreX, centreY }: ImageFrame,
  y: number,
  radius: number,
): readonly [number, number] {
  const half = Math.sqrt(Math.max(0, radius ** 2 - (y + 1 - centreY) ** 2));
  const first = Math.ceil(centreX - 1 - half);
  return [
    Math.max(0, first),
    half === 0 ? Math.max(0, first) : Math.min(size, Math.floor(centreX - 1 + half) + 1),
  ];
}
