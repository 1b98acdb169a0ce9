import { withCacheTags } from "../../dsdf/client-cache.js";
import { averagesText } from "../../reducers/binning/resolution-text.js";
import { BARE_HEADER } from "../../stream/bare-header.js";
import type { StreamHeader } from "../../stream/model.js";
import { getProperty, withProperty } from "../../stream/properties.js";
import type { Level } from "../level.js";
import type { ReaderRequest } from "./reader-request.js";

/** The name of the program, for definitions and in streams. */
export const CACHE_READER = "das2_cache_rdr";

/**
 * The stream header of what was read of blocks: that of the first block, with the range that was requested, without padding, the width
 * of the bins, and who read it. In words the width stands as the block has it; one that says nothing of it holds averages.
 * Older programs gave the range and the width types that clients do not understand. Source: reducers 1.2, 10.1.
 */
export function readHeader(
  first: StreamHeader | undefined,
  { requested }: Pick<ReaderRequest, "requested">,
  { seconds }: Pick<Level, "seconds">,
): StreamHeader {
  const header = withCacheTags(first ?? BARE_HEADER, requested, seconds === 0 ? undefined : seconds);
  let { properties } = header;
  if (seconds > 0 && getProperty(properties, "xCacheResInfo") === undefined)
    properties = withProperty(properties, {
      name: "xCacheResInfo",
      type: "String",
      value: averagesText(seconds),
    });
  return {
    ...header,
    properties: withProperty(properties, { name: "sourceId", type: "String", value: CACHE_READER }),
  };
}
