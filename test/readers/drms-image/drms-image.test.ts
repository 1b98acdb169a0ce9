import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pixelsInMemory } from "../../../fits/image.js";
import type { Series } from "../../../netdrms/series/model.js";
import type { NewRecord } from "../../../netdrms/store/new-record.js";
import { RecordStore } from "../../../netdrms/store/record-store.js";
import { propertyText } from "../../../stream/properties.js";
import { checkStream } from "../../support/check-stream.js";
import { postgresForTest } from "../../support/postgres.js";
import { openReader, readerBytes } from "../../support/run-reader.js";
import { type Decoded, decodeStream } from "../../support/run-stream.js";
import { FIRST_SUNUM, type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import { archiveContext } from "../archive-context.js";
import { type MadeDisk, madeDisk } from "./made-disk.js";

const SIZE = 128;
const JSD = `Seriesname: su_ex.Mag
Author: "A. Author"
Owner: ex
Unitsize: 1
Archive: 0
Retention: 10
Tapegroup: 0
PrimeKeys: T_REC
Description: "Magnetograms"
Keyword: T_REC, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, "Slot time"
Keyword: T_REC_step, double, constant, record, 720, %f, sec, "Slot width"
Keyword: T_REC_epoch, time, constant, record, 1993.01.01_00:00:00_TAI, 0, TAI, "Slot epoch"
Keyword: QUALITY, int, variable, record, 0, 0x%08X, none, "Quality bits"
Keyword: CTYPE1, string, constant, record, "HPLN-TAN", %s, none, ""
Keyword: CUNIT1, string, constant, record, "arcsec", %s, none, ""
Keyword: CRPIX1, float, variable, record, DRMS_MISSING_VALUE, %f, none, ""
Keyword: CRPIX2, float, variable, record, DRMS_MISSING_VALUE, %f, none, ""
Keyword: CDELT1, float, variable, record, DRMS_MISSING_VALUE, %f, none, ""
Keyword: CDELT2, float, variable, record, DRMS_MISSING_VALUE, %f, none, ""
Keyword: CROTA2, float, variable, record, DRMS_MISSING_VALUE, %f, none, ""
Keyword: RSUN_OBS, double, variable, record, DRMS_MISSING_VALUE, %f, arcsec, ""
Keyword: CRLT_OBS, float, variable, record, DRMS_MISSING_VALUE, %f, deg, ""
Keyword: CRLN_OBS, float, variable, record, DRMS_MISSING_VALUE, %f, deg, ""
Data: magnetogram, variable, int, 2, ${SIZE}, ${SIZE}, "Gauss", fits, "compress Rice", 0, 0.1, "Line-of-sight field - of the photosphere"
Data: counts, variable, short, 2, 8, 4, "none", fits, "", 100, 2, "Counts"
Data: notes, variable, int, 0, none, generic, "Notes"
`;

const CUTS_JSD = `Seriesname: su_ex.Cuts
Author: "A. Author"
Owner: ex
Unitsize: 4
Archive: 0
Retention: 10
Tapegroup: 0
PrimeKeys: T_OBS
Description: "Cut-outs"
Link: WHOLE, su_ex.mag, dynamic, "Whole image"
Keyword: T_OBS, time, variable, record, DRMS_MISSING_VALUE, 0, UTC, "Time"
Data: cut, vardim, float, 2, *, *, "DN", fits, "", "Cut-out"
Data: whole, link, WHOLE, magnetogram, 2, ${SIZE}, ${SIZE}, "Whole image"
`;

/** 2010.05.01_00:00:00_TAI; netdrms 8. */
const START = 1_051_747_200;
const RANGE = ["2010-04-30", "2010-05-02"] as const;
const FILL = Math.fround(-1e31);

/** A number of this site that no unit has. */
const UNKNOWN = String(FIRST_SUNUM + 99_999n);

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("drms-image"), () => {
  let archive: WrittenArchive;
  let made: MadeDisk;
  let mag: Series;

  /** Latitudes in steps of 5 degrees, counted from the south pole. */
  const latitudeStep = (latitude: number): number => Math.floor((latitude + 90) / 5);
  const record = (slot: number, keywords: NewRecord["keywords"] = {}): NewRecord => ({
    keywords: {
      T_REC: START + slot * 720,
      CRPIX1: made.frame.pixel[0],
      CRPIX2: made.frame.pixel[1],
      CDELT1: made.frame.scale[0],
      CDELT2: made.frame.scale[1],
      CROTA2: made.frame.roll,
      RSUN_OBS: made.frame.radius,
      CRLT_OBS: made.frame.latitude,
      CRLN_OBS: made.frame.longitude,
      ...keywords,
    },
    segments: {
      magnetogram: {
        kind: "image",
        image: pixelsInMemory(
          Int32Array.from(made.pixels, (v) => (Number.isNaN(v) ? -2_147_483_648 : 10 * (v + slot))),
          [SIZE, SIZE],
        ),
      },
      counts: {
        kind: "image",
        image: pixelsInMemory(
          Int16Array.from({ length: 32 }, (_, i) => (i === 31 ? -32_768 : i)),
          [8, 4],
        ),
      },
    },
  });

  beforeAll(async () => {
    made = madeDisk(SIZE, 180.0135, ({ latitude }) => latitudeStep(latitude));
    archive = await writtenArchive();
    mag = await archive.makeSeries(JSD);
    const cuts = await archive.makeSeries(CUTS_JSD);
    await archive.writing(async (write) => {
      const store = new RecordStore(write);
      const { segments: _, ...withoutFiles } = record(6);
      await store.insert(mag, [
        ...[0, 1, 2, 3, 4].map((slot) => record(slot)),
        record(5, { CRPIX1: Number.NaN }),
        withoutFiles,
        record(7),
        record(8),
        record(9, { QUALITY: -2_147_483_648 }),
        record(10),
      ]);
      const cut = (second: number, shape: readonly [number, number], whole: number): NewRecord => ({
        keywords: { T_OBS: START + 34 + second },
        links: { WHOLE: { keys: { T_REC: START + 720 * whole } } },
        segments: {
          cut: {
            kind: "image",
            image: pixelsInMemory(
              Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => second + i),
              shape,
            ),
          },
        },
      });
      await store.insert(cuts, [cut(0, [4, 2], 0), cut(10, [6, 3], 1), cut(20, [4, 5], 99)]);
    });
    const folder = async (slot: number): Promise<string> => {
      const rows = await archive.rows(
        "SELECT m.online_loc FROM su_ex.mag r JOIN sum_main m ON m.ds_index = r.sunum WHERE r.t_rec = $1",
        [START + slot * 720],
      );
      return join(String(rows[0]!.online_loc), "S00000");
    };
    // What can be wrong with one record.
    rmSync(join(await folder(2), "magnetogram.fits"));
    const third = join(await folder(3), "magnetogram.fits");
    // Among the compressed tiles, which fill the last blocks.
    truncateSync(third, statSync(third).size - 3500);
    rmSync(join(await folder(4), "magnetogram.fits"));
    writeFileSync(join(await folder(4), "magnetogram.fits"), "Not FITS. ".repeat(1000));
    await archive.rows("UPDATE su_ex.mag SET sunum = $1 WHERE t_rec = $2", [UNKNOWN, START + 7 * 720]);
    await archive.rows(
      "UPDATE sum_main SET online_status = 'N' WHERE ds_index = (SELECT sunum FROM su_ex.mag WHERE t_rec = $1)",
      [START + 8 * 720],
    );
  });
  afterAll(() => archive.end());

  const bytes = (words: string, more: Record<string, string> = {}, range: readonly string[] = RANGE) => {
    const [own, asked = ""] = words.split(" | ");
    const args = [
      ...`threads=0 ${own}`.split(" "),
      ...range,
      ...asked.split(" ").filter((word) => word !== ""),
    ];
    return readerBytes("drms-image", args, archiveContext(archive.database.url, more));
  };
  const read = async (words: string): Promise<Decoded> => {
    const answer = await bytes(words);
    checkStream(answer);
    return decodeStream(answer);
  };
  const firstSlots = "ds=su_ex.mag[2010.05.01_TAI/24m]";

  it("makes a spectrogram over latitude of compressed images, in physical units", async () => {
    const { stream, packets, rows } = await read(`${firstSlots} product=zonal bins=36`);
    expect(packets).toHaveLength(1);
    const [, plane] = packets[0]!.planes;
    expect(plane).toMatchObject({ role: "yscan", items: 36, units: "Gauss", yUnits: "deg" });
    expect(propertyText(stream!.properties, "renderer")).toBe("spectrogram");
    expect(propertyText(stream!.properties, "title")).toBe("Zonal means of Line-of-sight field (su_ex.Mag)");
    expect(propertyText(plane!.properties, "yRange")).toBe("-90 to 90 deg");
    expect(propertyText(plane!.properties, "zLabel")).toBe("Line-of-sight field (Gauss)");
    expect(rows).toHaveLength(2);
    for (const [slot, row] of rows.entries()) {
      const values = row.values[1]!;
      // Steps of 5 degrees are few pixels here: where one is on the wrong side of an edge the mean changes by a few percent.
      const seen = values.flatMap((value, bin) => (value === FILL ? [] : [value - (bin + slot)]));
      expect(seen.length).toBeGreaterThan(27);
      for (const difference of seen) expect(Math.abs(difference)).toBeLessThan(0.1);
      expect(values[0]).toBe(FILL);
    }
  });

  it("tells of each record whose image cannot be read, and goes on with fill in its place", async () => {
    const { rows, comments, exceptions } = await read("ds=su_ex.mag product=mean,count,max");
    expect(exceptions).toEqual([]);
    // The tenth is left out for its quality.
    const slots = rows.map(({ values }) => (values[0]![0]! - rows[0]!.values[0]![0]!) / 720e6);
    expect(slots).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10]);
    const means = rows.map(({ values }) => values[1]![0]!);
    const pixels = made.pixels.filter((v) => !Number.isNaN(v));
    const mean = pixels.reduce((sum, v) => sum + v, 0) / pixels.length;
    const good = [0, 1, 5, 10];
    for (const [n, slot] of slots.entries())
      if (good.includes(slot)) expect(means[n]).toBeCloseTo(mean + slot, 9);
      else expect(rows[n]!.values.slice(1)).toEqual([[-1e31], [-1e31], [-1e31]]);
    expect(rows[0]!.values[2]).toEqual([pixels.length]);
    const name = (slot: number) =>
      `su_ex.Mag[2010.05.01_${String(Math.floor(slot / 5)).padStart(2, "0")}:${String((slot % 5) * 12).padStart(2, "0")}:00_TAI]: `;
    const told = comments.map(({ type, source, value }) => {
      expect([type, source]).toEqual(["log:warning", "drms-image"]);
      return value;
    });
    expect(told.map((line) => line.slice(0, name(0).length))).toEqual([2, 3, 4, 6, 7, 8].map(name));
    expect(told[0]).toMatch(/file "S00000\/magnetogram.fits" of storage unit \d+ is missing$/);
    expect(told[1]).toMatch(/cut/);
    expect(told[2]).toMatch(/FITS/);
    expect(told[3]).toMatch(/no storage unit/);
    expect(told[4]).toMatch(new RegExp(`storage unit ${UNKNOWN} is not known at this site$`));
    expect(told[5]).toMatch(/is off line and no longer here/);
  });

  it("tells of a record that does not say how the Sun lies in its image", async () => {
    const { rows, comments } = await read("ds=su_ex.mag[2010.05.01_01:00_TAI] product=zonal bins=10");
    expect(comments.map(({ value }) => value)).toEqual([
      "su_ex.Mag[2010.05.01_01:00:00_TAI]: CRPIX1 has no value",
    ]);
    expect(new Set(rows[0]!.values[1])).toEqual(new Set([FILL]));
  });

  it("reads another segment, by its name or as the record set lists it, with the scale of the series", async () => {
    for (const words of [`${firstSlots} segment=COUNTS`, `${firstSlots}{counts}`]) {
      const { packets, rows } = await read(`${words} product=row at=4`);
      expect(packets[0]!.planes[1]).toMatchObject({ name: "counts", items: 8, units: "", yUnits: "pixel" });
      expect(rows[0]!.values[1]).toEqual([...[24, 25, 26, 27, 28, 29, 30].map((v) => 100 + 2 * v), FILL]);
    }
  });

  it("lets a request choose the product and its details, and nothing else", async () => {
    const { packets, rows } = await read(
      `${firstSlots} segment=counts | product=histogram min=100 max=180 bins=4 value=unsigned`,
    );
    expect(propertyText(packets[0]!.planes[1]!.properties, "zScaleType")).toBe("log");
    expect(rows[0]!.values[1]).toEqual([10, 10, 10, 1]);
    await expect(bytes(`${firstSlots} | segment=counts`)).rejects.toMatchObject({ code: "BAD_PARAMETER" });
    await expect(bytes(`${firstSlots} | product=zonal,mean`)).rejects.toMatchObject({
      code: "BAD_PARAMETER",
    });
    await expect(bytes(`${firstSlots} | product=zonal rmax=1.5`)).rejects.toMatchObject({
      code: "BAD_PARAMETER",
    });
  });

  it("shows the values that a request names", async () => {
    const { packets } = await read(`${firstSlots} product=zonal range=-10,10 | range=-5,50`);
    expect(propertyText(packets[0]!.planes[1]!.properties, "zRange")).toBe("-5 to 50 Gauss");
  });

  it.each([
    "meridional",
    "radial",
    "radial radius=pixel",
    "power box=64",
    "power along=rows",
    "flux field=radial",
  ])("writes a stream that is in order of product=%s", async (words) => {
    const { rows, comments } = await read(`${firstSlots} product=${words}`);
    expect(rows).toHaveLength(2);
    expect(comments).toEqual([]);
    expect(rows[0]!.values[1]!.some((value) => value > -1e30)).toBe(true);
  });

  it("gives images of each shape an id of their own", async () => {
    const { packets, rows } = await read("ds=su_ex.cuts product=row at=1 cadence=10");
    expect(packets.map(({ id, planes }) => [id, planes[1]!.items])).toEqual([
      [1, 4],
      [2, 6],
    ]);
    expect(rows.map(({ id, values }) => [id, values[1]])).toEqual([
      [1, [0, 1, 2, 3]],
      [2, [10, 11, 12, 13, 14, 15]],
      [1, [20, 21, 22, 23]],
    ]);
  });

  it("follows links to images of another series, and tells of those that lead nowhere", async () => {
    const { rows, comments } = await read("ds=su_ex.cuts segment=whole product=max cadence=10");
    expect(rows.map(({ values }) => values[1]![0])).toEqual([35, 36, -1e31]);
    expect(comments.map(({ value }) => value)).toEqual([
      "su_ex.Cuts[2010.05.01_00:00:20_UTC]: segment whole: its link leads to no record",
    ]);
  });

  it.each([
    ["ds=su_ex.mag product=zonly", "USAGE", "product = zonly"],
    ["ds=su_ex.mag product=zonal rmax=1.2", "USAGE", "rmax = 1.2"],
    ["ds=su_ex.mag product=histogram", "USAGE", "needs min and max"],
    ["ds=su_ex.mag product=histogram min=0 max=1 scale=log", "USAGE", "min = 0"],
    ["ds=su_ex.mag product=row field=radial", "USAGE", "no meaning for row"],
    ["ds=su_ex.mag product=power box=33", "USAGE", "box = 33"],
    ["ds=su_ex.mag range=5,1", "USAGE", "range = 5,1"],
    ["ds=su_ex.mag segment=nosuch", "USAGE", "su_ex.Mag has no segment nosuch"],
    ["ds=su_ex.mag segment=notes", "USAGE", "notes has no FITS images"],
    [
      "ds=su_ex.cuts product=zonal",
      "USAGE",
      "su_ex.Cuts has not all keywords CRPIX1, CRPIX2, CDELT1, CDELT2",
    ],
  ])("refuses %s", async (words, code, message) => {
    await expect(bytes(words)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it("says so where there is no record", async () => {
    const answer = await bytes("ds=su_ex.mag product=zonal", {}, ["2011-01-01", "2011-01-02"]);
    expect(checkStream(answer).exception).toBe("NoDataInInterval");
  });

  it("holds storage units while their images are read, and gives everything back at the end", async () => {
    const locks =
      "SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    const context = archiveContext(archive.database.url);
    const source = await openReader("drms-image", ["threads=0", firstSlots, ...RANGE], context);
    const held: unknown[] = [];
    for await (const items of source)
      if (items.some(({ kind }) => kind === "data")) held.push((await archive.rows(locks))[0]!.n);
    expect(held).toEqual([2, 2]);
    expect((await archive.rows(locks))[0]!.n).toBe(0);
  });

  it("ends at once when nobody wants its output, and leaves its connections to others", async () => {
    // Three connections are what one such reader needs.
    const more = { HELIOSTREAM_DRMS_MAX_CONNECTIONS: "1", JSOC_DBHOST: "" };
    for (let n = 0; n < 4; n++) {
      const abort = new AbortController();
      const context = archiveContext(archive.database.url, more, abort.signal);
      const all = (async () => {
        for await (const items of await openReader(
          "drms-image",
          ["threads=0", firstSlots, ...RANGE],
          context,
        ))
          if (items.some(({ kind }) => kind === "data")) abort.abort();
      })();
      await expect(all).rejects.toMatchObject({ code: "CANCELLED" });
    }
    for (let n = 0; n < 4; n++)
      for await (const _ of await openReader(
        "drms-image",
        ["threads=0", firstSlots, ...RANGE],
        archiveContext(archive.database.url, more),
      ))
        break;
    expect(checkStream(await bytes(firstSlots, more)).packets).toBe(2);
  });

  it("fails where the storage units cannot be asked for", async () => {
    const nowhere = { HELIOSTREAM_SUMS_URL: "postgres://nobody@127.0.0.1:1/nowhere" };
    await expect(bytes(firstSlots, nowhere)).rejects.toMatchObject({ code: "ARCHIVE_AWAY" });
  });

  it("leaves no temporary file behind", () => {
    expect(readdirSync(archive.partition).every((name) => /^D\d+$/.test(name))).toBe(true);
  });
});
