import { once } from "node:events";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import { MAX_DEFINITION_LENGTH } from "../series/jsd-line.js";
import type { SeriesInput } from "./create-series.js";

/** Input of `create_series` as a process has it: files of this machine, standard input, and a person at the terminal. */
export function terminalInput(stdin: NodeJS.ReadableStream, stderr: NodeJS.WritableStream): SeriesInput {
  return {
    readDefinition: async (file) =>
      definitionText(await (file === undefined ? gather(stdin) : readDefinitionFile(file))),
    async confirm(question) {
      stderr.write(question);
      const lines = createInterface({ input: stdin });
      const [answer] = await Promise.race([once(lines, "line"), once(lines, "close").then(() => [""])]);
      lines.close();
      return /^\s*y(?:es)?\s*$/i.test(String(answer));
    },
  };
}

/**
 * The text of a definition: UTF-8, else Latin-1 as archives have it. What Latin-1 does not have becomes `?`, for the database could not keep
 * it (netdrms 2.1).
 */
export function definitionText(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    text = Buffer.from(bytes).toString("latin1");
  }
  return text.replaceAll(/[\u{100}-\u{10ffff}]/gu, "?");
}

async function readDefinitionFile(path: string): Promise<Uint8Array> {
  const what = `definition ${shown(basename(path))}`;
  const file = await open(path, "r").catch((error: unknown) => {
    throw new DasError("BAD_FILE", `${what} cannot be opened`, { path }, error);
  });
  try {
    if (!(await file.stat()).isFile())
      throw new DasError("BAD_FILE", `${what} is no ordinary file`, { path });
    return await gather(file.createReadStream({ autoClose: false }));
  } finally {
    await file.close();
  }
}

/** Errors: BAD_FILE for more than a definition may have. */
async function gather(pieces: AsyncIterable<string | Uint8Array>): Promise<Uint8Array> {
  const gathered: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    length += bytes.length;
    // A character has four bytes at most.
    if (length > 4 * MAX_DEFINITION_LENGTH)
      throw new DasError("BAD_FILE", `a definition of more than ${MAX_DEFINITION_LENGTH} characters`);
    gathered.push(bytes);
  }
  return Buffer.concat(gathered);
}
