import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFileSink } from "../../../fits/byte-sink.js";
import { Header } from "../../../fits/header.js";
import { pixelsInMemory } from "../../../fits/image.js";
import { writeImage } from "../../../fits/write-image.js";
import { type ImageJob, runImageJob } from "../../../readers/drms-image/image-job.js";
import { imageWorkers } from "../../../readers/drms-image/image-pool.js";
import { inOrder } from "../../../readers/drms-image/in-order.js";
import { PLAIN } from "./made-disk.js";

describe("images in threads", () => {
  let folder = "";
  let thread = "";
  const job = (n: number): ImageJob => ({
    member: { sunum: 7n, folder: join(folder, "D7"), path: `S00000/${n}.fits` },
    bzero: 0,
    bscale: 2,
    task: { product: { kind: "scalars", names: ["mean", "count"] }, treatment: PLAIN },
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "heliostream-images-"));
    mkdirSync(join(folder, "D7/S00000"), { recursive: true });
    for (let n = 0; n < 8; n++) {
      const sink = await createFileSink(join(folder, `D7/S00000/${n}.fits`));
      const pixels = Int16Array.from({ length: 64 * 64 }, (_, i) => (i === 0 ? -32_768 : n));
      await writeImage(sink, pixelsInMemory(pixels, [64, 64]), new Header(), { primary: true });
      await sink.close();
    }
    // Threads run built files; this one is built for the test from the same source.
    thread = join(folder, "image-worker.mjs");
    await build({
      entryPoints: [join(import.meta.dirname, "../../../readers/drms-image/image-worker.ts")],
      outfile: thread,
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "silent",
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("give the same numbers as in place, in order, some at a time", async () => {
    const workers = imageWorkers(2, thread);
    expect(workers.parallel).toBe(3);
    const here = imageWorkers(0);
    const found: (readonly number[])[] = [];
    for await (const { values } of inOrder([0, 1, 2, 3, 4, 5, 6, 7], workers.parallel, (n) =>
      workers.run(job(n)),
    ))
      found.push([...values]);
    // The header has no scale, so that of the database counts; without BLANK the missing value of the type is missing.
    expect(found).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((n) => [2 * n, 4095]));
    expect([...(await here.run(job(5))).values]).toEqual(found[5]);
  });

  it("tell what is wrong with a file by the same code", async () => {
    const workers = imageWorkers(2, thread);
    await expect(workers.run(job(99))).rejects.toMatchObject({
      code: "BAD_FILE",
      message: 'file "S00000/99.fits" of storage unit 7 is missing',
    });
  });
});

describe("a file with a slice for each slot", () => {
  it("gives the image of the slot", async () => {
    const folder = mkdtempSync(join(tmpdir(), "heliostream-slots-"));
    try {
      mkdirSync(join(folder, "D7"));
      const sink = await createFileSink(join(folder, "D7/all.tas"));
      const pixels = Int16Array.from({ length: 4 * 2 * 3 }, (_, i) => 100 * Math.floor(i / 8) + (i % 8));
      await writeImage(sink, pixelsInMemory(pixels, [4, 2, 3]), new Header(), { primary: true });
      await sink.close();
      const job: ImageJob = {
        member: { sunum: 7n, folder: join(folder, "D7"), path: "all.tas" },
        slot: 2,
        bzero: 0,
        bscale: 1,
        task: { product: { kind: "row", at: 2 }, treatment: PLAIN },
      };
      expect([...(await runImageJob(job)).values]).toEqual([204, 205, 206, 207]);
      await expect(runImageJob({ ...job, slot: 3 })).rejects.toMatchObject({ code: "BAD_FITS_DATA" });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("work in order", () => {
  it("has no more under way than it may, and gives the results in order", async () => {
    let running = 0;
    let most = 0;
    const results: number[] = [];
    const gates = [5, 1, 4, 2, 3, 0];
    for await (const result of inOrder(gates, 3, async (turns) => {
      most = Math.max(most, ++running);
      for (let n = 0; n < turns; n++) await Promise.resolve();
      running--;
      return turns;
    }))
      results.push(result);
    expect(results).toEqual(gates);
    expect(most).toBe(3);
  });
});
