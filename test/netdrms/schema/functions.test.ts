import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setUpArchive } from "../../../netdrms/schema/setup.js";
import { TEST_SITE } from "../../support/archive-database.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { makeWorkedArchive, namespaceSql, runSql } from "../../support/worked-archive.js";

const postgres = await postgresForTest();

/** A namespace as old software left it: fewer columns, in another order. */
const OLD_NAMESPACE = `CREATE SCHEMA a_old; GRANT USAGE ON SCHEMA a_old TO public;
INSERT INTO admin.ns VALUES ('a_old', 'sys', 'ex');
CREATE TABLE a_old.drms_series (author text, seriesname text, owner text, unitsize int4, archive int4, retention int4,
  tapegroup int4, primary_idx text, created text, extra text);
CREATE TABLE a_old.drms_session (sessionid int8, username text, status text);
GRANT SELECT ON a_old.drms_series, a_old.drms_session TO public;
INSERT INTO a_old.drms_series VALUES ('Jürgen', 'a_old.x', 'ex', 1, 0, 10, 0, 'K', '1999-01-01 00:00:00', 'e');
INSERT INTO a_old.drms_session VALUES (9007199254740993, 'ex', 'finished');`;

/** A chain su_b.one.K → su_b.two.L → su_ex.lev1.EXPTIME, one of segments beside it, and a link that leads to itself. */
const CHAIN = `
INSERT INTO su_b.drms_link VALUES ('su_b.one','TWO','su_b.Two','static',''), ('su_b.Two','SRC','su_ex.lev1','dynamic',''),
  ('su_b.one','ME','su_b.one','static','');
INSERT INTO su_b.drms_keyword (seriesname, keywordname, linkname, targetkeyw, type, islink) VALUES
  ('su_b.one','K','two','L','',1), ('su_b.Two','L','SRC','exptime','',1), ('su_b.one','Self','ME','Self','',1);
INSERT INTO su_b.drms_segment (seriesname, segmentname, segnum, scope, islink, linkname, targetseg) VALUES
  ('su_b.one','image',0,'',1,'TWO','picture'), ('su_b.Two','picture',3,'variable',0,'','');`;

