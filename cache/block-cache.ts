import type { DataSource } from "../dsdf/data-source.js";
import type { Flights } from "./answer/flights.js";
import type { ReadingFacts } from "./answer/gap-run.js";
import type { BlockIndex, Moment } from "./index/block-index.js";
import type { BuildJob, BuildQueue } from "./queue/build-queue.js";

/** A cache that is open: what all requests, builds and pages of a process share. */
export interface BlockCache {
  /** Folder of the cache. */
  readonly root: string;
  readonly index: BlockIndex;
  /** Readings that clients wait for. */
  readonly flights: Flights<ReadingFacts>;
  /** Names this process to others that want the same blocks. */
  readonly owner: string;
  /** When blocks of a source are out of date. @param now milliseconds since 1970 */
  readonly moment: (source: DataSource, now: number) => Promise<Moment>;
  /** Has blocks built when there is time. Returns at once and never throws. */
  readonly wish: (jobs: readonly BuildJob[]) => void;
  /** Has {@link BlockCache.close} wait for what is still being put in place. */
  readonly pending: (work: Promise<unknown>) => void;
  /** The queue of builds, opened with the first question; missing in a process of one request. */
  readonly queue?: () => Promise<BuildQueue>;
  /** What an operator should know of just now, for example that Redis is away; empty where all is well. */
  readonly troubles: () => readonly string[];
  close(): Promise<void>;
}
