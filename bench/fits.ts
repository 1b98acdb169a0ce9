import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { performance } from "node:perf_hooks";
import {
  createFileSink,
  emptyPrimary,
  HduWriter,
  Header,
  imageBands,
  openFileSource,
  openFitsFile,
  openImage,
  type PixelSource,
  pixelsInMemory,
  type TileWorkers,
  tilePool,
  writeCompressedImage,
  writeImage,
} from "../fits/index.js";
import type { Print } from "./print.js";

const SIDE = 4096;
const ROUNDS = 5;

/** Speed of Rice tiles from file to file beside `funpack` and `fpack`, of threads, and the memory of reading by regions. */
export async function run(print: Print): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "heliostream-bench-"));
  const at = (name: string): string => join(folder, name);
  try {
    await writePlain(pixelsInMemory(sunImage(), [SIDE, SIDE]), at("plain.fits"));
    await writeRice(at("plain.fits"), at("rice.fits.fz"));
    const pool = tilePool();
    try {
      const here = {
        decode: await median(at("out.fits"), () => unpack(at("rice.fits.fz"), at("out.fits"))),
        encode: await median(at("out.fits"), () => writeRice(at("plain.fits"), at("out.fits"))),
      };
      const pixelsOnly = await median(undefined, () => readWhole(at("rice.fits.fz")));
      print(
        `  ${SIDE} x ${SIDE} pixels of 16 bits, Rice by rows, file to file, one thread (first run, median of ${ROUNDS}):`,
      );
      await beside(
        print,
        "decode",
        here.decode,
        "funpack",
        ["-O", at("out.fits"), at("rice.fits.fz")],
        at("out.fits"),
      );
      await beside(
        print,
        "encode",
        here.encode,
        "fpack",
        ["-O", at("out.fits"), at("plain.fits")],
        at("out.fits"),
      );
      print(`  decode into memory alone: ${ms(pixelsOnly.median)}`);
      await compareThreads(print, pool, pool.parallel, at);
    } finally {
      await pool.close();
    }
    await regionMemory(print, at);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A disc on a dark sky, with noise of a few counts. */
function sunImage(): Int16Array<ArrayBuffer> {
  const pixels = new Int16Array(SIDE * SIDE);
  let state = 1;
  for (let i = 0; i < pixels.length; i++) {
    state = (state * 48271) % 2147483647;
    const [x, y] = [(i % SIDE) / SIDE - 0.5, Math.floor(i / SIDE) / SIDE - 0.5];
    const r = x * x + y * y;
    pixels[i] = (r < 0.2 ? 3000 - 9000 * r : 40) + (state % 32);
  }
  return pixels;
}

async function writePlain(image: PixelSource, path: string): Promise<void> {
  const sink = await createFileSink(path);
  await writeImage(sink, image, new Header(), { checksum: true });
  await sink.close();
}

async function writeRice(from: string, to: string, workers?: TileWorkers): Promise<void> {
  const source = await openFileSource(from);
  const file = await openFitsFile(source);
  const sink = await createFileSink(to);
  await (await HduWriter.begin(sink, emptyPrimary(), 0, { checksum: true })).end();
  const options = workers === undefined ? { checksum: true } : { checksum: true, workers };
  await writeCompressedImage(sink, openImage(file), file.hdus[0]!.header, options);
  await sink.close();
  await source.close();
}

async function unpack(from: string, to: string): Promise<void> {
  const source = await openFileSource(from);
  const file = await openFitsFile(source);
  const image = openImage(file);
  await writePlain(image, to);
  await source.close();
}

async function readWhole(from: string, workers?: TileWorkers): Promise<void> {
  const source = await openFileSource(from);
  await openImage(await openFitsFile(source), undefined, workers).read();
  await source.close();
}

interface Times {
  readonly first: number;
  readonly median: number;
}

/** Milliseconds; `output` is taken away before each round. */
async function median(output: string | undefined, work: () => Promise<void>): Promise<Times> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (output !== undefined) await rm(output, { force: true });
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  const first = times[0]!; // there is a round
  return { first, median: times.toSorted((a, b) => a - b)[ROUNDS >> 1]! };
}

async function beside(
  print: Print,
  label: string,
  ours: Times,
  program: string,
  args: readonly string[],
  output: string,
): Promise<void> {
  const mine = `${label}: ${ms(ours.first)}, ${ms(ours.median)}`;
  const path = (process.env.PATH ?? "").split(delimiter).map((one) => join(one, program));
  const found = path.find((one) => existsSync(one));
  if (found === undefined) {
    print(`  ${mine}; ${program} is not installed`);
    return;
  }
  const theirs = await median(output, async () => {
    const child = spawn(found, [...args], { stdio: "ignore" });
    const [status] = await once(child, "exit");
    if (status !== 0) throw new Error(`${program} ended with status ${status}`);
  });
  const ratio = (ours.median / theirs.median).toFixed(2);
  const cold = (ours.first / theirs.median).toFixed(2);
  print(`  ${mine}; ${program} ${ms(theirs.median)}: ratio ${cold} first, ${ratio} median (goal 2.5)`);
}

async function compareThreads(
  print: Print,
  pool: TileWorkers,
  parallel: number,
  at: (name: string) => string,
): Promise<void> {
  const images = 4;
  const all = (workers?: TileWorkers) => () =>
    Promise.all(Array.from({ length: images }, () => readWhole(at("rice.fits.fz"), workers))).then(() => {});
  const one = await median(undefined, all());
  const many = await median(undefined, all(pool));
  const encode = await median(at("out.fits"), () => writeRice(at("plain.fits"), at("out.fits"), pool));
  print(
    `  ${images} images at once: one thread ${ms(one.median)}, ${parallel / 2} threads of ${availableParallelism()} processors ${ms(many.median)}; encode by threads ${ms(encode.median)}`,
  );
}

/** Growth of the process by a pass over an image in bands, and over one four times as tall. */
async function regionMemory(print: Print, at: (name: string) => string): Promise<void> {
  const pixels = sunImage();
  const tall: PixelSource = {
    bitpix: 16,
    shape: [SIDE, 4 * SIDE],
    read: async (region) => {
      const [first = 0] = region?.start.slice(1) ?? [];
      const [rows = 0] = region?.size.slice(1) ?? [];
      return pixels.slice((first % SIDE) * SIDE, ((first % SIDE) + rows) * SIDE);
    },
  };
  await writePlain(tall, at("tall.fits"));
  await writeRice(at("tall.fits"), at("tall.fits.fz"));
  for (const name of ["plain.fits", "tall.fits", "rice.fits.fz", "tall.fits.fz"]) {
    const source = await openFileSource(at(name));
    const image = openImage(await openFitsFile(source));
    const held = (): number => process.memoryUsage().arrayBuffers / 2 ** 20;
    const before = held();
    let most = 0;
    let bands = 0;
    for await (const { pixels } of imageBands(image)) {
      bands += Math.min(1, pixels.length);
      most = Math.max(most, held() - before);
    }
    await source.close();
    print(
      `  ${name} by ${bands} bands: ${(source.byteLength / 2 ** 20).toFixed(0)} MiB, arrays of at most ${most.toFixed(0)} MiB, garbage included`,
    );
  }
}

function ms(time: number): string {
  return `${time.toFixed(0)} ms`;
}
