import { join } from "node:path";
import { Readable } from "node:stream";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../config/package-root.js";
import { planStages } from "../../dsdf/stages.js";
import { SourceTree } from "../../dsdf/tree.js";
import { builtInProgram } from "../../pipeline/built-in.js";
import { type PipelineRun, runPipeline } from "../../pipeline/run.js";
import { parseTimeRange } from "../../stream/time.js";
import { postgresForTest, type TestDatabase } from "../support/postgres.js";
import { decodeStream } from "../support/run-stream.js";
import { sampleArchive } from "../support/sample-archive.js";
import { withClient } from "../support/test-databases.js";

const postgres = await postgresForTest();
const root = join(packageRoot(), "dsdf/sources");
const tree = new SourceTree({ roots: [root], substitutions: new Map([["DSDF_ROOT", root]]) });

/** Starts a source of the sample archive by its definition, as the server does. */
async function start(
  id: string,
  range: string,
  params: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<PipelineRun> {
  const definition = await tree.find(id);
  if (definition === undefined) throw new Error(`${id} is not in the tree`);
  const asked = parseTimeRange(range);
  const output = definition.form === "file" ? ("file" as const) : ("stream" as const);
  const query = { sourceId: id, ...asked, requested: asked, params, output: "stream" } as const;
  return runPipeline(planStages(definition, query, {}), {
    programs: builtInProgram,
    format: output === "file" ? "other" : "das2",
    grants: () => settings,
  });
}

async function bytesOf({ bytes }: PipelineRun): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of bytes) parts.push(Buffer.from(piece));
  return Buffer.concat(parts);
}

const sum = (values: Iterable<number>): number => [...values].reduce((all, value) => all + value, 0);
const isValue = (value: number): boolean => value > -1e30;
/** Microseconds since 2000 of a UTC time. */
const us2000 = (text: string): number => (Date.parse(`${text}Z`) - Date.UTC(2000, 0, 1)) * 1000;

