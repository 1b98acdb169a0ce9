import type { BlockIndex, Moment } from "../../cache/index/block-index.js";
import type { Level } from "../../cache/level.js";
import type { BuildQueue } from "../../cache/queue/build-queue.js";
import type { DataSource } from "../../dsdf/data-source.js";

/** The cache as its status page sees it: only questions, nothing that changes anything. */
export interface CacheAccess {
  /** Where it is kept which blocks there are. */
  readonly keptIn: "redis" | "files";
  readonly index: Pick<BlockIndex, "coverage" | "details" | "usage">;
  /** Missing where this process cannot see the queue: it is inside another. */
  readonly queue?: Pick<BuildQueue, "status">;
  /** The quota; 0 for none. */
  readonly maxBytes: number;
  /** Every level of a source that blocks may be kept of, as far as it is known without a request. Errors: those of definitions. */
  levelsOf(source: DataSource): Promise<readonly Level[]>;
  /** What counts as out of date for a source now. */
  momentOf(source: DataSource): Promise<Moment>;
  /** What an operator should know of just now; missing: nothing. */
  troubles?(): readonly string[];
  /** Lets go of what was opened for this look. */
  close(): Promise<void>;
}

/** Opens the cache of a server for a look; `undefined` where none is configured. */
export type OpenCacheAccess = () => Promise<CacheAccess | undefined>;
