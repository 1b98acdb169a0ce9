import { type ConnectionPool, inTransaction } from "../../database/connection-pool.js";
import { planSeries } from "../../schema/series-table.js";
import { planShadow } from "../../schema/shadow-table.js";
import { defineSeries } from "../../series/define-series.js";
import type { Series } from "../../series/model.js";
import { readSeries } from "../../series/read-series.js";
import { seriesCatalog } from "../../series/series-cache.js";
import { SAMPLE_SERIES, type SampleSeriesName, sampleDefinition } from "./sample-series.js";

const WRITE = { access: "write", statementTimeoutMs: 60_000 } as const;
/** When the series were made, which is no news: the same in every archive. */
const CREATED = "2026-01-01 00:00:00";

/** The series of an archive by name. */
export type SampleSeriesMap = ReadonlyMap<SampleSeriesName, Series>;

/**
 * Makes all series of the sample archive, all or none, in an archive that has its namespaces.
 *
 * @param pool of a user who may make tables in them
 * @returns as readers see them
 * Errors: those of `defineSeries` and of `Database`.
 */
export function makeSampleSeries(pool: ConnectionPool): Promise<SampleSeriesMap> {
  return inTransaction(pool, WRITE, async (transaction) => {
    const catalog = seriesCatalog(transaction);
    const made = new Map<SampleSeriesName, Series>();
    for (const name of SAMPLE_SERIES) {
      const { definition, placeOf } = await sampleDefinition(name);
      const { owner } = definition;
      const { series } = await defineSeries(definition, { owner, created: CREATED, catalog }, placeOf);
      const shadow = definition.createShadow ? planShadow(series, owner) : [];
      for (const { sql } of [...planSeries(series, owner), ...shadow]) await transaction.query(sql);
      made.set(name, await readSeries(transaction, name));
    }
    return made;
  });
}
