import { execFileSync } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import {
  type ByteSink,
  createFileSink,
  emptyPrimary,
  HduWriter,
  Header,
  openFileSource,
  openFitsFile,
  openImage,
  type PixelSource,
  pixelsInMemory,
  writeCompressedImage,
  writeImage,
} from "../fits/index.js";
import { completeHeader } from "../netdrms/export/export-header.js";
import { prepareImage } from "../netdrms/export/image-file.js";
import type { ExportCard } from "../netdrms/export/keyword-cards.js";
import { spool } from "../netdrms/export/spool.js";
import type { ImageCompression } from "../netdrms/segments/image-compression.js";
import type { Print } from "./print.js";

const SIDE = 4096;
const ROUNDS = 7;
const PLAIN: ImageCompression = { kind: "none" };
const RICE: ImageCompression = { kind: "tiles", algorithm: "RICE_1" };

/** A header as a series of an instrument has it. */
const CARDS: readonly ExportCard[] = Array.from({ length: 200 }, (_, n) => ({
  kind: "value",
  name: `KEY${n}`,
  value: { kind: "real", value: n / 7 },
  comment: "[unit] A keyword of the series {keyword}",
}));

/** Export of one image with its complete header, beside `cp` of the stored file: what passes untouched, and what is made anew. */
export async function run(print: Print): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "heliostream-bench-"));
  const [plain, rice, out] = ["plain.fits", "rice.fits", "out.fits"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  try {
    const image = pixelsInMemory(field(), [SIDE, SIDE]);
    await store(plain, image, PLAIN);
    await store(rice, image, RICE);
    print(
      `  ${SIDE} x ${SIDE} pixels of 32 bits, header of ${CARDS.length} keywords, median of ${ROUNDS} runs in turn:`,
    );
    await compare(print, "plain, as stored", plain, out, PLAIN);
    await compare(print, "Rice, as stored", rice, out, RICE);
    await compare(print, "Rice, made plain", rice, out, PLAIN);
    await compare(print, "plain, made Rice", plain, out, RICE);
    print(
      `  peak memory of this process: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB, of it ${(4 * SIDE * SIDE) / 2 ** 20} MiB the picture`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(
  print: Print,
  what: string,
  stored: string,
  out: string,
  choice: ImageCompression,
): Promise<void> {
  const times: { ours: number; cp: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await rm(out, { force: true });
    const cp = await timed(async () => void execFileSync("cp", [stored, out]));
    await rm(out, { force: true });
    times.push({ cp, ours: await timed(() => exportOne(stored, out, choice)) });
  }
  const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
  const [ours, cp] = [middle(times.map((t) => t.ours)), middle(times.map((t) => t.cp))];
  const ratio = middle(times.map((t) => t.ours / t.cp));
  print(`    ${what}: ${ours.toFixed(0)} ms, cp ${cp.toFixed(0)} ms, ${ratio.toFixed(2)} times`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** As a tar or a single file goes out; like `cp` it does not wait for the disk. */
async function exportOne(stored: string, out: string, compression: ImageCompression): Promise<void> {
  const source = await openFileSource(stored);
  const target = await open(out, "w");
  try {
    const prepared = await prepareImage(await openFitsFile(source), {
      compression,
      complete: (header) =>
        completeHeader(header, CARDS, {
          recnum: 1n,
          drmsId: "a.b:1:c",
          primeKeys: ["T_REC"],
          license: "CC0 1.0",
        }),
    });
    const sink: ByteSink = { write: async (bytes) => void (await target.write(bytes)) };
    if (prepared.kind === "direct") return await prepared.write(sink);
    const spooled = await spool(prepared);
    for await (const piece of spooled.pieces()) await sink.write(piece);
    await spooled.close();
  } finally {
    await target.close();
    await source.close();
  }
}

async function store(path: string, image: PixelSource, compression: ImageCompression): Promise<void> {
  const sink = await createFileSink(path);
  if (compression.kind === "none") await writeImage(sink, image, new Header(), { checksum: true });
  else {
    await (await HduWriter.begin(sink, emptyPrimary(), 0)).end();
    await writeCompressedImage(sink, image, new Header(), { checksum: true });
  }
  await sink.close();
  const source = await openFileSource(path);
  openImage(await openFitsFile(source));
  await source.close();
}

/** A field of some kilogauss in tenths, with noise. */
function field(): Int32Array<ArrayBuffer> {
  const pixels = new Int32Array(SIDE * SIDE);
  let state = 1;
  for (let i = 0; i < pixels.length; i++) {
    state = (state * 48271) % 2147483647;
    pixels[i] = (state % 200) - 100 + ((i >> 8) & 0xff);
  }
  return pixels;
}
