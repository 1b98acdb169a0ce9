import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { param, sql } from "../../netdrms/database/sql.js";
import { openClientSession } from "../../netdrms/session/client-session.js";
import { SessionServer } from "../../netdrms/session/session-server.js";
import { RecordStore } from "../../netdrms/store/record-store.js";
import { propertyText } from "../../stream/properties.js";
import { makeTime, timeToUs2000 } from "../../stream/time.js";
import { FACTS } from "../netdrms/session/small-archive.js";
import { checkStream } from "../support/check-stream.js";
import { postgresForTest } from "../support/postgres.js";
import { readerBytes } from "../support/run-reader.js";
import { type Decoded, decodeStream } from "../support/run-stream.js";
import { type WrittenArchive, writtenArchive } from "../support/written-archive.js";
import { archiveContext } from "./archive-context.js";

const LENS_JSD = `Seriesname: su_ex.lens
Author: "A. Author"
Owner: ex
Unitsize: 1
Archive: 0
Retention: 10
Tapegroup: 0
PrimeKeys: LENS
Description: "Lenses"
Keyword: LENS, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Number"
Keyword: FOCUS, double, variable, record, DRMS_MISSING_VALUE, %f, mm, "Focal length"
Keyword: MAKER, string, variable, record, "", %s, none, "Maker"
`;

const FIELD_JSD = `Seriesname: su_ex.Field
Author: "A. Author"
Owner: ex
Unitsize: 1
Archive: 0
Retention: 10
Tapegroup: 0
PrimeKeys: T_REC, CAMERA
Description: "Mean fields"
Link: OPTICS, su_ex.lens, dynamic, "Lens"
Keyword: T_REC, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, "Slot time"
Keyword: T_REC_step, double, constant, record, 720, %f, sec, "Slot width"
Keyword: T_REC_epoch, time, constant, record, 1993.01.01_00:00:00_TAI, 0, TAI, "Slot epoch"
Keyword: CAMERA, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Camera"
Keyword: T_OBS, time, variable, record, DRMS_MISSING_VALUE, 3, TAI, "[T_OBS] Middle of the observation - nominal"
Keyword: QUALITY, int, variable, record, 0, 0x%08X, none, "Quality bits"
Keyword: FLAGS, longlong, variable, record, 0, %lld, none, "More bits"
Keyword: DATAMEAN, float, variable, record, DRMS_MISSING_VALUE, %f, Gauss, "[DATA-MEAN] Mean field - of pixels with a value"
Keyword: POWER, double, variable, record, 2.5, %f, "m**2 s**-2", "Power"
Keyword: COUNT, longlong, variable, record, DRMS_MISSING_VALUE, %lld, none, "Pixels"
Keyword: SMALL, short, variable, record, DRMS_MISSING_VALUE, %hd, none, ""
Keyword: SPAN, time, variable, record, DRMS_MISSING_VALUE, %f, min, "Span of exposures"
Keyword: WAVE, float, constant, record, 6173.5, %f, angstrom, "Wavelength"
Keyword: NOTE, string, variable, record, "none", %s, none, "Note"
Keyword: SEG, float, variable, segment, DRMS_MISSING_VALUE, %f, DN, "Mean of a segment"
Keyword: FOCUS, link, OPTICS, FOCUS, "Focal length"
Keyword: MAKER, link, OPTICS, MAKER, "Maker"
Data: first, variable, short, 2, 2, 2, "DN", fits, "", 0, 1, "First"
Data: second, variable, short, 2, 2, 2, "DN", fits, "", 0, 1, "Second"
`;

/** 2010.05.01_00:00:00_TAI, DRMS time; netdrms 8. TAI was 34 s ahead of UTC. */
const START = 1_051_747_200;
const STEP = 720;
const us = (slot: number, seconds = 0): number =>
  timeToUs2000(makeTime(2010, 4, 30, 23, 59, 26)) + (slot * STEP + seconds) * 1e6;
