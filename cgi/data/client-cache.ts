import type { DataQuery } from "../../dsdf/data-query.js";
import { timeText } from "../../dsdf/stages.js";
import type { StreamHeader } from "../../stream/model.js";
import { withProperty } from "../../stream/properties.js";
import type { Time } from "../../stream/time.js";

/** `2021-06-30T00:00:00.000Z`; more digits where the time has them. */
function cacheTime(time: Time): string {
  const text = timeText(time);
  const dot = text.indexOf(".");
  const fraction = dot < 0 ? "" : text.slice(dot + 1);
  return `${dot < 0 ? text : text.slice(0, dot)}.${fraction.padEnd(3, "0")}Z`;
}

/** A real number as Java writes one: always with a point or an exponent. */
function realText(value: number): string {
  return Number.isInteger(value) && value < 1e21 ? `${value}.0` : String(value);
}

/**
 * Sets in a stream header what clients decide by whether they have to ask again: the range as requested, and the width of the
 * bins that were applied, which is missing for data that were not reduced here.
 *
 * @param binSeconds width applied; `undefined`: none
 * Source: das2-stream A15.1.
 */
export function withCacheTags(
  header: StreamHeader,
  requested: DataQuery["requested"],
  binSeconds: number | undefined,
): StreamHeader {
  let properties = withProperty(header.properties, {
    name: "xCacheRange",
    type: "DatumRange",
    value: `${cacheTime(requested.begin)} to ${cacheTime(requested.end)} UTC`,
  });
  if (binSeconds !== undefined)
    properties = withProperty(properties, {
      name: "xCacheResolution",
      type: "Datum",
      value: `${realText(binSeconds)} s`,
    });
  return { ...header, properties };
}
