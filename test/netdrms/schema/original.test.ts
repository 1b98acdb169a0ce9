import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planArchive, type SetupOptions, setUpArchive } from "../../../netdrms/schema/setup.js";
import type { Series } from "../../../netdrms/series/model.js";
import { readSeries } from "../../../netdrms/series/read-series.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { makeWorkedArchive, namespaceSql, reading, runSql } from "../../support/worked-archive.js";
import { catalogOf, rowsOf } from "./catalog.js";

const postgres = await postgresForTest();

const SCHEMAS = ["admin", "drms", "su_ex", "su_old", "public"];

/** What makes an original archive different from one that is made here. */
const ORIGINAL = `
-- A series older than 2.1: no version, no flag word but 0 and 1, NULL for no link.
${namespaceSql("su_old")}
CREATE TABLE su_old.v1 (recnum bigint PRIMARY KEY, sunum bigint, slotnum integer, sessionid bigint, sessionns text,
  k int4, name text, sg_000_file text);
CREATE SEQUENCE su_old.v1_seq;
INSERT INTO su_old.drms_series VALUES ('su_old.V1','A','ex',1,0,10,0,'K','2005-01-02 03:04:05','Old',NULL,NULL);
INSERT INTO su_old.drms_keyword VALUES ('su_old.V1','K',NULL,NULL,'int','0','%d','none',0,0,0,'Key'),
  ('su_old.V1','Name',NULL,NULL,'string','','%s',NULL,0,0,0,NULL),
  ('su_old.V1','C',NULL,NULL,'float','1.5','%f','m',0,1,0,'Constant');
INSERT INTO su_old.drms_segment VALUES ('su_old.V1','image',0,'variable','short',2,'10, 10','DN','fits','',0,NULL,NULL,0);
INSERT INTO su_old.v1 (recnum, k) VALUES (1, 5);
ALTER TABLE su_old.drms_segment DROP COLUMN cseg_recnum;
-- Functions of the site, in whatever language and of whatever result.
CREATE FUNCTION drms_series() RETURNS SETOF su_ex.drms_series LANGUAGE sql AS 'SELECT * FROM su_ex.drms_series';
CREATE FUNCTION updateshadow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
-- Storage units of the originating site, with an index under another name.
CREATE TABLE sum_partn_avail (partn_name varchar(80) PRIMARY KEY, total_bytes bigint NOT NULL,
  avail_bytes bigint NOT NULL, pds_set_num integer NOT NULL, pds_set_prime integer NOT NULL DEFAULT 0);
INSERT INTO sum_partn_avail VALUES ('/tmp', 7, 8, -1, 9);
CREATE TABLE sum_partn_alloc (wd varchar(80) NOT NULL, sumid bigint NOT NULL, status integer NOT NULL, bytes bigint,
  effective_date varchar(20), archive_substatus integer, group_id integer, ds_index bigint NOT NULL, safe_id integer);
CREATE INDEX partn_by_date ON sum_partn_alloc (effective_date);
CREATE SEQUENCE sum_ds_index_seq START 1 CACHE 50;
SELECT setval('sum_ds_index_seq', 843002415);`;

describe.skipIf(postgres.missing)(postgres.title("an archive that the original software made"), () => {
  let database: TestDatabase;
  let before: {
    readonly catalog: readonly string[];
    readonly rows: readonly string[];
    readonly series: readonly Series[];
  };
  const wanted: SetupOptions = {
    createDatabases: false,
    production: { name: "production" },
    users: [{ name: "ex" }],
    guests: [],
    partitions: [{ path: "/tmp", set: 0 }],
  };

  const look = async () => ({
    catalog: await catalogOf(database.url, SCHEMAS),
    rows: await rowsOf(database.url, [
      "su_old.v1",
      "sum_partn_avail",
      ...["su_ex", "su_old"].flatMap((space) =>
        ["series", "keyword", "segment", "link"].map((table) => `${space}.drms_${table}`),
      ),
    ]),
    series: await reading(database.url, async (db) => [
      await readSeries(db, "su_ex.mag45"),
      await readSeries(db, "su_old.v1"),
    ]),
  });
  const urls = () => ({ drms: database.url, sums: database.url });

  beforeAll(async () => {
    database = await testDatabase({
      setup: async (url) => {
        await makeWorkedArchive(url);
        await runSql(url, ORIGINAL);
      },
    });
    before = await look();
  });
  afterAll(() => database.drop());

  it("is read without anything that is missing in it", () => {
    expect(before.series.map(({ name, version }) => [name, version])).toEqual([
      ["su_ex.mag45", "2.1"],
      ["su_old.V1", ""],
    ]);
  });

  it("gets what it lacks, and keeps all that it has", async () => {
    const plan = await setUpArchive(urls(), wanted);
    const texts = plan.map(({ description }) => description);
    expect(texts).toEqual(
      expect.arrayContaining([
        "table admin.sessionns",
        "table su_ex.drms_session",
        "function public.drms_keyword()",
        "function drms.image_exists(integer)",
        "table public.sum_main",
        "index on public.sum_partn_alloc (wd)",
      ]),
    );
    for (const there of [
      "table admin.ns",
      "table su_ex.drms_series",
      "function public.drms_series()",
      "function public.updateshadow()",
      "index on public.sum_partn_alloc (effective_date)",
      "sequence public.sum_ds_index_seq",
    ])
      expect(texts).not.toContain(there);
    expect(texts.filter((text) => text.includes("su_old") || text.includes("/tmp"))).toEqual([]);
    const after = await look();
    expect(before.catalog.filter((line) => !after.catalog.includes(line))).toEqual([]);
    expect(after.rows).toEqual(before.rows);
    expect(after.series).toEqual(before.series);
  });

  it("is complete after that", async () => {
    expect(await planArchive(urls(), wanted)).toEqual([]);
  });

  it("goes on numbering storage units where it was", async () => {
    expect(await planArchive(urls(), { ...wanted, siteCode: 0 })).toEqual([]);
    const next = await withClient(database.url, async (client) => {
      const { rows } = await client.query<{ n: string }>("SELECT nextval('sum_ds_index_seq') AS n");
      return rows[0]?.n;
    });
    expect(next).toBe("843002416");
  });

  it("lets its owner work on", async () => {
    await withClient(database.url, async (client) => {
      await client.query("SET ROLE ex");
      await client.query("SELECT nextval('su_ex.drms_sessionid_seq')");
      await client.query("INSERT INTO su_ex.drms_session (sessionid) VALUES (1)");
    });
  });
});
