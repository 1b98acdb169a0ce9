import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startExportWork } from "../../cgi/jsoc/export-work.js";
import { memorySource } from "../../fits/byte-source.js";
import { openFitsFile } from "../../fits/fits-file.js";
import { firstImageHdu, openImage } from "../../fits/open-image.js";
import type { ExportWork } from "../../netdrms/requests/start-exports.js";
import { type JsocServer, jsocServer } from "../support/jsoc-server.js";
import { postgresForTest, type TestDatabase } from "../support/postgres.js";
import { sampleArchive } from "../support/sample-archive.js";
import { withClient } from "../support/test-databases.js";

const python = ["/usr/bin/python3", "python3"].find(
  (program) => spawnSync(program, ["-c", "import drms"]).status === 0,
);
const hasAstropy = python !== undefined && spawnSync(python, ["-c", "import astropy.wcs"]).status === 0;
const postgres = await postgresForTest();

interface Wish {
  readonly args: readonly unknown[];
  readonly named: Readonly<Record<string, unknown>>;
}

interface Looked {
  readonly shape: readonly number[];
  readonly compressed: boolean;
  readonly T_REC: string | null;
  readonly sum: number;
  readonly missing: number;
  readonly middle: readonly [number, number];
}

interface Got {
  readonly first: Readonly<Record<string, unknown>>;
  readonly dir: string | null;
  readonly tarfile: string | null;
  readonly keywords: string | null;
  readonly records: readonly (string | null)[];
  readonly urls: readonly string[];
  readonly files: readonly string[];
  readonly sizes: readonly number[];
  readonly looked: readonly (Looked | null)[];
  readonly again: boolean;
}

const DAY = "sample_hmi.ic_720s[2013.05.23_12:00_TAI/24m]{continuum}";

