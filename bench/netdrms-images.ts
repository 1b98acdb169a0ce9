import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import { pixelsInMemory } from "../fits/image.js";
import { connectionPool } from "../netdrms/database/connection-pool.js";
import { openDirectSession } from "../netdrms/session/direct-session.js";
import { RecordStore } from "../netdrms/store/record-store.js";
import { spaceAsker } from "../netdrms/sums/partition-space.js";
import { type BenchArchive, benchArchive } from "./bench-archive.js";
import { peakMemoryOf } from "./peak-memory.js";
import type { Print } from "./print.js";
import { built } from "./whole-process.js";

const SIDE = 4096;
const IMAGES = 24;

const JSD = `Seriesname: su_ex.images
Author: "Bench"
Owner: bench
Unitsize: 8
Archive: 0
Retention: 10
Tapegroup: 0
PrimeKeys: T_REC
Description: "Images"
Keyword: T_REC, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, "Slot time"
Keyword: T_REC_step, double, constant, record, 720, %f, sec, "Slot width"
Keyword: T_REC_epoch, time, constant, record, 1993.01.01_00:00:00_TAI, 0, TAI, "Slot epoch"
Keyword: CRPIX1, float, constant, record, 2048.5, %f, none, ""
Keyword: CRPIX2, float, constant, record, 2048.5, %f, none, ""
Keyword: CDELT1, float, constant, record, 0.504, %f, arcsec, ""
Keyword: CDELT2, float, constant, record, 0.504, %f, arcsec, ""
Keyword: CROTA2, float, constant, record, 180, %f, deg, ""
Keyword: RSUN_OBS, float, constant, record, 960, %f, arcsec, ""
Data: image, variable, int, 2, ${SIDE}, ${SIDE}, "Gauss", fits, "compress Rice", 0, 0.1, "Field"
`;

/** Images read by drms-image as a program: with one thread and with all, and the memory for few and many of them. */
export async function run(print: Print): Promise<void> {
  const archive = await benchArchive();
  try {
    await store(archive);
    print(`  ${IMAGES} images of ${SIDE} x ${SIDE} pixels, Rice:`);
    for (const product of ["zonal", "mean,skew", "histogram min=-100 max=100"]) {
      const one = await read(archive, product, IMAGES, 0);
      const all = await read(archive, product, IMAGES);
      print(
        `    product=${product}: ${(one.seconds / IMAGES).toFixed(2)} s an image in one thread, ${(all.seconds / IMAGES).toFixed(2)} s in ` +
          `${availableParallelism()}, ${(one.seconds / all.seconds).toFixed(2)} times as fast`,
      );
    }
    for (const images of [3, IMAGES]) {
      const { megabytes } = await read(archive, "zonal", images);
      print(`    peak memory for ${images} images: ${megabytes.toFixed(0)} MB (bar 200)`);
    }
  } finally {
    await archive.end();
  }
}

async function store(archive: BenchArchive): Promise<void> {
  const series = await archive.makeSeries(JSD);
  const pool = connectionPool({ url: archive.url, maxConnections: 8 });
  const session = await openDirectSession({
    pool,
    storage: { pool, log: () => undefined, askSpace: spaceAsker(), user: "bench", durable: false },
    writes: true,
    statementTimeoutMs: 0,
    facts: {
      hostName: "bench",
      pid: process.pid,
      port: 0,
      userName: "bench",
      startedAt: new Date(),
      softwareVersion: "bench",
    },
    sessionNamespace: "su_ex",
  });
  try {
    const records = new RecordStore(await session.forWriting());
    const image = pixelsInMemory(field(), [SIDE, SIDE]);
    for (let n = 0; n < IMAGES; n++)
      await records.insert(series, [
        {
          keywords: { T_REC: 1_051_747_200 + n * 720 },
          segments: { image: { kind: "image", image } },
        },
      ]);
    await session.end("finished");
  } finally {
    await pool.close();
  }
}

/** A field of some kilogauss in tenths, with noise. */
function field(): Int32Array<ArrayBuffer> {
  const pixels = new Int32Array(SIDE * SIDE);
  let state = 1;
  for (let i = 0; i < pixels.length; i++) {
    state = (state * 48_271) % 2_147_483_647;
    pixels[i] = (state % 200) - 100 + ((i >> 8) & 0xff);
  }
  return pixels;
}

/** @param threads missing: as the reader chooses */
async function read(
  { env }: BenchArchive,
  product: string,
  images: number,
  threads?: number,
): Promise<{ readonly seconds: number; readonly megabytes: number }> {
  const end = new Date(Date.UTC(2010, 3, 30, 23, 59, 26) + images * 720_000).toISOString().replace("Z", "");
  const args = [
    "ds=su_ex.images",
    ...`product=${product}`.split(" "),
    ...(threads === undefined ? [] : [`threads=${threads}`]),
    "2010-04-30",
    end,
  ];
  const start = performance.now();
  const child = spawn(built("drms-image", []).command, args, { stdio: ["ignore", "ignore", "inherit"], env });
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, peakMemoryOf(child.pid));
  }, 20);
  const [status] = await once(child, "exit");
  clearInterval(watch);
  if (status !== 0) throw new Error(`drms-image ended with status ${status}`);
  return { seconds: (performance.now() - start) / 1000, megabytes: most / 1e6 };
}
