import type { Cache } from "cache-manager";
import type { Database } from "../database/database.js";
import { BoundedMap } from "./bounded-map.js";
import type { Link, Series } from "./model.js";
import { readSeries } from "./read-series.js";

/** How long and how many. */
export interface SeriesCacheOptions {
  /** Milliseconds; ten minutes if missing, since other programs change series too (netdrms 2.10). */
  readonly lifetimeMs?: number;
  /** Descriptions at once, some 100 KB each at most; 500 if missing. */
  readonly maxSeries?: number;
}

const LIFETIME_MS = 600_000;
const MAX_SERIES = 500;

/**
 * Descriptions of the series of one archive, shared by all its transactions. A description that was read is the same object for
 * everybody. Errors are not kept. Source: netdrms 2.10.
 */
export class SeriesCache {
  readonly #lifetimeMs: number;
  readonly #maxSeries: number;
  #cache: Promise<Cache> | undefined;
  /** Counts calls of {@link forget}. */
  #forgotten = 0;

  constructor(options: SeriesCacheOptions = {}) {
    this.#lifetimeMs = options.lifetimeMs ?? LIFETIME_MS;
    this.#maxSeries = options.maxSeries ?? MAX_SERIES;
  }

  /**
   * The description, read in the given transaction unless it is kept; several that ask at once share one reading.
   * Errors: those of {@link readSeries}.
   */
  async series(database: Database, name: string): Promise<Series> {
    this.#cache ??= openCache(this.#lifetimeMs, this.#maxSeries);
    const cache = await this.#cache;
    const key = name.toLowerCase();
    for (;;) {
      const forgotten = this.#forgotten;
      let mine = false;
      try {
        const series = await cache.wrap(key, () => {
          mine = true;
          return readSeries(database, name);
        });
        // What was forgotten while it was read may have been read before it changed.
        if (mine && forgotten !== this.#forgotten) await cache.del(key);
        return series;
      } catch (error) {
        // The transaction of another may have been cancelled, which says nothing of the series.
        if (mine) throw error;
      }
    }
  }

  /** The next who asks reads anew: to be called after a series was made, changed or dropped. Without a name: all of them. */
  async forget(name?: string): Promise<void> {
    this.#forgotten++;
    const cache = await this.#cache;
    if (name === undefined) await cache?.clear();
    else await cache?.del(name.toLowerCase());
  }
}

/** Loaded when it is needed: a program that reads no series does not pay for it. */
async function openCache(lifetimeMs: number, maxSeries: number): Promise<Cache> {
  const [{ createCache }, { Keyv }] = await Promise.all([import("cache-manager"), import("keyv")]);
  const store = new Keyv({ store: new BoundedMap(maxSeries) });
  // Keyv turns values into text even in memory, which takes long and loses bigints.
  store.serialize = undefined;
  store.deserialize = undefined;
  return createCache({ stores: [store], ttl: lifetimeMs });
}

/** The series of an archive as one transaction sees them. */
export interface SeriesCatalog {
  /** Errors: those of {@link readSeries}. */
  series(name: string): Promise<Series>;
  /** The series that a link leads to. Errors: those of {@link readSeries}. */
  target(link: Link): Promise<Series>;
}

/**
 * A catalog over `cache`. Without one it keeps descriptions for itself: so reads a transaction that makes series, which must not
 * show others what may be rolled back.
 */
export function seriesCatalog(database: Database, cache: SeriesCache = new SeriesCache()): SeriesCatalog {
  return {
    series: (name) => cache.series(database, name),
    target: ({ targetSeries }) => cache.series(database, targetSeries),
  };
}
