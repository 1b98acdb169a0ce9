import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../../config/package-root.js";
import { SourceTree } from "../../../dsdf/tree.js";
import {
  type ConnectionPool,
  connectionPool,
  inTransaction,
} from "../../../netdrms/database/connection-pool.js";
import { readQuery } from "../../../netdrms/query/read-query.js";
import { FULL_PLAN } from "../../../netdrms/sample/archive/observing-plan.js";
import { SAMPLE_SERIES } from "../../../netdrms/sample/archive/sample-series.js";
import { findNamed } from "../../../netdrms/series/model.js";
import { seriesCatalog } from "../../../netdrms/series/series-cache.js";
import { postgresForTest, type TestDatabase } from "../../support/postgres.js";
import { sampleArchive } from "../../support/sample-archive.js";

const postgres = await postgresForTest();
const page = readFileSync(join(packageRoot(), "docs/sample-archive.md"), "utf8");

describe("the page on the sample archive", () => {
  it("names every series, and every source that ships", async () => {
    for (const name of SAMPLE_SERIES) expect(page).toContain(`| \`${name}\` |`);
    const tree = new SourceTree({ roots: [join(packageRoot(), "dsdf/sources")], substitutions: new Map() });
    for (const id of (await tree.files()).keys())
      if (id.startsWith("Sample/") && !id.endsWith("_dirinfo_"))
        expect(page, id).toMatch(new RegExp(`\`(?:${id}|${id.slice(id.lastIndexOf("/") + 1)})\``));
    const asked = [...page.matchAll(/dataset=(Sample[\w/]+)/g)].map(([, id]) => id!);
    expect(asked.length).toBeGreaterThan(2);
    for (const id of asked) expect(await tree.find(id), id).toBeDefined();
  });

  it("promises no more records than are planned, and nearly all of them", () => {
    const planned = new Map<string, number>();
    for (const { series, slots, kinds } of FULL_PLAN)
      planned.set(series, (planned.get(series) ?? 0) + slots.length * kinds.length);
    for (const [series, most] of planned) {
      const told = Number(new RegExp(`\\| \`${series}\` \\| (\\d+) \\|`).exec(page)?.[1]);
      expect(told, series).toBeLessThanOrEqual(most);
      expect(told, series).toBeGreaterThan(0.95 * most);
    }
  });
});

describe.skipIf(postgres.missing)(postgres.title("the queries on the page on the sample archive"), () => {
  let archive: TestDatabase;
  let pool: ConnectionPool;
  beforeAll(async () => {
    archive = await sampleArchive();
    pool = connectionPool({ url: archive.url, maxConnections: 1 });
  }, 120_000);
  afterAll(async () => {
    await pool?.close();
    await archive?.drop();
  });

  it("are understood, and name keywords that are there", async () => {
    const commands = [...page.matchAll(/^(?:show_info|drms_export) (?:-\w+ )?'([^']+)'(?: key=(\S+))?/gm)];
    expect(commands.length).toBeGreaterThan(5);
    await inTransaction(pool, { access: "read", statementTimeoutMs: 10_000 }, async (database) => {
      const catalog = seriesCatalog(database);
      for (const [, query, keys] of commands) {
        const { sets } = await readQuery(query!, { findSeries: (name) => catalog.series(name) });
        expect(sets, query).toHaveLength(1);
        for (const key of keys?.split(",") ?? [])
          expect(findNamed(sets[0]!.series.keywords, key), `${query} ${key}`).toBeDefined();
      }
    });
  });
});
