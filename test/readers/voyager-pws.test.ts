import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkStream } from "../support/check-stream.js";
import { referenceData } from "../support/reference-data.js";
import { openReader, readerBytes } from "../support/run-reader.js";
import { decodeStream } from "../support/run-stream.js";
import { frameLabel, MADE, type MadeLine, madeFrame, writeMadeLabel } from "./made-frames.js";

const archive = referenceData("voyager");
/** us2000 of a UTC time. */
const us = (text: string): number => (Date.parse(`${text}Z`) - Date.UTC(2000, 0, 1)) * 1000;

describe.skipIf(archive === undefined)(
  "voyager-pws on two frames of the archive (reference data voyager/)",
  () => {
    const run = async (...args: string[]) =>
      decodeStream(await readerBytes("voyager-pws", ["--data", archive!, ...args]));

    it("gives every sample of both frames as an independent reading of the bytes does", async () => {
      const { rows, packets } = await run("1979-03-01T12:26", "1979-03-01T12:28");
      expect(rows.length).toBe(1600);
      expect(packets[0]!.planes[1]!.items).toBe(1600);
      let row = 0;
      for (const name of ["VG1_1979-03-01_12-26-11-956.DAT", "VG1_1979-03-01_12-26-59-956.DAT"]) {
        const file = readFileSync(join(archive!, name));
        const start = us(`1979-03-01T${name.slice(15, 23).replaceAll("-", ":")}.${name.slice(24, 27)}`);
        for (let line = 0; line < 800; line++, row++) {
          // Record 1 is engineering; bytes 221 to 1020 of the others hold two samples each, the first in the high bits.
          const bytes = file.subarray(1024 * (line + 1) + 220, 1024 * (line + 1) + 1020);
          const expected: number[] = [];
          for (const byte of bytes) expected.push((byte >> 4) - 7.5, (byte & 15) - 7.5);
          const [x, samples] = rows[row]!.values;
          if (x![0] !== start + line * 60_000 || samples!.some((value, i) => value !== expected[i]))
            throw new Error(`line ${line + 1} of ${name} differs`);
        }
      }
    });

    it("takes the sample interval from the label: 28800 samples a second, lines each 60 ms", async () => {
      const { rows, packets } = await run("1979-03-01T12:26:12", "1979-03-01T12:26:13");
      const tags = packets[0]!.planes[1]!.yTags;
      expect(tags).toEqual({ kind: "interval", interval: 1 / 28_800 });
      expect(rows[1]!.values[0]![0]! - rows[0]!.values[0]![0]!).toBe(60_000);
    });

    it("gives lines that begin in [begin, end)", async () => {
      const first = us("1979-03-01T12:26:11.956");
      const at = (k: number): string =>
        new Date(Date.UTC(2000, 0, 1) + (first + k * 60_000) / 1000).toISOString().slice(0, 23);
      expect((await run(at(3), at(7))).rows.map((row) => (row.values[0]![0]! - first) / 60_000)).toEqual([
        3, 4, 5, 6,
      ]);
      // Across the border of the two frames, which are 48 s = 800 lines apart.
      expect((await run(at(798), at(802))).rows.map((row) => (row.values[0]![0]! - first) / 60_000)).toEqual([
        798, 799, 800, 801,
      ]);
    });

    it("shows the plasma oscillations near 6 kHz before the bow shock of Jupiter, and none after it", async () => {
      // Mean over 100 lines of |DFT|**2 / 1600 at one frequency; a line of 1600 samples has bins of 18 Hz.
      const power = (rows: readonly { values: readonly (readonly number[])[] }[], hz: number): number => {
        let sum = 0;
        for (const row of rows.slice(0, 100)) {
          let re = 0;
          let im = 0;
          row.values[1]!.forEach((value, i) => {
            re += value * Math.cos((2 * Math.PI * hz * i) / 28_800);
            im -= value * Math.sin((2 * Math.PI * hz * i) / 28_800);
          });
          sum += (re * re + im * im) / 1600;
        }
        return sum / 100;
      };
      // The expected numbers are numpy's, from a reading of its own.
      const before = (await run("1979-03-01T12:26:11.956", "1979-03-01T12:26:20")).rows;
      for (const [hz, expected] of [
        [6030, 153.88],
        [3600, 0.14],
        [10_800, 1.03],
      ] as const)
        expect(Math.abs(power(before, hz) - expected)).toBeLessThan(0.005);
      // The 2.4 kHz of the spacecraft's power supply stands out as well.
      expect(power(before, 2394)).toBeGreaterThan(20 * power(before, 1800));
      const after = (await run("1979-03-01T12:26:59.956", "1979-03-01T12:27:20")).rows;
      for (const [hz, expected] of [
        [6030, 0.22],
        [900, 134.72],
      ] as const)
        expect(Math.abs(power(after, hz) - expected)).toBeLessThan(0.005);
    });

    it("gives stored values where raw is asked for, by option and by params", async () => {
      const range = ["1979-03-01T12:26:12", "1979-03-01T12:26:12.1"];
      const [about, stored, byOption] = await Promise.all([
        run(...range),
        run(...range, "raw"),
        run("--raw", ...range),
      ]);
      expect(stored.rows[0]!.values[1]).toEqual(about.rows[0]!.values[1]!.map((value) => value + 7.5));
      expect(byOption.rows).toEqual(
        stored.rows.map((row, i) => ({ ...row, header: byOption.rows[i]!.header })),
      );
    });

    it("keeps to the checklist for writers, and says no data for the other spacecraft and for other times", async () => {
      const args = ["--data", archive!, "1979-03-01", "1979-03-02"];
      expect(checkStream(await readerBytes("voyager-pws", args))).toEqual(
        expect.objectContaining({ packets: 1600, exception: undefined }),
      );
      for (const nothing of [
        ["--spacecraft", "2", ...args],
        ["--data", archive!, "1979-03-02", "1979-03-03"],
      ])
        expect(checkStream(await readerBytes("voyager-pws", nothing))).toMatchObject({
          packets: 0,
          exception: "NoDataInInterval",
        });
    });
  },
);

