import { DasError } from "../../../errors/das-error.js";
import type { ConnectionPool } from "../../database/connection-pool.js";
import type { AskSpace } from "../partition-space.js";
import { MAX_RETENTION_DAYS } from "../put-unit.js";
import type { SessionOptions } from "../session.js";
import { parseSunum } from "../sunum.js";

/** What the commands of `sums` work on. */
export interface SumsContext {
  /** Database of the storage units; at least three connections. */
  readonly sums: ConnectionPool;
  /** Database of the series; missing: what needs it says so. */
  readonly drms?: ConnectionPool;
  /** Takes one line for people. */
  readonly log: (line: string) => void;
  /** Must answer anew each time. */
  readonly askSpace: AskSpace;
  /** Name of the user whose new units are. */
  readonly user: string;
  /** Settings of the site for new units, see {@link SessionOptions}. */
  readonly site?: Pick<SessionOptions, "hasTape" | "owner" | "durable">;
}

/** What a command prints: names of columns, then rows as they come. A command works as its rows are taken. */
export interface SumsTable {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly string[]>;
}

/** One command of `sums`. */
export interface SumsCommand {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Printed by `--help`. */
  readonly help: string;
  /**
   * @param args words behind the name of the command
   * Errors: BAD_PARAMETER; what `node:util` parseArgs throws for an unknown option; those of the work, here or while rows are taken.
   */
  run(args: readonly string[], context: SumsContext): Promise<SumsTable>;
}

/** A table whose rows are all there. */
export function tableOf(columns: readonly string[], rows: readonly (readonly string[])[]): SumsTable {
  return { columns, rows: each(rows) };
}

async function* each(rows: readonly (readonly string[])[]): AsyncGenerator<readonly string[]> {
  yield* rows;
}

/** The options of a session for this context. */
export function sessionOptions({ sums, log, askSpace, user, site = {} }: SumsContext): SessionOptions {
  return { pool: sums, log, askSpace, user, ...site };
}

/** The units that words name. Errors: BAD_PARAMETER where there is none, or one is no number. */
export function sunumsOf(words: readonly string[]): readonly bigint[] {
  const texts = words.flatMap((word) => word.split(",")).filter((text) => text !== "");
  if (texts.length === 0) throw new DasError("BAD_PARAMETER", "no storage unit given, expected one or more");
  return texts.map(parseSunum);
}

/** A whole number of an option. Errors: BAD_PARAMETER for anything else, or one out of range. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new DasError("BAD_PARAMETER", `${name} ${JSON.stringify(text)}, expected ${min} to ${max}`);
  return value;
}

/** Days of a retention. Errors: BAD_PARAMETER. */
export function daysOf(text: string | undefined): number {
  if (text === undefined) throw new DasError("BAD_PARAMETER", "no number of days given");
  return wholeNumber("days", text, 0, MAX_RETENTION_DAYS);
}

/** The archive, where a command cannot do without. Errors: BAD_CONFIG where none is given. */
export function archiveOf({ drms }: SumsContext, what: string): ConnectionPool {
  if (drms === undefined) throw new DasError("BAD_CONFIG", `${what} needs the archive, and none is given`);
  return drms;
}
