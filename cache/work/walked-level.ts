import { relative, sep } from "node:path";
import type { Level } from "../level.js";
import type { WalkedBlock } from "../store/walk-cache.js";

/**
 * The level of a block that was met on the disk, as its sidecar tells: good for having an index forget the block, whatever the
 * definition says by now. `undefined` for one without a sidecar, and for one that lies in the folder of another source.
 */
export function walkedLevel(
  cacheRoot: string,
  { levelFolder, sidecar, period, resolutionName }: WalkedBlock,
): Level | undefined {
  const [data, ...names] = relative(cacheRoot, levelFolder).split(sep);
  const paramsName = names.at(-2);
  if (data !== "data" || paramsName === undefined || sidecar === undefined) return undefined;
  if (names.slice(0, -2).join("/") !== sidecar.source) return undefined;
  return {
    sourceId: sidecar.source,
    params: sidecar.params,
    paramsName,
    number: 0,
    seconds: 0,
    period,
    resolutionName,
    folder: levelFolder,
    definition: sidecar.dsdfHash,
    ...(sidecar.dataVersion === undefined ? {} : { dataVersion: sidecar.dataVersion }),
    freshness: { liveDelaySeconds: 0, openTtlSeconds: 0 },
  };
}

/** The id of the source in whose folder a block lies. */
export function walkedSource(cacheRoot: string, levelFolder: string): string {
  return relative(cacheRoot, levelFolder).split(sep).slice(1, -2).join("/");
}