describe.skipIf(postgres.missing)(postgres.title("functions of an archive"), () => {
  let database: TestDatabase;
  /** As a user without any rights of its own. */
  const rows = (sql: string): Promise<readonly unknown[]> =>
    withClient(database.url, async (client) => {
      await client.query("SET ROLE web");
      return (await client.query({ text: sql, rowMode: "array" })).rows;
    });

  beforeAll(async () => {
    database = await testDatabase({
      setup: async (url) => {
        await makeWorkedArchive(url);
        await runSql(url, `${namespaceSql("su_b")} ${OLD_NAMESPACE} ${CHAIN}`);
        await setUpArchive(
          { drms: url, sums: url },
          {
            createDatabases: false,
            siteCode: TEST_SITE,
            web: { name: "web" },
            users: [],
            guests: [],
            partitions: [],
          },
        );
      },
    });
  });
  afterAll(() => database.drop());

  it("list the series of all namespaces by name, with NULL for what an old one does not have", async () => {
    expect(await rows("SELECT seriesname, author, dbidx, version FROM drms_series()")).toEqual([
      ["a_old.x", "Jürgen", null, null],
      ["su_ex.mag45", "A. Author", null, "2.1"],
      ["su_ex.lev1", "A. Author", null, "2.1"],
    ]);
  });

  it("list keywords, segments and links", async () => {
    expect(await rows("SELECT count(*)::int FROM drms_keyword() WHERE seriesname = 'su_ex.mag45'")).toEqual([
      [13],
    ]);
    expect(
      await rows("SELECT axis, cseg_recnum FROM drms_segment() WHERE segmentname = 'magnetogram'"),
    ).toEqual([["4096, 4096", "0"]]);
    expect(await rows("SELECT target_seriesname FROM drms_link() WHERE linkname = 'SRC' ORDER BY 1")).toEqual(
      [["su_ex.lev1"], ["su_ex.lev1"]],
    );
  });

  it("list sessions, whose user names carry the namespace and whose numbers are exact", async () => {
    expect(await rows("SELECT sessionid, username, status FROM drms_session()")).toEqual([
      ["9007199254740993", "ex(a_old)", "finished"],
    ]);
  });

  it("leave out what the user may not read", async () => {
    await runSql(database.url, "REVOKE USAGE ON SCHEMA a_old FROM public");
    expect(await rows("SELECT count(*)::int FROM drms_series()")).toEqual([[2]]);
    await runSql(database.url, "GRANT USAGE ON SCHEMA a_old TO public");
  });

  it("list what is replicated, which is nothing without Slony", async () => {
    expect(await rows("SELECT * FROM drms_replicated()")).toEqual([]);
    await runSql(
      database.url,
      `CREATE SCHEMA _jsoc; GRANT USAGE ON SCHEMA _jsoc TO public;
       CREATE TABLE _jsoc.sl_table (tab_id int4, tab_reloid oid, tab_relname name, tab_nspname name, tab_set int4,
         tab_idxname name, tab_altered bool, tab_comment text);
       GRANT SELECT ON _jsoc.sl_table TO public;
       INSERT INTO _jsoc.sl_table VALUES (5, 1, 'mag45', 'su_ex', 2, 'mag45_pkey', true, 'a table');`,
    );
    expect(await rows("SELECT * FROM drms_replicated()")).toEqual([
      ["5", "mag45", "su_ex", "2", "mag45_pkey", "a table"],
    ]);
  });

  it("follow a linked keyword one step, in any case of letters", async () => {
    expect(await rows("SELECT * FROM drms_linkedkeyword('SU_EX.Mag45', 'exptime')")).toEqual([
      ["su_ex.lev1", "EXPTIME"],
    ]);
    expect(await rows("SELECT * FROM drms_linkedkeyword('su_b.one', 'k')")).toEqual([["su_b.Two", "L"]]);
    expect(await rows("SELECT * FROM drms_linkedkeyword('su_ex.mag45', 'CAMERA')")).toEqual([]);
    expect(await rows("SELECT * FROM drms_linkedkeyword('nowhere.x', 'K')")).toEqual([]);
  });

  it("follow a linked keyword to its end", async () => {
    const end = "SELECT seriesname, keywordname, type, unit FROM drms_followkeywordlink";
    expect(await rows(`${end}('su_b.one', 'K')`)).toEqual([["su_ex.lev1", "EXPTIME", "float", "s"]]);
    expect(await rows(`${end}('su_ex.mag45', 'camera')`)).toEqual([["su_ex.mag45", "CAMERA", "int", "none"]]);
    expect(await rows(`${end}('su_ex.mag45', 'nothing')`)).toEqual([]);
    await expect(rows(`${end}('su_b.one', 'self')`)).rejects.toThrow("more than 20 links");
  });

  it("follow a linked segment", async () => {
    expect(await rows("SELECT * FROM drms_linkedsegment('su_b.one', 'IMAGE')")).toEqual([
      ["su_b.Two", "picture"],
    ]);
    expect(
      await rows("SELECT seriesname, segmentname, segnum FROM drms_followsegmentlink('su_b.one', 'image')"),
    ).toEqual([["su_b.Two", "picture", 3]]);
  });

  // True when bit 31 is clear: netdrms 2.7.
  it.each([
    [0, true],
    [1, true],
    [2_147_483_647, true],
    [-1, false],
    [-2_147_483_648, false],
    ["NULL", null],
  ])("say for quality %s that there is an image: %s", async (quality, exists) => {
    expect(await rows(`SELECT drms.image_exists(${quality})`)).toEqual([[exists]]);
  });
});