describe.skipIf(postgres.missing)(postgres.title("the sources of the sample archive"), () => {
  let archive: TestDatabase;
  beforeAll(async () => {
    archive = await sampleArchive();
  }, 120_000);
  afterAll(() => archive?.drop());

  const bytes = async (id: string, range: string, params: readonly string[] = []): Promise<Buffer> =>
    bytesOf(await start(id, range, params, { HELIOSTREAM_DRMS_URL: archive.url }));
  const stream = async (id: string, range: string, params: readonly string[] = []) =>
    decodeStream(await bytes(id, range, params));
  const members = async (id: string, range: string, params: readonly string[] = []) => {
    const found = new Map<string, Buffer>();
    for await (const entry of Readable.from([await bytes(id, range, params)]).pipe(extract())) {
      const parts: Buffer[] = [];
      for await (const piece of entry) parts.push(piece as Buffer);
      found.set(entry.header.name.replace(/^jsoc\//, ""), Buffer.concat(parts));
    }
    return found;
  };
  /** Rows of the current versions of records, by their times. */
  const current = (table: string, columns: string, where = "true") =>
    withClient(archive.url, async (client) => {
      const { rows } = await client.query<Record<string, number>>(
        `SELECT ${columns} FROM ${table} r WHERE quality >= 0 AND ${where} AND recnum =
          (SELECT max(recnum) FROM ${table} v WHERE v.t_rec_index = r.t_rec_index) ORDER BY t_rec`,
      );
      return rows;
    });

  it("give the mean field that the current versions have", async () => {
    const { rows, packets } = await stream("Sample/HMI/MeanField", "2010-05-01 to 2024-07-01");
    const stored = await current(
      "sample_hmi.m_720s",
      "datamean::float8, datarms::float8, datamin::float8, datamax::float8",
    );
    expect(packets[0]!.planes.slice(1).map(({ name, units }) => [name, units])).toEqual(
      ["DATAMEAN", "DATARMS", "DATAMIN", "DATAMAX"].map((name) => [name, "Gauss"]),
    );
    expect(rows.map(({ values }) => values.slice(1).map((plane) => plane[0]))).toEqual(
      stored.map(({ datamean, datarms, datamin, datamax }) => [datamean, datarms, datamin, datamax]),
    );
    // 2010.05.01_12:00:00_TAI is 34 s earlier in UTC.
    expect(rows[0]!.values[0]![0]).toBe(us2000("2010-05-01T11:59:26"));
  });

  it("draw the butterfly: two belts of field in the years of activity, none at the minimum", async () => {
    const belts = async (range: string): Promise<readonly number[]> => {
      const { rows, packets } = await stream("Sample/HMI/Butterfly", range, ["value=unsigned", "field=seen"]);
      expect(packets[0]!.planes[1]).toMatchObject({
        role: "yscan",
        items: 90,
        yUnits: "deg",
        units: "Gauss",
      });
      const mean = (from: number, to: number): number => {
        // Two degrees a bin, from -90 up.
        const values = rows
          .flatMap(({ values: planes }) => [...planes[1]!.slice((from + 90) / 2, (to + 90) / 2)])
          .filter(isValue);
        return sum(values) / values.length;
      };
      return [mean(-30, -8), mean(-4, 4), mean(8, 30)];
    };
    const [south, equator, north] = await belts("2012-01-01 to 2016-01-01");
    const [quietSouth, , quietNorth] = await belts("2018-06-01 to 2020-06-01");
    expect(south!).toBeGreaterThan(1.5 * equator!);
    expect(north!).toBeGreaterThan(1.5 * equator!);
    expect(south! + north!).toBeGreaterThan(2 * (quietSouth! + quietNorth!));
  });

  it("show half of all Carrington longitudes at a time", async () => {
    const { rows } = await stream("Sample/HMI/Longitudes", "2013-01-01 to 2014-01-01");
    expect(rows.length).toBeGreaterThan(5);
    for (const { values } of rows) {
      const seen = values[1]!.filter(isValue).length;
      // Within 0.95 radii at the equator: 2 asin(0.95) = 143.6 degrees of 360, two a bin; more of them near B0.
      expect(seen).toBeGreaterThanOrEqual(70);
      expect(seen).toBeLessThan(90);
    }
  });

  it("count every pixel of the disk in a histogram", async () => {
    const { rows } = await stream("Sample/HMI/Histogram", "2013-05-23T11:00 to 2013-05-23T15:00", [
      "min=0",
      "max=80000",
      "bins=16",
    ]);
    const stored = await current("sample_hmi.ic_720s", "datavals_000", "quality & 4096 = 0");
    expect(rows.map(({ values }) => sum(values[1]!))).toEqual(stored.map(({ datavals_000 }) => datavals_000));
  });

  it("follow links to the field at the time of a continuum image", async () => {
    const { rows } = await stream("Sample/HMI/Intensity", "2013-05-23T11:00 to 2013-05-23T15:00", [
      "show=DATAMEAN,MAGRMS",
    ]);
    const fields = new Map(
      (await current("sample_hmi.m_720s", "t_rec_index, datarms::float8")).map((row) => [
        Number(row.t_rec_index),
        row.datarms,
      ]),
    );
    const slots = (await current("sample_hmi.ic_720s", "t_rec_index", "quality & 4096 = 0")).map((row) =>
      Number(row.t_rec_index),
    );
    expect(rows.map(({ values }) => values[2]![0])).toEqual(slots.map((slot) => fields.get(slot) ?? -1e31));
  });

  it("find oscillations of five minutes in the velocity", async () => {
    const { rows, packets } = await stream(
      "Sample/HMI/Oscillations",
      "2013-05-23T12:30 to 2013-05-23T13:30",
      ["dft=16", "overlap=8"],
    );
    expect(packets[0]!.planes[1]).toMatchObject({ items: 9, yUnits: "Hz" });
    expect(rows.length).toBeGreaterThan(0);
    // 16 samples of 45 s: 1.389 mHz a bin; 3.3 mHz lies between bins 2 and 3. The lowest two have the drift of the orbit.
    const mean = (bin: number): number => sum(rows.map(({ values }) => values[1]![bin]!)) / rows.length;
    expect(Math.max(mean(2), mean(3))).toBeGreaterThan(3 * Math.max(mean(5), mean(6), mean(7)));
    const velocity = await stream("Sample/HMI/Velocity", "2013-05-23T12:30 to 2013-05-23T13:30", [
      "show=DATAMEAN",
    ]);
    expect(velocity.rows.map(({ values }) => values[1]![0])).toEqual(
      (await current("sample_hmi.v_45s", "datamean::float8")).map(({ datamean }) => datamean),
    );
  });

  it.each([171, 193, 304])(
    "give the light curve at %i angstrom of its own images alone",
    async (wavelength) => {
      const { rows, packets } = await stream(
        `Sample/AIA/Flare${wavelength}`,
        "2013-05-23T13:53 to 2013-05-23T14:48",
      );
      const stored = await withClient(
        archive.url,
        async (client) =>
          (
            await client.query(
              `SELECT datarate::float8, datamax::float8, exptime FROM sample_aia.lev1_euv_12s WHERE wavelnth = $1 AND nsatpix = 0 AND quality >= 0 ORDER BY t_rec`,
              [wavelength],
            )
          ).rows,
      );
      expect(packets[0]!.planes[1]).toMatchObject({ name: "DATARATE", units: "DN/s" });
      if (stored.length === 0) expect(rows).toEqual([]);
      expect(rows.map(({ values }) => values.slice(1).map((plane) => plane[0]))).toEqual(
        stored.map(({ datarate, datamax, exptime }) => [datarate, datamax, exptime]),
      );
    },
  );

  it("see the corona fade above the limb", async () => {
    const { rows } = await stream("Sample/AIA/Limb", "2013-05-23T13:53 to 2013-05-23T14:48");
    for (const { values } of rows) {
      // 65 bins to 1.3 radii: 0.02 a bin.
      const [limb, above] = [values[1]![50]!, values[1]![62]!];
      expect(limb).toBeGreaterThan(2 * above);
      expect(above).toBeGreaterThan(0);
    }
  });

  it("export magnetograms with all keywords of their records", async () => {
    const files = await members("Sample/HMI/Magnetograms", "2013-05-23T11:00 to 2013-05-23T15:00", [
      "compress=none",
    ]);
    const records = await current(
      "sample_hmi.m_720s",
      "t_rec",
      "sunum >= 0 AND t_rec BETWEEN 1148385600 AND 1148396400",
    );
    const images = [...files].filter(([name]) => name.endsWith(".fits"));
    expect(images.map(([name]) => name).sort()).toEqual(
      records.map(({ t_rec }) => {
        const [day, clock] = new Date(Date.UTC(1977, 0, 1) + t_rec! * 1000).toISOString().split("T") as [
          string,
          string,
        ];
        return `sample_hmi.m_720s.${day.replaceAll("-", "")}_${clock.slice(0, 8).replaceAll(":", "")}_TAI.magnetogram.fits`;
      }),
    );
    for (const [, file] of images) {
      const header = file.toString("latin1", 0, 5 * 2880);
      expect(header).toMatch(/^SIMPLE {2}= {20}T/);
      expect(header).toMatch(/CONTENT = 'SIMULATED MAGNETOGRAM'/);
      // By way of a dynamic and of a static link.
      expect(header).toMatch(/EXPTIME = +0\.139899999 /);
      expect(header).toMatch(/CALVER {2}= +2 /);
      expect(header).toMatch(/DATE-OBS= '2013-05-23T/);
    }
  });

  it("export EUV images and say which one is on tape", async () => {
    const files = await members("Sample/AIA/Images", "2013-05-23T14:04 to 2013-05-23T14:12");
    const names = [...files.keys()];
    for (const wavelength of [171, 193, 304])
      expect(
        names.some((name) => name.endsWith(`.${wavelength}.image.fits`)),
        `${wavelength}`,
      ).toBe(true);
    expect(names.some((name) => name.endsWith(".spikes.fits"))).toBe(true);
    const errors = files.get("error_list.json")!.toString();
    expect(errors).toMatch(/304/);
    expect(errors).toMatch(/off.?line|tape|not on line/i);
  });

  it("are fifteen, all described as simulated, with examples", async () => {
    const ids = [...(await tree.files()).keys()].filter(
      (id) => id.startsWith("Sample/") && !id.endsWith("_dirinfo_"),
    );
    expect(ids.length).toBe(15);
    for (const id of ids) {
      const definition = (await tree.find(id))!;
      expect(definition.description, id).toMatch(/simulated/);
      expect(definition.examples.length, id).toBeGreaterThan(0);
    }
  });
});

describe("the sources of the sample archive without one", () => {
  it.each(["Sample/HMI/MeanField", "Sample/HMI/Butterfly", "Sample/HMI/Magnetograms"])(
    "%s says so",
    async (id) => {
      const run = await start(id, "2013-05-23T13:00 to 2013-05-23T14:00", [], {});
      await expect(bytesOf(run)).rejects.toMatchObject({
        code: "BAD_CONFIG",
        message: expect.stringMatching(/no archive of series/),
      });
    },
  );
});
