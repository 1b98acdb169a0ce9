import type { SourceTree } from "../../dsdf/tree.js";
import { asDasError } from "../../errors/das-error.js";
import { needsMeasuring } from "../levels/auto-levels.js";
import { type BuildSite, currentLevels } from "./do-build.js";
import { Repeated } from "./repeated.js";

/** How often it is looked whether a source waits to be measured, ms. */
const LOOK_MS = 10_000;
/** After a failure a source is left alone for so long, ms; doubled with each further one. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 24 * 3_600_000;

/** Sources that could not be measured: when they are tried again. */
interface Failed {
  readonly again: number;
  readonly pauseMs: number;
}

/**
 * Measures the sources with `cacheLevels = auto` whose levels are not chosen yet, one after the other, until it is stopped.
 * @param log takes a line for each source that could not be measured
 */
export function measureSources(
  site: Pick<BuildSite, "findSource" | "setting" | "pipelineOptions" | "now"> & {
    readonly tree: Pick<SourceTree, "listCached">;
  },
  log: (line: string) => void,
): Repeated {
  const failed = new Map<string, Failed>();
  return new Repeated(LOOK_MS, async (signal) => {
    for (const id of await site.tree.listCached().catch(() => [])) {
      if (signal.aborted) return;
      const last = failed.get(id);
      if (last !== undefined && performance.now() < last.again) continue;
      try {
        const source = await site.findSource(id);
        if (source === undefined || !needsMeasuring(source, site.setting)) continue;
        await currentLevels(source, [], site, signal);
        failed.delete(id);
      } catch (error) {
        if (signal.aborted) return;
        const pauseMs = Math.min(LONGEST_PAUSE_MS, last === undefined ? FIRST_PAUSE_MS : 2 * last.pauseMs);
        failed.set(id, { again: performance.now() + pauseMs, pauseMs });
        log(`cache levels of ${id}: ${asDasError(error, "the measuring").message}`);
      }
    }
  });
}
