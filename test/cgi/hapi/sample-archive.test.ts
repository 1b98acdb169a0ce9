import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
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

  const LIST = "Sample/HMI/MagnetogramList";
  /** Times, checksums and URIs of the records of the day, and the base of the URIs as a query. */
  async function files(dataset: string) {
    const { parameters } = json(await site.ask("info", { dataset, parameters: "sha256,file" }));
    const { bytes } = await site.ask("data", { dataset, ...DAY, parameters: "sha256,file" });
    const base = String(parameters[2].stringType.uri.base).split("?")[1];
    const rows = bytes.toString().trimEnd().split("\r\n");
    return {
      parameters,
      rows: rows.map((row) => {
        const [time = "", sha256 = "", file = ""] = row.split(",");
        return { time, sha256, query: `${base}${file}` };
      }),
    };
  }

  it("lead from each record to its own file, whose checksum is known when it has been made", async () => {
    const before = await files(LIST);
    expect(before.parameters[1]).toMatchObject({ name: "sha256", type: "string", length: 64, fill: "" });
    expect(before.parameters[2].stringType.uri.mediaType).toBe("application/fits");
    expect(new Set(before.rows.map(({ query }) => query)).size).toBe(before.rows.length);
    expect(before.rows.map(({ sha256 }) => sha256)).toEqual(before.rows.map(() => ""));

    const { query } = before.rows[1]!;
    const answer = await site.server.ask(query);
    expect([answer.status, answer.header("content-type")]).toEqual([200, "application/fits"]);
    expect(answer.bytes.toString("latin1", 0, 30)).toBe("SIMPLE  =                    T");
    expect(answer.bytes.length % 2880).toBe(0);
    const { stdout } = spawnSync("sha256sum", { input: answer.bytes, encoding: "utf8" });
    const sum = stdout.slice(0, 64);
    expect(answer.header("etag")).toBe(`"${sum}"`);

    const after = await files(LIST);
    expect(after.rows.map(({ sha256 }) => sha256)).toEqual(after.rows.map((_, n) => (n === 1 ? sum : "")));
  });

  it("give the checksums of all files where these may be made", async () => {
    const { rows } = await files(`${LIST},sums`);
    for (const { sha256, query } of rows.slice(0, 3)) {
      const { bytes } = await site.server.ask(query);
      expect(sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
    // Made once, they are known to those who do not wait for them.
    expect((await files(LIST)).rows).toEqual(rows);
  });

  it("never have the checksum of a file that would be another now", async () => {
    const { rows } = await files(`${LIST},sums`);
    const [first] = rows as [(typeof rows)[0]];
    await withClient(archive.url, async (client) => {
      // 12:11:25 UTC is 12:12:00 TAI; seconds since 1977 TAI.
      const { rowCount } = await client.query(
        "UPDATE sample_hmi.m_720s SET quality = quality | 64 WHERE t_rec BETWEEN 1148385600 AND 1148386320",
      );
      expect(rowCount).toBeGreaterThan(0);
    });
    const now = (await files(LIST)).rows;
    expect(now[0]).toEqual({ ...first, sha256: "" });
    expect(now[2]).toEqual(rows[2]);
    const { bytes } = await site.server.ask(first.query);
    const sum = createHash("sha256").update(bytes).digest("hex");
    expect(sum).not.toBe(first.sha256);
    expect((await files(LIST)).rows[0]?.sha256).toBe(sum);
    expect(first.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("give parts of a file, and nothing where the client has it", async () => {
    const [, { query }] = (await files(LIST)).rows as [unknown, { query: string }];
    const whole = await site.server.ask(query);
    const tag = whole.header("etag") ?? "";
    const part = await site.server.ask(query, { headers: { range: "bytes=2880-5759", "if-range": tag } });
    expect([part.status, part.header("content-range")]).toEqual([
      206,
      `bytes 2880-5759/${whole.bytes.length}`,
    ]);
    expect(part.bytes.equals(whole.bytes.subarray(2880, 5760))).toBe(true);
    const last = await site.server.ask(query, { headers: { range: "bytes=-100" } });
    expect(last.bytes.equals(whole.bytes.subarray(-100))).toBe(true);
    const beyond = await site.server.ask(query, { headers: { range: `bytes=${whole.bytes.length}-` } });
    expect([beyond.status, beyond.bytes.length]).toEqual([416, 0]);
    const known = await site.server.ask(query, { headers: { "if-none-match": tag } });
    expect([known.status, known.bytes.length]).toEqual([304, 0]);
    const digest = createHash("sha256").update(whole.bytes).digest("base64");
    expect(whole.header("repr-digest")).toBe(`sha-256=:${digest}:`);
  });

  it("refuse a range of several files or of none, and say so", async () => {
    const ask = (begin: string, end: string) =>
      site.server.ask(
        `server=dataset&dataset=Sample/HMI/MagnetogramFile&start_time=2013-05-23T${begin}&end_time=2013-05-23T${end}`,
      );
    const several = await ask("12:00", "15:00");
    expect(several.status).toBe(400);
    expect(several.bytes.toString()).toContain("more than one file in this range");
    expect((await ask("12:00", "12:05")).status).toBe(404);
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
