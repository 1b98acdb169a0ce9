import { DasError } from "../../errors/das-error.js";
import type { PacketHeader, Plane, Properties } from "../../stream/model.js";
import { cascade, datumProperty } from "../../stream/properties.js";
import { frequencyHz } from "../../stream/units.js";

/** Properties of the input that shift and trim the frequencies; they are used up. Source: reducers 7.3. */
export const AXIS_PROPERTIES = ["DFT_freqTagMin", "DFT_freqTrimMin", "DFT_freqTrimMax"] as const;

/** Which values of a spectrum are written, and the frequencies they have. */
export interface FrequencyAxis {
  /** Index of the first value of the spectrum that is written. */
  readonly first: number;
  /** How many are written; 0 when nothing is left. */
  readonly count: number;
  /** Frequency of the first in Hz. */
  readonly min: number;
  /** Spacing in Hz. */
  readonly interval: number;
}

/** Hz by which a plane's frequencies are raised, and the range of those to keep (`max` excluded). */
export interface AxisRequest {
  readonly shift: number;
  readonly min: number;
  readonly max: number;
}

/**
 * What `DFT_freqTagMin`, `DFT_freqTrimMin` and `DFT_freqTrimMax` (Datum, by cascade) ask for a plane.
 * Errors: BAD_PROPERTY for one that is no frequency. Source: reducers 7.3.
 */
export function axisRequest(plane: Plane, packet: PacketHeader, streamProperties: Properties): AxisRequest {
  const [shift, min, max] = AXIS_PROPERTIES.map((name) => {
    const property = cascade(name, plane, packet, streamProperties);
    if (property === undefined) return undefined;
    const datum = datumProperty([property], property.name);
    const hz = datum === undefined ? undefined : frequencyHz(datum.units);
    if (datum === undefined || hz === undefined)
      throw new DasError(
        "BAD_PROPERTY",
        `${name} is "${property.value.slice(0, 60)}", expected a number and a unit of frequency`,
      );
    return datum.value * hz;
  });
  return { shift: shift ?? 0, min: min ?? Number.NEGATIVE_INFINITY, max: max ?? Number.POSITIVE_INFINITY };
}

/** The frequencies shift + k/(n dt), k = 0..n/2, from `min` (included) to `max` (excluded). */
export function frequencyAxis(n: number, dt: number, request: AxisRequest): FrequencyAxis {
  const interval = 1 / (n * dt);
  const frequency = (k: number): number => request.shift + k * interval;
  let first = 0;
  let end = n / 2 + 1;
  while (first < end && frequency(first) < request.min) first++;
  while (first < end && frequency(end - 1) >= request.max) end--;
  return { first, count: end - first, min: frequency(first), interval };
}
