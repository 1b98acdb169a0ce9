import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkStream } from "../support/check-stream.js";
import { fitsPrimary, fitsTable } from "../support/fits-file.js";
import { referenceData } from "../support/reference-data.js";
import { openReader, readerBytes } from "../support/run-reader.js";
import { decodeStream } from "../support/run-stream.js";

const archive = referenceData("goes");
const us = (text: string): number => (Date.parse(`${text}Z`) - Date.UTC(2000, 0, 1)) * 1000;

describe.skipIf(archive === undefined)("goes-xrs on a day of the archive (reference data goes/)", () => {
  const run = async (...args: string[]) =>
    decodeStream(await readerBytes("goes-xrs", ["--data", archive!, ...args]));

  it("gives every sample as an independent reading of the table does", async () => {
    const { rows } = await run("2011-06-06", "2011-06-09");
    // The FLUXES table by hand: the third unit; 42177 doubles, then pairs of floats, the long channel (EDGES 1, 8) first.
    const file = readFileSync(join(archive!, "go1520110607.fits"));
    const at = file.indexOf("EXTNAME = 'FLUXES", 0, "latin1");
    const data = Math.ceil(file.indexOf(`END${" ".repeat(77)}`, at, "latin1") / 2880) * 2880;
    const samples = 42_177;
    expect(rows.length).toBe(samples);
    for (let i = 0; i < samples; i++) {
      const [x, short, long] = rows[i]!.values;
      const expected = [
        us("2011-06-07T00:00:00") + file.readDoubleBE(data + 8 * i) * 1e6,
        file.readFloatBE(data + 8 * samples + 8 * i + 4),
        file.readFloatBE(data + 8 * samples + 8 * i),
      ];
      if (x![0] !== expected[0] || short![0] !== expected[1] || long![0] !== expected[2])
        throw new Error(`sample ${i}: ${[x, short, long]}, expected ${expected}`);
    }
  });

  it("shows the M2.5 flare of 06:41 in the long channel, and the short channel below it", async () => {
    const { rows, packets } = await run("2011-06-07T06:00", "2011-06-07T08:00");
    expect(packets[0]!.planes.map((plane) => [plane.name, plane.units])).toEqual([
      ["time", "us2000"],
      ["xrsa", "W m**-2"],
      ["xrsb", "W m**-2"],
    ]);
    const peak = rows.reduce((best, row) => (row.values[2]![0]! > best.values[2]![0]! ? row : best));
    expect(peak.values[2]![0]).toBeGreaterThan(2.5e-5);
    expect(peak.values[2]![0]).toBeLessThan(2.6e-5);
    expect(Math.abs(peak.values[0]![0]! - us("2011-06-07T06:41:00"))).toBeLessThan(60e6);
    expect(rows.every((row) => row.values[1]![0]! < row.values[2]![0]!)).toBe(true);
  });

  it("finds the sample of a day that lies before its midnight, once", async () => {
    const { rows } = await run("2011-06-06T23:59:59", "2011-06-07");
    expect(rows.length).toBe(1);
    expect((rows[0]!.values[0]![0]! - us("2011-06-07T00:00:00")) / 1e6).toBeCloseTo(-0.038, 5);
    expect((await run("2011-06-07", "2011-06-07T00:00:02")).rows.length).toBe(0);
  });

  it("keeps to the checklist for writers, and says no data for other days and satellites", async () => {
    const day = ["2011-06-07", "2011-06-08"];
    expect(checkStream(await readerBytes("goes-xrs", ["--data", archive!, ...day])).packets).toBe(42_176);
    for (const args of [
      ["--satellite", "14", ...day],
      ["2011-06-09", "2011-06-10"],
    ])
      expect(checkStream(await readerBytes("goes-xrs", ["--data", archive!, ...args]))).toMatchObject({
        packets: 0,
        exception: "NoDataInInterval",
      });
  });
});

