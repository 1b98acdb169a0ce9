import type { ConnectionPool } from "../../database/connection-pool.js";
import { readSums } from "../../sums/sums-transaction.js";
import { ownSiteCode } from "../../sums/sunum.js";
import { locateUnits, type UnitInfo } from "../../sums/unit-state.js";

/** What is known of storage units, asked for many at a time. */
export class UnitLookup {
  readonly #sums: ConnectionPool;
  readonly #log: (line: string) => void;
  #siteCode: number | undefined;

  /** @param log takes one line for each unit that is marked on line and is not there */
  constructor(sums: ConnectionPool, log: (line: string) => void) {
    this.#sums = sums;
    this.#log = log;
  }

  /** By SUNUM; negative ones have no entry. Errors: those of `locateUnits`. */
  find(sunums: readonly bigint[]): Promise<ReadonlyMap<bigint, UnitInfo>> {
    if (sunums.length === 0) return Promise.resolve(new Map());
    return readSums(this.#sums, async (database) => {
      this.#siteCode ??= await ownSiteCode(database);
      return locateUnits(database, sunums, { siteCode: this.#siteCode, log: this.#log });
    });
  }
}
