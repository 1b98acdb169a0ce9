import type { SessionFacts } from "../session/session-row.js";
import type { SessionOptions } from "../sums/session.js";

/** Storage units of the site. */
export interface StorageSettings extends Pick<SessionOptions, "hasTape" | "owner" | "durable"> {
  /** Their database; missing: that of the series. */
  readonly url?: string;
}

/** What a module needs of its process. */
export interface ModuleHost {
  /** Words behind the name of the program. */
  readonly argv: readonly string[];
  /** The name under which it was called; one that ends with `_sock` asks for a session server. */
  readonly calledAs: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The database of the configuration. */
  readonly databaseUrl?: string;
  readonly storage: StorageSettings;
  readonly facts: Omit<SessionFacts, "port">;
  /** The program `drms_server`, an argument vector. */
  readonly serverCommand: readonly [string, ...string[]];
  /** Aborted when the process is told to end. */
  readonly signal: AbortSignal;
  /** Standard output; resolves when there is room for more. Errors: `OutputGone`. */
  readonly print: (bytes: Uint8Array) => Promise<void>;
  /** Hands over what was printed and still waits; missing: nothing ever waits. Errors: those of `print`. */
  readonly flush?: () => void;
  /** Standard error. */
  readonly log: (line: string) => void;
}
