import type { StreamHeader } from "../../stream/model.js";
import { getProperty, withProperty } from "../../stream/properties.js";
import { formatTime } from "../../stream/time.js";
import { blockRange } from "../block-number.js";
import type { BlockPeriod } from "../level.js";

/**
 * The stream header of a block where its reader was asked for more: what that says of the range which was asked for is said of the
 * block, as if its reader had been run for it alone.
 */
export function blockHeader(stream: StreamHeader, number: number, period: BlockPeriod): StreamHeader {
  if (getProperty(stream.properties, "xCacheRange") === undefined) return stream;
  const { begin, end } = blockRange(number, period);
  const value = `${formatTime(begin, 3)}Z to ${formatTime(end, 3)}Z UTC`;
  const properties = withProperty(stream.properties, { name: "xCacheRange", type: "DatumRange", value });
  return { ...stream, properties };
}