describe.skipIf(postgres.missing)(postgres.title("exports by the Python client drms"), () => {
  let database: TestDatabase;
  let server: JsocServer;
  let work: ExportWork | undefined;
  let root = "";
  beforeAll(async () => {
    if (python === undefined)
      throw new Error("python3-drms is not installed (scripts/install-system.sh installs it)");
    database = await sampleArchive();
    root = mkdtempSync(join(tmpdir(), "heliostream-client-"));
    server = await jsocServer(database.url, {
      HELIOSTREAM_EXPORT_ROOT: join(root, "exports"),
      HELIOSTREAM_EXPORT_MAX_PENDING: "10",
    });
    await withClient(database.url, (client) =>
      client.query("INSERT INTO jsoc.export_user_info (address) VALUES ('user@example.org')"),
    );
    work = startExportWork(server.live.server.site, () => {});
  }, 120_000);
  afterAll(async () => {
    await work?.close();
    await server?.close();
    await database?.drop();
    if (root !== "") rmSync(root, { recursive: true, force: true });
  });

  let folders = 0;
  async function ask<T = Got>(...wishes: readonly Wish[]): Promise<readonly T[]> {
    const folder = join(root, `got-${folders++}`);
    mkdirSync(folder);
    const { stdout } = await promisify(execFile)(
      python!, // checked before all
      [join(import.meta.dirname, "drms-exports.py"), `${server.url}/`, folder, JSON.stringify(wishes)],
    );
    return JSON.parse(stdout) as readonly T[]; // what the script prints
  }

  it("downloads stored files at once, byte for byte", async () => {
    const [got] = await ask({ args: [DAY], named: { method: "url_quick", protocol: "as-is" } });
    expect(got).toMatchObject({
      first: { status: 0, id: null, method: "url_quick", protocol: "as-is" },
      records: [
        "sample_hmi.ic_720s[2013.05.23_12:00:00_TAI][3]{continuum}",
        "sample_hmi.ic_720s[2013.05.23_12:12:00_TAI][3]{continuum}",
      ],
    });
    for (const [n, file] of got!.files.entries()) {
      const path = new URL(got!.urls[n]!).pathname.slice("/cgi-bin/ajax".length);
      expect(readFileSync(file)).toEqual(readFileSync(path));
    }
  });

  it("waits for complete FITS files under the names that it makes, and finds them by their id again", async () => {
    const [got] = await ask({ args: [DAY], named: { method: "url", protocol: "fits" } });
    expect(got!.first).toMatchObject({ status: 2, method: "url", protocol: "fits" });
    expect(got!.first.id).toMatch(/^JSOC_\d{8}_\d{3}$/);
    expect(got).toMatchObject({ dir: `/export/${got!.first.id}`, again: true });
    expect(got!.files.map((file) => basename(file))).toEqual([
      "sample_hmi.ic_720s.20130523_120000_TAI.3.continuum.fits",
      "sample_hmi.ic_720s.20130523_121200_TAI.3.continuum.fits",
    ]);
    expect(got!.records).toEqual([
      "sample_hmi.ic_720s[2013.05.23_12:00:00_TAI][3]",
      "sample_hmi.ic_720s[2013.05.23_12:12:00_TAI][3]",
    ]);
    if (hasAstropy)
      expect(got!.looked.map((one) => [one!.T_REC, one!.compressed, one!.shape])).toEqual([
        ["2013.05.23_12:00:00.000_TAI", false, [192, 192]],
        ["2013.05.23_12:12:00.000_TAI", false, [192, 192]],
      ]);
  });

  it("has images compressed by Rice that funpack makes the same of", async () => {
    const words = { op: "exp_request", ds: DAY, notify: "user@example.org", "process=n": "1" };
    const bytesOf = async (protocol: string): Promise<Buffer> => {
      let reply = await server.ask("jsoc_fetch", { ...words, protocol });
      const { requestid } = reply;
      while (String(reply.status) !== "0")
        reply = await server.ask("jsoc_fetch", { op: "exp_status", requestid: String(requestid) });
      const [{ filename }] = reply.data as readonly [{ readonly filename: string }];
      return Buffer.from(await (await fetch(`${server.url}${reply.dir}/${filename}`)).arrayBuffer());
    };
    const [plain, packed] = [await bytesOf("fits"), await bytesOf("fits,compress Rice")];
    writeFileSync(join(root, "packed.fits"), packed);
    execFileSync("funpack", ["-O", join(root, "unpacked.fits"), join(root, "packed.fits")]);
    expect(packed.length).toBeLessThan(plain.length);
    const pixels = async (bytes: Uint8Array) => {
      const file = await openFitsFile(memorySource(bytes));
      return openImage(file, firstImageHdu(file)!).read();
    };
    expect(await pixels(readFileSync(join(root, "unpacked.fits")))).toEqual(await pixels(plain));
  });

  it("downloads one tar", async () => {
    const [got] = await ask({ args: [DAY], named: { method: "url-tar", protocol: "fits" } });
    const id = String(got!.first.id);
    expect(got).toMatchObject({
      tarfile: `/export/${id}/${id}.tar`,
      files: [expect.stringContaining(`${id}.tar`)],
    });
    const into = mkdtempSync(join(root, "tar-"));
    execFileSync("tar", ["xf", got!.files[0]!], { cwd: into });
    execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: join(into, id), stdio: "ignore" });
    expect(readdirSync(join(into, id)).filter((name) => name.endsWith(".fits"))).toHaveLength(2);
  });

  it.skipIf(!hasAstropy)(
    hasAstropy
      ? "cuts images out where astropy finds the place that was asked for"
      : "cuts images out [skipped: astropy is not installed]",
    async () => {
      const place = { t_ref: "2013-05-23T12:00:00", locunits: "arcsec", boxunits: "arcsec", x: -203, y: 155 };
      const wish = (flags: Readonly<Record<string, number>>): Wish => ({
        args: [DAY],
        named: {
          ...{ method: "url", protocol: "fits", n: 1 },
          process: { im_patch: { ...place, width: 345.6, height: 200, ...flags } },
        },
      });
      const [plain, exact, whole] = await ask(wish({ t: 1, r: 0, c: 0 }), wish({ t: 1, r: 1, c: 0 }), {
        args: [DAY],
        named: { method: "url", protocol: "fits", n: 1 },
      });
      const [cut, moved, full] = [plain, exact, whole].map((one) => one!.looked[0]!);
      const scale = 0.504 * (4096 / 192); // arcsec a pixel, as the sample archive has it
      // So many pixels as go into the width, and one.
      expect(cut!.shape).toEqual([1 + Math.trunc(200 / scale), 1 + Math.trunc(345.6 / scale)]);
      // Whole pixels are cut: half of one on each side.
      expect(Math.abs(cut!.middle[0] - place.x)).toBeLessThan(scale);
      expect(Math.abs(cut!.middle[1] - place.y)).toBeLessThan(scale);
      expect(moved!.shape).toEqual(cut!.shape);
      expect(moved!.middle[0]).toBeCloseTo(place.x, 1);
      expect(moved!.middle[1]).toBeCloseTo(place.y, 1);
      expect(cut!.T_REC).toBe(full!.T_REC);
      expect(cut!.sum).toBeLessThan(full!.sum);
      // Interpolated values are about those that are there.
      expect(Math.abs(moved!.sum / cut!.sum - 1)).toBeLessThan(0.05);
    },
  );

  it("is told why something is not done", async () => {
    const [step, series, address] = await ask<Readonly<Record<string, unknown>>>(
      { args: [DAY], named: { method: "url", protocol: "fits", process: { rebin: { scale: 0.25 } } } },
      { args: ["sample_hmi.ic_720s[2099.01.01_TAI]"], named: { method: "url", protocol: "fits" } },
      { args: [DAY], named: { email: "nobody@example.org" } },
    );
    expect(step).toMatchObject({
      raised: "DrmsExportError",
      text: expect.stringMatching(/"rebin" is not done here.*\[status=4\]/),
    });
    expect(series).toMatchObject({ text: expect.stringContaining("there are no such records") });
    expect(address).toMatchObject({ text: expect.stringMatching(/not registered.*\[status=4\]/) });
  });
});
