import { bytesText } from "../pages/format.js";
import { isUnknown, type OpenCacheView } from "./view.js";

/**
 * What is to be said where pinned levels alone take more room than all blocks may: then nothing else is kept, though nothing fails.
 * Only the levels of the view are counted, in its ranges. `undefined` where they fit.
 */
export function pinnedTooMuch({ sources, usage }: OpenCacheView): string | undefined {
  const { maxBytes } = usage;
  if (maxBytes === undefined) return undefined;
  const pinned = sources
    .flatMap(({ levels }) => levels)
    .reduce(
      (sum, level) =>
        level.pinned === undefined || isUnknown(level.coverage) ? sum : sum + level.coverage.bytes.value,
      0,
    );
  if (pinned <= maxBytes) return undefined;
  return `pinned levels take ${bytesText(pinned)} of ${bytesText(maxBytes)}: nothing else stays`;
}
