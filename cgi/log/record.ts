/** How an answer ended; "refused" is any answer that tells of an error instead of giving what was asked for. */
export type RequestOutcome = "complete" | "no data" | "refused" | "failed" | "cancelled";

/** One program of a pipeline and how it ended. */
export interface StageRecord {
  readonly role: string;
  /** Argument vector as run. Internal: never shown to a client. */
  readonly argv: readonly string[];
  /** Exit status; missing where a signal ended it or it ran inside the server and was cancelled. */
  readonly status?: number;
  readonly signal?: string;
  /** Milliseconds from the arrival of the request to its begin and to its end; missing where that is not known. */
  readonly beginMs?: number;
  readonly endMs?: number;
  /** Whether it ran inside the server. */
  readonly builtIn: boolean;
}

/** What the cache did for a request; written by the cache, absent without one. Source: das2-server 15.6. */
export interface CacheRecord {
  /** All of it came from blocks, a part, nothing; or the cache is not for such a request. */
  readonly result: "hit" | "partial" | "miss" | "off";
  /** Name of the level used: `bin-60s daily`. */
  readonly level?: string;
  /** Bin width of that level, seconds; 0 is intrinsic. */
  readonly levelSeconds?: number;
  /** Blocks that were sent. */
  readonly blocks?: number;
  /** Runs of blocks that were missing, each read once. */
  readonly gaps?: number;
  /** Bytes of blocks that went into the answer; more than were sent where they were reduced further. */
  readonly bytesFromCache?: number;
  /** Bytes that readers, and the reducers behind them, made for the gaps. */
  readonly bytesFromReaders?: number;
  /** Why it was not used, or only in part, for operators: `disk full`, `index away`. */
  readonly note?: string;
}

/** Everything that is kept of one request: one value, written once, when the last byte is out. Source: das2-server 18.1. */
export interface RequestRecord {
  readonly id: string;
  /** When it came, ISO-8601 UTC with milliseconds. */
  readonly time: string;
  /** Process that answered. */
  readonly pid: number;
  /** Address of the client, looked for behind trusted proxies only. */
  readonly client: string;
  readonly method: string;
  /** `Host` as sent. */
  readonly host: string;
  /** Path and query as received, cut to 2048 characters. */
  readonly target: string;
  readonly mount: string;
  /** Word of `server=`, or the route of a path (`/id.txt`); empty where none was recognised. */
  readonly query: string;
  readonly userAgent: string;
  readonly user?: string;
  readonly source?: string;
  /** Requested range, formatted. */
  readonly begin?: string;
  readonly end?: string;
  /** Seconds. */
  readonly resolution?: number;
  /** Seconds. */
  readonly interval?: number;
  readonly params?: readonly string[];
  readonly fileName?: string;
  readonly stages: readonly StageRecord[];
  readonly cache?: CacheRecord;
  /** HTTP status as sent; 0 where the client left before anything was sent. */
  readonly status: number;
  /** Milliseconds from the arrival to the first byte of the body; missing where no body was sent. */
  readonly firstByteMs?: number;
  /** Milliseconds from the arrival to the end of the answer. */
  readonly durationMs: number;
  /** Bytes of the body that were handed to the connection. */
  readonly bytes: number;
  readonly outcome: RequestOutcome;
  /** Code and message of the error, for every outcome but "complete". */
  readonly code?: string;
  readonly reason?: string;
  /** Internal circumstances of the error (files, causes). */
  readonly where?: Readonly<Record<string, unknown>>;
  /** Beginning of what the programs wrote to standard error. */
  readonly stderr?: readonly string[];
}

/** Takes records; returns at once and never throws. */
export interface RecordWriter {
  write(record: RequestRecord): void;
  /** Records that are missing from the log since it was opened; missing: nobody counts them. */
  readonly dropped?: number;
  /** Writes what is pending. */
  close(): Promise<void>;
}
