import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { followKeyword, followSegment } from "../../../netdrms/series/link-target.js";
import { findNamed } from "../../../netdrms/series/model.js";
import { seriesCatalog } from "../../../netdrms/series/series-cache.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";
import { makeWorkedArchive, reading, runSql } from "../../support/worked-archive.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("links through descriptions"), () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ template: { name: "worked_archive", make: makeWorkedArchive } });
    // c0.k → c1.k → … → c21.k, a value in the last; over n links it is c(21 - n).
    const chain = Array.from({ length: 22 }, (_, n) =>
      n < 21 ? linked(`c${n}`, `su_ex.c${n + 1}`) : valued("c21"),
    );
    await runSql(
      database.url,
      [
        ...chain,
        linked("ring_a", "su_ex.ring_b"),
        linked("ring_b", "su_ex.ring_a"),
        linked("self", "su_ex.SELF"),
        linked("away", "su_none.x"),
        linked("lost", "su_ex.lev1"),
        linked("linkless", "su_ex.lev1").replace(/INSERT INTO su_ex.drms_link[^;]*;/, ""),
      ].join("\n"),
    );
  });
  afterAll(() => database.drop());

  /** A series with one keyword `K` and one segment `F`, both through the static link `L`. */
  function linked(table: string, target: string): string {
    return `CREATE TABLE su_ex.${table} (recnum int8, ln_l int8, sg_000_file text);
      INSERT INTO su_ex.drms_series VALUES ('su_ex.${table}','','',1,0,0,0,'','','',NULL,'2.1');
      INSERT INTO su_ex.drms_link VALUES ('su_ex.${table}','L','${target}','static','');
      INSERT INTO su_ex.drms_keyword VALUES ('su_ex.${table}','K','l','k','','','','',1,0,65536,'');
      INSERT INTO su_ex.drms_segment VALUES ('su_ex.${table}','F',0,'','',0,'','','','',1,'L','f',0);`;
  }

  function valued(table: string): string {
    return `CREATE TABLE su_ex.${table} (recnum int8, k int4, sg_000_file text);
      INSERT INTO su_ex.drms_series VALUES ('su_ex.${table}','','',1,0,0,0,'','','',NULL,'2.1');
      INSERT INTO su_ex.drms_keyword VALUES ('su_ex.${table}','K','','','int','','%d','',0,0,65536,'');
      INSERT INTO su_ex.drms_segment VALUES ('su_ex.${table}','F',0,'variable','int',1,'8','','fits','',0,'','',0);`;
  }

  const keyword = (series: string, name: string) =>
    reading(database.url, async (db) => {
      const catalog = seriesCatalog(db);
      const from = await catalog.series(series);
      return followKeyword(catalog, from, findNamed(from.keywords, name)!);
    });
  const problem = async (series: string): Promise<string> => {
    const error = await rejectionOf(() => keyword(series, "K"));
    expect(error).toHaveProperty("code", "BROKEN_LINK");
    return error.message;
  };

  it("find the target of the worked example over its dynamic link", async () => {
    const target = await keyword("su_ex.mag45", "exptime");
    expect(target.steps.map(({ from, link, to }) => [from.name, link.name, to.name])).toEqual([
      ["su_ex.mag45", "SRC", "su_ex.lev1"],
    ]);
    expect(target.member).toMatchObject({ name: "EXPTIME", type: "float", unit: "s", column: "exptime" });
    expect(target.series.name).toBe("su_ex.lev1");
  });

  it("take no step for a keyword with a value of its own", async () => {
    const target = await keyword("su_ex.mag45", "QUALITY");
    expect(target.steps).toEqual([]);
    expect(target.series.name).toBe("su_ex.mag45");
  });

  it("go over twenty links and no further", async () => {
    const target = await keyword("su_ex.c1", "K");
    expect(target.steps).toHaveLength(20);
    expect(target.series.name).toBe("su_ex.c21");
    expect(await problem("su_ex.c0")).toMatch(
      /^Linked keyword su_ex\.c0\.K → su_ex\.c1\.K → .* → su_ex\.c20\.K: more than 20 links to follow$/,
    );
  });

  it("lead segments to the one with the file", async () => {
    const target = await reading(database.url, async (db) => {
      const catalog = seriesCatalog(db);
      const from = await catalog.series("su_ex.c19");
      return followSegment(catalog, from, from.segments[0]!);
    });
    expect(target.member).toMatchObject({ name: "F", type: "int", axes: [8], protocol: "fits" });
    expect(target.steps.map(({ to }) => to.name)).toEqual(["su_ex.c20", "su_ex.c21"]);
  });

  it("are broken where they lead in a circle", async () => {
    expect(await problem("su_ex.ring_a")).toBe(
      "Linked keyword su_ex.ring_a.K → su_ex.ring_b.K → su_ex.ring_a.K: leads back to itself",
    );
    expect(await problem("su_ex.self")).toBe(
      "Linked keyword su_ex.self.K → su_ex.self.K: leads back to itself",
    );
  });

  it("are broken where a series, keyword or link on the way is not there", async () => {
    expect(await problem("su_ex.away")).toBe(
      "Linked keyword su_ex.away.K: link L leads to su_none.x, which the archive does not have",
    );
    expect(await problem("su_ex.lost")).toBe("Linked keyword su_ex.lost.K: su_ex.lev1 has no keyword k");
    expect(await problem("su_ex.linkless")).toBe(
      "Linked keyword su_ex.linkless.K: su_ex.linkless has no link l",
    );
  });
});
