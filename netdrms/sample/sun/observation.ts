import { CHANNELS } from "./corona-model.js";
import { imageRandom } from "./pixel-noise.js";
import type { ImageKind } from "./sun-image.js";
import { ASTRONOMICAL_UNIT, viewpoint } from "./viewpoint.js";

const SPEED_OF_LIGHT = 299_792_458;
/** Bits of QUALITY of the observables of HMI. */
const HMI_QUALITY = {
  noData: 0x8000_0000,
  targetMissing: 0x4000_0000,
  fewInterpolants: 0x1_0000,
  notGapFilled: 0x1000,
  eclipse: 0x200,
  poor: 0x20,
} as const;
/** Bits of QUALITY of AIA level 1. */
const AIA_QUALITY = {
  missing: 0x100,
  missing1: 0x200,
  missing5: 0x400,
  eclipse: 0x2000,
  noSun: 0x4000,
} as const;
/** Parts of all records that are not there at all, have no image, few exposures, or lost packets. */
const ABSENT = 0.004;
const WITHOUT_IMAGE = 0.003;
const FEW_EXPOSURES = 0.008;
const TORN = 0.005;
/** Time before and after an eclipse in which pictures of HMI are said to be poor, s. */
const TWILIGHT = 600;
/** Wander of the shutter of AIA, s. */
const SHUTTER_JITTER = 0.03;

/** What happened to the exposure of a slot. */
export interface ObservationPlan {
  readonly kind: ImageKind;
  /** Time of the slot, T_REC, DRMS time. */
  readonly slot: number;
  /** Middle of the observation, T_OBS, DRMS time. */
  readonly observed: number;
  /** The bits of QUALITY as 32 bits with sign: negative where there is no image. */
  readonly quality: number;
  /** Rows of the picture that were lost, as parts of its height; `from` = `to` where none were. */
  readonly lost: { readonly from: number; readonly to: number };
}

/**
 * What became of a slot: the same for the same seed, kind and slot. `undefined`: there is no record.
 *
 * Slots of HMI are times as light at one astronomical unit would have them, so the observation comes later by the light time of
 * the rest of the way. Slots of AIA hold exposures at fixed places of its cycle.
 *
 * @param slot DRMS time
 */
export function planObservation(seed: number, kind: ImageKind, slot: number): ObservationPlan | undefined {
  const random = imageRandom(seed, slot, KIND_CODES[kind]);
  const luck = random.uniform();
  if (luck < ABSENT) return undefined;
  const torn = luck > 1 - TORN;
  const from = torn ? random.uniform(0, 0.9) : 0;
  const lost = { from, to: torn ? Math.min(1, from + random.uniform(0.01, 0.12)) : 0 };
  if (isEuv(kind)) {
    const { offset } = CHANNELS[wavelengthOf(kind)];
    const observed = slot + offset + SHUTTER_JITTER * random.normal();
    return { kind, slot, observed, lost, quality: aiaQuality(observed, lost.to - lost.from) };
  }
  const observed = slot + (viewpoint(slot).distance - ASTRONOMICAL_UNIT) / SPEED_OF_LIGHT;
  let quality = hmiQuality(observed);
  if (luck < ABSENT + WITHOUT_IMAGE) quality |= HMI_QUALITY.noData | HMI_QUALITY.targetMissing;
  else if (luck < ABSENT + WITHOUT_IMAGE + FEW_EXPOSURES) quality |= HMI_QUALITY.fewInterpolants;
  if (torn) quality |= HMI_QUALITY.notGapFilled;
  return { kind, slot, observed, lost, quality };
}

/** HMI makes no observable in an eclipse, and poor ones just before and after. */
function hmiQuality(time: number): number {
  if (viewpoint(time).eclipsed) return HMI_QUALITY.noData | HMI_QUALITY.eclipse;
  const near = viewpoint(time - TWILIGHT).eclipsed || viewpoint(time + TWILIGHT).eclipsed;
  return near ? HMI_QUALITY.eclipse | HMI_QUALITY.poor : 0;
}

/** AIA goes on in an eclipse. */
function aiaQuality(time: number, lost: number): number {
  const dark = viewpoint(time).eclipsed ? AIA_QUALITY.eclipse | AIA_QUALITY.noSun : 0;
  return (
    dark |
    (lost > 0 ? AIA_QUALITY.missing : 0) |
    (lost > 0.01 ? AIA_QUALITY.missing1 : 0) |
    (lost > 0.05 ? AIA_QUALITY.missing5 : 0)
  );
}

/** Whether a kind is a picture of the corona. */
export function isEuv(kind: ImageKind): kind is "euv171" | "euv193" | "euv304" {
  return kind === "euv171" || kind === "euv193" || kind === "euv304";
}

/** The wavelength of a picture of the corona, angstrom. */
export function wavelengthOf(kind: "euv171" | "euv193" | "euv304"): 171 | 193 | 304 {
  switch (kind) {
    case "euv171":
      return 171;
    case "euv193":
      return 193;
    case "euv304":
      return 304;
  }
}

const KIND_CODES: Readonly<Record<ImageKind, number>> = {
  magnetogram: 0x201,
  continuum: 0x202,
  dopplergram: 0x203,
  euv171: 0x204,
  euv193: 0x205,
  euv304: 0x206,
};
