import { readdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DasError } from "../../errors/das-error.js";
import { inFolder } from "../store/durable-file.js";
import { readSmallFile } from "../store/small-file.js";
import { systemCode } from "../store/store-error.js";
import { formatBuildJob, jobId, MAX_JOB_BYTES, parseBuildJob } from "./build-job.js";
import type { BuildJob } from "./build-queue.js";
import { urgencyClass } from "./fair-order.js";
import type { Wishes } from "./wishes.js";

/** Folder below that of the cache. */
const FOLDER = "wishes";
/** Most wishes that wait. */
const MOST_WISHES = 1000;
const NAME = /^[0-2]-b[0-9a-f]{32}\.json$/;

/** Wishes as small files `CACHE_ROOT/wishes/CLASS-NAME.json`, where there is no Redis. */
export function fileWishes(cacheRoot: string): Wishes {
  const folder = join(cacheRoot, FOLDER);
  return {
    async leave(jobs) {
      if (jobs.length === 0) return;
      await inPlace(async () => {
        const there = await inFolder(folder, () => readdir(folder));
        const known = new Set(there);
        let room = MOST_WISHES - there.length;
        for (const job of jobs) {
          const name = `${urgencyClass(job.urgency)}-${jobId(job)}.json`;
          if (known.has(name) || room <= 0) continue;
          known.add(name);
          room--;
          await leaveOne(join(folder, name), formatBuildJob(job));
        }
      });
    },
    take: (most) =>
      inPlace(async () => {
        const names = (await namesIn(folder)).filter((name) => NAME.test(name)).sort();
        const taken = await Promise.all(names.slice(0, most).map((name) => takeOne(join(folder, name))));
        return taken.filter((job) => job !== undefined);
      }),
  };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** A wish that is taken before it is written to its end is lost, as any wish may be. */
async function leaveOne(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

/** The wish of a file, which is gone then. What cannot be removed is left alone: it would be taken for ever. */
async function takeOne(path: string): Promise<BuildJob | undefined> {
  try {
    const text = await readSmallFile(path, MAX_JOB_BYTES);
    await unlink(path);
    return text === undefined ? undefined : parseBuildJob(text.toString("utf8"));
  } catch {
    return undefined;
  }
}

async function inPlace<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DasError(
      "QUEUE_AWAY",
      "the place for builds that are wished for cannot be used",
      { reason },
      error,
    );
  }
}
