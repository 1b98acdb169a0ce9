import { DasError } from "../../errors/das-error.js";
import { type AskSpace, type PartitionSpace, usedPart } from "./partition-space.js";
import { closePartition, listPartitions, type Partition, reopenPartition } from "./partitions.js";
import { type Candidate, expiredUnits } from "./purge-candidates.js";
import { type Removal, type RemoveOptions, removeUnits } from "./remove-units.js";
import { type SettledFolder, settlePartition } from "./set-aside.js";
import { changeSums, readSums } from "./sums-transaction.js";
import { heldUnits, lockPurge } from "./unit-locks.js";

/** How a purge goes about it. */
export interface PurgeOptions extends RemoveOptions {
  /** Must answer anew each time. */
  readonly askSpace: AskSpace;
  /** Part of a partition in use above which units are removed; {@link HIGH_WATER} where it is missing. */
  readonly highWater?: number;
  /** Part of a partition in use at which it ends; {@link LOW_WATER} where it is missing. */
  readonly lowWater?: number;
  /** Only tells what it would do. */
  readonly dryRun?: boolean;
}

/** Source: netdrms 3.6. */
export const HIGH_WATER = 0.95;
/** Source: netdrms 3.6. */
export const LOW_WATER = 0.9;

/** One thing that a purge did, or with a dry run would do. */
export type PurgeEvent =
  /** Of each partition first: what is in use; missing where it does not answer and is passed by. */
  | { readonly kind: "partition"; readonly partition: string; readonly space?: PartitionSpace }
  | {
      readonly kind: "unit";
      readonly partition: string;
      readonly unit: Candidate;
      readonly end: Removal["end"];
      /** Why it is kept. */
      readonly why?: string;
    }
  | SettledFolder
  | { readonly kind: "closed" | "reopened"; readonly partition: string };

/** Units that are removed in one go: while it lasts, readers of those wait. */
const GROUP = 64;

/**
 * Removes expired units, those that expired first first, from partitions that are above the high-water mark, until they are
 * at or below the low-water mark. A partition that stays above the high-water mark is closed for writing, and reopened by a
 * later purge that finds it at or below it. First it ends what an earlier purge began.
 *
 * It works as its events are taken; who takes no more ends it after the group in hand.
 *
 * Errors: BAD_PARAMETER for marks that are not 0 ≤ low ≤ high ≤ 1; OVERLOADED while another purge runs; those of `Database`.
 * Source: netdrms 3.6, 7.
 */
export async function* purge(options: PurgeOptions): AsyncGenerator<PurgeEvent> {
  const { pool, highWater = HIGH_WATER, lowWater = LOW_WATER } = options;
  if (!(lowWater >= 0 && lowWater <= highWater && highWater <= 1))
    throw new DasError(
      "BAD_PARAMETER",
      `high-water mark ${highWater} and low-water mark ${lowWater}, expected 0 ≤ low ≤ high ≤ 1`,
    );
  const lock = await lockPurge(pool);
  if (lock === undefined) throw new DasError("OVERLOADED", "another purge of storage units is running");
  try {
    for (const partition of await readSums(pool, listPartitions))
      yield* purgePartition({ ...options, highWater, lowWater }, partition);
  } finally {
    await lock.release();
  }
}

type Marks = Required<Pick<PurgeOptions, "highWater" | "lowWater">>;

async function* purgePartition(
  options: PurgeOptions & Marks,
  partition: Partition,
): AsyncGenerator<PurgeEvent> {
  const { askSpace, highWater, dryRun = false } = options;
  const { folder } = partition;
  if ((await askSpace(folder)) === undefined) {
    yield { kind: "partition", partition: folder };
    return;
  }
  if (!dryRun) yield* settlePartition(options.pool, folder, options.log);
  const space = await askSpace(folder);
  if (space === undefined) return;
  yield { kind: "partition", partition: folder, space };
  const used =
    usedPart(space) <= highWater
      ? usedPart(space)
      : yield* dryRun ? planRemoval(options, folder, space) : removeExpired(options, folder, space);
  if (used !== undefined) yield* openOrClose(options, partition, used);
}

async function* openOrClose(
  { pool, highWater, dryRun = false }: PurgeOptions & Marks,
  { folder, closed }: Partition,
  used: number,
): AsyncGenerator<PurgeEvent> {
  if (used > highWater && closed === undefined) {
    if (!dryRun) await changeSums(pool, (sums) => closePartition(sums, folder, "purge"));
    yield { kind: "closed", partition: folder };
  }
  if (used <= highWater && closed === "purge") {
    if (!dryRun) await changeSums(pool, (sums) => reopenPartition(sums, folder));
    yield { kind: "reopened", partition: folder };
  }
}

/** @returns the part that is in use afterwards; missing where the partition does not answer any more */
async function* removeExpired(
  options: PurgeOptions & Marks,
  partition: string,
  begin: PartitionSpace,
): AsyncGenerator<PurgeEvent, number | undefined> {
  const { pool, askSpace, lowWater } = options;
  let space = begin;
  for await (const chunk of expiredUnits((work) => readSums(pool, work), partition)) {
    for (let at = 0; at < chunk.length; ) {
      if (usedPart(space) <= lowWater) return usedPart(space);
      const group = enoughOf(chunk.slice(at, at + GROUP), excessBytes(space, lowWater));
      at += group.length;
      const removals = await removeUnits(
        options,
        group.map(({ sunum }) => sunum),
      );
      const units = new Map(group.map((unit) => [unit.sunum, unit]));
      for (const removal of removals) yield unitEvent(partition, units.get(removal.sunum)!, removal);
      const now = await askSpace(partition);
      // Without knowing what there is now, everything that expired would go.
      if (now === undefined) return undefined;
      space = now;
    }
  }
  return usedPart(space);
}

/** As {@link removeExpired}, but only counts, by the sizes in the database. */
async function* planRemoval(
  { pool, lowWater }: PurgeOptions & Marks,
  partition: string,
  { usedBytes, freeBytes }: PartitionSpace,
): AsyncGenerator<PurgeEvent, number> {
  let space = { usedBytes, freeBytes };
  for await (const chunk of expiredUnits((work) => readSums(pool, work), partition)) {
    const held = await readSums(pool, (sums) =>
      heldUnits(
        sums,
        chunk.map(({ sunum }) => sunum),
      ),
    );
    for (const unit of chunk) {
      if (usedPart(space) <= lowWater) return usedPart(space);
      yield unitEvent(partition, unit, { end: held.has(unit.sunum) ? "held" : "removed" });
      if (held.has(unit.sunum)) continue;
      const bytes = Math.min(Number(unit.bytes), space.usedBytes);
      space = { usedBytes: space.usedBytes - bytes, freeBytes: space.freeBytes + bytes };
    }
  }
  return usedPart(space);
}

function unitEvent(
  partition: string,
  unit: Candidate,
  { end, why }: { readonly end: Removal["end"]; readonly why?: string },
): PurgeEvent {
  return { kind: "unit", partition, unit, end, ...(why === undefined ? {} : { why }) };
}

/** Bytes that are to go. */
function excessBytes({ usedBytes, freeBytes }: PartitionSpace, lowWater: number): number {
  return usedBytes - lowWater * (usedBytes + freeBytes);
}

/** The first units that make up so many bytes; at least one. */
function enoughOf(units: readonly Candidate[], bytes: number): readonly Candidate[] {
  let sum = 0;
  const end = units.findIndex(({ bytes: size }) => {
    sum += Number(size);
    return sum >= bytes;
  });
  return end < 0 ? units : units.slice(0, end + 1);
}
