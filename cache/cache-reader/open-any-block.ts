import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { ItemSource } from "../../stream/model.js";
import { readStream } from "../../stream/read-stream.js";
import { blockItems } from "../answer/block-rows.js";
import { blockPath } from "../block-path.js";
import type { Level } from "../level.js";
import { identityOf } from "../store/file-identity.js";
import { filePieces } from "../store/file-pieces.js";
import { type BlockFault, type OpenBlockOptions, openBlock } from "../store/stored-block.js";

/** A block that can be read once. {@link OpenedBlock.close} is to be called. */
export interface OpenedBlock {
  readonly items: ItemSource;
  /** Least and greatest position of its records, us2000, where that is known. */
  readonly x?: { readonly first: number; readonly last: number };
  close(): Promise<void>;
}

/**
 * Opens a block, whoever made it: one with a sidecar only if it is what that says, checked from its first byte to its last; one without,
 * of an older server, as it is, so that what is wrong with it shows when it is read. Nothing is written into the cache.
 *
 * @returns why there is none, otherwise. Source: reducers 10, das2-server 15.2.
 */
export async function openAnyBlock(
  level: Level,
  number: number,
  options: Pick<OpenBlockOptions, "memory" | "belongs">,
): Promise<OpenedBlock | BlockFault> {
  const faults: BlockFault[] = [];
  const block = await openBlock(level, number, { ...options, onFault: (fault) => faults.push(fault) });
  if (block !== undefined) {
    const { x } = block.sidecar;
    return { items: blockItems(block), ...(x === undefined ? {} : { x }), close: () => block.close() };
  }
  const [fault = "absent"] = faults;
  return fault === "no sidecar" ? await openOlder(blockPath(level, number)) : fault;
}

async function openOlder(path: string): Promise<OpenedBlock | BlockFault> {
  let handle: FileHandle | undefined;
  try {
    // A pipe in its place would keep us waiting.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    handle = file;
    const identity = identityOf(await file.stat({ bigint: true }));
    // Older servers leave an empty file where a reader wrote nothing, which does not tell whether it failed.
    if (identity === undefined || identity.size === 0) return "absent";
    const pieces = filePieces(file, 0, identity.size, (length) => Buffer.allocUnsafeSlow(length));
    handle = undefined;
    return { items: readStream(pieces), close: () => file.close() };
  } catch {
    return "unreadable";
  } finally {
    await handle?.close();
  }
}