interface Made {
  readonly times: readonly number[];
  readonly flux: readonly number[];
  readonly primary?: readonly (readonly [string, string | number])[];
  readonly fluxes?: readonly (readonly [string, string | number])[];
  readonly edges?: readonly number[];
  readonly status?: { readonly times: readonly number[]; readonly words: readonly number[] };
}

/** A day file: 2012-03-01 is the Modified Julian Date 55987. */
function madeDay(made: Made): Buffer {
  const doubles = (values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(8 * values.length);
    for (const [i, value] of values.entries()) bytes.writeDoubleBE(value, 8 * i);
    return bytes;
  };
  const floats = (values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    for (const [i, value] of values.entries()) bytes.writeFloatBE(value, 4 * i);
    return bytes;
  };
  const row = Buffer.concat([doubles(made.times), floats(made.flux)]);
  const parts = [fitsPrimary(made.primary ?? [["DATE-OBS", "'01/03/2012'"]])];
  if (made.edges !== undefined)
    parts.push(
      fitsTable("EDGES", [["EDGES", `${made.edges.length}E`]], 4 * made.edges.length, floats(made.edges)),
    );
  const columns = [
    ["TIME", `${made.times.length}D`],
    ["FLUX", `${made.flux.length}E`],
  ] as const;
  parts.push(
    fitsTable(
      "FLUXES",
      columns,
      row.length,
      row,
      made.fluxes ?? [
        ["MJDREF", 43_874],
        ["TIMEZERO", 55_987],
      ],
    ),
  );
  if (made.status !== undefined) {
    const { times, words } = made.status;
    const bytes = Buffer.concat([floats(times), floats(words)]);
    parts.push(
      fitsTable(
        "STATUS",
        [
          ["TIME", `${times.length}E`],
          ["STATUS", `${words.length}E`],
        ],
        bytes.length,
        bytes,
      ),
    );
  }
  return Buffer.concat(parts);
}

