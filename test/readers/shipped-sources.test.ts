import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../config/package-root.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { planStages } from "../../dsdf/stages.js";
import { SourceTree } from "../../dsdf/tree.js";
import { runPipeline } from "../../pipeline/run.js";
import { PROGRAM_LOADERS } from "../../readers/index.js";
import { psd } from "../../reducers/psd/psd.js";
import { compareTimes, parseTimeRange, type TimeRange } from "../../stream/time.js";
import { checkStream } from "../support/check-stream.js";
import { referenceData, referenceRoot } from "../support/reference-data.js";
import { decodeStream } from "../support/run-stream.js";

const root = join(packageRoot(), "dsdf/sources");
const substitutions = new Map([
  ["DSDF_ROOT", root],
  ["DATA_ROOT", referenceRoot],
]);
const tree = new SourceTree({ roots: [root], substitutions });

async function source(id: string): Promise<DataSource> {
  const found = await tree.find(id);
  if (found === undefined) throw new Error(`${id} is not in the tree`);
  return found;
}

/** The intrinsic answer of a source, by its own definition. */
async function answer(
  id: string,
  range: TimeRange,
  params: readonly string[] = [],
  interval?: number,
): Promise<Uint8Array> {
  const definition = await source(id);
  const query = {
    sourceId: id,
    ...range,
    requested: range,
    params,
    output: "stream",
    ...(interval === undefined ? {} : { interval }),
  } as const;
  const run = runPipeline(planStages(definition, query, {}), {
    programs: (name) =>
      name === "das2_psd"
        ? Promise.resolve(psd)
        : Object.hasOwn(PROGRAM_LOADERS, name)
          ? PROGRAM_LOADERS[name]!()
          : undefined,
  });
  const parts: Uint8Array[] = [];
  for await (const piece of run.bytes) parts.push(Buffer.from(piece));
  expect(await run.outcome).toMatchObject({ kind: expect.stringMatching(/complete|no.?data/i) });
  return Buffer.concat(parts);
}

const range = (text: string): TimeRange => parseTimeRange(text);

