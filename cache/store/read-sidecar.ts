import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { BlockMemory } from "./block-memory.js";
import { type FileIdentity, identityOf } from "./file-identity.js";
import type { Sidecar } from "./sidecar.js";
import { MOST_SIDECAR_BYTES, parseSidecar } from "./sidecar-text.js";

/** A sidecar, and which file it was read from. */
export interface ReadSidecar {
  readonly sidecar: Sidecar;
  readonly identity: FileIdentity;
}

/**
 * The sidecar at a path, read anew; `undefined` where there is none, where it is none, and where it cannot be read.
 * @param memory keeps it
 */
export async function readSidecar(path: string, memory?: BlockMemory): Promise<ReadSidecar | undefined> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const identity = identityOf(await handle.stat({ bigint: true }));
      if (identity === undefined || identity.size > MOST_SIDECAR_BYTES) return undefined;
      // One byte more tells whether it has grown.
      const buffer = Buffer.alloc(identity.size + 1);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      if (bytesRead !== identity.size) return undefined;
      const sidecar = parseSidecar(buffer.toString("utf8", 0, bytesRead));
      if (sidecar === undefined) return undefined;
      memory?.keepSidecar(path, identity, sidecar);
      return { sidecar, identity };
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

/** As {@link readSidecar}, from memory where the file is still the one that was seen. */
export async function knownSidecar(
  path: string,
  seen: FileIdentity,
  memory: BlockMemory,
): Promise<ReadSidecar | undefined> {
  const sidecar = memory.sidecarOf(path, seen);
  return sidecar === undefined ? await readSidecar(path, memory) : { sidecar, identity: seen };
}
