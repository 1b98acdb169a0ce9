import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { SIDECAR_SUFFIX, STATISTICS_SUFFIX } from "../block-path.js";
import { lookAt } from "./file-identity.js";
import { PIECE_BYTES } from "./file-pieces.js";
import { readSidecar } from "./read-sidecar.js";

/** What is wrong with a block. */
export interface BlockDamage {
  readonly file: "block" | "companion" | "sidecar";
  readonly what: "absent" | "unreadable" | "other size" | "other checksum";
}

/**
 * Reads a block and its companion through and compares them with the SHA-256 of the sidecar. A companion that is damaged leaves the
 * block valid, but without statistics.
 *
 * @param path of {@link blockPath}
 * @returns all that is wrong; nothing where all is well. Errors: that of `signal`
 */
export async function verifyBlock(path: string, signal?: AbortSignal): Promise<readonly BlockDamage[]> {
  const meta = `${path}${SIDECAR_SUFFIX}`;
  const read = await readSidecar(meta);
  if (read === undefined)
    return [{ file: "sidecar", what: (await lookAt(meta)) === undefined ? "absent" : "unreadable" }];
  const { sidecar } = read;
  const damages: BlockDamage[] = [];
  const block = await damageOf(path, sidecar, signal);
  if (block !== undefined) damages.push({ file: "block", what: block });
  if (sidecar.statistics !== undefined) {
    const companion = await damageOf(`${path}${STATISTICS_SUFFIX}`, sidecar.statistics, signal);
    if (companion !== undefined) damages.push({ file: "companion", what: companion });
  }
  return damages;
}

async function damageOf(
  path: string,
  expected: { readonly bytes: number; readonly sha256: string },
  signal: AbortSignal | undefined,
): Promise<BlockDamage["what"] | undefined> {
  const identity = await lookAt(path);
  if (identity === undefined) return "absent";
  if (identity.size !== expected.bytes) return "other size";
  const sha256 = createHash("sha256");
  try {
    const pieces: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: PIECE_BYTES, signal });
    for await (const piece of pieces) sha256.update(piece);
  } catch {
    signal?.throwIfAborted();
    return "unreadable";
  }
  return sha256.digest("hex") === expected.sha256 ? undefined : "other checksum";
}
