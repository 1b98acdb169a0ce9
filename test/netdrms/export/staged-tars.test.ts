import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { DasError } from "../../../errors/das-error.js";
import type { ByteSink } from "../../../fits/byte-sink.js";
import type { ExportItem } from "../../../netdrms/export/export-records.js";
import { stageTars } from "../../../netdrms/export/staged-tars.js";
import { rejectionOf } from "../../support/thrown.js";

/** A file of so many bytes; `seen` is told when it is written. */
function file(n: number, bytes: number, seen: () => void = () => undefined): ExportItem {
  return {
    ...{ kind: "file", record: `su_ex.a[${n}]`, recnum: BigInt(n), segment: "image", name: `${n}.fits` },
    file: {
      ...{ kind: "direct", byteLength: bytes, notes: [] },
      async write(sink: ByteSink) {
        seen();
        await sink.write(new Uint8Array(bytes).fill(n));
      },
    },
  };
}

const failed = (n: number): ExportItem => ({
  ...{ kind: "failed", record: `su_ex.a[${n}]`, recnum: BigInt(n), segment: "image" },
  message: "it is gone",
});

async function* of(...items: readonly (ExportItem | Error)[]): AsyncGenerator<ExportItem> {
  for (const item of items) {
    if (item instanceof Error) throw item;
    yield item;
  }
}

describe("a staged export", () => {
  const root = mkdtempSync(join(tmpdir(), "heliostream-staged-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(root, "one-")), "staged");
  });

  const stage = (items: AsyncGenerator<ExportItem>, changes: { maxBytes?: number; id?: string } = {}) =>
    stageTars(items, { folder, id: "V_1", tarBytes: 1000, maxBytes: 1e6, nowMs: 0, ...changes });
  const names = (): readonly string[] => readdirSync(folder).sort();
  const status = (name: string): Readonly<Record<string, string>> =>
    Object.fromEntries(
      readFileSync(join(folder, name), "utf8")
        .trim()
        .split("\n")
        .map((line) => line.split("=", 2) as [string, string]),
    );
  const listed = (tar: string): readonly string[] =>
    execFileSync("tar", ["tf", tar], { cwd: folder, encoding: "utf8" }).trim().split("\n");

  it("is tars of so many bytes, each with its lists, and a status that has become DONE", async () => {
    const tally = await stage(of(file(1, 600), file(2, 400), file(3, 1), file(4, 5000), file(5, 7)));
    expect(tally).toMatchObject({ files: 5, failures: 0, bytes: 6008, cut: false, tars: 4 });
    expect(names()).toEqual(["V_1.DONE", "V_1_0000.tar", "V_1_0001.tar", "V_1_0002.tar", "V_1_0003.tar"]);
    const lists = ["jsoc/file_list.json", "jsoc/error_list.json"];
    expect(listed("V_1_0000.tar")).toEqual(["jsoc/1.fits", "jsoc/2.fits", ...lists]);
    expect(listed("V_1_0001.tar")).toEqual(["jsoc/3.fits", ...lists]);
    expect(listed("V_1_0002.tar")).toEqual(["jsoc/4.fits", ...lists]);
    expect(listed("V_1_0003.tar")).toEqual(["jsoc/5.fits", ...lists]);
    expect(status("V_1.DONE")).toEqual({
      ...{ EXPORT_MB: "1", EXPORT_FILES: "5", EXPORT_MSG: "", EXPORT_STATE: "DONE" },
    });
    const list = execFileSync("tar", ["xOf", "V_1_0000.tar", "jsoc/file_list.json"], { cwd: folder });
    expect(JSON.parse(list.toString())).toMatchObject({
      ...{ status: 0, requestid: null, method: "url_direct", protocol: "FITS", dir: null },
      data: [{ record: "su_ex.a[1]{image}", recnum: 1, filename: "1.fits" }, { filename: "2.fits" }],
    });
  });

  it("is QUED while it is made, whoever had queued it, with what is there so far", async () => {
    await stage(of());
    rmSync(join(folder, "V_1.DONE"));
    writeFileSync(join(folder, "V_1.NQUE"), "");
    let during: readonly string[] = [];
    let told: unknown;
    const look = (): void => {
      during = names().filter((name) => !name.startsWith("."));
      told = status("V_1.QUED");
    };
    await stage(of(file(1, 1000), file(2, 1000, look)));
    expect(during).toEqual(["V_1.QUED", "V_1_0000.tar"]);
    expect(told).toEqual({ EXPORT_MB: "1", EXPORT_FILES: "1", EXPORT_MSG: "", EXPORT_STATE: "QUED" });
    expect(names()).toEqual(["V_1.DONE", "V_1_0000.tar", "V_1_0001.tar"]);
  });

  it("goes on behind files that failed, and has failed where all did", async () => {
    await stage(of(failed(1), file(2, 5)));
    expect(status("V_1.DONE")).toMatchObject({
      ...{ EXPORT_FILES: "1", EXPORT_MSG: "1 files failed, see error_list.json in the tars" },
    });
    await stage(of(failed(1), failed(2)), { id: "V_2" });
    expect(status("V_2.FAIL")).toMatchObject({ EXPORT_FILES: "0", EXPORT_STATE: "FAIL" });
    const errors = execFileSync("tar", ["xOf", "V_2_0000.tar", "jsoc/error_list.json"], { cwd: folder });
    expect(JSON.parse(errors.toString()).data).toMatchObject([{ message: "it is gone" }, {}]);
  });

  it("says that a limit ended it", async () => {
    const tally = await stage(of(file(1, 900), file(2, 900), file(3, 900)), { maxBytes: 2000 });
    expect(tally).toMatchObject({ cut: true, files: 2 });
    expect(status("V_1.FAIL")).toMatchObject({ EXPORT_MSG: "ended at the limit of 2000 bytes" });
  });

  it("fails with a reason where its records cannot be read on, and can be made again, but not once it is whole", async () => {
    const away = new DasError("ARCHIVE_AWAY", "The archive is away");
    expect(await rejectionOf(() => stage(of(file(1, 999), file(2, 999), away)))).toBe(away);
    expect(status("V_1.FAIL")).toMatchObject({ EXPORT_MSG: "The archive is away", EXPORT_FILES: "1" });
    // The tar that broke off is not there.
    expect(names()).toEqual(["V_1.FAIL", "V_1_0000.tar"]);
    await stage(of(file(7, 1)));
    expect(names()).toEqual(["V_1.DONE", "V_1_0000.tar"]);
    await expect(stage(of(file(8, 1)))).rejects.toThrow("this export has been made");
    expect(listed("V_1_0000.tar")[0]).toBe("jsoc/7.fits");
  });

  it.each(["", ".", "../x", "a/b", "a b", "x".repeat(65), "-x"])("has no id %j", async (id) => {
    await expect(stage(of(), { id })).rejects.toThrow("expected letters, digits");
    expect(existsSync(folder)).toBe(false);
  });
});
