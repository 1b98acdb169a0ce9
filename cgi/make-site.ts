import { join } from "node:path";
import type { Config } from "../config/config.js";
import { networkTest } from "../config/networks.js";
import { packageRoot } from "../config/package-root.js";
import { SourceTree } from "../dsdf/tree.js";
import { useLeapSecondsFile } from "../pipeline/leap-seconds-file.js";
import type { Authorize } from "./access/types.js";
import { openRequestLog, openRequestLogSync } from "./log/request-log.js";
import { RememberedSources } from "./remembered-sources.js";
import type { Site, SiteOptions } from "./site.js";

/** Seconds after which a client that met a full server may try again: a usual request has ended by then. */
const RETRY_AFTER_S = 10;

/** The longest delay that a timer takes. */
const MAX_TIMER_MS = 2_147_483_647;

/** Addresses whose test is remembered; beyond it all are tested again. */
const MAX_REMEMBERED = 1000;

/** A test of addresses that is made when it is first asked: most requests never do. The same ones ask again and again. */
function lazyTest(networks: readonly string[]): (address: string) => boolean {
  let test: ((address: string) => boolean) | undefined;
  const known = new Map<string, boolean>();
  return (address) => {
    let passes = known.get(address);
    if (passes === undefined) {
      test ??= networkTest(networks);
      passes = test(address);
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(address, passes);
    }
    return passes;
  };
}

/** Puts a server together, with nothing in it that only data requests need. */
export function makeSite(config: Config, options: SiteOptions & { readonly authorize: Authorize }): Site {
  useLeapSecondsFile(config.leapSecondsFile);
  const log = options.log ?? (options.resident ? openRequestLog(config) : openRequestLogSync(config));
  const tree = new SourceTree({ roots: config.dsdfRoot, substitutions: config.substitutions });
  const sources = new RememberedSources(tree);
  const closers = new Set<() => Promise<void>>();
  return {
    config,
    sources,
    closers,
    log,
    authorize: options.authorize,
    isTrustedProxy: lazyTest(config.trustedProxies),
    mayViewLog: lazyTest(config.viewLogAllow),
    resourceFolders: [
      ...new Set([config.resourcePath, join(packageRoot(), "static"), join(packageRoot(), "dist/static")]),
    ],
    retryAfterSeconds: RETRY_AFTER_S,
    slowClientMs:
      config.maxClientWait === 0 ? MAX_TIMER_MS : Math.min(MAX_TIMER_MS, config.maxClientWait * 1000),
    resident: options.resident,
    now: options.now ?? (() => new Date()),
    ...(options.meter === undefined ? {} : { meter: options.meter }),
    ...(options.programs === undefined ? {} : { programs: options.programs }),
    ...(options.openCache === undefined ? {} : { openCache: options.openCache }),
    ...(options.openCacheAccess === undefined ? {} : { openCacheAccess: options.openCacheAccess }),
    async close() {
      // One that fails keeps nothing else from being let go of.
      await Promise.allSettled([...closers].map((close) => close()));
      await log.close();
    },
  };
}
