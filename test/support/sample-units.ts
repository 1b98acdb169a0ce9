import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Folder of the storage units of the sample archive of a run, which its copies share. */
export function sampleUnits(run: number): string {
  return join(tmpdir(), `heliostream-sample-${run}`);
}

/** Removes them, at the end of the run. */
export async function removeSampleUnits(run: number): Promise<void> {
  await rm(sampleUnits(run), { recursive: true, force: true });
}
