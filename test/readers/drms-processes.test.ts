import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pixelsInMemory } from "../../fits/image.js";
import { RecordStore } from "../../netdrms/store/record-store.js";
import { drmsExport } from "../../readers/drms-export/index.js";
import { bundleProgram } from "../pipeline/programs.js";
import { postgresForTest } from "../support/postgres.js";
import { readerBytes } from "../support/run-reader.js";
import { type WrittenArchive, writtenArchive } from "../support/written-archive.js";
import { archiveContext } from "./archive-context.js";
import { MAGNETOGRAMS_JSD } from "./small-magnetograms.js";

const RANGE = ["2010-04-30", "2010-05-02"] as const;

const postgres = await postgresForTest();

/** Names and contents of a tar; the times of its members are those of its making. */
async function members(tar: Buffer): Promise<readonly (readonly [string, string])[]> {
  const unpack = extract();
  unpack.end(tar);
  const found: (readonly [string, string])[] = [];
  for await (const entry of unpack) {
    const parts: Buffer[] = [];
    for await (const piece of entry) parts.push(piece as Buffer);
    found.push([entry.header.name, Buffer.concat(parts).toString("latin1")]);
  }
  return found;
}

describe.skipIf(postgres.missing)(postgres.title("readers of an archive, as processes"), () => {
  let archive: WrittenArchive;
  const folders: string[] = [];
  beforeAll(async () => {
    archive = await writtenArchive();
    const series = await archive.makeSeries(MAGNETOGRAMS_JSD);
    await archive.writing((write) =>
      new RecordStore(write).insert(
        series,
        Array.from({ length: 8 }, (_, n) => ({
          // 2010.05.01_00:00:00_TAI, netdrms 8, and on.
          keywords: { T_REC: 1_051_747_200 + 720 * n, DATAMEAN: n === 3 ? Number.NaN : n / 4 },
          segments: {
            magnetogram: {
              kind: "image" as const,
              image: pixelsInMemory(new Int32Array(12).fill(n), [4, 3]),
            },
          },
        })),
      ),
    );
  }, 60_000);
  afterAll(async () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    await archive.end();
  });

  /** Standard output of a program that was bundled as the build does, with the settings of a server in its environment. */
  async function output(name: string, reader: string, args: readonly string[]): Promise<Buffer> {
    const folder = await bundleProgram(
      name,
      join(import.meta.dirname, "../../readers", name, "index.ts"),
      reader,
    );
    folders.push(folder);
    const env = { PATH: process.env.PATH, HELIOSTREAM_DRMS_URL: archive.database.url };
    return execFileSync(join(folder, name), args, { env, maxBuffer: 1 << 26 });
  }

  it("give the bytes that they give inside the server", async () => {
    const context = archiveContext(archive.database.url);
    const keywords = ["ds=su_ex.mag", "key=DATAMEAN", ...RANGE];
    const inside = await readerBytes("drms-keywords", keywords, context);
    expect(inside.length).toBeGreaterThan(500);
    expect((await output("drms-keywords", "drmsKeywords", keywords)).equals(inside)).toBe(true);

    const files = ["ds=su_ex.mag", ...RANGE, "compress=rice"];
    const parts: Uint8Array[] = [];
    for await (const piece of drmsExport.open(files, context)) parts.push(Buffer.from(piece));
    const inServer = await members(Buffer.concat(parts));
    expect(inServer.length).toBe(10);
    expect(await members(await output("drms-export", "drmsExport", files))).toEqual(inServer);
  });
});
