import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectionPool, inTransaction } from "../../../netdrms/database/connection-pool.js";
import type { Series } from "../../../netdrms/series/model.js";
import { insertRecords } from "../../../netdrms/store/insert-records.js";
import type { NewRecord } from "../../../netdrms/store/new-record.js";
import { postgresForTest } from "../../support/postgres.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import { LEV1_JSD, MAG45_JSD } from "./magnetograms.js";

const postgres = await postgresForTest();

/** 2010.05.01_00:00:00_TAI and its slot; netdrms 1.6. */
const T_REC = 1_051_747_200;

describe.skipIf(postgres.missing)(postgres.title("records without files"), () => {
  let archive: WrittenArchive;
  let mag45: Series;
  let lev1: Series;
  /** Every test has times of its own. */
  let day = 0;

  const insert = (...records: readonly NewRecord[]) =>
    archive.writing((write) => insertRecords(write, mag45, records));
  const rowOf = async (recnum: bigint | undefined): Promise<Record<string, unknown>> =>
    (await archive.rows("SELECT * FROM su_ex.mag45 WHERE recnum = $1", [String(recnum)]))[0] ?? {};
  const key = (more: NewRecord["keywords"] = {}): NewRecord["keywords"] => ({
    T_REC: T_REC + 86_400 * ++day,
    CAMERA: 1,
    ...more,
  });

  beforeAll(async () => {
    archive = await writtenArchive();
    lev1 = await archive.makeSeries(LEV1_JSD);
    mag45 = await archive.makeSeries(MAG45_JSD);
  }, 60_000);
  afterAll(() => archive.end());

  it("get numbers, the session, no storage unit, and the slot of their time", async () => {
    const { recnums, warnings } = await insert(
      { keywords: { T_REC: T_REC + 22.4, CAMERA: 2 } },
      { keywords: { t_rec: T_REC + 22.5, camera: 2 } },
    );
    expect(warnings).toEqual([]);
    expect(recnums[1]! - recnums[0]!).toBe(1n);
    const [session] = await archive.rows("SELECT max(sessionid) AS id FROM su_ex.drms_session");
    const common = { sessionid: session?.id, sessionns: "su_ex", sunum: "-1", slotnum: -1, camera: 2 };
    // netdrms 1.6, worked example: 22.4 s still belong to the slot, 22.5 s to the next one.
    expect(await rowOf(recnums[0])).toMatchObject({
      ...common,
      t_rec: T_REC + 22.4,
      t_rec_index: "12151680",
    });
    expect(await rowOf(recnums[1])).toMatchObject({
      ...common,
      t_rec: T_REC + 22.5,
      t_rec_index: "12151681",
    });
  });

  it("have the defaults of the series where nothing is given", async () => {
    const { recnums } = await insert({ keywords: key() });
    const row = await rowOf(recnums[0]);
    expect(row).toMatchObject({
      quality: 0,
      datamean: Number.NaN,
      rsun: 960.5,
      big: "-9223372036854775808",
      small: -32_768,
      flag: "\u0080",
      date: -211_087_684_832.184,
      note: "none",
      meanseg_000: Number.NaN,
      meanseg_001: Number.NaN,
      ln_src_isset: 0,
      ln_src_fsn: null,
      ln_earlier: "-1",
      cparms_sg000: "compress Rice",
      magnetogram_bzero: 0,
      magnetogram_bscale: 0.1,
      sg_000_file: "",
      sg_001_axis000: null,
    });
    expect(Object.keys(row)).not.toContain("t_rec_step");
  });

  it("keep every value of every type as it is", async () => {
    const { recnums } = await insert({
      keywords: key({
        QUALITY: -2_147_483_648,
        DATAMEAN: 0.1,
        RSUN: Number.POSITIVE_INFINITY,
        BIG: 9_007_199_254_740_993n,
        SMALL: 32_767,
        FLAG: 65,
        DATE: Number.NaN,
        NOTE: `it's "two"\\n\t\n, {braces} é ${"long ".repeat(40)}`,
        MEANSEG_001: -0,
      }),
    });
    expect(await rowOf(recnums[0])).toMatchObject({
      quality: -2_147_483_648,
      datamean: 0.1,
      rsun: Number.POSITIVE_INFINITY,
      big: "9007199254740993",
      small: 32_767,
      flag: "A",
      date: -211_087_684_832.184,
      note: `it's "two"\\n\t\n, {braces} é ${"long ".repeat(40)}`,
      meanseg_000: Number.NaN,
      meanseg_001: -0,
    });
  });

  it("tell NULL, an empty text and the word NULL apart", async () => {
    const { recnums } = await insert(
      { keywords: key({ NOTE: null, RSUN: null }) },
      { keywords: key({ NOTE: "" }) },
      { keywords: key({ NOTE: "NULL" }) },
    );
    expect(await rowOf(recnums[0])).toMatchObject({ note: null, rsun: null });
    expect(await rowOf(recnums[1])).toMatchObject({ note: "", rsun: 960.5 });
    expect(await rowOf(recnums[2])).toMatchObject({ note: "NULL" });
  });

  it("lose characters that the archive cannot keep, and say so", async () => {
    const { recnums, warnings } = await insert(
      { keywords: key({ NOTE: "5 µm, Ω, \u{1f31e}!" }) },
      { keywords: key({ NOTE: "é" }) },
    );
    expect(warnings).toEqual(["keyword NOTE: 1 text has characters outside of Latin-1, kept as ?"]);
    expect(await rowOf(recnums[0])).toMatchObject({ note: "5 µm, ?, ?!" });
    expect(await rowOf(recnums[1])).toMatchObject({ note: "é" });
  });

  it("may repeat a constant, but not change it", async () => {
    await insert({ keywords: key({ T_REC_step: 45 }) });
    await expect(insert({ keywords: key({ T_REC_step: 46 }) })).rejects.toThrow(
      "record of su_ex.Mag45: keyword T_REC_step = 46, but it is constant, 45 for all records",
    );
  });

  it("link to a record, or to the prime keys of a datum", async () => {
    const { recnums } = await insert({
      keywords: key(),
      links: { SRC: { keys: { fsn: 4711 } }, earlier: { recnum: 12n } },
    });
    expect(await rowOf(recnums[0])).toMatchObject({ ln_src_isset: 1, ln_src_fsn: 4711, ln_earlier: "12" });
  });

  it("keep a link to a slotted time by its slot", async () => {
    const series = await archive.makeSeries(`Seriesname: su_ex.follower
Author: "A. Author"
Owner: ex
Unitsize: 0
Archive: 0
Retention: 1
Tapegroup: 0
PrimeKeys: N
Description: ""
Link: FIELD, su_ex.Mag45, dynamic, ""
Keyword: N, int, variable, record, DRMS_MISSING_VALUE, %d, none, ""
`);
    await archive.writing(async (write) => {
      await insertRecords(write, series, [
        { keywords: { N: 1 }, links: { FIELD: { keys: { T_REC: T_REC + 22.5, CAMERA: 3 } } } },
        { keywords: { N: 2 }, links: { FIELD: { keys: { T_REC_index: -7n, CAMERA: 3 } } } },
      ]);
      await expect(
        insertRecords(write, series, [{ keywords: { N: 3 }, links: { FIELD: { keys: { CAMERA: 3 } } } }]),
      ).rejects.toThrow("record of su_ex.follower: link FIELD, expected values of T_REC, CAMERA");
    });
    expect(
      await archive.rows(
        "SELECT n, ln_field_t_rec_index, ln_field_camera, ln_field_isset FROM su_ex.follower ORDER BY n",
      ),
    ).toEqual([
      { n: 1, ln_field_t_rec_index: "12151681", ln_field_camera: 3, ln_field_isset: 1 },
      { n: 2, ln_field_t_rec_index: "-7", ln_field_camera: 3, ln_field_isset: 1 },
    ]);
  });

  it("come in thousands, in their order, and the newest version is in the shadow table", async () => {
    const first = 1_200_000_000;
    const many = Array.from({ length: 2500 }, (_, n) => ({
      keywords: { T_REC: first + 45 * n, CAMERA: 9, BIG: BigInt(n), NOTE: "x".repeat(n % 700) },
    }));
    const { recnums } = await insert(...many);
    const [facts] = await archive.rows(
      `SELECT count(*) AS n, sum(big) AS big, sum(length(note)) AS letters, bool_and(big = recnum - $1::int8) AS ordered
         FROM su_ex.mag45 WHERE camera = 9`,
      [String(recnums[0])],
    );
    const letters = many.reduce((all, _, n) => all + (n % 700), 0);
    expect(facts).toEqual({
      n: "2500",
      big: String((2500 * 2499) / 2),
      letters: String(letters),
      ordered: true,
    });
    const { recnums: newer } = await insert({ keywords: { T_REC: first + 3, CAMERA: 9 } });
    expect(
      await archive.rows("SELECT nrecords, recnum FROM su_ex.mag45_shadow WHERE camera = 9 AND nrecords > 1"),
    ).toEqual([{ nrecords: 2, recnum: String(newer[0]) }]);
  });

  const problems: readonly (readonly [what: string, record: NewRecord, message: string])[] = [
    ["a name that is not there", { keywords: { QUALTY: 1 } }, "unknown keyword QUALTY; is QUALITY meant?"],
    ["a name twice", { keywords: { QUALITY: 1, quality: 2 } }, "keyword QUALITY is given twice"],
    [
      "a fraction as an int",
      { keywords: { QUALITY: 1.5 } },
      "keyword QUALITY = 1.5, expected a whole number of 32 bits",
    ],
    [
      "too large an int",
      { keywords: { QUALITY: 2 ** 31 } },
      "keyword QUALITY = 2147483648, expected a whole number of 32 bits",
    ],
    [
      "a NaN as an int",
      { keywords: { QUALITY: Number.NaN } },
      "keyword QUALITY = NaN, expected a whole number of 32 bits",
    ],
    [
      "a short out of range",
      { keywords: { SMALL: 32_768n } },
      "keyword SMALL = 32768, expected a whole number from -32768 to 32767",
    ],
    [
      "a longlong out of range",
      { keywords: { BIG: 1n << 63n } },
      "keyword BIG = 9223372036854775808, expected a whole number of 64 bits",
    ],
    [
      "a char that the database cannot keep",
      { keywords: { FLAG: 0 } },
      "keyword FLAG = 0, expected a whole number from -128 to 127, not 0 or 32",
    ],
    [
      "a float out of range",
      { keywords: { DATAMEAN: 1e39 } },
      "keyword DATAMEAN = 1e+39, expected a number of binary32",
    ],
    ["a text as a number", { keywords: { RSUN: "960" } }, 'keyword RSUN = "960", expected a number'],
    [
      "a number as a text",
      { keywords: { NOTE: 3 } },
      "keyword NOTE = 3, expected a text of at most 65536 characters without NUL",
    ],
    [
      "a text with NUL",
      { keywords: { NOTE: "a\0b" } },
      'keyword NOTE = "a\\u0000b", expected a text of at most 65536 characters without NUL',
    ],
    [
      "a text without end",
      { keywords: { NOTE: "a".repeat(65_537) } },
      `keyword NOTE = "${"a".repeat(57)}...", expected a text of at most 65536 characters without NUL`,
    ],
    [
      "an infinite time",
      { keywords: { DATE: Number.NEGATIVE_INFINITY } },
      "keyword DATE = -Infinity, expected seconds since 1977, finite or NaN for a missing time",
    ],
    [
      "a time without slot",
      { keywords: { T_REC: 1e300 } },
      "keyword T_REC = 1e+300, expected a value that has a slot",
    ],
    [
      "a slot",
      { keywords: { T_REC_index: 5n } },
      "keyword T_REC_index = 5, but it follows from the value of T_REC",
    ],
    [
      "what follows from a file",
      { keywords: { magnetogram_bzero: 1 } },
      "keyword magnetogram_bzero = 1, but it follows from the file of its segment",
    ],
    [
      "a linked keyword",
      { keywords: { EXPTIME: 1 } },
      "keyword EXPTIME = 1, but its value is that of EXPTIME by link SRC",
    ],
    [
      "one value for all segments",
      { keywords: { MEANSEG: 1 } },
      "keyword MEANSEG has a value for each segment, expected MEANSEG_000, MEANSEG_001",
    ],
    ["no prime key", { keywords: { CAMERA: undefined } }, "prime key CAMERA is not given, expected a value"],
    [
      "a prime key that is NULL",
      { keywords: { CAMERA: null } },
      "prime key CAMERA is missing, expected a value",
    ],
    [
      "a prime key that is missing",
      { keywords: { T_REC: Number.NaN } },
      "prime key T_REC is missing, expected a value",
    ],
    ["a link that is not there", { keywords: {}, links: { SRX: { recnum: 1n } } }, "unknown link SRX"],
    [
      "a record for a dynamic link",
      { keywords: {}, links: { SRC: { recnum: 1n } } },
      "link SRC is dynamic, expected values of FSN of su_ex.lev1",
    ],
    [
      "keys for a static link",
      { keywords: {}, links: { EARLIER: { keys: { FSN: 1 } } } },
      "link EARLIER is static, expected the number of a record",
    ],
    [
      "a key that the target does not hold",
      { keywords: {}, links: { SRC: { keys: { FSN: "x" } } } },
      'link SRC: FSN = "x", expected a whole number of 32 bits',
    ],
    [
      "a key that the target does not have",
      { keywords: {}, links: { SRC: { keys: { FSN: 1, CAMERA: 1 } } } },
      "link SRC has 2 values, expected those of FSN",
    ],
  ];
  it.each(problems)("refuses %s", async (_, record, message) => {
    const before = await archive.rows("SELECT count(*) FROM su_ex.mag45");
    const whole = { ...record, keywords: { ...key(), ...record.keywords } };
    const failed = insert(whole);
    await expect(failed).rejects.toMatchObject({
      code: "BAD_PARAMETER",
      message: `record of su_ex.Mag45: ${message}`,
    });
    expect(await archive.rows("SELECT count(*) FROM su_ex.mag45")).toEqual(before);
  });

  it("refuses a second record of the same datum in one call, naming both", async () => {
    const [one, other] = [key(), key()];
    await expect(
      insert({ keywords: one }, { keywords: other }, { keywords: { ...one, T_REC: Number(one.T_REC) + 3 } }),
    ).rejects.toThrow(
      /^record 3 of su_ex\.Mag45: the same prime key as record 1, \[20\d\d\.\d\d\.\d\d_00:00:03_TAI\]\[1\]; versions/,
    );
  });

  it("refuses a record whose values are too long together", async () => {
    const texts = Array.from(
      { length: 17 },
      (_, n) => `Keyword: N${n}, string, variable, record, "", %s, none, ""`,
    );
    const wide = await archive.makeSeries(`Seriesname: su_ex.wide
Author: "A. Author"
Owner: ex
Unitsize: 0
Archive: 0
Retention: 1
Tapegroup: 0
Description: ""
${texts.join("\n")}
`);
    const keywords = Object.fromEntries(texts.map((_, n) => [`N${n}`, "a".repeat(65_536)]));
    await expect(
      archive.writing((write) => insertRecords(write, wide, [{ keywords: {} }, { keywords }])),
    ).rejects.toThrow(/record 2 has 1114\d\d\d characters of values, expected at most 1048576/);
    expect(await archive.rows("SELECT recnum FROM su_ex.wide")).toEqual([]);
  });

  it("refuses a series of somebody else", async () => {
    const stranger = "heliostream_stranger";
    await archive.rows(
      `DO $$ BEGIN CREATE ROLE ${stranger}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
    const mark = archive.database.url.includes("?") ? "&" : "?";
    const pool = connectionPool({
      url: `${archive.database.url}${mark}options=-c%20role%3D${stranger}`,
      maxConnections: 1,
    });
    try {
      const failed = inTransaction(pool, { access: "write", statementTimeoutMs: 10_000 }, (database) =>
        archive.writing(({ units }) =>
          insertRecords({ database, sessionId: 1n, sessionNamespace: "su_ex", units }, lev1, [
            { keywords: { FSN: 1 } },
          ]),
        ),
      );
      await expect(failed).rejects.toMatchObject({
        code: "FORBIDDEN",
        message: `series su_ex.lev1 belongs to ${lev1.owner}; this user may not add records`,
      });
    } finally {
      await pool.close();
    }
  });

  it("takes back what a failing statement leaves of a call, in a session that goes on", async () => {
    // A check of the site refuses the last of 1500 rows, which come with the second statement.
    await archive.rows("ALTER TABLE su_ex.lev1 ADD CONSTRAINT small CHECK (fsn < 1499)");
    await archive.writing(async (write) => {
      const rows = Array.from({ length: 1500 }, (_, n) => ({ keywords: { FSN: n } }));
      await expect(insertRecords(write, lev1, rows)).rejects.toMatchObject({ code: "ARCHIVE_FAILED" });
      await insertRecords(write, lev1, [{ keywords: { FSN: 7 } }]);
    });
    expect(await archive.rows("SELECT fsn FROM su_ex.lev1")).toEqual([{ fsn: 7 }]);
  });

  it("leave nothing but the row of their session when it is aborted", async () => {
    const session = await archive.session();
    const before = await archive.rows("SELECT count(*) FROM su_ex.mag45");
    await insertRecords(await session.forWriting(), mag45, [{ keywords: key() }]);
    await session.end("aborted");
    expect(await archive.rows("SELECT count(*) FROM su_ex.mag45")).toEqual(before);
  });
});
