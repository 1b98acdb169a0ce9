import { networkTest } from "../../config/networks.js";
import type { QueryContext } from "../query.js";
import type { Site } from "../site.js";
import type { Trace } from "../trace.js";
import type { ClientLimits } from "./client-limits.js";
import { clientName } from "./client-name.js";
import { ProcessLimits } from "./process-limits.js";

/** What counts the clients of a server; `undefined`: nobody is counted. */
const opened = new WeakMap<Site, Promise<ClientLimits | undefined>>();
const exempt = new WeakMap<Site, (address: string) => boolean>();

/** Whether a client has no limits (`CLIENTS_EXEMPT`). */
export function isExempt(site: Site, address: string): boolean {
  let test = exempt.get(site);
  if (test === undefined) {
    test = networkTest(site.config.clientsExempt);
    exempt.set(site, test);
  }
  return test(address);
}

/** Made with the first request that is counted. Errors: BAD_CONFIG where the address of Redis cannot be understood. */
function siteLimits(site: Site): Promise<ClientLimits | undefined> {
  let made = opened.get(site);
  if (made === undefined) {
    made = openLimits(site);
    opened.set(site, made);
  }
  return made;
}

async function openLimits(site: Site): Promise<ClientLimits | undefined> {
  const { config } = site;
  const allowance = {
    atOnce: { any: config.clientRequests, data: config.clientDataRequests },
    hourBytes: config.clientBytes,
  };
  if (allowance.atOnce.any === 0 && allowance.atOnce.data === 0 && allowance.hourBytes === 0)
    return undefined;
  if (site.resident) return new ProcessLimits(allowance);
  const { openLink, usesRedis } = await import("../../cache/index/open-index.js");
  // A process of one request knows of no other, but by Redis.
  if (!usesRedis(config.workQueueBroker)) return undefined;
  const { RedisLimits } = await import("./redis-limits.js");
  const limits = new RedisLimits(allowance, await openLink(config, "request"));
  site.closers.add(() => limits.close());
  return limits;
}

/**
 * Counts a request among those of its address, until its answer has ended. Not for processes of one request: who starts them limits
 * them. Errors: TOO_MANY_REQUESTS.
 */
export async function enterAny(site: Site, trace: Trace): Promise<void> {
  if (!site.resident || isExempt(site, trace.client)) return;
  const limits = await siteLimits(site);
  if (limits !== undefined) trace.onEnd(await limits.enter("any", clientName(trace.client)));
}

/**
 * Counts a request among those that read data, of the user who has logged in or else of the address, until its answer has ended, and
 * the bytes of the answer. To be called when it is known who asks, and before anything is read.
 * Errors: TOO_MANY_REQUESTS.
 */
export async function enterData({ site, trace }: Pick<QueryContext, "site" | "trace">): Promise<void> {
  if (isExempt(site, trace.client)) return;
  const limits = await siteLimits(site);
  if (limits === undefined) return;
  const client = clientName(trace.client, trace.user);
  trace.onEnd(await limits.enter("data", client));
  trace.onEnd((bytes) => limits.sent(client, bytes));
}
