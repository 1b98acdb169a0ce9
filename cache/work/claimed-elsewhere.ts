import { setTimeout as delay } from "node:timers/promises";
import { LEASE_MS } from "../build/surroundings.js";
import type { BlockIndex } from "../index/block-index.js";
import { inSlices } from "../index/many-numbers.js";
import type { BuildSite } from "./do-build.js";
import type { WantedBlocks } from "./wanted-blocks.js";

/** How often it is looked, ms. */
const LOOK_MS = 1000;
/** Blocks that are asked for at once. */
const AT_ONCE = 1000;

/**
 * Waits until nobody builds the blocks any more, but no longer than a builder that has died keeps others from building: after that they
 * are in good hands.
 * @returns whether anybody did
 * Errors: INDEX_AWAY; that of `signal`.
 */
export async function untilUnclaimed(
  wanted: readonly WantedBlocks[],
  { index, now, leaseMs = LEASE_MS }: Pick<BuildSite, "index" | "now" | "leaseMs">,
  signal: AbortSignal,
): Promise<"some" | "none"> {
  const last = now() + leaseMs + LOOK_MS;
  let others: "some" | "none" = "none";
  while (now() < last && (await isClaimed(index, wanted))) {
    others = "some";
    await delay(LOOK_MS, undefined, { signal });
  }
  return others;
}

async function isClaimed(
  index: Pick<BlockIndex, "claimed">,
  wanted: readonly WantedBlocks[],
): Promise<boolean> {
  for (const { level, first, end } of wanted) {
    const numbers = Array.from({ length: end - first }, (_, place) => first + place);
    for (const some of inSlices(numbers, AT_ONCE))
      if ((await index.claimed(level, some)).length > 0) return true;
  }
  return false;
}
