import type { Plane } from "../../stream/model.js";
import { yTagValues } from "../../stream/packet-header.js";
import { durationSeconds } from "../../stream/units.js";

/** Tags may stray from equal spacing by less than this, relative to their mean spacing. Source: reducers 7.1. */
const SPACING_TOLERANCE = 0.01;
/** Intervals of a tag list that may stray further: a waveform joined from two pieces has one or two. */
const STRAY_INTERVALS = 2;

/**
 * Time between the samples of a table plane in seconds, from its tags: their mean spacing.
 * A text says why the plane is no evenly sampled waveform. Source: reducers 7.1.
 */
export function samplePeriod(plane: Plane): number | string {
  const units = plane.yUnits ?? "";
  const unitSeconds = durationSeconds(units);
  if (unitSeconds === undefined) return `its tags have the units "${units}", expected a unit of time`;
  const tags = yTagValues(plane);
  const last = tags.length - 1;
  const spacing = plane.yTags?.kind === "interval" ? plane.yTags.interval : (tags[last]! - tags[0]!) / last;
  if (!(spacing > 0)) return "its tags do not ascend";
  let stray = 0;
  for (let i = 1; i <= last; i++)
    if (!(Math.abs(tags[i]! - tags[i - 1]! - spacing) < SPACING_TOLERANCE * spacing)) stray++;
  if (stray > STRAY_INTERVALS) return `${stray} of its tag intervals differ by 1 % or more from their mean`;
  return spacing * unitSeconds;
}
