import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memorySource } from "../../../fits/byte-source.js";
import { openFitsFile } from "../../../fits/fits-file.js";
import { pixelsInMemory } from "../../../fits/image.js";
import { openImage } from "../../../fits/open-image.js";
import { type ExportTally, exportTar, type TarOptions } from "../../../netdrms/export/export-tar.js";
import type { NewRecord } from "../../../netdrms/store/new-record.js";
import { RecordStore } from "../../../netdrms/store/record-store.js";
import { postgresForTest } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import { type Asked, exportedFiles, withItems } from "./exported-files.js";

const JSD = `Seriesname: su_ex.Shots
Author: "A. Author"
Owner: ex
Unitsize: 1
Archive: 0
Retention: 10
Tapegroup: 0
PrimeKeys: N
Description: "Shots"
Keyword: N, int, variable, record, 0, %d, none, "Number"
Keyword: NAME, string, variable, record, "", %s, none, "Name"
Keyword: MEAN, float, variable, segment, 0, %f, DN, "Mean of a segment"
Data: image, variable, short, 2, 8, 4, "DN", fits, "compress Rice", 0, 1, "Image"
Data: notes, variable, int, 0, none, generic, "Notes"
`;

const image = (n: number): NewRecord["segments"] => ({
  image: {
    kind: "image",
    image: pixelsInMemory(
      Int16Array.from({ length: 32 }, (_, i) => n + i),
      [8, 4],
    ),
  },
});

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("an export of many records"), () => {
  let archive: WrittenArchive;
  /** Folders of the storage units, by the number of the record. */
  let folders: readonly string[];
  beforeAll(async () => {
    archive = await writtenArchive();
    const series = await archive.makeSeries(JSD);
    const notes = join(archive.partition, "..", "notes");
    mkdirSync(join(notes, "deep"), { recursive: true });
    writeFileSync(join(notes, "a.txt"), "first");
    writeFileSync(join(notes, "deep", "b.txt"), "second");
    await archive.writing((write) =>
      new RecordStore(write).insert(
        series,
        Array.from({ length: 12 }, (_, n) => ({
          keywords: { N: n, NAME: n === 3 ? "µ/\u20ac\n" : `n${n}`, MEAN_000: n + 15.5, MEAN_001: -1 },
          ...(n === 11
            ? {}
            : {
                segments: {
                  ...image(n),
                  ...(n === 2 ? { notes: { kind: "file", path: notes } as const } : {}),
                },
              }),
        })),
      ),
    );
    const rows = await archive.rows(
      "SELECT m.online_loc FROM su_ex.shots s LEFT JOIN sum_main m ON m.ds_index = s.sunum ORDER BY s.n",
    );
    folders = rows.map(({ online_loc }) => String(online_loc));
    const fileOf = (n: number): string => join(folders[n]!, "S00000", "image.fits");
    // What can be wrong with one record.
    rmSync(fileOf(4));
    truncateSync(fileOf(5), readFileSync(fileOf(5)).length - 2880);
    writeFileSync(fileOf(6), "this is not FITS");
    rmSync(folders[7]!, { recursive: true });
    await archive.rows(
      "UPDATE sum_main SET online_status = 'N', archive_status = 'Y' WHERE online_loc = $1",
      [folders[8]],
    );
    await archive.rows("UPDATE su_ex.shots SET sunum = 4611967493504098559 WHERE n = 9");
    await archive.rows("UPDATE su_ex.shots SET sg_000_file = '../../../../etc/passwd' WHERE n = 10");
    rmSync(fileOf(1));
    symlinkSync("/etc/passwd", fileOf(1));
  }, 60_000);
  afterAll(() => archive.end());

  it("names each record that failed and why, and exports the others", async () => {
    const made = await exportedFiles(archive, "su_ex.shots[]{image}", { template: "{NAME}.fits" });
    const failures = made
      .filter(({ failure }) => failure !== undefined)
      .map(({ record, failure }) => [record, failure]);
    expect(failures.map(([record]) => record)).toEqual(
      [1, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => `su_ex.Shots[${n}]`),
    );
    const why = failures.map(([, failure]) => failure);
    expect(why[0]).toMatch(/link that leads out/);
    expect(why[1]).toMatch(/is missing/);
    expect(why[2]).toMatch(/is cut/);
    expect(why[3]).toMatch(/not a FITS file/);
    expect(why[4]).toMatch(/^segment image: storage unit \d+ is off line and no longer here$/);
    expect(why[5]).toMatch(/^segment image: storage unit \d+ is off line, on tape$/);
    expect(why[6]).toMatch(/^segment image: storage unit 4611967493504098559 is /);
    expect(why[7]).toMatch(/file name/);
    expect(why[8]).toBe("segment image: the record has no storage unit");
    // Nothing of the inside is told.
    for (const text of why) expect(text).not.toContain(archive.partition);
    const good = made.filter(({ failure }) => failure === undefined);
    expect(good.map(({ name }) => name)).toEqual(["n0.fits", "n2.fits", "µ_?.fits"]);
    for (const [place, n] of [0, 2, 3].entries()) {
      const file = await openFitsFile(memorySource(good[place]!.bytes));
      const { header } = openImage(file).hdu;
      expect([...(await openImage(file).read())].slice(0, 2)).toEqual([n, n + 1]);
      expect([header.integer("N"), header.real("MEAN_000")]).toEqual([n, n + 15.5]);
      expect(header.text("PRIMARYK")).toBe("N");
    }
  });

  it("shows in the next export what was changed in the database, and leaves the stored file alone", async () => {
    const stored = readFileSync(join(folders[0]!, "S00000", "image.fits"));
    await archive.rows("UPDATE su_ex.shots SET mean_000 = 99.5 WHERE n = 0");
    const [made] = await exportedFiles(archive, "su_ex.shots[0]{image}");
    expect(openImage(await openFitsFile(memorySource(made!.bytes))).hdu.header.real("MEAN_000")).toBe(99.5);
    expect(readFileSync(join(folders[0]!, "S00000", "image.fits"))).toEqual(stored);
    expect(stored.toString("latin1")).not.toContain("MEAN_000");
  });

  it("delivers stored files byte for byte, a folder as a tree", async () => {
    const made = await exportedFiles(archive, "su_ex.shots[2]", {
      protocol: "as-is",
      template: "{N}.{segment}",
    });
    expect(made.map(({ name }) => name)).toEqual(["2.image.fits", "2.notes/a.txt", "2.notes/deep/b.txt"]);
    expect(Buffer.from(made[0]!.bytes)).toEqual(readFileSync(join(folders[2]!, "S00000", "image.fits")));
    expect(made.slice(1).map(({ bytes }) => String(bytes))).toEqual(["first", "second"]);
  });

  it("says that a keyword of the template is not there, for each file", async () => {
    const made = await exportedFiles(archive, "su_ex.shots[2-3]{image}", { template: "{WHO}" });
    expect(made.map(({ failure }) => failure)).toEqual(Array(2).fill('file-name template: UnknownKey "WHO"'));
  });

  /** A tar of a query, unpacked by the package that also packed it; its format is also read by another program in the system tests. */
  async function tar(query: string, asked: Asked = {}, options: Partial<TarOptions> = {}) {
    const tally: ExportTally = { files: 0, failures: 0, bytes: 0, cut: false };
    const members: { name: string; bytes: Buffer; mode: number | undefined }[] = [];
    await withItems(archive, query, asked, async (items) => {
      const unpack = extract();
      const stream = exportTar(items, { maxBytes: 1e9, nowMs: 1_767_323_045_000, ...options }, tally);
      const packing = pipeline(stream, unpack);
      for await (const entry of unpack) {
        const parts: Buffer[] = [];
        for await (const piece of entry) parts.push(piece as Buffer);
        members.push({ name: entry.header.name, bytes: Buffer.concat(parts), mode: entry.header.mode });
      }
      await packing;
    });
    const json = (name: string) =>
      JSON.parse(String(members.find((one) => one.name === name)!.bytes)) as {
        status: number;
        data: {
          record: string;
          filename: string;
          file: string;
          message: string;
          sha256: string;
          size: number;
        }[];
      };
    return { tally, members, files: json("jsoc/file_list.json"), errors: json("jsoc/error_list.json") };
  }

  it("is a tar with its files, a manifest with sums and a list of failures", async () => {
    const { tally, members, files, errors } = await tar("su_ex.shots[]{image}");
    expect(members.map(({ name }) => name)).toEqual([
      ...files.data.map(({ filename }) => `jsoc/${filename}`),
      "jsoc/file_list.json",
      "jsoc/error_list.json",
    ]);
    expect(files.data.map(({ record }) => record)).toEqual([0, 2, 3].map((n) => `su_ex.Shots[${n}]{image}`));
    for (const { filename, size, sha256 } of files.data) {
      const { bytes, mode } = members.find(({ name }) => name === `jsoc/${filename}`)!;
      expect([bytes.length, mode]).toEqual([size, 0o664]);
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
    }
    expect([files.status, errors.data.length]).toEqual([0, 10]);
    expect(errors.data.find(({ file }) => file !== null)!.message).toBe(
      "NAME: characters that no card can hold were left out",
    );
    expect(tally).toMatchObject({ files: 3, failures: 9, cut: false });
  });

  it("ends with a note where it would be larger than allowed", async () => {
    const { tally, files, errors } = await tar("su_ex.shots[]{image}", {}, { maxBytes: 20_000 });
    expect(tally.cut).toBe(true);
    expect(files.data.length).toBeLessThan(3);
    expect(errors.data.at(-1)!.message).toMatch(/^the export ends here: .* 20000 bytes$/);
  });

  it("of nothing but failures has status 1", async () => {
    const { files } = await tar("su_ex.shots[4-6]{image}");
    expect([files.status, files.data]).toEqual([1, []]);
  });

  it("stops when its reader leaves, and lets the units go", async () => {
    const tally: ExportTally = { files: 0, failures: 0, bytes: 0, cut: false };
    await withItems(archive, "su_ex.shots[0,2,3]{image}", {}, async (items) => {
      for await (const piece of exportTar(items, { maxBytes: 1e9, nowMs: 0 }, tally)) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
    });
    expect(tally.files).toBeLessThan(3);
    const locks = await archive.rows(
      "SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    expect(locks).toEqual([{ n: 0 }]);
  });

  it("fails as a whole where the database fails", async () => {
    const failure = await rejectionOf(() => exportedFiles(archive, "su_ex.shots[? 1 / (N - N) = 1 ?]"));
    expect(failure).toMatchObject({
      code: "BAD_QUERY",
      message: expect.stringContaining("division by zero"),
    });
  });
});
