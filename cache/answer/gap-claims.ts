import { type DasError, isDasError } from "../../errors/das-error.js";
import type { BlockSpan } from "../block-number.js";
import type { Claim } from "../index/block-index.js";
import type { GapPiece } from "../plan/plan-cover.js";
import type { GapReading } from "./gap-run.js";

/** How long a claim holds without being renewed, milliseconds. */
const LEASE_MS = 30_000;

/** The right to keep blocks of a gap, and how far it may be read. */
export interface ClaimedGap {
  readonly claims: readonly Claim[];
  readonly end: number;
  /** Why nobody could be asked. */
  readonly away?: DasError;
}

/**
 * Takes the whole blocks of a gap, up to the first that somebody else is building or has built.
 * @param isUnusable the first block was found not to be one that can be used, whatever the index says
 * Errors: those of {@link GapReading.look} and {@link GapReading.isUsable}; no claim is left then.
 */
export async function claimBlocks(
  gap: GapPiece,
  reading: GapReading,
  isUnusable: boolean,
): Promise<ClaimedGap> {
  const { index, level, owner } = reading;
  const { first, end } = gap.whole;
  if (first >= end) return { claims: [], end: gap.end };
  const numbers = Array.from({ length: end - first }, (_, offset) => first + offset);
  let claims: readonly Claim[];
  try {
    claims = await index.claim(level, numbers, owner, LEASE_MS);
  } catch (error) {
    // Without an index nobody can be asked who builds what: read, and keep nothing.
    if (!isDasError(error, "INDEX_AWAY")) throw error;
    return { claims: [], end: gap.end, away: error };
  }
  const held = new Set(claims.map(({ number }) => number));
  const taken = numbers.find((number) => !held.has(number)) ?? end;
  let there: number;
  try {
    there = await firstBuilt({ first, end: taken }, reading, isUnusable ? gap.first : undefined);
  } catch (error) {
    // Others would wait for blocks that nobody builds.
    await index.release(level, claims).catch(() => undefined);
    throw error;
  }
  const before = Math.min(taken, there);
  if (before === end) return { claims, end: gap.end };
  const later = claims.filter(({ number }) => number >= before);
  if (later.length > 0) await index.release(level, later).catch(() => undefined);
  return { claims: claims.filter(({ number }) => number < before), end: before };
}

/** The first of some claimed blocks that somebody else has built between the plan and the claim; the end where there is none. */
async function firstBuilt(
  { first, end }: BlockSpan,
  { look, level, isUsable }: GapReading,
  except: number | undefined,
): Promise<number> {
  if (first >= end) return end;
  try {
    const { runs } = await look(level, { first, end });
    for (const run of runs) {
      if (run.state !== "present" && run.state !== "empty") continue;
      if (run.first !== except || (await isUsable(run.first))) return run.first;
      if (run.end > run.first + 1) return run.first + 1;
    }
    return end;
  } catch (error) {
    if (!isDasError(error, "INDEX_AWAY")) throw error;
    return end;
  }
}
