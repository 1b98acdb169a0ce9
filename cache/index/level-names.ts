import { createHash } from "node:crypto";
import type { Level } from "../level.js";

/** What of a level decides on which blocks are its own. */
export type LevelIdentity = Pick<
  Level,
  "sourceId" | "params" | "paramsName" | "resolutionName" | "period" | "definition" | "dataVersion"
>;

/** Names of a level in an index. */
export interface LevelNames {
  /**
   * The place of its files: the same for every definition, and on every host. The words themselves are in it as a digest, since
   * other words may have the same folder (das2-server 14).
   */
  readonly level: string;
  /** 16 hex digits of definition and data version: blocks of another generation are as if absent. */
  readonly generation: string;
}

const known = new WeakMap<LevelIdentity, LevelNames>();

/** The names of a level, remembered as long as the value is. */
export function levelNames(level: LevelIdentity): LevelNames {
  const found = known.get(level);
  if (found !== undefined) return found;
  const { sourceId, params, paramsName, resolutionName, period, definition, dataVersion } = level;
  const names = {
    level: `${sourceId}/${paramsName}/${resolutionName}-${period}-${digest(params).slice(0, 8)}`,
    generation: digest([definition, dataVersion ?? null]).slice(0, 16),
  };
  known.set(level, names);
  return names;
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