describe("goes-xrs on days of the test", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "heliostream-goes-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const put = (bytes: Uint8Array, name = "go1520120301.fits"): void =>
    writeFileSync(join(folder, name), bytes);
  const bytes = (begin = "2012-02-28", end = "2012-03-05") =>
    readerBytes("goes-xrs", ["--data", folder, begin, end]);
  /** Seconds of 2012-03-01, short, long; a fill is null. */
  const values = async (): Promise<(number | null)[][]> =>
    decodeStream(await bytes()).rows.map(({ values: [x, short, long] }) => [
      (x![0]! - us("2012-03-01T00:00:00")) / 1e6,
      short![0]! < -1e30 ? null : short![0]!,
      long![0]! < -1e30 ? null : long![0]!,
    ]);

  it("makes values fill that the file calls no data, that are not positive, and that no sensor gives", async () => {
    put(madeDay({ times: [0, 2, 4, 6], flux: [0.25, -99_999, 0, 0.125, Number.NaN, -1e-9, 2, 0.5] }));
    expect(await values()).toEqual([
      [0, null, 0.25],
      [2, 0.125, null],
      [4, null, null],
      [6, 0.5, null],
    ]);
    expect(checkStream(await bytes()).packets).toBe(4);
  });

  it("tells the channels apart by their wavelengths", async () => {
    const flux = [0.25, 0.5];
    put(madeDay({ times: [1], flux, edges: [1, 8, 0.5, 4] }));
    expect(await values()).toEqual([[1, 0.5, 0.25]]);
    put(madeDay({ times: [1], flux, edges: [0.5, 4, 1, 8] }));
    expect(await values()).toEqual([[1, 0.25, 0.5]]);
  });

  it("makes samples fill at which the detector was off or being calibrated", async () => {
    const times = [0, 2, 86_390.123, 86_392.171];
    const status = { times: [2, 86_390.123, 86_392.171], words: [0, 0o1, 0, 0o2, 0, 0o4] };
    put(madeDay({ times, flux: times.flatMap(() => [0.5, 0.25]), status }));
    expect((await values()).map(([, short]) => short)).toEqual([0.25, null, null, 0.25]);
  });

  it("reads the day from TIMEZERO as a Modified Julian Date or as days since MJDREF, as DATE-OBS tells", async () => {
    const made = { times: [1], flux: [0.5, 0.25] };
    const expected = [[1, 0.25, 0.5]];
    put(madeDay({ ...made, fluxes: [["TIMEZERO", 55_987]] }));
    expect(await values()).toEqual(expected);
    put(
      madeDay({
        ...made,
        fluxes: [
          ["MJDREF", 43_874],
          ["TIMEZERO", 12_113],
        ],
      }),
    );
    expect(await values()).toEqual(expected);
    put(madeDay({ ...made, primary: [["DATE-OBS", "'2012-03-01'"]] }));
    expect(await values()).toEqual(expected);
    put(madeDay({ ...made, primary: [["DATE-OBS", "'01/03/2013'"]] }));
    await expect(bytes()).rejects.toMatchObject({
      code: "BAD_FILE",
      message: expect.stringContaining("TIMEZERO"),
    });
    put(madeDay({ ...made, primary: [["DATE-OBS", "'yesterday'"]] }));
    await expect(bytes()).rejects.toMatchObject({
      code: "BAD_FILE",
      message: expect.stringContaining("DATE-OBS"),
    });
  });

  it("joins days in order and drops samples that the next file repeats", async () => {
    put(madeDay({ times: [86_398, 86_400], flux: [0.5, 0.5, 0.25, 0.25] }));
    const next = {
      times: [0, 2],
      flux: [0.125, 0.125, 0.5, 0.5],
      primary: [["DATE-OBS", "'02/03/2012'"]] as const,
      fluxes: [["TIMEZERO", 55_988]] as const,
    };
    put(madeDay(next), "go1520120302.fits");
    expect((await values()).map(([time]) => time)).toEqual([86_398, 86_400, 86_402]);
  });

  it.each([
    ["no table of fluxes", fitsPrimary([["DATE-OBS", "'01/03/2012'"]]), /FLUXES/],
    ["fluxes that do not match the times", madeDay({ times: [1, 2], flux: [0.5] }), /2 times and 1 fluxes/],
    ["a day without zero", madeDay({ times: [1], flux: [0.5, 0.5], fluxes: [] }), /TIMEZERO/],
    [
      "status words that do not match",
      madeDay({ times: [1], flux: [0.5, 0.5], status: { times: [1], words: [1] } }),
      /status words/,
    ],
    ["strange edges", madeDay({ times: [1], flux: [0.5, 0.5], edges: [1, 8, 1] }), /EDGES/],
  ])("refuses a file with %s", async (_, file, message) => {
    put(file);
    await expect(bytes()).rejects.toMatchObject({
      code: "BAD_FILE",
      message: expect.stringMatching(message),
    });
  });

  it("gives a clear error for a file cut at any place", async () => {
    const whole = madeDay({ times: [1, 2], flux: [0.5, 0.5, 0.5, 0.5] });
    for (let length = 0; length < whole.length; length += 211) {
      put(whole.subarray(0, length));
      await expect(bytes()).rejects.toMatchObject({ code: "BAD_FILE" });
    }
  });

  it("says what is missing where the folder is absent", async () => {
    const failed = await readerBytes("goes-xrs", ["--data", join(folder, "absent"), "2012", "2013"]).catch(
      (error) => error,
    );
    expect(failed).toMatchObject({
      code: "NO_DATA_FOLDER",
      message: expect.stringMatching(/GOES.*DATA_ROOT/),
    });
  });

  it("closes its files when the consumer leaves early or a file is broken", async () => {
    put(madeDay({ times: [1], flux: [0.5, 0.25] }));
    put(Buffer.alloc(10), "go1520120302.fits");
    const before = readdirSync("/proc/self/fd").length;
    for (let i = 0; i < 10; i++) {
      for await (const items of await openReader("goes-xrs", ["--data", folder, "2012", "2013"]))
        if (items.some((item) => item.kind === "data")) break;
      await expect(bytes()).rejects.toMatchObject({ code: "BAD_FILE" });
    }
    expect(readdirSync("/proc/self/fd").length).toBe(before);
  });
});
