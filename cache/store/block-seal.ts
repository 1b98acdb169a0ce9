import { SIDECAR_SUFFIX } from "../block-path.js";
import type { BlockMemory } from "./block-memory.js";
import { lookAtOnce } from "./file-identity.js";
import type { Sidecar } from "./sidecar.js";
import { touchBlock } from "./touch-block.js";

/**
 * Whether a block that was opened and checked once is still the same, and still known to be whole: two looks at its files, which are
 * not opened. `false` also where that is not known any more. A block that is found to be the same has been used.
 */
export type BlockSeal = () => boolean;

/** @param sidecar as the memory gave it: one that is read again is another */
export function blockSeal(path: string, sidecar: Sidecar, memory: BlockMemory): BlockSeal {
  const metaPath = `${path}${SIDECAR_SUFFIX}`;
  return () => {
    const meta = lookAtOnce(metaPath);
    if (meta === undefined || memory.sidecarOf(metaPath, meta) !== sidecar) return false;
    const seen = lookAtOnce(path);
    if (seen?.size !== sidecar.bytes || !memory.isChecked(path, seen, sidecar.crc32)) return false;
    void touchBlock({ path, usedMs: meta.mtimeMs });
    return true;
  };
}
