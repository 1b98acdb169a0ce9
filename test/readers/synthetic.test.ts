import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkStream } from "../support/check-stream.js";
import { openReader, readerBytes } from "../support/run-reader.js";
import { decodeStream } from "../support/run-stream.js";

const begin = "2021-06-30T12:00:00";

async function decoded(...args: string[]) {
  return decodeStream(await readerBytes("synthetic", args));
}

describe("synthetic reader", () => {
  it("writes one sample a cadence in the half-open range, on the grid from 2000-01-01", async () => {
    const { rows } = await decoded("--cadence", "7s", begin, "2021-06-30T12:01:00");
    const cadenceUs = 7e6;
    // 2021-06-30T12:00 is 678369600 s after 2000-01-01; the first multiple of 7 s not before it:
    const first = Math.ceil(678_369_600 / 7) * cadenceUs;
    const expected = [];
    for (let us = first; us < 678_369_660e6; us += cadenceUs) expected.push(us);
    expect(rows.map((row) => row.values[0]![0])).toEqual(expected);
  });

  it("says that it covers the requested range, whatever the extent of its samples", async () => {
    const { stream } = await decoded("--cadence", "1min", "2021-06-30T12:00:10", "2021-06-30T12:05:00.25");
    expect(stream?.properties.find(({ name }) => name === "xCacheRange")).toEqual({
      name: "xCacheRange",
      type: "DatumRange",
      value: "2021-06-30T12:00:10.000Z to 2021-06-30T12:05:00.250Z UTC",
    });
  });

  it("includes a sample at begin and excludes one at end", async () => {
    const { rows } = await decoded(begin, "2021-06-30T12:00:03");
    expect(rows.map((row) => (row.values[0]![0]! - 678_369_600e6) / 1e6)).toEqual([0, 1, 2]);
  });

  it.each([
    [["--planes", "4"]],
    [["--planes", "2", "--type", "real8", "--order", "big"]],
    [["--channels", "16"]],
    [["--channels", "20000", "--cadence", "30s"]],
    [["--channels", "3", "--planes", "2", "--type", "ascii9"]],
    [["--type", "ascii14", "--cadence", "1ms"]],
    [["--type", "ascii24,real4", "--planes", "3"]],
    [["--type", "ascii12", "--cadence", "100us"]],
    [["--x", "time", "--cadence", "30s"]],
    [["--ids", "5", "--gaps", "3/10", "--fills", "1/4"]],
    [["--channels", "8", "--ids", "99", "--cadence", "20ms"]],
  ])("keeps to the checklist for writers: %j", async (options) => {
    const end =
      options.includes("100us") || options.includes("1ms") ? "2021-06-30T12:00:02" : "2021-06-30T12:05";
    const bytes = await readerBytes("synthetic", [...options, begin, end]);
    expect(checkStream(bytes).packets).toBeGreaterThan(5);
  });

  it("takes params words for options, the word winning over the option", async () => {
    const { packets, rows } = await decoded(
      "--planes",
      "1",
      "--cadence",
      "1s",
      begin,
      "2021-06-30T12:00:10",
      "planes=3",
      "cadence=2s",
    );
    expect(packets[0]!.planes.map((plane) => plane.name)).toEqual(["time", "v1", "v2", "v3"]);
    expect(rows.length).toBe(5);
  });

  it("leaves out the last LENGTH of each PERIOD samples where gaps are asked for", async () => {
    const { rows } = await decoded("--gaps", "2/5", begin, "2021-06-30T12:00:20");
    const indexes = rows.map((row) => row.values[0]![0]! / 1e6);
    expect(indexes.length).toBe(12);
    expect(indexes.every((k) => k % 5 < 3)).toBe(true);
  });

  it("makes the samples fill that fills names, and in spectra the first quarter of the channels", async () => {
    const { rows } = await decoded("--fills", "1/4", "--type", "real8", begin, "2021-06-30T12:00:12");
    for (const row of rows) expect(row.values[1]![0] === -1e31).toBe((row.values[0]![0]! / 1e6) % 4 === 3);
    const good = await decoded(
      "--channels",
      "8",
      "--type",
      "real8",
      begin,
      "2021-06-30T12:00:12",
      "fills=1/4",
    );
    for (const row of good.rows) {
      const filled = row.values[1]!.map((value) => value === -1e31);
      const isFill = (row.values[0]![0]! / 1e6) % 4 === 3;
      expect(filled).toEqual([isFill, isFill, false, false, false, false, false, false]);
    }
  });

  it("gives scalar planes their sine: the mean of whole periods is the mean of the plane", async () => {
    const { rows } = await decoded("--planes", "3", "--type", "real8", "2021-06-30", "2021-06-30T01:00");
    // Periods 60 s, 600 s and 3600 s; means 0, 10, 20; the noise has a standard deviation of 0.2/sqrt(12) amplitudes.
    for (const [plane, mean] of [0, 10, 20].entries()) {
      const values = rows.map((row) => row.values[plane + 1]![0]!);
      const amplitude = plane + 1;
      expect(Math.abs(values.reduce((sum, v) => sum + v, 0) / values.length - mean)).toBeLessThan(
        0.01 * amplitude,
      );
      expect(Math.max(...values)).toBeLessThanOrEqual(mean + 1.1 * amplitude);
      expect(Math.max(...values)).toBeGreaterThan(mean + 0.95 * amplitude);
    }
  });

  it("counts nanoseconds exactly", async () => {
    const begin = "2001-01-01T00:00:00.000000001";
    const args = ["--cadence", "3ns", "--type", "ascii9", begin, "2001-01-01T00:00:00.000000020"];
    const { rows } = await decoded(...args);
    // 366 days of 2000 are 31622400e9 ns, a multiple of 3: samples at 3, 6, ... 18 ns.
    expect(rows.length).toBe(6);
    const bytes = Buffer.from(await readerBytes("synthetic", args));
    expect(
      bytes
        .toString("latin1")
        .match(/00\.\d{9}/g)
        ?.map((text) => Number(text.slice(3))),
    ).toContain(18);
  });

  it("makes overlapping requests agree sample for sample", async () => {
    const run = async (cadence: string, from: number, to: number, options: readonly string[]) => {
      const day = (s: number) =>
        new Date(Date.UTC(1999, 11, 31, 23, 0, 0) + s * 1000).toISOString().slice(0, 23);
      const { rows } = await decoded("--cadence", cadence, ...options, day(from), day(to));
      return new Map(rows.map((row) => [row.values[0]![0]!, JSON.stringify([row.id, row.values])]));
    };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("1s", "333ms", "0.7s", "11s"),
        fc.constantFrom(
          [],
          ["--channels", "5"],
          ["--planes", "3", "--ids", "3"],
          ["--gaps", "2/7", "--fills", "1/3"],
        ),
        fc.integer({ min: 0, max: 7000 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 200 }),
        async (cadence, options, from, length, shift) => {
          const one = await run(cadence, from, from + length, options);
          const other = await run(cadence, from + shift, from + shift + length, options);
          for (const [us, row] of one) if (other.has(us)) expect(other.get(us)).toBe(row);
          const common = [...one.keys()].filter((us) => other.has(us)).length;
          const [a, b] = [[...one.keys()], [...other.keys()]];
          // Every sample of one that lies in the range of the other is there.
          expect(common).toBe(a.filter((us) => b.length > 0 && us >= b[0]! && us <= b.at(-1)!).length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    [["cadence=0s"], /cadence = 0s, expected a time/],
    [["cadence=0.5ns"], /whole number of nanoseconds/],
    [["cadence=1 fortnight"], /cadence/],
    [["planes=0"], /planes = 0, expected an integer from 1 to 99/],
    [["planes=100"], /planes = 100/],
    [["channels=250000"], /channels = 250000/],
    [["channels=249999", "planes=99"], /too wide: .* = 98999604, expected at most 262144/],
    [["channels=249999", "planes=2"], /= 1999992, expected at most 262144/],
    [["channels=32769", "type=real8"], /= 262152, expected at most 262144/],
    [["channels=662", "ids=99"], /= 262152, expected at most 262144/],
    [["channels=1000", "planes=99", "type=ascii24,real4"], /= 2376000, expected at most 262144/],
    [["type=real2"], /type = real2/],
    [["type=ascii8"], /type = ascii8/],
    [["gaps=5/5"], /gaps = 5\/5/],
    [["order=middle"], /order = middle, expected little or big/],
    [["constructor=1"], /"constructor=1" is not known/],
    [["no-such"], /"no-such" is not known/],
  ])("refuses %j and says what was expected", async (params, message) => {
    const failed = await readerBytes("synthetic", [begin, "2021-07-01", ...params]).catch((error) => error);
    expect(failed).toMatchObject({ code: "BAD_PARAMETER", message: expect.stringMatching(message) });
  });

  it("refuses bad options and too few words at once", async () => {
    for (const args of [["--no-such", "1", begin, begin], [begin], [], ["--planes"], ["--cadence", "1s"]])
      await expect(openReader("synthetic", args)).rejects.toMatchObject({ code: "USAGE" });
  });

  it("says no data for an empty range, and refuses one that ends before it begins", async () => {
    const empty = await readerBytes("synthetic", [begin, begin]);
    expect(checkStream(empty)).toMatchObject({ packets: 0, exception: "NoDataInInterval" });
    await expect(readerBytes("synthetic", ["2021-07-01", begin])).rejects.toMatchObject({
      code: "BAD_PARAMETER",
    });
    await expect(readerBytes("synthetic", ["soon", begin])).rejects.toMatchObject({ code: "BAD_TIME" });
  });

  it("stops when nobody wants the output any more", async () => {
    const abort = new AbortController();
    const context = { signal: abort.signal, log: () => {}, env: {} };
    const source = await openReader("synthetic", ["--cadence", "1us", "2021", "2022"], context);
    let portions = 0;
    const all = (async () => {
      for await (const _ of source) if (++portions === 3) setImmediate(() => abort.abort());
    })();
    await expect(all).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it.each([
    // 80 years of microseconds are 2.5e15 samples, of which one in a billion is written.
    ["gaps=999999998/999999999", "cadence=1us"],
    ["gaps=1/2", "cadence=1ns", "ids=99"],
    ["gaps=63/64", "cadence=1ns", "ids=99", "planes=99"],
  ])("gives the event loop its turns in gaps too: %s %s", async (...params) => {
    const abort = new AbortController();
    const context = { signal: abort.signal, log: () => {}, env: {} };
    const source = await openReader("synthetic", ["1970", "2050", ...params], context);
    setImmediate(() => abort.abort());
    const all = (async () => {
      for await (const _ of source);
    })();
    await expect(all).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("jumps over a gap without going through its samples", async () => {
    const params = ["gaps=999999998/999999999", "cadence=1us", "type=real8"];
    // Samples are those whose number is a multiple of 999999999: in 2000-01-01T00:00 .. 12:00, 43200e6 us, 44 of them.
    const { rows } = await decoded("2000-01-01", "2000-01-01T12:00", ...params);
    expect(rows.map((row) => row.values[0]![0])).toEqual(
      Array.from({ length: 44 }, (_, n) => n * 999_999_999),
    );
    // The values are those that a request which begins right there gives.
    const [at, next] = ["2000-01-01T11:56:39.999957", "2000-01-01T11:56:39.999958"];
    const last = await decoded(at, next, ...params.slice(1));
    expect(rows.at(-1)!.values).toEqual(last.rows[0]?.values);
  });

  it.each([
    ["channels=65536"],
    ["channels=32768", "type=real8"],
    ["channels=125", "planes=87", `type=${Array.from({ length: 16 }, (_, i) => `ascii${i + 9}`).join(",")}`],
    ["channels=75", "planes=9", "ids=97"],
    ["channels=2500", "ids=26"],
  ])("takes no more than a few MiB for the widest packets: %s %s %s", async (...params) => {
    const source = await openReader("synthetic", ["2021-01-01", "2021-01-01T01:00", ...params]);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    let portions = 0;
    for await (const _ of source) {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      if (++portions > 200) break;
    }
    expect(portions).toBeGreaterThan(1);
    expect(most).toBeLessThan(8 << 20);
  });

  it("needs no more memory for a long range than for a short one", async () => {
    const source = await openReader("synthetic", [
      "--channels",
      "256",
      "--cadence",
      "1ms",
      "2021-06-30",
      "2021-06-30T00:20",
    ]);
    let bytes = 0;
    const portions = new Set<ArrayBufferLike>();
    for await (const items of source)
      for (const item of items)
        if (item.kind === "data") {
          bytes += item.batch.bytes.length;
          portions.add(item.batch.bytes.buffer);
          expect(item.batch.bytes.length).toBeLessThanOrEqual(1 << 18);
        }
    expect(bytes).toBe(1_200_000 * (12 + 4 * 256));
    expect(portions.size).toBe(1); // one portion, used again
  });
});
