import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findNamed, type Series } from "../../../netdrms/series/model.js";
import { readSeries } from "../../../netdrms/series/read-series.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";
import { makeWorkedArchive, namespaceSql, reading, runSql } from "../../support/worked-archive.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("descriptions of series"), () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({ template: { name: "worked_archive", make: makeWorkedArchive } });
  });
  afterAll(() => database.drop());

  const read = (name: string): Promise<Series> => reading(database.url, (db) => readSeries(db, name));
  /** A series of the namespace su_ex with these rows; the table has the given columns. */
  const make = (table: string, columns: string, series: string, rest = ""): Promise<void> =>
    runSql(
      database.url,
      `CREATE TABLE su_ex.${table} (recnum bigint PRIMARY KEY${columns === "" ? "" : `, ${columns}`});
       INSERT INTO su_ex.drms_series VALUES (${series}); ${rest}`,
    );
  /** A keyword of type int, where the fields, as SQL, say nothing else. */
  const keyword = (series: string, name: string, fields: Readonly<Record<string, string>> = {}): string => {
    const row = { type: "'int'", isconstant: "0", persegment: "65536", ...fields };
    return `INSERT INTO su_ex.drms_keyword (seriesname, keywordname, ${Object.keys(row).join(", ")})
      VALUES ('${series}', '${name}', ${Object.values(row).join(", ")});`;
  };

  describe("the worked example", () => {
    it("has header, prime keys and ranks as the master tables say", async () => {
      const series = await read("su_ex.mag45");
      expect(series).toMatchObject({
        name: "su_ex.mag45",
        namespace: "su_ex",
        table: "mag45",
        author: "A. Author",
        owner: "ex",
        unitSize: 16,
        archive: 0,
        retentionDays: 60,
        stagingRetentionDays: 0,
        tapeGroup: 0,
        created: "2020-01-02 03:04:05",
        description: "Example magnetograms",
        version: "2.1",
        dbIndex: [],
        hasShadow: false,
      });
      expect(series.primeKeys.map(({ external, internal }) => [external.name, internal.name])).toEqual([
        ["T_REC", "T_REC_index"],
        ["CAMERA", "CAMERA"],
      ]);
      expect(series.keywords.map(({ name, rank }) => `${rank} ${name}`)).toEqual([
        "1 cparms_sg000",
        "2 magnetogram_bzero",
        "3 magnetogram_bscale",
        "4 T_REC",
        "5 T_REC_index",
        "6 T_REC_step",
        "7 T_REC_epoch",
        "8 CAMERA",
        "9 QUALITY",
        "10 DATAMEAN",
        "11 CRPIX1",
        "12 DATE",
        "13 EXPTIME",
      ]);
    });

    it("has keywords of every class, with columns where values are kept", async () => {
      const { keywords } = await read("su_ex.mag45");
      expect(findNamed(keywords, "t_rec")).toEqual({
        name: "T_REC",
        baseName: "T_REC",
        type: "time",
        class: "ts_eq",
        defaultText: "DRMS_MISSING_VALUE",
        format: "0",
        unit: "TAI",
        description: "Slot time",
        implicit: false,
        rank: 4,
        column: "t_rec",
      });
      expect(findNamed(keywords, "T_REC_index")).toMatchObject({
        class: "index",
        implicit: true,
        column: "t_rec_index",
      });
      const step = findNamed(keywords, "T_REC_step");
      expect(step).toMatchObject({ class: "constant", defaultText: "45" });
      expect(step).not.toHaveProperty("column");
      const exposure = findNamed(keywords, "EXPTIME");
      expect(exposure).toMatchObject({ link: { link: "SRC", target: "EXPTIME" }, class: "variable" });
      expect(exposure).not.toHaveProperty("column");
      expect(keywords.filter(({ implicit }) => implicit).map(({ name }) => name)).toEqual([
        "cparms_sg000",
        "magnetogram_bzero",
        "magnetogram_bscale",
        "T_REC_index",
      ]);
    });

    it("has the segment with compression and scale from the implicit keywords", async () => {
      const { segments } = await read("su_ex.mag45");
      expect(segments).toEqual([
        {
          name: "magnetogram",
          number: 0,
          scope: "variable",
          type: "int",
          axes: [4096, 4096],
          unit: "Gauss",
          protocol: "fits",
          description: "Line-of-sight field",
          constantRecnum: 0n,
          fileColumn: "sg_000_file",
          axisColumns: [],
          compression: "compress Rice",
          bzero: 0,
          bscale: 0.1,
        },
      ]);
    });

    it("has the dynamic link with the prime key of its target", async () => {
      const { links } = await read("su_ex.mag45");
      expect(links).toEqual([
        {
          kind: "dynamic",
          name: "SRC",
          targetSeries: "su_ex.lev1",
          description: "Source image",
          setColumn: "ln_src_isset",
          keys: [{ column: "ln_src_fsn", target: "fsn", type: "int" }],
        },
      ]);
    });

    it("is found in any spelling and described in that of the archive", async () => {
      await make(
        "mixed",
        "fsn int4",
        "'su_ex.MiXed','a','ex',1,1,60,0,'fsn','','',NULL,'2.1'",
        keyword("su_ex.MiXed", "FSN", { format: "'%d'" }),
      );
      const series = await read("SU_EX.mIxEd");
      expect(series).toMatchObject({ name: "su_ex.MiXed", namespace: "su_ex", table: "mixed", archive: 1 });
      expect(series.primeKeys[0]?.internal).toMatchObject({ name: "FSN", column: "fsn" });
    });
  });

  describe("what older and other archives have", () => {
    it("orders an old series by its columns, constants first, and takes the flag as per-segment only", async () => {
      await make(
        "old",
        "zeta int4, mean_000 float4, mean_001 float4, alpha text, sg_000_file text, sg_001_file text",
        "'su_ex.old','a','ex',1,0,60,0,'alpha','','old one',NULL,NULL",
        `INSERT INTO su_ex.drms_keyword (seriesname, keywordname, type, isconstant, persegment, islink, linkname, targetkeyw) VALUES
          ('su_ex.old','ALPHA','string',0,0,0,NULL,NULL), ('su_ex.old','MEAN','float',0,1,0,NULL,NULL),
          ('su_ex.old','ZETA','int',NULL,NULL,NULL,NULL,NULL), ('su_ex.old','ORIGIN','string',1,0,0,NULL,NULL);
         INSERT INTO su_ex.drms_segment (seriesname, segmentname, segnum, scope, type, naxis, axis, protocol) VALUES
          ('su_ex.old','b',1,'vardim','float',2,'0, 0','FITS'), ('su_ex.old','a',0,'variable','short',1,'7','fits');`,
      );
      const series = await read("su_ex.old");
      expect(series.version).toBe("");
      expect(
        series.keywords.map(({ name, baseName, rank, column, segment }) => [
          name,
          baseName,
          rank,
          column,
          segment,
        ]),
      ).toEqual([
        ["ORIGIN", "ORIGIN", 1, undefined, undefined],
        ["ZETA", "ZETA", 2, "zeta", undefined],
        ["MEAN_000", "MEAN", 3, "mean_000", 0],
        ["MEAN_001", "MEAN", 3, "mean_001", 1],
        ["ALPHA", "ALPHA", 4, "alpha", undefined],
      ]);
      expect(
        series.segments.map(({ name, axisColumns, bscale, compression, constantRecnum }) => [
          name,
          axisColumns,
          bscale,
          compression,
          constantRecnum,
        ]),
      ).toEqual([
        ["a", [], 1, "", 0n],
        ["b", ["sg_001_axis000", "sg_001_axis001"], 1, "", 0n],
      ]);
    });

    it("takes NULL and empty texts alike", async () => {
      await make(
        "nulls",
        "x int4",
        "'su_ex.nulls','','',1,0,0,0,'','',NULL,'',''",
        keyword("su_ex.nulls", "X", { linkname: "NULL" }),
      );
      const series = await read("su_ex.nulls");
      expect(series).toMatchObject({ description: "", dbIndex: [], primeKeys: [], version: "" });
      expect(series.keywords[0]).toMatchObject({ unit: "", format: "", defaultText: "", description: "" });
    });

    it("reads master tables that lack the columns of later versions", async () => {
      await runSql(
        database.url,
        `${namespaceSql("su_old")}
         ALTER TABLE su_old.drms_series DROP COLUMN dbidx, DROP COLUMN version;
         ALTER TABLE su_old.drms_segment DROP COLUMN cseg_recnum, DROP COLUMN islink, DROP COLUMN linkname, DROP COLUMN targetseg;
         CREATE TABLE su_old.t (recnum bigint, sg_000_file text);
         INSERT INTO su_old.drms_series VALUES ('su_old.t','a','b',1,0,3,0,'','');
         INSERT INTO su_old.drms_segment VALUES ('su_old.t','x',0,'variable','int',0,'','','generic','');`,
      );
      const series = await read("su_old.t");
      expect(series).toMatchObject({ version: "", dbIndex: [], retentionDays: 3 });
      expect(series.segments[0]).toMatchObject({ axes: [], constantRecnum: 0n });
    });

    it("unpacks both retentions, and a record number beyond 2^53 exactly", async () => {
      await make(
        "big",
        "sg_000_file text",
        `'su_ex.big','a','b',1,-1,${(7 << 16) | 90},0,'','','','A, b',' 2.1 '`,
        `INSERT INTO su_ex.drms_segment (seriesname, segmentname, segnum, scope, type, naxis, axis, protocol, cseg_recnum)
         VALUES ('su_ex.big','c',0,'constant','char',0,NULL,'generic',9007199254740993);`,
      );
      const series = await read("su_ex.big");
      expect(series).toMatchObject({
        retentionDays: 90,
        stagingRetentionDays: 7,
        archive: -1,
        dbIndex: ["A", "b"],
      });
      expect(series.segments[0]).toMatchObject({ constantRecnum: 9007199254740993n, scope: "constant" });
    });

    it("leaves out the block sizes behind the axes of a tas segment", async () => {
      await make(
        "tas",
        "sg_000_file text",
        "'su_ex.tas','a','b',8,0,0,0,'','','',NULL,'2.1'",
        `INSERT INTO su_ex.drms_segment (seriesname, segmentname, segnum, scope, type, naxis, axis, protocol)
         VALUES ('su_ex.tas','a',0,'variable','short',2,'64, 32, 64, 1','tas');`,
      );
      expect((await read("su_ex.tas")).segments[0]).toMatchObject({ protocol: "tas", axes: [64, 32] });
    });

    it("knows the table of latest records only where it has the key and may be read", async () => {
      const shadow = async (columns: string): Promise<boolean> => {
        await runSql(
          database.url,
          `DROP TABLE IF EXISTS su_ex.mag45_shadow; CREATE TABLE su_ex.mag45_shadow (${columns})`,
        );
        return (await read("su_ex.mag45")).hasShadow;
      };
      expect(await shadow("t_rec_index int8, camera int4, nrecords int4, recnum int8")).toBe(true);
      expect(await shadow("t_rec_index int8, nrecords int4, recnum int8")).toBe(false);
      await runSql(database.url, "DROP TABLE su_ex.mag45_shadow");
      expect((await read("su_ex.mag45")).hasShadow).toBe(false);
    });

    it("reads links whose target is elsewhere off the columns, and static links", async () => {
      await make(
        "linked",
        "ln_b int8, ln_a_x_isset int4, ln_a_x_k float8, ln_a_isset int4, ln_a_t_index int8, ln_a_name text, ln_b2_isset int4",
        "'su_ex.linked','a','b',1,0,0,0,'','','',NULL,'2.1'",
        `INSERT INTO su_ex.drms_link VALUES ('su_ex.linked','A','far_away.s','DYNAMIC',NULL),
          ('su_ex.linked','a_x','far_away.s','dynamic',''), ('su_ex.linked','B','su_ex.lev1','static','');`,
      );
      const { links } = await read("su_ex.linked");
      expect(links).toEqual([
        { kind: "static", name: "B", targetSeries: "su_ex.lev1", description: "", column: "ln_b" },
        {
          kind: "dynamic",
          name: "a_x",
          targetSeries: "far_away.s",
          description: "",
          setColumn: "ln_a_x_isset",
          keys: [{ column: "ln_a_x_k", target: "k", type: "double" }],
        },
        {
          kind: "dynamic",
          name: "A",
          targetSeries: "far_away.s",
          description: "",
          setColumn: "ln_a_isset",
          keys: [
            { column: "ln_a_t_index", target: "t_index", type: "longlong" },
            { column: "ln_a_name", target: "name", type: "string" },
          ],
        },
      ]);
    });

    it("needs no more than the right to select", async () => {
      const role = `reader_${database.name.slice(-12)}`;
      await runSql(database.url, `CREATE ROLE ${role}`);
      try {
        const url = `${database.url}${database.url.includes("?") ? "&" : "?"}options=-c%20role%3D${role}`;
        const series = await reading(url, (db) => readSeries(db, "su_ex.mag45"));
        expect(series.keywords).toHaveLength(13);
        await runSql(
          database.url,
          `${namespaceSql("su_private")} REVOKE ALL ON SCHEMA su_private FROM public;
          CREATE TABLE su_private.t (recnum int8)`,
        );
        const error = await rejectionOf(() => reading(url, (db) => readSeries(db, "su_private.t")));
        expect(error.message).toBe(
          "Series su_private.t: the user of the database may not read its description",
        );
      } finally {
        await runSql(database.url, `DROP ROLE ${role}`);
      }
    });
  });
});
