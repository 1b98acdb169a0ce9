import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listSeries, parseSeriesFilter } from "../../../netdrms/series/list-series.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";
import { makeWorkedArchive, namespaceSql, reading, runSql } from "../../support/worked-archive.js";

const postgres = await postgresForTest();

describe("a filter of series", () => {
  it("is a pattern, inverted behind NOT and a blank, or nothing", () => {
    expect(parseSeriesFilter("hmi")).toEqual({ pattern: "hmi", inverted: false });
    expect(parseSeriesFilter("NOT hmi")).toEqual({ pattern: "hmi", inverted: true });
    expect(parseSeriesFilter("NOThmi")).toEqual({ pattern: "NOThmi", inverted: false });
    expect(parseSeriesFilter("")).toBeUndefined();
    expect(parseSeriesFilter("NOT ")).toBeUndefined();
  });
});

describe.skipIf(postgres.missing)(postgres.title("the list of series"), () => {
  let database: TestDatabase;
  let reader: string;
  beforeAll(async () => {
    database = await testDatabase({ template: { name: "worked_archive", make: makeWorkedArchive } });
    const role = `lister_${database.name.slice(-12)}`;
    reader = `${database.url}${database.url.includes("?") ? "&" : "?"}options=-c%20role%3D${role}`;
    await runSql(
      database.url,
      `CREATE ROLE ${role};
       ${namespaceSql("hmi")} ${namespaceSql("su_secret")} ${namespaceSql("su_closed")}
       INSERT INTO admin.ns VALUES ('gone', 'user', 'ex'), ('not a name', 'user', 'ex');
       REVOKE ALL ON SCHEMA su_secret FROM public; REVOKE ALL ON su_closed.drms_series FROM public;
       CREATE TABLE hmi."m_45s" (recnum int8); GRANT SELECT ON hmi.m_45s TO public;
       CREATE TABLE hmi.hidden (recnum int8); CREATE TABLE su_secret.s (recnum int8); CREATE TABLE su_closed.s (recnum int8);
       INSERT INTO hmi.drms_series VALUES
         ('hmi.M_45s','Someone','prod',1,1,${(3 << 16) | 30},4,'T_REC_index, QUALITY','2010-05-01 00:00:00',NULL,'','2.1'),
         ('hmi.hidden','','',1,0,0,0,'','','not to be read',NULL,'2.1'), ('hmi.tableless','','',1,0,0,0,'','','',NULL,'2.1'),
         ('su_ex.mag45','','',1,0,0,0,'','','in the wrong namespace',NULL,'2.1');
       INSERT INTO su_secret.drms_series VALUES ('su_secret.s','','',1,0,0,0,'','','',NULL,'2.1');
       INSERT INTO su_closed.drms_series VALUES ('su_closed.s','','',1,0,0,0,'','','',NULL,'2.1');`,
    );
  });
  afterAll(async () => {
    const role = `lister_${database.name.slice(-12)}`;
    await database.drop();
    await runSql(postgres.adminUrl, `DROP ROLE ${role}`);
  });

  const names = async (filter?: string): Promise<string[]> => {
    const series = await reading(reader, (db) => listSeries(db, parseSeriesFilter(filter ?? "")));
    return series.map(({ name }) => name);
  };

  it("has all that may be read, by name, in the spelling of the archive", async () => {
    expect(await names()).toEqual(["hmi.M_45s", "su_ex.lev1", "su_ex.mag45"]);
  });

  it("tells prime keys by their external names, and what else the archive says", async () => {
    const [first, , third] = await reading(reader, (db) => listSeries(db));
    expect(first).toEqual({
      name: "hmi.M_45s",
      author: "Someone",
      owner: "prod",
      unitSize: 1,
      archive: 1,
      retentionDays: 30,
      stagingRetentionDays: 3,
      tapeGroup: 4,
      created: "2010-05-01 00:00:00",
      description: "",
      primeKeys: ["T_REC", "QUALITY"],
    });
    expect(third).toMatchObject({ primeKeys: ["T_REC", "CAMERA"], description: "Example magnetograms" });
  });

  it("is filtered by a regular expression anywhere in the name, in any case", async () => {
    expect(await names("M(AG|_)45")).toEqual(["hmi.M_45s", "su_ex.mag45"]);
    expect(await names("^su_ex[.]l")).toEqual(["su_ex.lev1"]);
    expect(await names("NOT mag")).toEqual(["hmi.M_45s", "su_ex.lev1"]);
    expect(await names("none of them")).toEqual([]);
    expect(await names("'; DROP TABLE admin.ns --")).toEqual([]);
  });

  it("refuses a pattern that is none, and one that is too long", async () => {
    const problem = async (filter: string) => rejectionOf(() => names(filter));
    expect(await problem("mag[")).toMatchObject({
      code: "BAD_QUERY",
      message: expect.stringContaining("invalid regular expression"),
    });
    expect(await problem("x".repeat(1001))).toMatchObject({
      code: "BAD_QUERY",
      message: "A pattern of 1001 characters, expected at most 1000",
    });
  });

  it("is empty where there are no namespaces, and an error where there is no list of them", async () => {
    const other = await testDatabase();
    try {
      expect(await rejectionOf(() => reading(other.url, (db) => listSeries(db)))).toMatchObject({
        code: "ARCHIVE_FAILED",
        message: "The archive has no list of namespaces that its user may read",
      });
      await runSql(
        other.url,
        "CREATE SCHEMA admin; CREATE TABLE admin.ns (name text, nsgroup text, owner text)",
      );
      expect(await reading(other.url, (db) => listSeries(db))).toEqual([]);
    } finally {
      await other.drop();
    }
  });
});
