import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTable } from "../../../fits/binary-table.js";
import { memorySource } from "../../../fits/byte-source.js";
import { openFitsFile } from "../../../fits/fits-file.js";
import { pixelsInMemory } from "../../../fits/image.js";
import { openImage } from "../../../fits/open-image.js";
import { drmsExport } from "../../../netdrms/programs/drms-export/index.js";
import { RecordStore } from "../../../netdrms/store/record-store.js";
import { postgresForTest } from "../../support/postgres.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import { LEV1_JSD } from "../store/magnetograms.js";
import { runOn } from "./run-program.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("drms_export"), () => {
  let archive: WrittenArchive;
  let folder: string;
  beforeAll(async () => {
    archive = await writtenArchive();
    folder = mkdtempSync(join(tmpdir(), "heliostream-exports-"));
    const series = await archive.makeSeries(LEV1_JSD);
    await archive.writing((write) =>
      new RecordStore(write).insert(
        series,
        Array.from({ length: 4 }, (_, n) => ({
          keywords: { FSN: n + 1, EXPTIME: n === 3 ? Number.NaN : n / 2 },
          segments: {
            image: {
              kind: "image" as const,
              image: pixelsInMemory(
                Int16Array.from({ length: 24 }, (_, i) => i * n),
                [6, 4],
              ),
            },
          },
        })),
      ),
    );
    const [row] = await archive.rows(
      "SELECT m.online_loc FROM su_ex.lev1 l JOIN sum_main m ON m.ds_index = l.sunum WHERE fsn = 4",
    );
    rmSync(join(String(row!.online_loc), "S00000", "image.fits"));
  }, 60_000);
  afterAll(async () => {
    await archive.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const module = drmsExport({ now: () => 1_767_323_045_000, license: "CC0 1.0" });
  /** Runs it; standard output as bytes. */
  async function run(...argv: readonly string[]) {
    const bytes: Uint8Array[] = [];
    const { status, lines } = await runOn(archive, module, argv, {
      print: async (piece) => void bytes.push(Buffer.from(piece)),
    });
    return { status, lines, bytes: Buffer.concat(bytes) };
  }

  it("fills a folder with complete files and the lists that name them", async () => {
    const out = join(folder, "one");
    const { status, lines, bytes } = await run(
      "su_ex.lev1[]",
      `out=${out}`,
      "cparms=rice",
      "ffmt={FSN:%03d}.fits",
    );
    expect(status).toBe(0);
    expect(lines).toEqual([expect.stringMatching(/^drms_export: su_ex\.lev1\[4\]: .*is missing$/)]);
    expect(readdirSync(out).sort()).toEqual([
      "001.fits",
      "002.fits",
      "003.fits",
      "index.html",
      "index.json",
      "index.txt",
    ]);
    expect(String(bytes)).toMatch(/^3 files, \d+ bytes, 1 failures in one\n$/);
    const image = openImage(await openFitsFile(memorySource(readFileSync(join(out, "002.fits")))));
    expect(image.compression).toBe("RICE_1");
    expect([...(await image.read())]).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(image.hdu.header.real("EXPTIME")).toBe(0.5);
    const list = JSON.parse(readFileSync(join(out, "index.json"), "utf8")) as {
      status: string;
      data: unknown[];
    };
    expect(list.status).toBe("0");
    expect(list.data).toEqual(
      [1, 2, 3].map((n) => ({ record: `su_ex.lev1[${n}]`, filename: `00${n}.fits` })),
    );
    expect(readFileSync(join(out, "index.txt"), "utf8")).toContain("\nprotocol=fits\ncount=3\n");
  });

  it("stages tars in a folder, with a status file that ends as DONE", async () => {
    const out = join(folder, "staged");
    const { status, lines, bytes } = await run("su_ex.lev1[]", `stage=${out}`, "id=V_7", "tarsize=1");
    expect(status).toBe(0);
    expect(lines).toEqual([expect.stringContaining("1 files failed")]);
    expect(bytes.toString()).toMatch(/^3 files, \d+ bytes, 1 failures in 3 tars in staged\n$/);
    expect(readdirSync(out).sort()).toEqual([
      ...["V_7.DONE", "V_7_0000.tar", "V_7_0001.tar", "V_7_0002.tar"],
    ]);
    expect((await run("su_ex.lev1[]", `stage=${out}`)).status).toBe(1);
    expect((await run("su_ex.lev1[]", `stage=${out}`, "id=a", "-s")).status).toBe(1);
    expect((await run("su_ex.lev1[]", `stage=${out}`, "id=b", "maxfilesize=1")).status).toBe(11);
    expect(readFileSync(join(out, "b.FAIL"), "utf8")).toContain("EXPORT_MSG=ended at the limit of 1 bytes\n");
  });

  it("is a tar on standard output by default, and its size is bounded", async () => {
    const whole = await run("su_ex.lev1[1-2]", "cparms=none");
    expect(whole.status).toBe(0);
    expect(whole.bytes.toString("latin1", 257, 262)).toBe("ustar");
    expect(whole.bytes.length % 512).toBe(0);
    const cut = await run("su_ex.lev1[1-2]", "cparms=none", "maxfilesize=9000");
    expect(cut.status).toBe(11);
    expect(cut.bytes.includes("the export ends here")).toBe(true);
  });

  it("is one file with -s, behind its name with -d, and refuses to be several", async () => {
    const { status, bytes } = await run("-sd", "su_ex.lev1[3]", "cparms=none");
    expect(status).toBe(0);
    const name = bytes.toString("latin1", 0, 256);
    expect(name.replaceAll("\0", "")).toMatch(/^su_ex\.lev1\.\d+\.image\.fits$/);
    const image = openImage(await openFitsFile(memorySource(bytes.subarray(256))));
    expect((await image.read())[23]).toBe(46);
    const several = await run("-s", "su_ex.lev1[1-2]");
    expect(several).toMatchObject({
      status: 13,
      lines: ["drms_export: 2 files for a stream of a single file"],
    });
    expect(several.bytes.length).toBe(0);
  });

  it("is a table of keywords with -k", async () => {
    const { status, bytes } = await run("-k", "su_ex.lev1[]");
    expect(status).toBe(0);
    const file = await openFitsFile(memorySource(bytes));
    const table = openTable(file, file.hdus[1]!);
    expect(table.columns.map(({ name }) => name)).toEqual(["FSN", "EXPTIME"]);
    expect([...((await table.read(table.column("FSN"))) as Int32Array)]).toEqual([1, 2, 3, 4]);
    expect([...((await table.read(table.column("EXPTIME"))) as Float32Array)]).toEqual([
      0,
      0.5,
      1,
      Number.NaN,
    ]);
  });

  it("names keywords as a map file says", async () => {
    const map = join(folder, "map");
    writeFileSync(map, "EXPOSURE EXPTIME\nONE\n");
    const { lines, bytes } = await run("-k", "su_ex.lev1[1]", `mapfile=${map}`);
    expect(lines).toEqual(['drms_export: keyword map, line 2: "ONE", expected two names']);
    const file = await openFitsFile(memorySource(bytes));
    expect(openTable(file, file.hdus[1]!).columns.map(({ name }) => name)).toEqual(["FSN", "EXPOSURE"]);
  });

  it.each([
    [["su_ex.none[1]"], 1, /unknown|no series|NO_SUCH|su_ex\.none/],
    [["su_ex.lev1[1"], 1, /expected "\]".*\nsu_ex\.lev1\[1\n {10}\^/],
    [[], 1, /no record set, expected spec= or a first argument/],
    [["su_ex.lev1[1]", "ffmt={FSN"], 8, /a \{ without its \}/],
    [["su_ex.lev1[1]", "cparms=plio"], 1, /not written here/],
    [["su_ex.lev1[1]", "mapfile=/no/such/file"], 1, /expected a file that can be read/],
    [["su_ex.lev1[4]", "-e"], 12, undefined],
  ])("%j ends with status %d", async (argv, status, message) => {
    const result = await run(...argv);
    expect(result.status).toBe(status);
    if (message === undefined) expect(result.lines).toEqual([]);
    else expect(result.lines.join("\n")).toMatch(message);
  });

  it("leaves no half of a file where the disk does not take it", async () => {
    const out = join(folder, "taken");
    // A folder stands where the file would be.
    const first = await run("su_ex.lev1[1]", `out=${out}`, "ffmt=a/b.fits");
    expect(first.status).toBe(0);
    rmSync(join(out, "a_b.fits"));
    writeFileSync(join(out, "x"), "");
    const { status } = await run("su_ex.lev1[1]", `out=${join(out, "x")}`);
    expect(status).not.toBe(0);
    expect(existsSync(join(out, "a_b.fits.part"))).toBe(false);
  });
});
