import type { BlockCache } from "../cache/block-cache.js";
import type { Config } from "../config/config.js";
import type { ProgramLookup } from "../pipeline/options.js";
import type { Authorize } from "./access/types.js";
import type { OpenCacheAccess } from "./cache/access.js";
import type { RecordWriter } from "./log/record.js";
import type { Meter } from "./metrics/meter.js";
import type { RememberedSources } from "./remembered-sources.js";

/** Everything a handler needs that outlives a request. Made once by an entry point and handed down. */
export interface Site {
  readonly config: Config;
  readonly sources: RememberedSources;
  readonly log: RecordWriter;
  readonly authorize: Authorize;
  /** Whether `X-Forwarded-...` of this peer is believed. */
  readonly isTrustedProxy: (address: string) => boolean;
  /** Whether the log and `server=debug` may be seen from this address. */
  readonly mayViewLog: (address: string) => boolean;
  /** Folders of static files: the site's own, then those that ship here. */
  readonly resourceFolders: readonly string[];
  /** For `Retry-After`, seconds. */
  readonly retryAfterSeconds: number;
  /** Longest wait until a client has taken one piece of an answer, milliseconds. */
  readonly slowClientMs: number;
  /** Whether the process answers more than one request. */
  readonly resident: boolean;
  readonly now: () => Date;
  /** Counts what is answered; missing: nobody does. */
  readonly meter?: Meter;
  /** Which programs are built in; missing: those that ship here. */
  readonly programs?: ProgramLookup;
  /** Opens the cache for a look at its state; missing: that of the server. */
  readonly openCacheAccess?: OpenCacheAccess;
  /** Opens the cache of blocks; missing: as the configuration says, without anybody who builds. */
  readonly openCache?: () => Promise<BlockCache | undefined>;
  /** What else is to be let go of when the server closes; parts that are opened late put themselves here. */
  readonly closers: Set<() => Promise<void>>;
  /** Writes what is pending and lets go of everything. */
  close(): Promise<void>;
}

/** How a server is opened; parts that tests replace. */
export interface SiteOptions {
  /** `false` for a process of one request: records are written at once. */
  readonly resident: boolean;
  readonly log?: RecordWriter;
  readonly authorize?: Authorize;
  readonly now?: () => Date;
  readonly meter?: Meter;
  readonly programs?: ProgramLookup;
  readonly openCache?: Site["openCache"];
  readonly openCacheAccess?: OpenCacheAccess;
}
