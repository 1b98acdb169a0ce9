import type { NewRecord } from "../../store/new-record.js";
import { timeOfYear, YEAR } from "../sun/epoch.js";

/** First light of the instrument, from which filtergrams are counted, DRMS time; and the time from one to the next, s. */
const FIRST_LIGHT = timeOfYear(2010.24);
const FRAME = 1.875;
const EXPOSURE = 0.1399;

/** Keywords of a filtergram. */
export type FiltergramKeywords = NewRecord["keywords"] & { readonly FSN: number };

/**
 * The filtergram with which the observation of a magnetogram begins. Exposures are of the side camera; the front window is
 * warmest when the Earth is nearest to the Sun.
 *
 * @param keywords of the magnetogram, its DATE__OBS counts
 */
export function firstFiltergram(keywords: NewRecord["keywords"]): FiltergramKeywords {
  const begin = Number(keywords.DATE__OBS);
  const fsn = Math.floor((begin - FIRST_LIGHT) / FRAME);
  const phase = 2 * Math.PI * ((begin - timeOfYear(2010.01)) / YEAR);
  return {
    FSN: fsn,
    DATE__OBS: begin,
    T_OBS: begin + EXPOSURE / 2,
    CAMERA: 1,
    EXPTIME: EXPOSURE,
    HFLID: 1021,
    HCFTID: 11,
    TFRONT: 34.1 + 0.6 * Math.cos(phase) + 0.02 * Math.cos(0.1 * fsn),
    QUALITY: 0,
  };
}
