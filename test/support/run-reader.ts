import { PROGRAM_LOADERS } from "../../readers/index.js";
import { encodeItems } from "../../stream/encode-items.js";
import type { ItemSource } from "../../stream/model.js";
import type { ProgramContext } from "../../stream/program.js";
import { das2Encoder } from "../../stream/stream-writer.js";
import { TEST_CONTEXT } from "./run-stream.js";

/** Starts a reader of the table by its name. */
export async function openReader(
  name: string,
  args: readonly string[],
  context: ProgramContext = TEST_CONTEXT,
): Promise<ItemSource> {
  const program = await PROGRAM_LOADERS[name]?.();
  if (program?.kind !== "reader") throw new Error(`${name} is not a reader`);
  return program.open(args, context);
}

/** All bytes that a reader writes. Errors: those of the reader. */
export async function readerBytes(
  name: string,
  args: readonly string[],
  context: ProgramContext = TEST_CONTEXT,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of encodeItems(await openReader(name, args, context), das2Encoder()))
    parts.push(piece);
  return Buffer.concat(parts);
}
