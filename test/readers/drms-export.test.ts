import { rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memorySource } from "../../fits/byte-source.js";
import { openFitsFile } from "../../fits/fits-file.js";
import { pixelsInMemory } from "../../fits/image.js";
import { openImage } from "../../fits/open-image.js";
import { RecordStore } from "../../netdrms/store/record-store.js";
import { drmsExport } from "../../readers/drms-export/index.js";
import { postgresForTest } from "../support/postgres.js";
import { codeOf, rejectionOf } from "../support/thrown.js";
import { type WrittenArchive, writtenArchive } from "../support/written-archive.js";
import { archiveContext } from "./archive-context.js";
import { MAGNETOGRAMS_JSD } from "./small-magnetograms.js";

/** 2010.05.01_00:00:00_TAI, which is 23:59:26 of the day before in UTC; netdrms 5.4, 8. */
const START = 1_051_747_200;

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("drms-export"), () => {
  let archive: WrittenArchive;
  beforeAll(async () => {
    archive = await writtenArchive();
    const series = await archive.makeSeries(MAGNETOGRAMS_JSD);
    await archive.writing((write) =>
      new RecordStore(write).insert(
        series,
        Array.from({ length: 6 }, (_, n) => ({
          keywords: { T_REC: START + 720 * n, QUALITY: n === 3 ? -2147483648 : n },
          segments: {
            magnetogram: {
              kind: "image" as const,
              image: pixelsInMemory(new Int32Array(12).fill(n), [4, 3]),
            },
          },
        })),
      ),
    );
    const [row] = await archive.rows(
      "SELECT m.online_loc, s.slotnum FROM su_ex.mag s JOIN sum_main m ON m.ds_index = s.sunum ORDER BY t_rec OFFSET 2 LIMIT 1",
    );
    rmSync(join(String(row!.online_loc), `S0000${row!.slotnum}`, "magnetogram.fits"));
  }, 60_000);
  afterAll(() => archive.end());

  const open = (args: readonly string[], more: Readonly<Record<string, string>> = {}, signal?: AbortSignal) =>
    drmsExport.open(args, archiveContext(archive.database.url, more, signal));

  async function members(stream: AsyncIterable<Uint8Array>): Promise<Map<string, Buffer>> {
    const unpack = extract();
    Readable.from(stream)
      .on("error", (error) => unpack.destroy(error))
      .pipe(unpack);
    const found = new Map<string, Buffer>();
    for await (const entry of unpack) {
      const parts: Buffer[] = [];
      for await (const piece of entry) parts.push(piece as Buffer);
      found.set(entry.header.name, Buffer.concat(parts));
    }
    return found;
  }

  it("gives the records of the range by their own time, good ones, and says what failed", async () => {
    // From the second record to before the sixth.
    const found = await members(
      open(["ds=su_ex.mag[]", "ffmt={T_REC:A-1}.fits", "2010-05-01T00:11:26", "2010-05-01T00:59:26"]),
    );
    expect([...found.keys()]).toEqual([
      "jsoc/20100501_0012_TAI.fits",
      "jsoc/20100501_0048_TAI.fits",
      "jsoc/file_list.json",
      "jsoc/error_list.json",
    ]);
    const errors = JSON.parse(String(found.get("jsoc/error_list.json"))) as {
      data: { record: string; message: string }[];
    };
    expect(errors.data).toEqual([
      {
        record: "su_ex.Mag[2010.05.01_00:24:00_TAI]{magnetogram}",
        file: null,
        message: expect.stringContaining("is missing"),
      },
    ]);
    const image = openImage(await openFitsFile(memorySource(found.get("jsoc/20100501_0048_TAI.fits")!)));
    expect([image.compression, image.hdu.index]).toEqual([undefined, 0]);
    expect([...(await image.read())]).toEqual(Array(12).fill(4));
    expect(image.hdu.header.text("T_REC")).toBe("2010.05.01_00:48:00.000_TAI");
    expect(image.hdu.header.text("LICENSE")).toBe("CC0 1.0");
  });

  it("lets the request choose protocol and compression, and nothing else", async () => {
    const range = ["2010-04-30T23:59:00", "2010-05-01T00:05:00"];
    const rice = await members(open(["ds=su_ex.mag[]", ...range, "compress=rice"]));
    const [file] = [...rice.values()];
    expect(openImage(await openFitsFile(memorySource(file!))).compression).toBe("RICE_1");
    const stored = await members(open(["ds=su_ex.mag[]", ...range, "protocol=as-is"]));
    const { header } = openImage(await openFitsFile(memorySource([...stored.values()][0]!))).hdu;
    expect(header.has("T_REC")).toBe(false);
    for (const word of ["ffmt=../../x", "ds=su_ex.mag[]", "@/etc/passwd", "protocol=zip", "compress=zip"]) {
      const failure = await rejectionOf(() => members(open(["ds=su_ex.mag[]", ...range, word])));
      expect([word, failure]).toMatchObject([word, { code: "BAD_PARAMETER" }]);
    }
  });

  it("finds nothing where there is nothing", async () => {
    const failure = await rejectionOf(() => members(open(["ds=su_ex.mag[]", "2011-01-01", "2011-01-02"])));
    expect(failure).toMatchObject({ code: "NO_DATA", message: expect.stringContaining("su_ex.Mag") });
  });

  it("holds no more than the site allows", async () => {
    const found = await members(
      open(["ds=su_ex.mag[]", "2010-04-30", "2010-05-02"], { HELIOSTREAM_DRMS_DOWNLOAD_LIMIT: "10000" }),
    );
    expect(found.size).toBe(3);
    expect(String(found.get("jsoc/error_list.json"))).toContain("the export ends here");
  });

  it("is wrong at once where its definition is", () => {
    expect(codeOf(() => open(["ds=su_ex.mag[]", "ffmt={", "2010", "2011"]))).toBe("USAGE");
    expect(codeOf(() => open(["ds=su_ex.mag[]", "mapclass=none", "2010", "2011"]))).toBe("USAGE");
    expect(codeOf(() => open(["2010", "2011"]))).toBe("USAGE");
  });

  it("ends with its signal and leaves no connection busy", async () => {
    const stop = new AbortController();
    const failure = await rejectionOf(async () => {
      for await (const piece of open(["ds=su_ex.mag[]", "2010-04-30", "2010-05-02"], {}, stop.signal)) {
        expect(piece.length).toBeGreaterThan(0);
        stop.abort();
      }
    });
    expect(failure).toMatchObject({ code: "CANCELLED" });
    const busy = await archive.rows(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()",
    );
    expect(busy).toEqual([{ n: 0 }]);
  });
});
