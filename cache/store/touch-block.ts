import { utimes } from "node:fs/promises";
import { SIDECAR_SUFFIX } from "../block-path.js";
import type { StoredBlock } from "./stored-block.js";

/** How exactly it is known when a block was used last. */
const TOUCH_EVERY_MS = 3_600_000;

/**
 * Notes that a block was used, in the times of its sidecar, where that was not noted within the last hour. A disk that cannot be
 * written to is no reason not to serve a block, so nothing is said of it. Source: das2-server 15.8.
 *
 * @param now milliseconds since 1970
 * @returns whether it was noted
 */
export async function touchBlock(
  block: Pick<StoredBlock, "path" | "usedMs">,
  now = Date.now(),
): Promise<boolean> {
  // Also where the note lies in the future: a clock was wrong.
  if (Math.abs(now - block.usedMs) < TOUCH_EVERY_MS) return false;
  try {
    await utimes(`${block.path}${SIDECAR_SUFFIX}`, now / 1000, now / 1000);
    return true;
  } catch {
    return false;
  }
}
