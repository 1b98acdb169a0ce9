import type { ConnectionPool } from "../database/connection-pool.js";
import type { Database } from "../database/database.js";
import type { WriteAccess } from "../session/session.js";
import type { ModuleDeclaration, ModuleValues } from "./declaration.js";
import type { ParsedArguments } from "./parse-arguments.js";

/** What a module has while it runs. */
export interface ModuleContext<D extends ModuleDeclaration> extends ParsedArguments<D> {
  /** The archive, for reading: one snapshot from begin to end. */
  readonly database: Database;
  /** The archive, for writing; see `Session.forWriting`. */
  readonly forWriting: () => Promise<WriteAccess>;
  /** The database of the storage units, for what is read of them or kept for longer; not a part of the session. */
  readonly sums: ConnectionPool;
  /** Writes to standard output; resolves when there is room for more. Errors: {@link OutputGone}. */
  readonly print: (content: string | Uint8Array) => Promise<void>;
  /** Takes one line for people: standard error. */
  readonly log: (line: string) => void;
  /** Aborted when the module is told to end; its statements fail then by themselves. */
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A program of the archive. Source: netdrms 7. */
export interface DrmsModule<D extends ModuleDeclaration> {
  readonly declaration: D;
  /** Whether it may write. One that does not can use a database that takes no changes. */
  readonly writes: boolean;
  /** Longest time of one statement where DRMS_DBTIMEOUT does not say, ms; 0 for no limit. */
  readonly statementTimeoutMs: (values: ModuleValues<D>) => number;
  /**
   * Does the work and gives the exit status: with 0 what was written is kept, with any other it is taken back. What it throws is
   * told on standard error, and the status is 1.
   */
  run(context: ModuleContext<D>): Promise<number>;
}

/** As `show_info` has it; netdrms 6. */
const STATEMENT_TIMEOUT_MS = 600_000;

/** A module over its declaration; by default it only reads, and a statement takes 10 minutes at most. */
export function defineModule<const D extends ModuleDeclaration>(
  declaration: D,
  body: Pick<DrmsModule<D>, "run"> & Partial<Pick<DrmsModule<D>, "writes" | "statementTimeoutMs">>,
): DrmsModule<D> {
  return { declaration, writes: false, statementTimeoutMs: () => STATEMENT_TIMEOUT_MS, ...body };
}

/** Nobody reads standard output any more; for a module that only reads this is no failure. */
export class OutputGone extends Error {}
