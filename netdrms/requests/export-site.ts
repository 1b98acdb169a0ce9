import type { TileWorkers } from "../../fits/tile-codec.js";
import type { ConnectionPool } from "../database/connection-pool.js";
import type { SeriesCache, SeriesCatalog } from "../series/series-cache.js";
import type { ExportHouse } from "./export-room.js";

/** What runs the requests of a site. */
export interface ExportSite extends ExportHouse {
  /** Databases of the records and of the storage units, for reading. */
  readonly drms: ConnectionPool;
  readonly sums: ConnectionPool;
  readonly series: SeriesCache;
  /** The site code of the archive, see `ownSiteCode`. */
  readonly siteCode: () => Promise<number>;
  /** Series that may be exported; others are as if they were not there. */
  readonly offered: () => Promise<{
    readonly isOffered: (series: string) => boolean;
    readonly catalog: (catalog: SeriesCatalog) => SeriesCatalog;
  }>;
  /** Value of the card LICENSE. */
  readonly license: string;
  /** Who makes the exports, with version, for their provenance. */
  readonly server: string;
  /** How long files are kept, days. */
  readonly retentionDays: number;
  /** Longest time of one statement, ms. */
  readonly statementTimeoutMs: number;
  readonly leaseMs: number;
  readonly workers?: TileWorkers;
  readonly log: (line: string) => void;
  /** Unix ms. */
  readonly now: () => number;
}
