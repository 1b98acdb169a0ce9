import { isDasError } from "../../errors/das-error.js";
import type { BlockSpan } from "../block-number.js";
import type { BlockDetails, BlockRun } from "../block-state.js";
import type { BlockIndex, Coverage, Moment } from "../index/block-index.js";
import { encodeRecord } from "../index/block-record.js";
import { CoverageBuilder } from "../index/coverage-builder.js";
import type { Level } from "../level.js";
import { adoptBlock } from "../store/adopt-block.js";
import { findBlocks } from "../store/find-blocks.js";
import { detailsOf } from "../store/sidecar-level.js";

/** Blocks that are put on record at a time. */
const RECORDED_AT_ONCE = 1000;

/** How blocks are looked for. */
export interface KnownBlocksOptions {
  /** Blocks of older servers that are adopted at most, each being read from end to end; default: all. */
  readonly mostAdopted?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The state of some blocks, after what the index does not know has been looked for on the disk and put on record: an index that was
 * lost, or was away when a block was built, comes to know it so. What an index has no room for is known all the same.
 * Errors: INDEX_AWAY, TOO_MANY_BLOCKS; that of `signal`. Source: das2-server 15.2, 15.8.
 */
export async function knownBlocks(
  index: BlockIndex,
  level: Level,
  span: BlockSpan,
  moment: Moment,
  options: KnownBlocksOptions = {},
): Promise<Coverage> {
  const before = await index.coverage(level, span, moment);
  const found: Coverage[] = [];
  for (const { first, end, state } of before.runs) {
    if (state !== "absent") continue;
    const here = await recordFound(index, level, { first, end }, moment, options);
    if (here.runs.some((run) => run.state !== "absent")) found.push(here);
  }
  if (found.length === 0) return before;
  return overlaid(await index.coverage(level, span, moment), found);
}

/** Puts on record what the disk has of some blocks, and says what that is. */
async function recordFound(
  index: BlockIndex,
  level: Level,
  span: BlockSpan,
  moment: Moment,
  { mostAdopted = Number.POSITIVE_INFINITY, signal }: KnownBlocksOptions,
): Promise<Coverage> {
  const builder = new CoverageBuilder(level, span, moment);
  let tried = 0;
  for await (const { details, withoutSidecar } of findBlocks(level, span, signal)) {
    const all: BlockDetails[] = [...details];
    for (const number of withoutSidecar) {
      if (tried >= mostAdopted) break;
      tried++;
      const sidecar = await adopted(level, number, signal);
      if (sidecar !== undefined) all.push(detailsOf(sidecar, number));
    }
    for (let at = 0; at < all.length; at += RECORDED_AT_ONCE)
      await index.record(level, all.slice(at, at + RECORDED_AT_ONCE)).catch((error: unknown) => {
        if (!isDasError(error, "INDEX_AWAY")) throw error;
      });
    for (const one of all.sort((a, b) => a.number - b.number)) builder.add(one.number, encodeRecord(one));
  }
  return builder.finish();
}

/** Adopts a block; on a disk that takes no description of it, it is none. */
async function adopted(level: Level, number: number, signal: AbortSignal | undefined) {
  try {
    return await adoptBlock(level, number, signal === undefined ? {} : { signal });
  } catch (error) {
    if (isDasError(error, "DISK_FULL") || isDasError(error, "BUILD_FAILED")) return undefined;
    throw error;
  }
}

/** A coverage with what was found in the place of what is absent in it. */
function overlaid(coverage: Coverage, found: readonly Coverage[]): Coverage {
  const runs: BlockRun[] = [];
  const add = ({ first, end, state }: BlockRun): void => {
    const last = runs.at(-1);
    if (end <= first) return;
    if (last?.state === state) runs[runs.length - 1] = { ...last, end };
    else runs.push({ first, end, state });
  };
  const foundRuns = found.flatMap((one) => one.runs).filter(({ state }) => state !== "absent");
  let isChanged = false;
  for (const run of coverage.runs) {
    let { first } = run;
    if (run.state === "absent")
      for (const other of foundRuns) {
        const begin = Math.max(first, other.first);
        const end = Math.min(run.end, other.end);
        if (end <= begin) continue;
        isChanged = true;
        add({ first, end: begin, state: "absent" });
        add({ first: begin, end, state: other.state });
        first = end;
      }
    add({ ...run, first });
  }
  if (!isChanged) return coverage;
  return {
    runs,
    version: [coverage, ...found].map(({ version }) => version).join("-"),
    newestMs: Math.max(coverage.newestMs, ...found.map(({ newestMs }) => newestMs)),
  };
}
