import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Level } from "../../../cache/level.js";

/** A folder of its own for a test, removed after it. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "heliostream-cache-"));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Averages of a minute of a made-up source, a block a day, below a root of a cache; everything can be said otherwise. */
export function levelIn(cacheRoot: string, other: Partial<Level> = {}): Level {
  const level = {
    sourceId: "Demo/Pump4",
    params: [],
    paramsName: "_noparam",
    number: 1,
    seconds: 60,
    period: "daily",
    resolutionName: "bin-60s",
    definition: "0123456789abcdef",
    freshness: { liveDelaySeconds: 259_200, openTtlSeconds: 3600 },
    ...other,
  } as const satisfies Omit<Level, "folder">;
  const folder = join(cacheRoot, "data", level.sourceId, level.paramsName, level.resolutionName);
  return { ...level, folder: other.folder ?? folder };
}
