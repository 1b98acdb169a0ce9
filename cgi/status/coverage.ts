import { clockMs } from "../../pipeline/clock.js";
import { makeTime } from "../../stream/time.js";
import type { CacheAccess } from "../cache/access.js";
import type { BlockCounts } from "../cache/drawn-runs.js";
import type { CachedSources } from "../cache/gather.js";
import { Patience } from "../cache/patience.js";
import { type Detail, sourceView } from "../cache/source-view.js";
import { isUnknown } from "../cache/view.js";
import type { CoverageSummary, LevelCoverage } from "./view.js";

/** Longest time for all questions, milliseconds; what was not looked at until then is said. */
const PATIENCE_MS = 1500;
/** Counts alone: nothing is drawn, listed or sized. */
const COUNTS: Detail = { columns: 1, levels: 100, gaps: 0, sized: 0 };

function sum(a: BlockCounts, b: BlockCounts): BlockCounts {
  return {
    present: a.present + b.present,
    empty: a.empty + b.empty,
    stale: a.stale + b.stale,
    absent: a.absent + b.absent,
  };
}

/**
 * How many blocks there are of each level, of all sources together; a few questions to the index for each source, as many as there is
 * time for. Errors: none but faults of this program; an index that does not answer makes the list shorter.
 */
export async function coverageByLevel(
  access: CacheAccess,
  sources: CachedSources,
  date: Date,
): Promise<CoverageSummary> {
  const ids = await sources.listCached();
  const patience = new Patience(PATIENCE_MS, clockMs);
  const until = clockMs() + PATIENCE_MS;
  const now = makeTime(1970, 1, 1, 0, 0, date.getTime() / 1000);
  const levels = new Map<string, LevelCoverage>();
  let looked = 0;
  for (const id of ids) {
    if (clockMs() > until || !patience.answered) break;
    const view = await sourceView(id, (one) => sources.find(one), access, patience, { now, detail: COUNTS });
    looked++;
    const seen = new Set<string>();
    for (const { name, seconds, coverage } of view.levels) {
      if (isUnknown(coverage)) continue;
      const known = levels.get(name);
      const isNew = !seen.has(name);
      seen.add(name);
      levels.set(name, {
        name,
        seconds,
        sources: (known?.sources ?? 0) + (isNew ? 1 : 0),
        counts: known === undefined ? coverage.counts : sum(known.counts, coverage.counts),
      });
    }
  }
  const byWidth = [...levels.values()].sort(
    (a, b) => a.seconds - b.seconds || a.name.localeCompare(b.name, "en"),
  );
  return { levels: byWidth, looked, sources: ids.length };
}