describe("the sources that ship", () => {
  let ids: string[];
  beforeAll(async () => {
    ids = [...(await tree.files()).keys()].filter((id) => !id.endsWith("_dirinfo_"));
  });

  it("are the tree that the guide speaks of, every folder described", async () => {
    const listed = await tree.list();
    expect(listed.map((entry) => entry.id)).toEqual([
      "Examples/",
      "Examples/Pressure",
      "Examples/Protected",
      "Examples/Random",
      "Examples/Spectrogram",
      "Examples/Synthetic",
      "GOES/",
      "GOES/XRS",
      "Sample/",
      "Sample/AIA/",
      "Sample/AIA/Flare171",
      "Sample/AIA/Flare193",
      "Sample/AIA/Flare304",
      "Sample/AIA/Limb",
      "Sample/HMI/",
      "Sample/HMI/Butterfly",
      "Sample/HMI/Histogram",
      "Sample/HMI/Intensity",
      "Sample/HMI/Longitudes",
      "Sample/HMI/MagnetogramList",
      "Sample/HMI/MeanField",
      "Sample/HMI/Oscillations",
      "Sample/HMI/Velocity",
      "Sun/",
      "Sun/Ephemeris",
      "Voyager/",
      "Voyager/PWS/",
      "Voyager/PWS/Spectra",
      "Voyager/PWS/Waveform",
    ]);
    for (const entry of listed) expect(entry.description, entry.id).toBeTruthy();
  });

  it("load without a problem and have description, contact, valid range and examples inside it", async () => {
    expect(ids.length).toBe(24);
    for (const id of ids) {
      const definition = await source(id);
      expect(definition.problems ?? [], id).toEqual([]);
      const isFile = /^Sample\/(?:AIA\/Images|HMI\/Magnetogram(?:s|File))$/.test(id);
      expect(definition.form, id).toBe(isFile ? "file" : "das2");
      expect(definition.contacts.length, id).toBeGreaterThan(0);
      expect(definition.examples.length, id).toBeGreaterThan(0);
      const { begin, end } = definition.validRange!;
      for (const example of definition.examples) {
        expect(compareTimes(begin, example.begin), id).toBeLessThanOrEqual(0);
        if (end !== "now") expect(compareTimes(example.end, end), id).toBeLessThanOrEqual(0);
        expect(example.interval !== undefined, id).toBe(definition.requiresInterval);
      }
    }
  });

  it.each([
    ["Examples/Synthetic", "2021-06-30T12:00 to 2021-06-30T12:10", [], 600],
    ["Examples/Synthetic", "2021-06-30T12:00 to 2021-06-30T12:10", ["planes=4", "gaps", "fills"], 600],
    ["Examples/Spectrogram", "2021-06-30T12:00 to 2021-06-30T13:00", ["fills=1/4"], 360],
    ["Examples/Random", "2021-06-30T12:00 to 2021-06-30T12:10", ["seed=2"], 600],
    ["Examples/Pressure", "2021-06-30T12:00 to 2021-06-30T13:00", [], 60],
    ["Examples/Protected", "2021-06-30T12:00 to 2021-06-30T12:10", [], 600],
  ] as const)("answers from %s in %s with params %j", async (id, text, params, packets) => {
    const checked = checkStream(await answer(id, range(text), params));
    expect(checked.exception).toBeUndefined();
    if (params.includes("gaps" as never)) expect(checked.packets).toBeLessThan(packets);
    else expect(checked.packets).toBe(packets);
  });

  it("answers from Sun/Ephemeris at an interval", async () => {
    const bytes = await answer("Sun/Ephemeris", range("1992-10-13 to 1992-10-14"), [], 3600);
    expect(checkStream(bytes).packets).toBe(24);
  });

  it("gives the values of the shell script where the script says they are", async () => {
    const { rows } = decodeStream(
      await answer("Examples/Pressure", range("2021-06-30T12:00 to 2021-06-30T13:00")),
    );
    for (const { values } of rows) {
      const seconds = values[0]![0]! / 1e6;
      // The formula of the script, here with its three decimals.
      const expected =
        1013.25 +
        1.1 * Math.sin((seconds * 2 * Math.PI) / 43_200) +
        0.6 * Math.cos((seconds * 2 * Math.PI) / 86_400);
      expect(Math.abs(values[1]![0]! - expected)).toBeLessThan(0.001);
    }
    const none = await answer("Examples/Pressure", range("2021-06-30T12:00:01 to 2021-06-30T12:00:02"));
    expect(checkStream(none)).toMatchObject({ packets: 0, exception: "NoDataInInterval" });
  });

  it("says which data set is missing where the archive is absent", async () => {
    const bare = new SourceTree({
      roots: [root],
      substitutions: new Map([
        ["DSDF_ROOT", root],
        ["DATA_ROOT", "/nonexistent"],
      ]),
    });
    for (const [id, words] of [
      ["GOES/XRS", /GOES/],
      ["Voyager/PWS/Waveform", /Voyager PWS/],
    ] as const) {
      const definition = (await bare.find(id))!;
      const asked = range("2011-06-07 to 2011-06-08");
      const query = { sourceId: id, ...asked, requested: asked, params: [], output: "stream" } as const;
      const run = runPipeline(planStages(definition, query, {}), {
        programs: (name) => PROGRAM_LOADERS[name]?.(),
      });
      const all = (async () => {
        for await (const _ of run.bytes);
      })();
      await expect(all).rejects.toMatchObject({
        code: "NO_DATA_FOLDER",
        message: expect.stringMatching(words),
      });
    }
  });

  describe.skipIf(referenceData("goes") === undefined || referenceData("voyager") === undefined)(
    "on the archives (reference data goes/ and voyager/)",
    () => {
      it("GOES/XRS answers its first example", async () => {
        const [example] = (await source("GOES/XRS")).examples;
        expect(checkStream(await answer("GOES/XRS", example!)).packets).toBe(42_176);
      });

      it("Voyager/PWS/Waveform answers a whole frame", async () => {
        const frame = (await source("Voyager/PWS/Waveform")).examples[1]!;
        expect(checkStream(await answer("Voyager/PWS/Waveform", frame)).packets).toBe(800);
      });

      it("Voyager/PWS/Spectra transforms lines with the length and overlap of the params, 1024 and 2 without", async () => {
        // 17 lines of 60 ms begin in this second.
        const second = range("1979-03-01T12:26:11.956 to 1979-03-01T12:26:12.956");
        for (const [params, length, each] of [
          [[], 1024, 2],
          [["dft=256"], 256, 11],
          [["dft=256", "overlap=1"], 256, 6],
          [["overlap=4", "dft=1600"], 1600, 1],
        ] as const) {
          const { rows, packets } = decodeStream(await answer("Voyager/PWS/Spectra", second, params));
          expect(packets[0]!.planes[1]).toMatchObject({ items: length / 2 + 1, yUnits: "Hz" });
          expect(rows.length).toBe(17 * each);
          // The plasma oscillations near 6 kHz are the strongest line of the mean spectrum.
          const mean = new Float64Array(length / 2 + 1);
          for (const row of rows) for (const [k, value] of row.values[1]!.entries()) mean[k]! += value;
          const peakHz = (mean.indexOf(Math.max(...mean)) * 28_800) / length;
          expect(Math.abs(peakHz - 6000)).toBeLessThan(300);
        }
      });

      it("Voyager/PWS/Spectra refuses a length that is no number", async () => {
        const second = range("1979-03-01T12:26:12 to 1979-03-01T12:26:13");
        await expect(answer("Voyager/PWS/Spectra", second, ["dft=all"])).rejects.toMatchObject({
          message: expect.anything(),
        });
      });
    },
  );
});