describe("voyager-pws on frames of the test", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "heliostream-frames-"));
    writeMadeLabel(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const file = "VG1_1980-01-01_00-00-00-000.DAT";
  const put = (
    lines: readonly MadeLine[],
    name = file,
    label = frameLabel("1980-01-01T00:00:00.000"),
  ): Buffer => {
    const bytes = madeFrame(label, lines);
    writeFileSync(join(folder, name), bytes);
    return bytes;
  };
  const run = (...params: string[]) =>
    readerBytes("voyager-pws", ["--data", folder, "1980-01-01", "1980-01-02", ...params]);
  const all: readonly MadeLine[] = Array.from({ length: MADE.lines }, (_, i) => ({ number: i + 1 }));
  const numbers = async (): Promise<number[]> =>
    decodeStream(await run()).rows.map(
      (row) => (row.values[0]![0]! - us("1980-01-01T00:00:00.000")) / 100_000 + 1,
    );

  it("finds everything where label and structure files say, whatever the archive does", async () => {
    put(all);
    const bytes = await run();
    expect(checkStream(bytes).packets).toBe(10);
    const { rows, packets } = decodeStream(bytes);
    expect(packets[0]!.planes[1]!.yTags).toEqual({ kind: "interval", interval: 0.0005 });
    expect(rows[3]!.values[1]!.slice(0, 4)).toEqual([0 - 7.5, 4 - 7.5, 0 - 7.5, 5 - 7.5]);
    expect(await numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("writes no line that was not received, and places a line by its number, not by its record", async () => {
    put([{ number: 2 }, { number: 3, frames: 0 }, { number: 7 }, { number: 10 }]);
    expect(await numbers()).toEqual([2, 7, 10]);
  });

  it("leaves out lines whose number does not ascend or is outside the frame, and tells the log", async () => {
    put([{ number: 1 }, { number: 5 }, { number: 4 }, { number: 11 }, { number: 0 }, { number: 6 }]);
    expect(await numbers()).toEqual([1, 5, 6]);
    const lines: string[] = [];
    const context = {
      signal: new AbortController().signal,
      log: (line: string) => lines.push(line),
      env: {},
    };
    for await (const _ of await openReader("voyager-pws", ["--data", folder, "1980", "1981"], context));
    expect(lines.length).toBe(3);
  });

  it("makes samples that were not received fill", async () => {
    put([{ number: 1, valid: [3, 5] }]);
    const [row] = decodeStream(await run()).rows;
    // The plane is binary32: the fill is the nearest float.
    const received = row!.values[1]!.map((value, i) => (value > -1e30 ? i : -1)).filter((i) => i >= 0);
    expect(received).toEqual([4, 5, 6, 7, 8, 9]);
  });

  it("drops what a frame repeats of the frame before it", async () => {
    put(all);
    put(all, "VG1_1980-01-01_00-00-00-500.DAT", frameLabel("1980-01-01T00:00:00.500"));
    expect(await numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });

  it("gives a clear error for a frame cut at any byte, unless whole lines remain", async () => {
    const bytes = put(all);
    for (let length = 0; length < bytes.length; length += 13) {
      writeFileSync(join(folder, file), bytes.subarray(0, length));
      const outcome = await run().catch((error) => error);
      if (length % MADE.recordBytes === 0 && length > 0) expect(outcome).toBeInstanceOf(Uint8Array);
      else
        expect(outcome).toMatchObject({
          code: "BAD_FILE",
          message: expect.stringContaining(`${length} bytes`),
        });
    }
    writeFileSync(join(folder, file), bytes.subarray(0, 3 * MADE.recordBytes));
    expect(await numbers()).toEqual([1, 2]);
  });

  it("refuses a frame that is labelled as another one", async () => {
    for (const label of [
      frameLabel("1980-01-01T00:00:00.000", 2),
      frameLabel("1980-01-01T00:01:00.000"),
      "GALILEO",
    ]) {
      put(all, file, label);
      await expect(run()).rejects.toMatchObject({ code: "BAD_FILE" });
    }
  });

  it("gives a clear error for a label cut at any byte", async () => {
    put(all);
    const label = readFileSync(join(folder, "PDSFORMAT.LBL"), "latin1");
    const end = label.indexOf("END_OBJECT = TIME_SERIES");
    for (let length = 0; length < end; length += 7) {
      writeFileSync(join(folder, "PDSFORMAT.LBL"), label.slice(0, length));
      await expect(run()).rejects.toMatchObject({ code: "BAD_FILE" });
    }
  });

  it.each([
    ["a record of no length", "RECORD_BYTES = 128", "RECORD_BYTES = 0", /RECORD_BYTES = 0/],
    ["a giant record", "RECORD_BYTES = 128", "RECORD_BYTES = 1e12", /RECORD_BYTES/],
    ["a structure file elsewhere", '"HEAD.FMT"', '"../../etc/passwd"', /STRUCTURE/],
    ["a structure file that is absent", '"HEAD.FMT"', '"NONE.FMT"', /NONE\.FMT/],
    ["samples beyond the record", "BYTES = 80", "BYTES = 90", /BYTES = 90/],
    ["a rate that is not whole", "0.0005", "0.000534", /whole number of samples/],
    ["samples of another width", "ITEM_BITS = 4", "ITEM_BITS = 2", /4-bit/],
    ["no time series", "OBJECT = TIME_SERIES", "OBJECT = OTHER_SERIES", /./],
  ])("refuses a label with %s", async (_, from, to, message) => {
    put(all);
    writeMadeLabel(folder, (label) => label.replace(from, to));
    await expect(run()).rejects.toMatchObject({ code: "BAD_FILE", message: expect.stringMatching(message) });
  });

  it("says which data set is missing and what to set where the folder is absent, and no path", async () => {
    for (const args of [["--data", join(folder, "absent")], []]) {
      const failed = await readerBytes("voyager-pws", [...args, "1980-01-01", "1980-01-02"]).catch(
        (error) => error,
      );
      expect(failed).toMatchObject({ code: "NO_DATA_FOLDER" });
      expect(failed.message).toContain("Voyager PWS");
      expect(failed.message).toContain("DATA_ROOT");
      expect(failed.message).not.toContain("/");
    }
  });

  it("closes its files when the consumer leaves early, and works again afterwards", async () => {
    for (let frame = 0; frame < 3; frame++)
      put(all, `VG1_1980-01-01_00-00-0${frame}-000.DAT`, frameLabel(`1980-01-01T00:00:0${frame}.000`));
    const before = openFiles();
    for (let i = 0; i < 20; i++)
      for await (const items of await openReader("voyager-pws", ["--data", folder, "1980", "1981"]))
        if (items.some((item) => item.kind === "data")) break;
    expect(openFiles()).toBe(before);
    expect(decodeStream(await run()).rows.length).toBe(30);
  });

  it("refuses options and params that it does not know", async () => {
    await expect(openReader("voyager-pws", ["--spacecraft", "3", "1980", "1981"])).rejects.toMatchObject({
      code: "USAGE",
    });
    await expect(run("cooked")).rejects.toMatchObject({ code: "BAD_PARAMETER" });
  });
});

function openFiles(): number {
  return readdirSync("/proc/self/fd").length;
}
