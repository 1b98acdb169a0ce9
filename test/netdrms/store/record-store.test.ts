import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openFileSource } from "../../../fits/file-source.js";
import { openFitsFile } from "../../../fits/fits-file.js";
import { verifySums } from "../../../fits/hdu-sums.js";
import { Header } from "../../../fits/header.js";
import { pixelsInMemory } from "../../../fits/image.js";
import { openImage } from "../../../fits/open-image.js";
import { physicalValues } from "../../../fits/scaling.js";
import type { Series } from "../../../netdrms/series/model.js";
import type { NewRecord, SegmentContent } from "../../../netdrms/store/new-record.js";
import { RecordStore } from "../../../netdrms/store/record-store.js";
import { postgresForTest } from "../../support/postgres.js";
import { FIRST_SUNUM, type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import { FILES_JSD, LEV1_JSD, MAG45_JSD } from "./magnetograms.js";

const postgres = await postgresForTest();

/** A field of 6 x 4 whose value is 10 × (place - 12), the last pixel missing; an `int` of scale 0.1. */
function field(): SegmentContent {
  const pixels = Int32Array.from({ length: 24 }, (_, n) => (n === 23 ? -(2 ** 31) : 100 * (n - 12)));
  return { kind: "image", image: pixelsInMemory(pixels, [6, 4]) };
}

describe.skipIf(postgres.missing)(postgres.title("records with files"), () => {
  let archive: WrittenArchive;
  let lev1: Series;
  let mag45: Series;
  let files: Series;
  /** For files that are stored. */
  let desk = "";
  let fsn = 0;
  let time = 1_051_747_200;

  const mag = (segments: NewRecord["segments"]): NewRecord => {
    time += 45;
    const keywords = { T_REC: time, CAMERA: 1 };
    return segments === undefined ? { keywords } : { keywords, segments };
  };
  /** Stores with one call in a session of its own. */
  const store = (series: Series, ...records: readonly NewRecord[]) =>
    archive.writing((write) => new RecordStore(write).insert(series, records));
  const rowOf = async (table: string, recnum: bigint | undefined): Promise<Record<string, unknown>> =>
    (await archive.rows(`SELECT * FROM su_ex.${table} WHERE recnum = $1`, [String(recnum)]))[0] ?? {};
  const folderOf = (sunum: unknown): string => join(archive.partition, `D${String(sunum)}`);
  const imageAt = async (path: string) => {
    const source = await openFileSource(path);
    const file = await openFitsFile(source);
    const image = openImage(file);
    const values = physicalValues(await image.read(), image.scaling);
    const sums = await Promise.all(file.hdus.map((hdu) => verifySums(file, hdu)));
    await source.close();
    return { image, values, sums, header: image.hdu.header };
  };
  /** What is left of everything: tables of both kinds and folders. */
  const state = async () => ({
    folders: await archive.unitFolders(),
    rows: await archive.rows(`SELECT (SELECT count(*) FROM su_ex.lev1) AS lev1, (SELECT count(*) FROM su_ex.mag45) AS mag45,
      (SELECT count(*) FROM su_ex.files) AS files, (SELECT count(*) FROM sum_main) AS units,
      (SELECT count(*) FROM sum_partn_alloc) AS allocations, (SELECT count(*) FROM sum_open) AS sessions,
      (SELECT sum(cseg_recnum) FROM su_ex.drms_segment) AS constants`),
  });

  beforeAll(async () => {
    archive = await writtenArchive();
    lev1 = await archive.makeSeries(LEV1_JSD);
    mag45 = await archive.makeSeries(MAG45_JSD);
    files = await archive.makeSeries(FILES_JSD);
    desk = await mkdtemp(join(tmpdir(), "heliostream-desk-"));
  }, 60_000);
  beforeEach(() => {
    archive.lines.length = 0;
  });
  afterAll(async () => {
    await archive.end();
    await rm(desk, { recursive: true, force: true });
  });

  it("fill storage units as the series says, and are told in Records.txt", async () => {
    const { recnums } = await store(
      mag45,
      mag({ magnetogram: field() }),
      mag(undefined),
      ...Array.from({ length: 4 }, () => mag({ magnetogram: field() })),
    );
    const rows = await archive.rows("SELECT recnum, sunum, slotnum FROM su_ex.mag45 ORDER BY recnum");
    const [first, second] = [rows[0]?.sunum, rows[5]?.sunum];
    expect(rows.map(({ sunum, slotnum }) => [sunum, slotnum])).toEqual([
      [first, 0],
      ["-1", -1],
      [first, 1],
      [first, 2],
      [first, 3],
      [second, 0],
    ]);
    expect(BigInt(String(first))).toBeGreaterThanOrEqual(FIRST_SUNUM);
    expect(second).not.toBe(first);
    expect(await readFile(join(folderOf(first), "Records.txt"), "latin1")).toBe(
      `series=su_ex.Mag45\nslot\trecord number\n0\t${recnums[0]}\n1\t${recnums[2]}\n2\t${recnums[3]}\n3\t${recnums[4]}\n`,
    );
    expect(
      await archive.rows("SELECT ds_index, online_loc, owning_series, username FROM sum_main ORDER BY 1"),
    ).toEqual(
      [first, second].map((sunum) => ({
        ds_index: sunum,
        online_loc: folderOf(sunum),
        owning_series: "su_ex.Mag45",
        username: "tester",
      })),
    );
    // 60 days of the series.
    const [kept] = await archive.rows(
      "SELECT DISTINCT effective_date = to_char(now() + interval '60 days', 'YYYYMMDDHH24MI') AS right FROM sum_partn_alloc",
    );
    expect(kept).toEqual({ right: true });
  });

  it("go on in the same unit from call to call of one session", async () => {
    await archive.writing(async (write) => {
      const one = new RecordStore(write);
      for (let n = 0; n < 3; n++) await one.insert(mag45, [mag({ magnetogram: field() })]);
    });
    const rows = await archive.rows("SELECT sunum, slotnum FROM su_ex.mag45 ORDER BY recnum DESC LIMIT 3");
    expect(rows.map(({ slotnum }) => slotnum)).toEqual([2, 1, 0]);
    expect(new Set(rows.map(({ sunum }) => sunum)).size).toBe(1);
  });

  it("have images as the segment keeps them: Rice, scaled, missing pixels blank, with sums", async () => {
    const { recnums } = await store(mag45, mag({ magnetogram: field() }));
    const row = await rowOf("mag45", recnums[0]);
    expect(row).toMatchObject({
      sg_000_file: "magnetogram.fits",
      cparms_sg000: "compress Rice",
      magnetogram_bzero: 0,
      magnetogram_bscale: 0.1,
      sg_001_file: "",
      sg_001_axis000: null,
    });
    const { image, values, sums } = await imageAt(join(folderOf(row.sunum), "S00000/magnetogram.fits"));
    expect(image.compression).toBe("RICE_1");
    expect(image.shape).toEqual([6, 4]);
    expect([...values.slice(0, 23)]).toEqual(Array.from({ length: 23 }, (_, n) => 0.1 * (100 * (n - 12))));
    expect(values[23]).toBeNaN();
    expect(sums.at(-1)).toEqual({ datasum: "right", checksum: "right" });
  });

  it("keep dimensions and scale of a segment that varies; bytes have no sign in the file alone", async () => {
    const header = new Header().set("TELESCOP", "none", "a card");
    const counts: SegmentContent = {
      kind: "image",
      image: pixelsInMemory(Uint8Array.of(0, 1, 128, 255, 129, 127), [2, 3]),
      header,
    };
    const { recnums } = await store(mag45, mag({ counts }));
    const row = await rowOf("mag45", recnums[0]);
    expect(row).toMatchObject({
      sg_001_file: "counts.fits",
      sg_001_axis000: 2,
      sg_001_axis001: 3,
      cparms_sg001: "compress Rice",
      counts_bzero: 5,
      counts_bscale: 2,
    });
    const path = join(folderOf(row.sunum), "S00000/counts.fits");
    const { values, header: stored } = await imageAt(path);
    expect(stored.get("TELESCOP")).toMatchObject({ value: "none" });
    // Signed values -128 (missing), -127, 0, 127, 1, -1, times 2, and 5.
    expect([...values]).toEqual([Number.NaN, -249, 5, 259, 7, 3]);
  });

  it("write reals and 64-bit integers plain, whatever compression is asked for", async () => {
    const content: SegmentContent = {
      kind: "image",
      image: pixelsInMemory(Float32Array.of(1.5, Number.NaN, -2, 0, 3, 4), [3, 2]),
      compression: "compress Rice",
    };
    const { recnums } = await store(files, { keywords: { NOTE: "flat" }, segments: { FLAT: content } });
    const row = await rowOf("files", recnums[0]);
    const { image, values } = await imageAt(join(folderOf(row.sunum), "S00000/flat.fits"));
    expect(image.compression).toBeUndefined();
    expect([...values]).toEqual([1.5, Number.NaN, -2, 0, 3, 4]);
    // It is constant: the series knows whose it is, and has no second one.
    expect(
      await archive.rows("SELECT cseg_recnum FROM su_ex.drms_segment WHERE segmentname = 'flat'"),
    ).toEqual([{ cseg_recnum: String(recnums[0]) }]);
    const before = await state();
    await expect(
      store(files, { keywords: { NOTE: "another" }, segments: { flat: content } }),
    ).rejects.toMatchObject({
      code: "BAD_PARAMETER",
      message: "segment flat of su_ex.files is constant and has its file already",
    });
    expect(await state()).toEqual(before);
  });

  it("take over what a given FITS file says of itself", async () => {
    const { recnums: made } = await store(mag45, mag({ magnetogram: field() }));
    const given = join(folderOf((await rowOf("mag45", made[0])).sunum), "S00000/magnetogram.fits");
    const { recnums } = await store(mag45, mag({ magnetogram: { kind: "file", path: given } }));
    const row = await rowOf("mag45", recnums[0]);
    const path = join(folderOf(row.sunum), "S00000/magnetogram.fits");
    expect(await readFile(path)).toEqual(await readFile(given));
    expect(row).toMatchObject({ cparms_sg000: "compress Rice", magnetogram_bscale: 0.1 });
    // Nobody writes to it any more.
    expect((await stat(path)).mode & 0o777).toBe(0o444);

    const plain = join(desk, "plain.fits");
    const { recnums: again } = await store(
      mag45,
      mag({ magnetogram: { ...field(), compression: "none", bscale: 0.5, bzero: -3 } as SegmentContent }),
    );
    const source = await rowOf("mag45", again[0]);
    await writeFile(plain, await readFile(join(folderOf(source.sunum), "S00000/magnetogram.fits")));
    const { recnums: last } = await store(mag45, mag({ magnetogram: { kind: "file", path: plain } }));
    expect(await rowOf("mag45", last[0])).toMatchObject({
      sg_000_file: "magnetogram.fits",
      cparms_sg000: "",
      magnetogram_bzero: -3,
      magnetogram_bscale: 0.5,
    });
  });

  it("copy any file of a generic segment under its name, and folders whole", async () => {
    const note = join(desk, "note é.txt");
    await writeFile(note, "hello");
    await chmod(note, 0o600);
    const tree = join(desk, "tree");
    await mkdir(join(tree, "sub"), { recursive: true });
    await writeFile(join(tree, "sub", "b"), "bb");
    await writeFile(join(tree, "a"), "a");
    const { recnums } = await store(
      files,
      { keywords: {}, segments: { any: { kind: "file", path: note } } },
      { keywords: {}, segments: { any: { kind: "file", path: tree, name: "copied" } } },
    );
    const [one, other] = [await rowOf("files", recnums[0]), await rowOf("files", recnums[1])];
    expect([one.sg_000_file, other.sg_000_file]).toEqual(["note é.txt", "copied"]);
    const copy = join(folderOf(one.sunum), "S00000", "note é.txt");
    expect(await readFile(copy, "utf8")).toBe("hello");
    // Others may read what its owner alone could.
    expect((await stat(copy)).mode & 0o777).toBe(0o444);
    const folder = join(folderOf(other.sunum), "S00001/copied");
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(["a", "sub", "sub/b"]);
    expect(await readFile(join(folder, "sub/b"), "utf8")).toBe("bb");
    // The archive flag -1 of the series has the records deleted with the unit.
    expect(await readFile(join(folderOf(one.sunum), "Records.txt"), "latin1")).toMatch(
      /^DELETE_SLOTS_RECORDS\nseries=su_ex\.files\n/,
    );
  });

  it("share the files of an earlier version", async () => {
    const { recnums } = await store(lev1, {
      keywords: { FSN: ++fsn },
      segments: { image: { kind: "image", image: pixelsInMemory(new Int16Array(24), [6, 4]) } },
    });
    const row = await rowOf("lev1", recnums[0]);
    const place = {
      sunum: BigInt(String(row.sunum)),
      slot: 0,
      files: new Map([[0, { name: "image.fits", compression: "", bzero: 0, bscale: 1 }]]),
    };
    const { recnums: newer } = await store(lev1, { keywords: { FSN: fsn, EXPTIME: 2 }, place });
    expect(await rowOf("lev1", newer[0])).toMatchObject({
      sunum: row.sunum,
      slotnum: 0,
      sg_000_file: "image.fits",
      exptime: 2,
    });
  });

  const raw = (bytes: Uint8Array | string): Promise<SegmentContent> => {
    const path = join(desk, "given");
    return writeFile(path, bytes).then(() => ({ kind: "file", path }));
  };
  const int16 = (...shape: number[]): SegmentContent => ({
    kind: "image",
    image: pixelsInMemory(new Int16Array(shape.reduce((all, length) => all * length, 1)), shape),
  });
  const problems: readonly (readonly [
    what: string,
    series: "lev1" | "mag45" | "files",
    segment: string,
    content: () => SegmentContent | Promise<SegmentContent>,
    code: string,
    message: string,
  ])[] = [
    [
      "an unknown segment",
      "lev1",
      "imago",
      () => int16(6, 4),
      "BAD_PARAMETER",
      "record of su_ex.lev1: unknown segment imago",
    ],
    [
      "an image of another size",
      "lev1",
      "image",
      () => int16(4, 6),
      "BAD_FITS_DATA",
      "segment image: an image of 4 x 6, expected 6 x 4",
    ],
    [
      "an image of more axes",
      "lev1",
      "image",
      () => int16(6, 4, 1),
      "BAD_FITS_DATA",
      "segment image: an image of 6 x 4 x 1, expected 6 x 4",
    ],
    [
      "an image of another type",
      "mag45",
      "magnetogram",
      () => int16(6, 4),
      "BAD_FITS_DATA",
      "segment magnetogram: an image of BITPIX 16, expected 32 of type int",
    ],
    [
      "another number of axes of a segment that varies",
      "mag45",
      "counts",
      () => ({ kind: "image", image: pixelsInMemory(new Uint8Array(3), [3]) }),
      "BAD_FITS_DATA",
      "segment counts: an image of 3, expected 2 axes",
    ],
    [
      "reals with a scale",
      "files",
      "flat",
      () => ({ kind: "image", image: pixelsInMemory(new Float32Array(6), [3, 2]), bscale: 2 }),
      "BAD_FITS_DATA",
      "segment flat: real values with BZERO 0 and BSCALE 2, expected 0 and 1",
    ],
    [
      "an unknown compression",
      "lev1",
      "image",
      () => ({ ...int16(6, 4), compression: "compress best" }) as SegmentContent,
      "BAD_PARAMETER",
      'compression "compress best", expected none, rice, gzip1, gzip2 or "compress …"',
    ],
    [
      "a file that is not FITS",
      "lev1",
      "image",
      () => raw("GIF89a"),
      "BAD_FILE",
      'segment image: not a FITS file: its first card is not "SIMPLE  = T"',
    ],
    [
      "a FITS file that is cut",
      "lev1",
      "image",
      () =>
        raw(
          `${"SIMPLE  =                    T".padEnd(80)}${"BITPIX  =                   16".padEnd(80)}${"NAXIS   =                    1".padEnd(80)}${"NAXIS1  =                   99".padEnd(80)}${"END".padEnd(2560)}`,
        ),
      "BAD_FILE",
      "segment image: the FITS file is cut: unit 0 declares 198 bytes of data, 0 are there",
    ],
    [
      "a FITS file without an image",
      "lev1",
      "image",
      () =>
        raw(
          `${"SIMPLE  =                    T".padEnd(80)}${"BITPIX  =                    8".padEnd(80)}${"NAXIS   =                    0".padEnd(80)}${"END".padEnd(2640)}`,
        ),
      "BAD_FITS_DATA",
      "segment image: the FITS file has no image",
    ],
    [
      "a folder",
      "lev1",
      "image",
      () => ({ kind: "file", path: desk }),
      "BAD_FILE",
      "is a folder, expected a file",
    ],
    [
      "a device",
      "lev1",
      "image",
      () => ({ kind: "file", path: "/dev/null" }),
      "BAD_FILE",
      'file "null" is neither a file nor a folder, expected a file',
    ],
    [
      "a file that is not there",
      "lev1",
      "image",
      () => ({ kind: "file", path: join(desk, "none") }),
      "BAD_FILE",
      'file "none" cannot be read (ENOENT)',
    ],
    [
      "a name that climbs",
      "files",
      "any",
      async () => ({ ...(await raw("x")), name: "../x" }) as SegmentContent,
      "BAD_PARAMETER",
      'segment any: file name "../x", expected Latin-1 without /',
    ],
    [
      "the parent as a name",
      "files",
      "any",
      async () => ({ ...(await raw("x")), name: ".." }) as SegmentContent,
      "BAD_FILE",
      'file name "..", expected one inside its storage unit of at most 255 bytes',
    ],
    [
      "a name that the archive cannot keep",
      "files",
      "any",
      async () => ({ ...(await raw("x")), name: "Ω" }) as SegmentContent,
      "BAD_PARAMETER",
      'segment any: file name "Ω", expected Latin-1 without /',
    ],
    [
      "an image for any file",
      "files",
      "any",
      () => int16(2, 2),
      "BAD_PARAMETER",
      "segment any: an image, expected a file of protocol generic",
    ],
    [
      "a raw dump that is none",
      "files",
      "dump",
      () => raw(gzipSync("DRMS RAW")),
      "BAD_FILE",
      "segment dump: not a file of protocol bin",
    ],
    [
      "a protocol that is read only",
      "files",
      "slices",
      () => int16(3, 2),
      "NOT_IMPLEMENTED",
      "segment slices: files of protocol tas are not written",
    ],
  ];
  it.each(problems)("refuse %s, and leave nothing", async (_, series, segment, content, code, message) => {
    const before = await state();
    const keywords = { lev1: { FSN: ++fsn }, mag45: mag(undefined).keywords, files: {} }[series];
    const failed = store({ lev1, mag45, files }[series], {
      keywords,
      segments: { [segment]: await content() },
    });
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(await state()).toEqual(before);
    expect(archive.lines).toEqual([]);
  });

  it("take a raw dump", async () => {
    const dump = await raw(`DRMS RAW${"\0".repeat(20)}`);
    const { recnums } = await store(files, { keywords: {}, segments: { dump } });
    expect(await rowOf("files", recnums[0])).toMatchObject({ sg_002_file: "dump.bin" });
  });

  it("refuse a folder with a link in it, and leave nothing", async () => {
    const tree = join(desk, "linked");
    await mkdir(tree);
    await writeFile(join(tree, "a"), "a");
    await symlink("/etc/passwd", join(tree, "b"));
    const before = await state();
    await expect(
      store(files, { keywords: {}, segments: { any: { kind: "file", path: tree } } }),
    ).rejects.toMatchObject({ code: "BAD_FILE", message: '"linked/b" is neither a file nor a folder' });
    expect(await state()).toEqual(before);
  });

  it("leave nothing when the disk is full in the middle of an image", async () => {
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const image = pixelsInMemory(new Int16Array(24), [6, 4]);
    let reads = 0;
    const content: SegmentContent = {
      kind: "image",
      image: {
        ...image,
        async read(region) {
          if (++reads > 1) throw full;
          return image.read(region);
        },
      },
    };
    const before = await state();
    const failed = store(
      lev1,
      ...Array.from({ length: 5 }, () => ({ keywords: { FSN: ++fsn }, segments: { image: int16(6, 4) } })),
      ...Array.from({ length: 2 }, () => ({ keywords: { FSN: ++fsn }, segments: { image: content } })),
    );
    await expect(failed).rejects.toMatchObject({
      code: "DISK_FULL",
      message: "the file of segment image cannot be written: the disk is full",
    });
    expect(await state()).toEqual(before);
  });

  it("leave nothing of a call that failed in a session that goes on and is kept", async () => {
    const before = await archive.rows("SELECT count(*)::int AS n FROM sum_main");
    await archive.writing(async (write) => {
      const one = new RecordStore(write);
      const wrong = mag({ magnetogram: field(), counts: { kind: "file", path: join(desk, "none") } });
      await expect(one.insert(mag45, [wrong])).rejects.toMatchObject({ code: "BAD_FILE" });
      await one.insert(mag45, [
        mag({ counts: { kind: "image", image: pixelsInMemory(new Uint8Array(1), [1, 1]) } }),
      ]);
    });
    expect(await archive.rows("SELECT count(*)::int AS n FROM sum_main")).toEqual([
      { n: Number(before[0]?.n) + 1 },
    ]);
    const [row] = await archive.rows("SELECT * FROM su_ex.mag45 ORDER BY recnum DESC LIMIT 1");
    // The slot of the record that failed is that of the next one, without its files.
    expect(row).toMatchObject({ slotnum: 0, sg_000_file: "" });
    expect(await readdir(join(folderOf(row?.sunum), "S00000"))).toEqual(["counts.fits"]);
  });

  it("leave nothing when the commit is refused", async () => {
    const before = await state();
    // A deferred check of the site refuses the commit, after the unit was put.
    await archive.rows(
      "ALTER TABLE su_ex.lev1 ADD CONSTRAINT once UNIQUE (fsn, exptime) DEFERRABLE INITIALLY DEFERRED",
    );
    try {
      const session = await archive.session();
      const one = new RecordStore(await session.forWriting());
      await one.insert(lev1, [{ keywords: { FSN: 999_999 }, segments: { image: int16(6, 4) } }]);
      await one.insert(lev1, [{ keywords: { FSN: 999_999 }, segments: { image: int16(6, 4) } }]);
      await expect(session.end("finished")).rejects.toMatchObject({ code: "ARCHIVE_FAILED" });
    } finally {
      await archive.rows("ALTER TABLE su_ex.lev1 DROP CONSTRAINT once");
    }
    expect(await state()).toEqual(before);
  });

  it("leave nothing when the session is aborted", async () => {
    const before = await state();
    const session = await archive.session();
    await new RecordStore(await session.forWriting()).insert(mag45, [mag({ magnetogram: field() })]);
    expect((await archive.unitFolders()).length).toBe(before.folders.length + 1);
    await session.end("aborted");
    expect(await state()).toEqual(before);
  });

  it("are not seen by anybody before the session has ended", async () => {
    const before = await archive.rows("SELECT count(*) FROM sum_main");
    const session = await archive.session();
    const { recnums } = await new RecordStore(await session.forWriting()).insert(mag45, [
      mag({ magnetogram: field() }),
    ]);
    expect(await rowOf("mag45", recnums[0])).toEqual({});
    expect(await archive.rows("SELECT count(*) FROM sum_main")).toEqual(before);
    await session.end("finished");
    expect(await rowOf("mag45", recnums[0])).toMatchObject({ sg_000_file: "magnetogram.fits" });
  });

  it("of two writers at once do not meet", async () => {
    const before = await archive.rows("SELECT coalesce(max(recnum), 0)::int8 AS n FROM su_ex.mag45");
    const sessions = await Promise.all([archive.session(), archive.session()]);
    const stores = await Promise.all(
      sessions.map(async (session) => new RecordStore(await session.forWriting())),
    );
    for (let round = 0; round < 3; round++)
      await Promise.all(
        stores.map((one) =>
          one.insert(mag45, [mag({ magnetogram: field() }), mag({ magnetogram: field() })]),
        ),
      );
    await Promise.all(sessions.map((session) => session.end("finished")));
    const rows = await archive.rows(
      "SELECT recnum, sunum, slotnum, sessionid FROM su_ex.mag45 WHERE recnum > $1 ORDER BY sunum, slotnum",
      [before[0]?.n],
    );
    expect(rows.length).toBe(12);
    expect(new Set(rows.map(({ recnum }) => recnum)).size).toBe(12);
    // Four records fill a unit, two more begin the next one, for each writer.
    const units = new Map<unknown, Set<unknown>>();
    for (const { sunum, sessionid } of rows) units.set(sunum, (units.get(sunum) ?? new Set()).add(sessionid));
    expect([...units.values()].map((owners) => owners.size)).toEqual([1, 1, 1, 1]);
    for (const sunum of units.keys())
      expect((await readdir(folderOf(sunum))).includes("Records.txt")).toBe(true);
  });
});
