import type { LogFilter } from "./filter.js";
import type { LogFile } from "./log-files.js";
import { makeReadable, openLog } from "./open-log.js";
import { filterOfFile } from "./walk-log.js";

/** Of the files in gzip that one look waits for until they are readable, bytes: a second or two. */
export interface DecodeLimits {
  readonly coded: number;
  /** What they decode to: a few bytes of gzip may be very many. */
  readonly decoded: number;
}

const USUAL_LIMITS: DecodeLimits = { coded: 8 * 1024 * 1024, decoded: 128 * 1024 * 1024 };

/** What there is to see of a file in gzip; `broken` is none of it, or there is no place to decode it to, `waiting` one to be decoded yet. */
export type CodedState = "readable" | "cut off" | "broken" | "waiting";

/** A file in gzip and its state. */
export interface CodedLog {
  readonly log: LogFile;
  readonly state: CodedState;
}

/** A state, and how many bytes were decoded for it. */
interface Decoded {
  readonly state: CodedState;
  readonly bytes: number;
}

/**
 * Makes the files in gzip that a filter looks into readable, as far as that is done in a moment; an abort leaves the others as they are.
 * Errors: those of node:fs.
 */
export async function decodeSome(
  files: readonly LogFile[],
  filter: LogFilter,
  signal: AbortSignal,
  limits = USUAL_LIMITS,
): Promise<readonly CodedLog[]> {
  const found: CodedLog[] = [];
  let { coded, decoded } = limits;
  for (const log of files) {
    if (!log.isCoded || filterOfFile(filter, log) === undefined) continue;
    let { state } = await lookInto(log);
    if (state === "waiting" && log.bytes <= coded && decoded > 0) {
      const made = await decode(log, decoded, signal);
      coded -= log.bytes;
      decoded -= made.bytes;
      state = made.state;
    }
    found.push({ log, state });
  }
  return found;
}

async function lookInto(log: LogFile): Promise<Decoded> {
  const file = await openLog(log);
  if (file === undefined) return { state: "waiting", bytes: 0 };
  try {
    return { state: file.isCutOff === true ? "cut off" : "readable", bytes: await file.size() };
  } finally {
    await file.close();
  }
}

async function decode(log: LogFile, mostBytes: number, signal: AbortSignal): Promise<Decoded> {
  try {
    if (!(await makeReadable(log, { signal, mostBytes }))) return { state: "waiting", bytes: mostBytes };
  } catch {
    return { state: signal.aborted ? "waiting" : "broken", bytes: 0 };
  }
  const made = await lookInto(log);
  return made.state === "waiting" ? { ...made, state: "broken" } : made;
}
