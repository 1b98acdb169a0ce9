import { setImmediate as nextTurn } from "node:timers/promises";
import { DasError } from "../../errors/das-error.js";
import type { BytesProgram, ProgramContext } from "../../stream/program.js";

/** Byte `index` of a made file: no period that a piece could have. */
export function madeByte(index: number): number {
  return (index * 31 + (index >>> 8)) & 255;
}

/** The first bytes of a made file. */
export function madeBytes(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => madeByte(index)));
}

/** What a made file does behind its bytes; the words of its third argument. */
const ENDS: Readonly<Record<string, (context: ProgramContext) => Promise<void>>> = {
  end: async () => undefined,
  fail: async () => {
    throw new DasError("BAD_FILE", "the tape is torn");
  },
  none: async () => {
    throw new DasError("NO_DATA", "no tape of that day");
  },
  wait: ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
};

/**
 * A program that gives a file: `drms-made LENGTH PIECE [END]`, that many bytes in pieces of that size, then what `END` says;
 * what follows is passed over. `drms-made settings` gives the variables that it was told of the archive, a line each.
 */
export const madeFile: BytesProgram = {
  kind: "bytes",
  name: "drms-made",
  help: "Usage: drms-made LENGTH PIECE [END]",
  open(args, context) {
    const [what = "", piece = "", end = "end"] = args;
    if (what === "settings") return settings(context);
    const [length, size] = [Number(what), Number(piece)];
    const ending = ENDS[end];
    if (!(length >= 0 && size > 0) || ending === undefined)
      throw new DasError("USAGE", "two numbers expected");
    return made(length, size, () => ending(context));
  },
};

async function* made(length: number, size: number, end: () => Promise<void>): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += size) {
    const piece = new Uint8Array(Math.min(size, length - at));
    for (let i = 0; i < piece.length; i++) piece[i] = madeByte(at + i);
    // As from a file or a database: not all in one turn.
    if ((at / size) % 8 === 0) await nextTurn();
    yield piece;
  }
  await end();
}

async function* settings({ env }: ProgramContext): AsyncGenerator<Uint8Array> {
  for (const name of Object.keys(env).sort())
    if (/^HELIOSTREAM_(DRMS|SUMS)_/.test(name)) yield Buffer.from(`${name}=${env[name]}\n`);
}
