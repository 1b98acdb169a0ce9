import { join } from "node:path";
import { Readable } from "node:stream";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../../config/package-root.js";
import { type HapiSite, hapiSite, json } from "../../support/hapi-site.js";
import { postgresForTest, type TestDatabase } from "../../support/postgres.js";
import { sampleArchive } from "../../support/sample-archive.js";
import { withClient } from "../../support/test-databases.js";

const postgres = await postgresForTest();
const DAY = { start: "2013-05-23T12:00Z", stop: "2013-05-23T15:00Z" };

describe.skipIf(postgres.missing)(postgres.title("the series of the sample archive, by HAPI"), () => {
  let archive: TestDatabase;
  let site: HapiSite;
  beforeAll(async () => {
    archive = await sampleArchive();
    site = hapiSite({
      definitions: join(packageRoot(), "dsdf/sources"),
      settings: { HELIOSTREAM_DRMS_URL: archive.url, HELIOSTREAM_SUMS_URL: "" },
    });
  }, 120_000);
  afterAll(async () => {
    await site?.close();
    await archive?.drop();
  });

  it("have the keywords of the current records, to the last digit", async () => {
    const { bytes } = await site.ask("data", { dataset: "Sample/HMI/MagnetogramList", ...DAY });
    const lines = bytes.toString().trimEnd().split("\r\n");
    const rows = await withClient(archive.url, async (client) => {
      const found = await client.query<Record<string, number>>(
        `SELECT datamean, datarms FROM sample_hmi.m_720s r WHERE quality >= 0 AND recnum =
          (SELECT max(recnum) FROM sample_hmi.m_720s v WHERE v.t_rec_index = r.t_rec_index) ORDER BY t_rec`,
      );
      return found.rows;
    });
    expect(lines.length).toBeGreaterThan(3);
    const first = rows.findIndex(
      ({ datamean }) => Math.fround(Number(lines[0]?.split(",")[1])) === Math.fround(datamean!),
    );
    expect(first).toBeGreaterThanOrEqual(0);
    for (const [i, line] of lines.entries()) {
      const [, mean, rms] = line.split(",").map((field) => Math.fround(Number(field)));
      expect([mean, rms]).toEqual([
        Math.fround(rows[first + i]!.datamean!),
        Math.fround(rows[first + i]!.datarms!),
      ]);
    }
  });

  it("lead from each record to its own file", async () => {
    const dataset = "Sample/HMI/MagnetogramList";
    const { parameters } = json(await site.ask("info", { dataset, parameters: "file" }));
    const { base, mediaType } = parameters[1].stringType.uri;
    expect(mediaType).toBe("application/x-tar");
    const { bytes } = await site.ask("data", { dataset, ...DAY, parameters: "file" });
    const files = bytes
      .toString()
      .trimEnd()
      .split("\r\n")
      .map((line) => line.split(",")[1]);
    expect(new Set(files).size).toBe(files.length);
    const answer = await site.server.ask(`${base.split("?")[1]}${files[1]}`);
    const names: string[] = [];
    for await (const entry of Readable.from([answer.bytes]).pipe(extract())) {
      names.push(entry.header.name);
      entry.resume();
    }
    expect(names.filter((name) => name.endsWith(".fits"))).toHaveLength(1);
  });

  it("give spectra of images with the axis of their product", async () => {
    const { parameters } = json(await site.ask("info", { dataset: "Sample/HMI/Butterfly" }));
    const [, field] = parameters;
    expect(field.size).toEqual([90]);
    // Ninety bins of two degrees, from pole to pole.
    expect(field.bins[0].centers[0]).toBeCloseTo(-89, 9);
    expect(field.bins[0].centers[89]).toBeCloseTo(89, 9);
    expect(field.bins[0].ranges[45][0]).toBeCloseTo(0, 9);
  });
});
