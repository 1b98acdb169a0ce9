import type { Properties, StreamHeader } from "../stream/model.js";
import { datumProperty, getProperty, withProperty } from "../stream/properties.js";
import type { Time } from "../stream/time.js";
import { convertUnits } from "../stream/units.js";
import type { DataQuery } from "./data-query.js";
import { timeText } from "./stages.js";

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

/** What a stream says of its own resolution, seconds; 0 where it says nothing that can be compared. */
function saidSeconds(properties: Properties): number {
  const said = datumProperty(properties, "xCacheResolution");
  return said === undefined ? 0 : (convertUnits(said.value, said.units, "s") ?? 0);
}

/**
 * Sets in a stream header what clients decide by: whether they have to ask again (the range as requested, and the width of the bins
 * or the step of the computed points, unless the stream itself tells of a coarser one), and whether times ascend - without a type,
 * because an older Java client takes that property for text and fails on a boolean.
 *
 * @param stepSeconds bin width applied, or interval of computed points; `undefined`: intrinsic data
 * Source: das2-stream A15.1, das2-server 21.2.
 */
export function withCacheTags(
  header: StreamHeader,
  requested: DataQuery["requested"],
  stepSeconds: number | undefined,
): StreamHeader {
  let properties = withProperty(header.properties, {
    name: "xCacheRange",
    type: "DatumRange",
    value: `${cacheTime(requested.begin)} to ${cacheTime(requested.end)} UTC`,
  });
  if (stepSeconds !== undefined && stepSeconds >= saidSeconds(properties))
    properties = withProperty(properties, {
      name: "xCacheResolution",
      type: "Datum",
      value: `${realText(stepSeconds)} s`,
    });
  const ascending = getProperty(properties, "xMonotonic");
  if (ascending !== undefined) properties = withProperty(properties, { ...ascending, type: "String" });
  return { ...header, properties };
}
