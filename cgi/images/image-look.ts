import { DasError } from "../../errors/das-error.js";
import type { MapName } from "../../plot/quick-look/palettes.js";
import type { RobustEnds } from "../../plot/quick-look/robust-range.js";
import type { Stretch } from "../../plot/quick-look/stretch.js";
import type { Roll } from "../../plot/quick-look/turn.js";
import { planeUnit } from "../../readers/archive/unit-text.js";
import { type FoundImage, numberOf } from "./image-records.js";
import type { LookWords } from "./look-words.js";
import type { Look } from "./quick-look-job.js";

/** How the images of a kind are usually shown. */
interface UsualLook {
  readonly scale: Stretch;
  readonly map: MapName;
  readonly ends: RobustEnds;
}

/** Strong fields are few pixels: the half percent of them is all that is cut. */
const FIELD: UsualLook = { scale: "linear", map: "grey", ends: { of: "magnitudes", low: 0, high: 99.5 } };
const VELOCITY: UsualLook = { scale: "linear", map: "bluered", ends: { of: "magnitudes", low: 0, high: 99 } };
/** What a camera counts has no upper end that matters but in a flare, and faint loops beside it. */
const COUNTS: UsualLook = { scale: "asinh", map: "grey", ends: { of: "values", low: 1, high: 99.9 } };
const OTHER: UsualLook = { scale: "linear", map: "grey", ends: { of: "values", low: 0.5, high: 99.5 } };

const FIELD_UNIT = /^(m?gauss|m?g|[mun]?t|tesla|mx([ */].*)?)$/i;
const VELOCITY_UNIT = /^[ck]?m *(\/ *s(ec)?|s\*?\*?\^?-1)$/i;
const COUNTS_UNIT = /^(dn|adu|counts?|photons?|electrons?|data ?numbers?)\b/i;
/** Without "a second" or the like behind. */
const PLAIN_COUNTS = /^(dn|adu|counts?|photons?|electrons?|data ?numbers?)$/i;

/** Channels of AIA that have colours of their own, angstrom. */
const AIA_MAPS: ReadonlyMap<number, MapName> = new Map([
  [94, "aia94"],
  [131, "aia131"],
  [171, "aia171"],
  [193, "aia193"],
  [211, "aia211"],
  [304, "aia304"],
  [335, "aia335"],
]);

/** A look with all that the record says of it. */
export interface RecordLook {
  readonly look: Look;
  /** What values are multiplied with: 1, or a second through the exposure. */
  readonly factor: number;
  /** Of the values of the range; empty for none. */
  readonly unit: string;
}

/**
 * How the picture of a record looks: as the request says, else as the definition does, else as images of such units are usually shown:
 * fields and velocities the same on both sides of zero, counts of a camera a second of their exposure (`EXPTIME`) by asinh.
 *
 * Errors: BAD_PARAMETER where north is to be up and the record does not say how its image is turned (`CROTA2`).
 */
export function recordLook(
  found: FoundImage,
  request: LookWords,
  definition: LookWords,
  size: number,
): RecordLook {
  const words = { ...definition, ...request };
  const unit = planeUnit(found.segment.source.unit);
  const usual = usualLook(unit);
  const exposure = PLAIN_COUNTS.test(unit) && words.per !== "image" ? numberOf(found, "EXPTIME") : undefined;
  const isPerSecond = exposure !== undefined && exposure > 0;
  const roll = words.north === "up" ? rollOf(found) : undefined;
  return {
    look: {
      size,
      scale: words.scale ?? usual.scale,
      map: words.map ?? channelMap(found, usual) ?? usual.map,
      ends: usual.ends,
      ...(words.range === undefined ? {} : { range: words.range }),
      ...(roll === undefined ? {} : { roll }),
    },
    factor: isPerSecond ? 1 / exposure : 1,
    unit: isPerSecond ? `${unit}/s` : unit,
  };
}

function usualLook(unit: string): UsualLook {
  if (FIELD_UNIT.test(unit)) return FIELD;
  if (VELOCITY_UNIT.test(unit)) return VELOCITY;
  return COUNTS_UNIT.test(unit) ? COUNTS : OTHER;
}

function channelMap(found: FoundImage, usual: UsualLook): MapName | undefined {
  const wavelength = usual === COUNTS ? numberOf(found, "WAVELNTH") : undefined;
  return wavelength === undefined ? undefined : AIA_MAPS.get(Math.round(wavelength));
}

function rollOf(found: FoundImage): Roll {
  const degrees = numberOf(found, "CROTA2");
  if (degrees === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      "north=up, but this record does not say how its image is turned: CROTA2 has no value",
    );
  const isMirrored = (name: string): boolean => (numberOf(found, name) ?? 1) < 0;
  return { degrees, isMirrored: [isMirrored("CDELT1"), isMirrored("CDELT2")] };
}
