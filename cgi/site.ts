import { join } from "node:path";
import type { Config } from "../config/config.js";
import { networkTest } from "../config/networks.js";
import { packageRoot } from "../config/package-root.js";
import { SourceTree } from "../dsdf/tree.js";
import { authorize } from "./access/authorize.js";
import type { Authorize } from "./access/types.js";
import type { RecordWriter } from "./log/record.js";
import { openRequestLog, openRequestLogSync } from "./log/request-log.js";
import { RememberedSources } from "./remembered-sources.js";

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
  /** Writes what is pending and lets go of everything. */
  close(): Promise<void>;
}

/** Parts that tests replace. */
export interface SiteOptions {
  /** `false` for a process of one request: nothing is watched, records are written at once. */
  readonly resident: boolean;
  readonly log?: RecordWriter;
  readonly authorize?: Authorize;
  readonly now?: () => Date;
}

/** Seconds after which a client that met a full server may try again: a usual request has ended by then. */
const RETRY_AFTER_S = 10;

/** The longest delay that a timer takes. */
const MAX_TIMER_MS = 2_147_483_647;

/** Makes the server of a configuration; reads no definition yet. */
export function openSite(config: Config, options: SiteOptions): Site {
  const log = options.log ?? (options.resident ? openRequestLog(config) : openRequestLogSync(config));
  const tree = new SourceTree({ roots: config.dsdfRoot, substitutions: config.substitutions });
  const sources = new RememberedSources(tree);
  return {
    config,
    sources,
    log,
    authorize: options.authorize ?? authorize,
    isTrustedProxy: networkTest(config.trustedProxies),
    mayViewLog: networkTest(config.viewLogAllow),
    resourceFolders: [...new Set([config.resourcePath, join(packageRoot(), "static")])],
    retryAfterSeconds: RETRY_AFTER_S,
    slowClientMs:
      config.maxClientWait === 0 ? MAX_TIMER_MS : Math.min(MAX_TIMER_MS, config.maxClientWait * 1000),
    resident: options.resident,
    now: options.now ?? (() => new Date()),
    async close() {
      await log.close();
    },
  };
}
