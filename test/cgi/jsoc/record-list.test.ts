import { readdir, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresForTest } from "../../support/postgres.js";
import { type FieldArchive, fieldArchive } from "./field-archive.js";

interface Listed {
  readonly name: string;
  readonly values: readonly unknown[];
}

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("jsoc_info op=rs_list (export B5)"), () => {
  let made: FieldArchive;
  const list = async (words: Readonly<Record<string, string>>) =>
    made.ask("jsoc_info", { op: "rs_list", ...words });
  /** Values by the names that were asked for. */
  const values = async (member: "keywords" | "segments" | "links", words: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      ((await list(words))[member] as readonly Listed[]).map(({ name, values }) => [name, values]),
    );

  beforeAll(async () => {
    made = await fieldArchive();
  });
  afterAll(() => made.end());

  it("has values as texts in the formats of the keywords, of the newest versions, in the order of the keys", async () => {
    const { status, count, keywords, ...rest } = await list({
      ds: "SU_EX.field[]",
      key: "T_REC,camera,COUNT,DATAMEAN,RSUN,T_REC_step,DATE,SEGMEAN_000,NOTE",
    });
    expect([status, count, Object.keys(rest)]).toEqual([0, 3, ["runtime"]]);
    expect(keywords).toEqual([
      {
        name: "T_REC",
        values: ["2010.05.01_00:00:00_TAI", "2010.05.01_00:00:45_TAI", "2010.05.01_00:00:45_TAI"],
      },
      { name: "camera", values: ["1", "1", "2"] },
      { name: "COUNT", values: ["9007199254740993", "MISSING", "MISSING"] },
      { name: "DATAMEAN", values: ["2.500000", "MISSING", "MISSING"] },
      { name: "RSUN", values: ["0.33", "0.10", "0.10"] },
      { name: "T_REC_step", values: ["45.000000", "45.000000", "45.000000"] },
      // TAI is 34 s ahead of UTC, and DATE is 34 s later.
      { name: "DATE", values: ["2010-05-01T00:00:00Z", "MISSING", "MISSING"] },
      { name: "SEGMEAN_000", values: ["7.25", "0", "0"] },
      { name: "NOTE", values: ['quoted "é", <&> \\ ?', "MISSING", "MISSING"] },
    ]);
  });

  it("shows a missing quality as a number, keywords at the end of links, and says where there is none", async () => {
    expect(await values("keywords", { ds: "su_ex.field[]", key: "quality,QUALITY,EXPTIME,NOSUCH" })).toEqual({
      quality: ["0x00000005", "0xFFFFFFFF", "0x80000000"],
      QUALITY: ["0x00000005", "0xFFFFFFFF", "0x80000000"],
      EXPTIME: ["0.500", "Invalid KeyLink", "Invalid KeyLink"],
      NOSUCH: ["Invalid KeyLink", "Invalid KeyLink", "Invalid KeyLink"],
    });
  });

  it("prints all digits with M=1 and bit patterns with B=1", async () => {
    const words = { ds: "su_ex.field[][1]", n: "1", key: "DATAMEAN,RSUN,CAMERA,DATE" };
    expect(await values("keywords", { ...words, M: "1" })).toEqual({
      DATAMEAN: ["2.5"],
      RSUN: ["0.33333333333333331"],
      CAMERA: ["1"],
      DATE: ["2010-05-01T00:00:00.000000Z"],
    });
    // IEEE 754: 2.5 is 1.25 x 2, 1/3 is 1.0101…b x 2^-2.
    expect(await values("keywords", { ...words, key: "DATAMEAN,RSUN", B: "1" })).toEqual({
      DATAMEAN: ["40200000"],
      RSUN: ["3FD5555555555555"],
    });
  });

  it("knows what is no keyword: numbers of record and unit, what is known of the unit, folder, specification", async () => {
    const folder = join(made.archive.partition, `D${made.fieldUnit}`, "S00001");
    await utimes(folder, new Date("2020-02-03T04:05:06.9Z"), new Date("2020-02-03T04:05:06.9Z"));
    const sizes = await Promise.all(
      (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
    );
    const [until] = await made.archive.rows(
      "SELECT to_char(now() + interval '60 days', 'YYYY.MM.DD') AS day",
    );
    const names = [
      "recnum",
      "sunum",
      "size",
      "online",
      "retain",
      "archive",
      "recdir",
      "logdir",
      "dirmtime",
      "spec",
    ];
    const found = await values("keywords", {
      ds: "su_ex.field[$],su_ex.field[^]",
      n: "1",
      key: names.map((name) => `*${name}*`).join(","),
    });
    expect(found["*recnum*"]).toEqual([3, 2]);
    expect(found["*sunum*"]).toEqual([-1, Number(made.fieldUnit)]);
    expect(sizes).toHaveLength(2);
    expect(found["*size*"]).toEqual(["NA", String(sizes[0]! + sizes[1]!)]);
    expect(found["*online*"]).toEqual(["NA", "Y"]);
    expect(found["*retain*"]).toEqual(["N/A", until?.day]);
    expect(found["*archive*"]).toEqual(["NA", "N"]);
    expect(found["*recdir*"]).toEqual(["NoDataDirectory", folder]);
    expect(found["*logdir*"]).toEqual(["NO LOG", "NO LOG"]);
    expect(found["*dirmtime*"]).toEqual(["NA", "2020.02.03_04:05:06_UT"]);
    expect(found["*spec*"]).toEqual([
      "su_ex.Field[2010.05.01_00:00:45_TAI][1]",
      "su_ex.Field[2010.05.01_00:00:00_TAI][1]",
    ]);
  });

  it("has the log folder of the session that made a record", async () => {
    await made.archive.rows(
      "UPDATE su_ex.drms_session SET sudir = '/SUM9/D77' WHERE sessionid = (SELECT sessionid FROM su_ex.log)",
    );
    expect(await values("keywords", { ds: "su_ex.log", key: "*logdir*,NOTE" })).toEqual({
      "*logdir*": ["/SUM9/D77"],
      NOTE: ["first"],
    });
  });

  it("tells of segments: paths, dimensions, compression and scale of each record, at the end of links too", async () => {
    const { segments } = await list({ ds: "su_ex.field[]", seg: "FIELD,extra,image,none" });
    const slot = `${made.archive.partition}/D${made.fieldUnit}/S00001`;
    const [none, away] = ["NoDataDirectory", "BadSegLink"];
    expect(segments).toEqual([
      {
        name: "FIELD",
        values: [`${slot}/field.fits`, none, none],
        dims: ["6x4", "6x4", "6x4"],
        cparms: ["compress Rice", "compress Rice", "compress Rice"],
        bzeros: ["0", "0", "0"],
        bscales: ["0.1", "0.1", "0.1"],
      },
      {
        name: "extra",
        values: [`${slot}/extra.fits`, none, none],
        dims: ["5", "0", "0"],
        cparms: ["", "", ""],
        bzeros: ["", "", ""],
        bscales: ["", "", ""],
      },
      {
        name: "image",
        values: [`${made.archive.partition}/D${made.imageUnit}/S00000/image.fits`, away, away],
        dims: ["6x4", "NA", "NA"],
        cparms: ["compress Rice", "", ""],
        bzeros: ["0", "", ""],
        bscales: ["1", "", ""],
      },
      {
        name: "none",
        values: ["InvalidSegName", "InvalidSegName", "InvalidSegName"],
        dims: ["NA", "NA", "NA"],
        cparms: ["", "", ""],
        bzeros: ["", "", ""],
        bscales: ["", "", ""],
      },
    ]);
  });

  it("tells of links: the exact version of a static one, the specification of a dynamic one", async () => {
    expect(await values("links", { ds: "su_ex.field[]", link: "src,NOTES,nothing" })).toEqual({
      src: ["su_ex.Lev1[1]", "Invalid_Link", "Invalid_Link"],
      NOTES: ["su_ex.log[:#1]", "Invalid_Link", "Invalid_Link"],
      nothing: ["Invalid_Link", "Invalid_Link", "Invalid_Link"],
    });
  });

  it("has specification and state of each record with R=1, and no members that were not asked for", async () => {
    const { recinfo, ...rest } = await list({ ds: "su_ex.field[:#1-#4]", key: "**NONE**", R: "1" });
    expect(Object.keys(rest)).toEqual(["keywords", "count", "runtime", "status"]);
    expect(rest.keywords).toEqual([]);
    const of = (time: string, camera: number, online: number) => ({
      name: `su_ex.Field[2010.05.01_${time}_TAI][${camera}]`,
      online,
    });
    expect(recinfo).toEqual([
      of("00:00:00", 1, 1),
      of("00:00:00", 1, 1),
      of("00:00:45", 1, 0),
      of("00:00:45", 2, 0),
    ]);
  });

  it("lists everything by **ALL**, of one series alone", async () => {
    const { keywords, segments, links } = await list({
      ds: "su_ex.field[]{extra}",
      n: "-1",
      key: "**ALL**",
      seg: "**all**",
      link: "**ALL**",
    });
    expect((keywords as readonly Listed[]).map(({ name }) => name).join()).toBe(
      "T_REC,T_REC_step,T_REC_epoch,DATE,CAMERA,QUALITY,COUNT,DATAMEAN,RSUN,NOTE,SEGMEAN_000,SEGMEAN_001,SEGMEAN_002,EXPTIME",
    );
    expect((segments as readonly Listed[]).map(({ name }) => name)).toEqual(["extra"]);
    expect((links as readonly Listed[]).map(({ name }) => name)).toEqual(["SRC", "NOTES"]);
    expect(await list({ ds: "su_ex.field[],su_ex.log", key: "**ALL**" })).toMatchObject({
      status: 1,
      error: "record sets of several series, expected one with **ALL**",
    });
    const both = await values("keywords", { ds: "su_ex.log,su_ex.lev1[]", key: "NOTE,FSN" });
    expect(both).toEqual({ NOTE: ["first", "Invalid KeyLink"], FSN: ["Invalid KeyLink", "1"] });
  });

  it("answers nothing found with a count alone", async () => {
    const empty = await list({ ds: "su_ex.field[2001.01.01]", key: "T_REC", seg: "field", R: "1" });
    expect(empty).toEqual({ count: 0, runtime: expect.any(Number), status: 0 });
  });

  it("has an object for each record with f=1, in the words of FITS cards", async () => {
    const { recset, count } = await list({
      ds: "su_ex.field[]",
      n: "2",
      f: "1",
      key: "T_REC,DATAMEAN,NOTE,DATE,SEGMEAN_000,NOSUCH,*recnum*,*retain*,*online*",
      seg: "field",
      link: "SRC",
    });
    const [until] = await made.archive.rows(
      "SELECT to_char(now() + interval '60 days', 'YYYY.MM.DD') AS day",
    );
    expect(count).toBe(2);
    expect(recset).toEqual([
      {
        specification: "su_ex.Field[2010.05.01_00:00:00_TAI][1]",
        recnum: 2,
        expdate: until?.day,
        online: "Y",
        keywords: [
          { name: "T_REC", value: "'2010.05.01_00:00:00.000_TAI'" },
          { name: "DATA-MN", value: "2.5" },
          { name: "NOTE", value: expect.stringMatching(/^'quoted/) },
          { name: "DATE", value: "'2010-05-01T00:00:00.000'" },
          { name: "NOSUCH", value: "Invalid KeyLink" },
        ],
        segments: [
          {
            name: "field",
            online: 1,
            path: `${made.archive.partition}/D${made.fieldUnit}/S00001/field.fits`,
            dims: "6x4",
            cparms: "compress Rice",
            bzero: "0",
            bscale: "0.1",
            keywords: [{ name: "SEGMEAN", value: "7.25" }],
          },
        ],
        links: [{ name: "SRC", linkedrec: "su_ex.Lev1[1]" }],
      },
      {
        specification: "su_ex.Field[2010.05.01_00:00:45_TAI][1]",
        recnum: 3,
        expdate: "N/A",
        online: "NA",
        keywords: expect.arrayContaining([{ name: "DATA-MN", value: "" }]),
        segments: [expect.objectContaining({ online: 0, path: "NoDataDirectory" })],
        links: [{ name: "SRC", linkedrec: "Invalid_Link" }],
      },
    ]);
  });

  it("tells errors as such, with what was wrong and where", async () => {
    const error = async (words: Readonly<Record<string, string>>) => {
      const { status, error, errmsg, ...rest } = await list(words);
      expect([status, errmsg, rest]).toEqual([1, error, {}]);
      return error;
    };
    expect(await error({ ds: "su_ex.field[]" })).toMatch(/^expected names of keywords/);
    expect(await error({ key: "T_REC" })).toBe("ds is missing, expected a record set");
    expect(await error({ ds: "su_ex.nothing[]", key: "T_REC" })).toMatch(
      /^The archive has no series "su_ex.nothing"/,
    );
    expect(await error({ ds: "su_ex.field[1][2][3]", key: "T_REC" })).toMatch(/character/);
    expect(await error({ ds: "@/etc/passwd", key: "T_REC" })).not.toMatch(/root/);
    expect(await error({ ds: "su_ex.field[]", key: "T_REC", n: "many" })).toBe(
      "n=many, expected a whole number",
    );
  });
});
