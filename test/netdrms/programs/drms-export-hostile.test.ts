import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memorySource } from "../../../fits/byte-source.js";
import { openFitsFile } from "../../../fits/fits-file.js";
import { pixelsInMemory } from "../../../fits/image.js";
import { openImage } from "../../../fits/open-image.js";
import { OutputGone } from "../../../netdrms/module/module.js";
import { drmsExport } from "../../../netdrms/programs/drms-export/index.js";
import { RecordStore } from "../../../netdrms/store/record-store.js";
import { postgresForTest } from "../../support/postgres.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import { runOn } from "./run-program.js";

const head = (name: string) => `Seriesname: ${name}
Author: "A. Author"
Owner: ex
Unitsize: 1
Archive: 0
Retention: 10
Tapegroup: 0
PrimeKeys: N
Description: "Odd things"
Keyword: N, int, variable, record, 0, %d, none, "Number"
Keyword: NAME, string, variable, record, "", %s, none, "Name"
`;
const FILES_JSD = `${head("su_ex.Odd")}Data: notes, variable, int, 0, none, generic, "Notes"
`;
const IMAGES_JSD = `${head("su_ex.Cubes")}Data: cube, variable, short, 3, 8, 4, 3, "DN", fits, "compress Rice 8,4,1", 0, 1, "Cube"
`;

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("drms_export of odd records"), () => {
  let archive: WrittenArchive;
  let folder: string;
  const longName = "x".repeat(255);
  beforeAll(async () => {
    archive = await writtenArchive();
    folder = mkdtempSync(join(tmpdir(), "heliostream-odd-"));
    const tree = (n: number): string => {
      const notes = join(folder, `given${n}`, "notes");
      mkdirSync(join(notes, "deep.d"), { recursive: true });
      writeFileSync(join(notes, "a.txt"), `a${n}`);
      writeFileSync(join(notes, "deep.d", "README"), `readme${n}`);
      return notes;
    };
    const file = (name: string): string => {
      writeFileSync(join(folder, name), name);
      return join(folder, name);
    };
    const odd = await archive.makeSeries(FILES_JSD);
    const cubes = await archive.makeSeries(IMAGES_JSD);
    const pixels = Int16Array.from({ length: 96 }, (_, i) => i);
    await archive.writing(async (write) => {
      const store = new RecordStore(write);
      await store.insert(
        odd,
        [tree(1), tree(2), file(longName), file("plain")].map((path, n) => ({
          keywords: { N: n + 1, NAME: n === 3 ? "two\nlines=1\tand a tab" : "one" },
          segments: { notes: { kind: "file", path } },
        })),
      );
      await store.insert(
        cubes,
        [1, 2].map((n) => ({
          keywords: { N: n, NAME: `cube${n}` },
          segments: { cube: { kind: "image", image: pixelsInMemory(pixels, [8, 4, 3]) } },
        })),
      );
    });
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

  async function tarNames(bytes: Buffer): Promise<readonly string[]> {
    const unpack = extract();
    unpack.end(bytes);
    const names: string[] = [];
    for await (const entry of unpack) {
      names.push(entry.header.name);
      await buffer(entry);
    }
    return names;
  }

  it("keeps folders of one name apart, each as it was", async () => {
    const out = join(folder, "trees");
    expect((await run("su_ex.odd[1-2]", `out=${out}`, "ffmt={segment}")).status).toBe(0);
    expect(readdirSync(out, { recursive: true }).map(String).sort()).toEqual(
      ["notes", "notes_1"]
        .flatMap((name) => [name, `${name}/a.txt`, `${name}/deep.d`, `${name}/deep.d/README`])
        .concat(["index.html", "index.json", "index.txt"])
        .sort(),
    );
    expect(readFileSync(join(out, "notes_1", "deep.d", "README"), "utf8")).toBe("readme2");
  });

  it("takes a stored file whose name is as long as one can be", async () => {
    const { status, bytes } = await run("-s", "su_ex.odd[3]", "ffmt=f");
    expect([status, String(bytes)]).toEqual([0, longName]);
  });

  it("gives no file the name of a list", async () => {
    const out = join(folder, "lists");
    expect((await run("su_ex.odd[4]", `out=${out}`, "ffmt=index.txt")).status).toBe(0);
    expect(readFileSync(join(out, "index_1.txt"), "utf8")).toBe("plain");
    expect(readFileSync(join(out, "index.txt"), "utf8")).toContain("\tindex_1.txt\n");
    const tar = await run("su_ex.odd[4]", "ffmt=file_list.json");
    expect(await tarNames(tar.bytes)).toEqual([
      "jsoc/file_list_1.json",
      "jsoc/file_list.json",
      "jsoc/error_list.json",
    ]);
  });

  it("writes a record whose key has lines on one line of the list", async () => {
    await archive.rows("UPDATE su_ex.drms_series SET primary_idx = 'N, NAME' WHERE seriesname = 'su_ex.Odd'");
    await archive.rows(
      "UPDATE su_ex.drms_keyword SET persegment = persegment | 12 WHERE seriesname = 'su_ex.Odd' AND keywordname = 'NAME'",
    );
    const out = join(folder, "lines");
    expect((await run("su_ex.odd[4]", `out=${out}`, "ffmt=f")).status).toBe(0);
    const [, data] = readFileSync(join(out, "index.txt"), "utf8").split("# DATA\n");
    expect(data).toBe("su_ex.Odd[4][two lines=1 and a tab]\tf\n");
  });

  it("refuses a folder of files for a single file", async () => {
    const { status, lines, bytes } = await run("-s", "su_ex.odd[1]");
    expect(status).toBe(13);
    expect(lines).toEqual(["drms_export: a folder of files for a stream of a single file"]);
    expect(bytes.length).toBe(0);
  });

  it.each(["/proc/heliostream/out", join("/dev/null", "out"), ""])(
    "says that the folder %j cannot be made",
    async (out) => {
      const { status, lines } = await run("su_ex.odd[4]", `out=${out}`);
      expect(status).toBe(1);
      expect(lines).toEqual([
        expect.stringMatching(/^drms_export: folder ".*" \(E[A-Z]+\), expected one that can be made/),
      ]);
    },
  );

  it("takes the lists of an earlier export away before anything else", async () => {
    const out = join(folder, "again");
    await run("su_ex.odd[4]", `out=${out}`, "ffmt=f");
    expect(existsSync(join(out, "index.txt"))).toBe(true);
    const { status } = await run("su_ex.odd[? N / (N - N) = 1 ?]", `out=${out}`, "ffmt=f");
    expect(status).not.toBe(0);
    expect(readdirSync(out)).toEqual(["f"]);
  });

  it.each([["out"], ["tar"]])("writes no more than it may of an image that unfolds, %s", async (way) => {
    const out = join(folder, "bounded");
    // Two units of 2880 bytes for a plain image; its size is only known when it was written.
    const args = ["su_ex.cubes[1]", "cparms=none", "maxfilesize=5000", "ffmt=f"];
    const { status, lines } = await run(...args, ...(way === "out" ? [`out=${out}`] : []));
    expect(status).toBe(11);
    if (way === "out") {
      expect(lines.at(-1)).toMatch(/the export ends here: with f it would have more than 5000 bytes$/);
      expect(readdirSync(out).filter((name) => !name.startsWith("index"))).toEqual([]);
    }
  });

  it("takes compression strings of several words, with lengths of tiles", async () => {
    const { bytes } = await run("-s", "su_ex.cubes[1]", "cparms=compress Rice 4,2");
    const image = openImage(await openFitsFile(memorySource(bytes)));
    expect([image.compression, image.tile]).toEqual(["RICE_1", [4, 2, 1]]);
    expect([...(await image.read())]).toEqual(Array.from({ length: 96 }, (_, i) => i));
  });

  it("tells of one bad file only where it may, with the status of a failure", async () => {
    const [row] = await archive.rows(
      "SELECT m.online_loc FROM su_ex.cubes c JOIN sum_main m ON m.ds_index = c.sunum WHERE n = 2",
    );
    truncateSync(join(String(row!.online_loc), "S00000", "cube.fits"), 2880);
    expect(await run("-s", "su_ex.cubes[2]")).toMatchObject({
      status: 12,
      lines: [expect.stringMatching(/^drms_export: su_ex\.Cubes\[2\]: /)],
    });
    expect(await run("-se", "su_ex.cubes[2]")).toMatchObject({ status: 12, lines: [] });
  });

  it("gives the slots of a shared file as images, though their tiles have an axis more", async () => {
    const [row] = await archive.rows(
      "SELECT m.online_loc FROM su_ex.cubes c JOIN sum_main m ON m.ds_index = c.sunum WHERE n = 1",
    );
    const unit = String(row!.online_loc);
    copyFileSync(join(unit, "S00000", "cube.fits"), join(unit, "cube.tas"));
    await archive.rows(
      "UPDATE su_ex.drms_segment SET protocol = 'tas', naxis = 2, axis = '8, 4' WHERE seriesname = 'su_ex.Cubes'",
    );
    await archive.rows("UPDATE su_ex.cubes SET slotnum = 2, sg_000_file = '' WHERE n = 1");
    const { status, bytes } = await run("-sd", "su_ex.cubes[1]", "ffmt={segment}");
    expect(status).toBe(0);
    expect(bytes.toString("latin1", 0, 9)).toBe("cube\0\0\0\0\0");
    const image = openImage(await openFitsFile(memorySource(bytes.subarray(256))));
    expect([image.compression, image.shape, image.tile]).toEqual(["RICE_1", [8, 4], [8, 4]]);
    expect([...(await image.read())]).toEqual(Array.from({ length: 32 }, (_, i) => 64 + i));
  });

  it("is no failure where nobody reads on", async () => {
    const { status, lines } = await runOn(archive, module, ["su_ex.odd[]"], {
      print: async () => {
        throw new OutputGone();
      },
    });
    expect([status, lines]).toEqual([0, []]);
  });
});
