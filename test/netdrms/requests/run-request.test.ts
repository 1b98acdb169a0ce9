import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memorySource } from "../../../fits/byte-source.js";
import { openFitsFile } from "../../../fits/fits-file.js";
import { firstImageHdu, openImage } from "../../../fits/open-image.js";
import { type ExportWork, startExports } from "../../../netdrms/requests/start-exports.js";
import type { TestDatabase } from "../../support/postgres.js";
import { postgresForTest } from "../../support/postgres.js";
import { sampleArchive } from "../../support/sample-archive.js";
import { withClient } from "../../support/test-databases.js";
import { accepted, type RequestsForTest, requestsForTest, until } from "./support.js";

const DEGREE = Math.PI / 180;

/** Latitude and Carrington longitude of what is seen in a direction (arcsec), as for an observer far away but for the size of the disk. */
function carrington(
  [west, north]: readonly [number, number],
  radius: number,
  tilt: number,
  meridian: number,
): readonly [number, number] {
  // From near, the angle from the centre of the disk is rho - sigma with sin(rho) = sin(sigma) / sin(radius); Thompson 2006, 2.1.
  const sigma = (Math.hypot(west, north) / 3600) * DEGREE;
  const rho = Math.asin(Math.sin(sigma) / Math.sin((radius / 3600) * DEGREE)) - sigma;
  const position = Math.atan2(west, north);
  const latitude = Math.asin(
    Math.sin(tilt * DEGREE) * Math.cos(rho) + Math.cos(tilt * DEGREE) * Math.sin(rho) * Math.cos(position),
  );
  const longitude = Math.asin((Math.sin(rho) * Math.sin(position)) / Math.cos(latitude));
  return [latitude / DEGREE, longitude / DEGREE + meridian];
}

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("an export that was asked for"), () => {
  let database: TestDatabase;
  let requests: RequestsForTest;
  let work: ExportWork;
  beforeAll(async () => {
    database = await sampleArchive();
    requests = await requestsForTest(database.url);
    work = startExports(requests.site, { concurrency: 2, pollMs: 20 });
  }, 60_000);
  afterAll(async () => {
    await work?.close();
    await requests?.close();
    await database?.drop();
  });

  const folderOf = (id: string): string => join(requests.root, id);
  const jsonOf = async (id: string, name: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(join(folderOf(id), name), "utf8")) as Record<string, unknown>;

  it("has a complete FITS file for each record, lists and sums", async () => {
    const id = await accepted(requests.pool, { protocol: "fits" });
    const { request } = await until(requests.pool, id);
    expect(request).toMatchObject({ status: 0, recordsDone: 2, failures: 0 });
    expect((await readdir(folderOf(id))).sort()).toEqual([
      "SHA256SUMS",
      "index.html",
      "index.json",
      "index.txt",
      "manifest.json",
      "sample_hmi.ic_720s.20130523_1200_TAI.continuum.fits",
      "sample_hmi.ic_720s.20130523_1212_TAI.continuum.fits",
    ]);
    // An independent program agrees with the sums.
    expect(execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: folderOf(id), encoding: "utf8" })).toBe(
      "sample_hmi.ic_720s.20130523_1200_TAI.continuum.fits: OK\nsample_hmi.ic_720s.20130523_1212_TAI.continuum.fits: OK\n",
    );
    expect(await jsonOf(id, "index.json")).toMatchObject({
      ...{ requestid: id, method: "url", protocol: "fits", status: "0", count: "2", dir: `/export/${id}` },
      keywords: "**IN FITS FILES**",
      data: [
        {
          record: "sample_hmi.ic_720s[2013.05.23_12:00:00_TAI][3]",
          filename: "sample_hmi.ic_720s.20130523_1200_TAI.continuum.fits",
        },
        { record: "sample_hmi.ic_720s[2013.05.23_12:12:00_TAI][3]" },
      ],
    });
  });

  it("says how its files came about: records by their numbers, who made them, and when", async () => {
    const id = await accepted(requests.pool, { protocol: "fits" });
    await until(requests.pool, id);
    const provenance = {
      ...{ server: "heliostream 9.9.9", series: "sample_hmi.ic_720s" },
      records: "sample_hmi.ic_720s[2013.05.23_12:00_TAI/24m]{continuum}",
      made: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    };
    const manifest = await jsonOf(id, "manifest.json");
    expect(manifest.provenance).toEqual(provenance);
    expect((await jsonOf(id, "index.json")).provenance).toEqual(provenance);
    const rows = await withClient(database.url, async (client) => {
      const found = await client.query<{ readonly recnum: string }>(
        "SELECT max(recnum) AS recnum FROM sample_hmi.ic_720s WHERE t_rec_index IN (SELECT t_rec_index FROM sample_hmi.ic_720s WHERE recnum = ANY($1)) GROUP BY t_rec_index ORDER BY t_rec_index",
        [(manifest.files as readonly { readonly recnum: number }[]).map(({ recnum }) => recnum)],
      );
      return found.rows;
    });
    expect(manifest.files).toMatchObject(rows.map(({ recnum }) => ({ recnum: Number(recnum) })));
  });

  it("has the files of several record sets of a series, names told apart, in one list", async () => {
    const id = await accepted(requests.pool, {
      ...{ protocol: "as-is", fileNameFormat: "{segment}" },
      dataset:
        "sample_hmi.ic_720s[2013.05.23_12:12_TAI]{continuum},sample_hmi.ic_720s[2013.05.23_12:00_TAI]{continuum}",
    });
    expect((await until(requests.pool, id)).request).toMatchObject({ status: 0, recordsDone: 2 });
    expect((await jsonOf(id, "index.json")).data).toEqual([
      {
        record: "sample_hmi.ic_720s[2013.05.23_12:12:00_TAI][3]{continuum}",
        filename: "continuum.fits",
      },
      {
        record: "sample_hmi.ic_720s[2013.05.23_12:00:00_TAI][3]{continuum}",
        filename: "continuum_1.fits",
      },
    ]);
    const lines = (await readFile(join(folderOf(id), `${id}.keywords.txt`), "utf8")).trim().split("\n");
    expect(lines).toHaveLength(3);
  });

  it("is a tar with its lists where that was asked for, compressed by Rice", async () => {
    const id = await accepted(requests.pool, { protocol: "fits,compress Rice", method: "url-tar" });
    expect((await until(requests.pool, id)).request.status).toBe(0);
    expect((await jsonOf(id, "index.json")).tarfile).toBe(`/export/${id}/${id}.tar`);
    const names = execFileSync("tar", ["tf", `${id}.tar`], { cwd: folderOf(id), encoding: "utf8" });
    expect(names.trim().split("\n")).toEqual([
      `${id}/sample_hmi.ic_720s.20130523_1200_TAI.continuum.fits`,
      `${id}/sample_hmi.ic_720s.20130523_1212_TAI.continuum.fits`,
      `${id}/SHA256SUMS`,
      `${id}/manifest.json`,
      `${id}/index.txt`,
    ]);
    execFileSync("tar", ["xf", `${id}.tar`], { cwd: folderOf(id) });
    execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: join(folderOf(id), id) });
    const bytes = await readFile(
      join(folderOf(id), id, "sample_hmi.ic_720s.20130523_1200_TAI.continuum.fits"),
    );
    const file = await openFitsFile(memorySource(bytes));
    const image = openImage(file, firstImageHdu(file)!);
    expect(image.compression).toBe("RICE_1");
    expect(image.shape).toEqual([192, 192]);
  });

  it("has stored files byte for byte, and a list of keywords", async () => {
    const id = await accepted(requests.pool, { protocol: "as-is" });
    expect((await until(requests.pool, id)).request.status).toBe(0);
    const list = await jsonOf(id, "index.json");
    expect(list).toMatchObject({
      keywords: `/export/${id}/${id}.keywords.txt`,
      data: [{ record: "sample_hmi.ic_720s[2013.05.23_12:00:00_TAI][3]{continuum}" }, {}],
    });
    const lines = (await readFile(join(folderOf(id), `${id}.keywords.txt`), "utf8")).trim().split("\n");
    expect(lines.map((line) => line.split("\t").length)).toEqual(
      Array.from({ length: 3 }, () => lines[0]!.split("\t").length),
    );
    const column = lines[0]!.split("\t").indexOf("T_REC");
    expect(lines.slice(1).map((line) => line.split("\t")[column])).toEqual([
      "2013.05.23_12:00:00_TAI",
      "2013.05.23_12:12:00_TAI",
    ]);
  });

  it("names records that fail and goes on with the others", async () => {
    // The storage unit of the first calibration is gone; both versions of one record are asked for.
    const id = await accepted(requests.pool, {
      dataset: "sample_hmi.m_720s[2010.05.01_12:00_TAI/800d][! 1 = 1 !]",
      fileNameFormat: "{recnum}.{segment}",
    });
    const { request } = await until(requests.pool, id);
    const manifest = await jsonOf(id, "manifest.json");
    const failures = manifest.failures as readonly { readonly message: string }[];
    expect(request.status).toBe(0);
    expect(request.failures).toBe(failures.length);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures[0]!.message).toMatch(/storage unit/);
    for (const { filename, sha256 } of manifest.files as readonly { filename: string; sha256: string }[]) {
      const bytes = await readFile(join(folderOf(id), filename));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
    }
  });

  it("has no folder where every record failed, and says why", async () => {
    const id = await accepted(requests.pool, { fileNameFormat: "{NO_SUCH}.fits" });
    const { request } = await until(requests.pool, id);
    expect(request).toMatchObject({ status: 4 });
    expect(request.error).toMatch(/none of the 2 files could be exported: .*UnknownKey "NO_SUCH"/);
    expect((await readdir(requests.root)).filter((name) => name.includes(id))).toEqual([]);
  });

  it("follows a place on the Sun through two hours of images", async () => {
    const id = await accepted(requests.pool, {
      dataset: "sample_hmi.m_720s[2013.05.23_12:00_TAI/2h]{magnetogram}",
      processing:
        "im_patch,t_ref=2013.05.23_12:00:00_TAI,locunits=arcsec,boxunits=pixels,x=-203,y=155,width=9,height=9,t=0,r=1,c=0",
      fileNameFormat: "{T_REC:A-1}.fits",
    });
    expect((await until(requests.pool, id)).request).toMatchObject({ status: 0, failures: 0 });
    const { files } = (await jsonOf(id, "manifest.json")) as {
      files: readonly { readonly filename: string }[];
    };
    expect(files).toHaveLength(10);
    const places: (readonly [number, number])[] = [];
    const seen: number[] = [];
    for (const { filename } of files) {
      const file = await openFitsFile(memorySource(await readFile(join(folderOf(id), filename))));
      const { header } = firstImageHdu(file)!;
      const of = (name: string): number => header.real(name)!;
      expect(openImage(file, firstImageHdu(file)!).shape).toEqual([9, 9]);
      expect(header.commentary("HISTORY").join(" ")).toContain("im_patch: 9 x 9 pixels");
      // The middle of nine pixels is the fifth.
      const roll = of("CROTA2") * DEGREE;
      const [dx, dy] = [(5 - of("CRPIX1")) * of("CDELT1"), (5 - of("CRPIX2")) * of("CDELT2")];
      const west = dx * Math.cos(roll) - dy * Math.sin(roll);
      const north = dx * Math.sin(roll) + dy * Math.cos(roll);
      seen.push(west);
      places.push(carrington([west, north], of("RSUN_OBS"), of("CRLT_OBS"), of("CRLN_OBS")));
    }
    expect(seen[0]).toBeCloseTo(-203, 1);
    // Two hours are a degree of rotation, some sixteen arcseconds in the middle of the disk.
    expect(seen.at(-1)! - seen[0]!).toBeGreaterThan(14);
    for (const [latitude, longitude] of places) {
      expect(latitude).toBeCloseTo(places[0]![0], 2);
      expect(longitude).toBeCloseTo(places[0]![1], 2);
    }
  });

  it("lists storage units in the form of their own", async () => {
    const [unit] = await requests.pool
      .begin({ access: "read", statementTimeoutMs: 1000 })
      .then(async (transaction) => {
        const rows = await transaction.query({
          kind: "sql",
          parts: [
            "SELECT ds_index, online_loc FROM public.sum_main WHERE online_status = 'Y' ORDER BY ds_index LIMIT 1",
          ],
        });
        await transaction.rollback();
        return rows;
      });
    const id = await accepted(requests.pool, {
      kind: "units",
      dataset: `${unit!.ds_index},77`,
      protocol: "as-is",
    });
    expect(id).toMatch(/^TEST_\d{8}_\d{3}_SU$/);
    await until(requests.pool, id);
    expect((await jsonOf(id, "index.json")).data).toEqual([
      expect.objectContaining({ sunum: String(unit!.ds_index), path: unit!.online_loc, sustatus: "Y" }),
      {
        record: "NA",
        filename: "NoDataFile",
        sunum: "77",
        series: "NA",
        path: "NA",
        sustatus: "I",
        susize: "0",
      },
    ]);
  });
});