/** The time of a slot as a request has it. */
const utc = (slot: number): string =>
  new Date(Date.UTC(2010, 3, 30, 23, 59, 26) + slot * STEP * 1000).toISOString().replace("Z", "");

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("drms-keywords"), () => {
  let archive: WrittenArchive;
  beforeAll(async () => {
    archive = await writtenArchive();
    const lens = await archive.makeSeries(LENS_JSD);
    const field = await archive.makeSeries(FIELD_JSD);
    await archive.makeSeries(LENS_JSD.replaceAll("lens", "timeless"));
    await archive.writing(async (write) => {
      const store = new RecordStore(write);
      await store.insert(lens, [{ keywords: { LENS: 7, FOCUS: 4953.5, MAKER: "Ex" } }]);
      const record = (
        slot: number,
        camera: number,
        keywords: Record<string, number | bigint | null> = {},
      ) => ({
        keywords: {
          T_REC: START + slot * STEP,
          CAMERA: camera,
          // Each observation 100 s after its slot, but the fourth, which came 1000 s late, after the fifth.
          T_OBS: START + slot * STEP + (slot === 4 ? 1000 : 100),
          DATAMEAN: slot + 0.5,
          ...keywords,
        },
        links: { OPTICS: { keys: { LENS: slot === 1 ? 8 : 7 } } },
      });
      await store.insert(field, [
        record(0, 1, { COUNT: 9_007_199_254_740_992n, SMALL: -7, SPAN: 90, SEG_000: 1.5, SEG_001: -1.5 }),
        record(1, 1, { DATAMEAN: Number.NaN, POWER: null, SMALL: -32_768 }),
        record(2, 1, { DATAMEAN: Number.POSITIVE_INFINITY, POWER: -1 }),
        record(3, 1, { QUALITY: -2_147_483_648 }),
        record(4, 1, { QUALITY: 4, FLAGS: 2n ** 40n }),
        record(5, 1, { DATAMEAN: 99 }),
        record(2, 2, { DATAMEAN: 222 }),
        record(6, 1, { T_OBS: Number.NaN, FLAGS: 3n }),
      ]);
      await store.insert(field, [record(5, 1)]);
    });
  });
  afterAll(() => archive.end());

  const bytes = (words: string, begin = utc(0), end = utc(100), more: Record<string, string> = {}) => {
    const [own, asked = ""] = words.split(" | ");
    const args = [...own!.split(" "), begin, end, ...asked.split(" ").filter((word) => word !== "")];
    return readerBytes("drms-keywords", args, archiveContext(archive.database.url, more));
  };
  const read = async (words: string, begin?: string, end?: string): Promise<Decoded> => {
    const answer = await bytes(words, begin, end);
    checkStream(answer);
    return decodeStream(answer);
  };
  /** Times as slots, and the values of the plane with that name. */
  const column = ({ rows }: Decoded, name: string): readonly number[] =>
    rows.map(({ header, values }) => values[header.planes.findIndex((plane) => plane.name === name)]![0]!);
  const slots = (decoded: Decoded): readonly number[] =>
    column(decoded, "time").map((time) => (time - us(0)) / (STEP * 1e6));

  it("gives the latest record of each slot with its values, in binary32 and binary64", async () => {
    const decoded = await read("ds=su_ex.field[][1] key=DATAMEAN,POWER,COUNT");
    expect(slots(decoded)).toEqual([0, 1, 2, 4, 5, 6]);
    expect(column(decoded, "time")[4]).toBe(us(5));
    expect(decoded.packets[0]!.planes.map(({ type }) => type.name)).toEqual([
      "little_endian_real8",
      "little_endian_real4",
      "little_endian_real8",
      "little_endian_real8",
    ]);
    // NaN and infinity are fill, SQL NULL is the default.
    const fill = Math.fround(-1e31);
    expect(column(decoded, "DATAMEAN")).toEqual([0.5, fill, fill, 4.5, 5.5, 6.5]);
    expect(column(decoded, "POWER")).toEqual([2.5, 2.5, -1, 2.5, 2.5, 2.5]);
    expect(column(decoded, "COUNT")[0]).toBe(2 ** 53);
    expect(column(decoded, "COUNT")[1]).toBe(-1e31);
  });

  it("has units, labels and widths from the database", async () => {
    const decoded = await read("ds=su_ex.field[][1] key=DATAMEAN,POWER,COUNT,T_OBS,SPAN");
    const properties = (name: string) =>
      decoded.packets[0]!.planes.find((plane) => plane.name === name)!.properties;
    const label = (name: string) => propertyText(properties(name), "yLabel");
    expect(decoded.packets[0]!.planes.map(({ units }) => units)).toEqual([
      "us2000",
      "Gauss",
      "m**2 s**-2",
      "",
      "us2000",
      "min",
    ]);
    expect(label("DATAMEAN")).toBe("Mean field (Gauss)");
    expect(label("POWER")).toBe("Power (m!u2!n s!u-2!n)");
    expect(label("COUNT")).toBe("Pixels");
    expect(label("T_OBS")).toBe("Middle of the observation (UTC)");
    const { properties: stream } = decoded.stream!;
    expect(propertyText(stream, "xTagWidth")).toBe("1080 s");
    expect(propertyText(stream, "title")).toBe("Mean fields (su_ex.Field)");
    // An interval is kept in seconds and counts its unit.
    expect(column(decoded, "SPAN").slice(0, 2)).toEqual([1.5, -1e31]);
    expect(column(decoded, "T_OBS").slice(0, 1)).toEqual([us(0, 100)]);
    expect(column(decoded, "T_OBS").at(-1)).toBe(-1e31);
  });

  it("says which record set its records are of, but for the conditions of it", async () => {
    const decoded = await read("ds=su_ex.field[][1][?NOTE<>'?]hidden'?]");
    const { properties: stream } = decoded.stream!;
    expect(propertyText(stream, "provSeries")).toBe("su_ex.Field");
    expect(propertyText(stream, "provRecords")).toBe("su_ex.field[][1][?...?]");
    expect(propertyText(stream, "provTime")).toBe("T_REC");
  });

  it("shows by default all keywords of the records that are numbers, those at the end of links and of segments too", async () => {
    const decoded = await read("ds=su_ex.field[][1]");
    expect(decoded.packets[0]!.planes.map(({ name }) => name)).toEqual([
      "time",
      "CAMERA",
      "T_OBS",
      "QUALITY",
      "FLAGS",
      "DATAMEAN",
      "POWER",
      "COUNT",
      "SMALL",
      "SPAN",
      "SEG_000",
      "SEG_001",
      "FOCUS",
    ]);
    expect(decoded.packets[0]!.planes.at(-1)).toMatchObject({ units: "mm", type: { width: 8 } });
    // Nothing has the key of the second record's link.
    expect(column(decoded, "FOCUS").slice(0, 3)).toEqual([4953.5, -1e31, 4953.5]);
    expect(column(decoded, "SMALL").slice(0, 2)).toEqual([-7, -1e31]);
    expect(column(decoded, "SEG_001").slice(0, 2)).toEqual([-1.5, -1e31].map(Math.fround));
  });

  it("takes names of any case, constants, and one name for the keyword of all segments", async () => {
    const decoded = await read("ds=SU_EX.FIELD[][1] key=datamean,wave,Seg");
    expect(decoded.packets[0]!.planes.map(({ name }) => name)).toEqual([
      "time",
      "DATAMEAN",
      "WAVE",
      "SEG_000",
      "SEG_001",
    ]);
    expect(new Set(column(decoded, "WAVE"))).toEqual(new Set([6173.5]));
  });

  it("cuts the range exactly: its begin belongs to it, its end does not", async () => {
    const whole = await read("ds=su_ex.field[][1] key=DATAMEAN");
    expect(slots(await read("ds=su_ex.field[][1] key=DATAMEAN", utc(1), utc(4)))).toEqual([1, 2]);
    const pieces = [
      [utc(0), utc(2)],
      [utc(2), utc(4.5)],
      [utc(4.5), utc(7)],
    ];
    const parts: (readonly number[])[] = [];
    for (const [begin, end] of pieces)
      parts.push(slots(await read("ds=su_ex.field[][1] key=DATAMEAN", begin, end)));
    expect(parts).toEqual([
      [0, 1],
      [2, 4],
      [5, 6],
    ]);
    expect(parts.flat()).toEqual(slots(whole));
  });

  it("says so where the range has no record", async () => {
    const decoded = await read("ds=su_ex.field[][1] key=DATAMEAN", "2011-01-01", "2011-01-02");
    expect(decoded.exceptions).toMatchObject([{ type: "NoDataInInterval" }]);
    expect(decoded.rows).toEqual([]);
  });

  it("keeps times ascending where records of several cameras share a slot", async () => {
    const decoded = await read("ds=su_ex.field key=DATAMEAN,CAMERA");
    expect(slots(decoded)).toEqual([0, 1, 2, 2, 4, 5, 6]);
    expect(column(decoded, "CAMERA")).toEqual([1, 1, 1, 2, 1, 1, 1]);
  });

  it("gives every version where the record set asks for them", async () => {
    const decoded = await read("ds=su_ex.field[][1][!1=1!] key=DATAMEAN", utc(5), utc(6));
    expect(column(decoded, "DATAMEAN")).toEqual([99, 5.5]);
  });

  it("takes times of a keyword that is no prime key, sorted, from records whose slots lie near the range", async () => {
    const all = await read("ds=su_ex.field[][1] time=T_OBS key=DATAMEAN");
    // The record without a time is not there.
    expect(column(all, "DATAMEAN").map((v) => (v < -1e30 ? undefined : v))).toEqual([
      0.5,
      undefined,
      undefined,
      5.5,
      4.5,
    ]);
    expect(column(all, "time").at(-1)).toBe(us(4, 1000));
    // 1000 s after slot 4 is in the range, the slot itself 720 s before it.
    const range = [utc(5), utc(5.5)] as const;
    const near = await read("ds=su_ex.field[][1] time=T_OBS key=CAMERA pad=1000", ...range);
    expect(column(near, "time")).toEqual([us(5, 100), us(4, 1000)]);
  });

  it("leaves out records by bits of their quality", async () => {
    expect(slots(await read("ds=su_ex.field[][1] key=DATAMEAN qmask=0"))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(slots(await read("ds=su_ex.field[][1] key=DATAMEAN qmask=0x80000004"))).toEqual([0, 1, 2, 5, 6]);
    const flags = await read("ds=su_ex.field[][1] key=DATAMEAN quality=FLAGS qmask=2");
    expect(slots(flags)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("shows of its keywords those that a request wants, in the order of the request", async () => {
    const decoded = await read("ds=su_ex.field[][1] key=DATAMEAN,POWER,SEG | show=seg,datamean");
    expect(decoded.packets[0]!.planes.map(({ name }) => name)).toEqual([
      "time",
      "SEG_000",
      "SEG_001",
      "DATAMEAN",
    ]);
    await expect(bytes("ds=su_ex.field key=POWER | show=DATAMEAN")).rejects.toMatchObject({
      code: "BAD_PARAMETER",
    });
  });

  it.each([
    ["ds=su_ex.field | key=POWER", "BAD_PARAMETER", "is not known, expected show=VALUE"],
    ["ds=su_ex.field | @file", "BAD_PARAMETER", "is not known"],
    ["ds=su_ex.field key=NOTE", "USAGE", "NOTE of su_ex.Field is text"],
    ["ds=su_ex.field key=MAKER", "USAGE", "MAKER of su_ex.Field is text"],
    ["ds=su_ex.field key=NOSUCH", "USAGE", "su_ex.Field has no keyword NOSUCH"],
    ["ds=su_ex.field time=CAMERA", "USAGE", "CAMERA of su_ex.Field is no time"],
    ["ds=su_ex.field time=SPAN", "USAGE", "SPAN of su_ex.Field is no time"],
    ["ds=su_ex.field time=NOSUCH", "USAGE", "su_ex.Field has no keyword NOSUCH"],
    ["ds=su_ex.field quality=POWER", "USAGE", "POWER of su_ex.Field is no whole number"],
    ["ds=su_ex.field quality=NOSUCH", "USAGE", "su_ex.Field has no keyword NOSUCH"],
    ["ds=su_ex.field,su_ex.field", "USAGE", "2 record sets, expected one"],
    [
      "ds=su_ex.timeless",
      "USAGE",
      "no prime key that is a time, by which a range could be found; its prime keys: LENS",
    ],
    ["ds=su_ex.nothing", "NO_SUCH_SERIES", "su_ex.nothing"],
    ["ds=su_ex.field[", "BAD_QUERY", "not closed"],
    ["ds=@list", "BAD_QUERY", "are not read here"],
  ])("refuses %s", async (words, code, message) => {
    await expect(bytes(words)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it("sees through a session server what its session has made, and nobody else does", async () => {
    const server = await SessionServer.start({
      pool: archive.pool,
      storage: archive.storage,
      statementTimeoutMs: 10_000,
      facts: FACTS,
      token: "a token",
      log: () => undefined,
    });
    try {
      const session = await openClientSession({
        address: { host: "127.0.0.1", port: server.port, token: "a token" },
        program: "test",
        pid: 1,
        writes: true,
      });
      const { database } = await session.forWriting();
      await database.query(
        sql`INSERT INTO su_ex.field (recnum, sunum, slotnum, t_rec, t_rec_index, camera, datamean, quality)
            VALUES (1000, -1, -1, ${param(START + 50 * STEP, "float8")}, ${param(759_480 + 50, "int8")}, 1, 7, 0)`,
      );
      await session.end("finished");
      const joined = { DRMSSESSION: `127.0.0.1:${server.port}`, DRMS_TOKEN: "a token" };
      const words = "ds=su_ex.field[][1] key=DATAMEAN";
      expect(slots(decodeStream(await bytes(words, utc(7), utc(100), joined)))).toEqual([50]);
      expect(slots(await read(words, utc(7)))).toEqual([]);
    } finally {
      await server.abort();
    }
  });

  it("prints its parameters, the record set and its SQL where it is told to", async () => {
    const context = archiveContext(archive.database.url);
    await readerBytes("drms-keywords", ["ds=su_ex.field[][1]", "key=POWER", "-V", utc(0), utc(1)], context);
    expect(context.lines).toContain('ds = "su_ex.field[][1]" (command line)');
    expect(context.lines.at(-1)).toBe(
      "drms-keywords: su_ex.field[][1] with T_REC from 2010-04-30T23:59:26.000 to 2010-05-01T00:11:26.000",
    );
    const printing = archiveContext(archive.database.url, { DRMS_PRINT_SQL: "1" });
    const answer = await readerBytes("drms-keywords", ["ds=su_ex.field", utc(0), utc(1)], printing);
    expect(decodeStream(answer).exceptions).toMatchObject([{ type: "NoDataInInterval" }]);
    expect(printing.lines.join("\n")).toMatch(/SELECT .*"t_rec_index" >= \$\d+::int8/s);
  });
});
