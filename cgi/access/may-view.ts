import { hostname } from "node:os";
import { networkTest } from "../../config/networks.js";
import { plainAddress, requestOrigin } from "../client-address.js";
import type { Request } from "../http.js";
import type { Site } from "../site.js";

/** Headers by which a proxy tells that it is one. */
const PROXY_HEADERS = ["x-forwarded-for", "forwarded", "x-real-ip", "via"] as const;

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

/** The name of a host without port; empty where there is none. */
function nameOf(host: string): string {
  return host
    .replace(/:\d*$/, "")
    .replace(/^\[|\]$/g, "")
    .toLowerCase();
}

/** Whether the name can only mean this host, whoever answers for it in the name system. */
function isOwnName(name: string, site: Site): boolean {
  if (name === "" || name === "localhost" || name.endsWith(".localhost")) return true;
  if (/^[\d.]+$/.test(name) || name.includes(":")) return true;
  const { serverUrl } = site.config;
  const configured = serverUrl === undefined || !URL.canParse(serverUrl) ? "" : new URL(serverUrl).hostname;
  const own = hostname().toLowerCase();
  return name === configured || name === own || name.startsWith(`${own}.`);
}

/** Who looks at the log, or why nobody may. */
export type Viewer =
  | { readonly allowed: true; readonly address: string }
  | { readonly allowed: false; readonly address: string; readonly reason: string };

/**
 * Decides whether a request may see the log, and what else is for operators only: its address must be in `VIEW_LOG_ALLOW`. Ways to be at that address without
 * being it are closed: a proxy on this host that is not in `TRUSTED_PROXIES`, or that does not say for whom it asks (all its clients would be
 * "this host"), and a page from elsewhere whose host name was made to point here.
 * @param what is named in the reason
 * Source: das2-server 18.2, 20.1 (8, 11).
 */
export function mayView(request: Request, site: Site, what = "The request log"): Viewer {
  return viewer(request, site, what, {
    key: "VIEW_LOG_ALLOW",
    has: site.mayViewLog,
    hasAll: site.config.viewLogAllow.includes("*"),
  });
}

/** The same for what those of another list may see as well, by the same rules. @param key of that list in the configuration */
export function mayRead(
  request: Request,
  site: Site,
  what: string,
  key: string,
  networks: readonly string[],
): Viewer {
  const isListed = networkTest(networks);
  return viewer(request, site, what, {
    key: `${key} or VIEW_LOG_ALLOW`,
    has: (address) => isListed(address) || site.mayViewLog(address),
    hasAll: networks.includes("*") || site.config.viewLogAllow.includes("*"),
  });
}

/**
 * Whether a request may see command lines and other internals of the requests of others, by the same rules: its address must be in
 * `VIEW_COMMANDS_ALLOW`. To see the log is not enough.
 */
export function mayViewCommands(request: Request, site: Site): boolean {
  const { viewCommandsAllow } = site.config;
  return viewer(request, site, "Command lines", {
    key: "VIEW_COMMANDS_ALLOW",
    has: networkTest(viewCommandsAllow),
    hasAll: viewCommandsAllow.includes("*"),
  }).allowed;
}

/** A list of addresses. */
interface Allowed {
  readonly key: string;
  readonly has: (address: string) => boolean;
  /** Whether it is for everybody. */
  readonly hasAll: boolean;
}

function viewer(request: Request, site: Site, what: string, { key, has, hasAll }: Allowed): Viewer {
  const peer = plainAddress(request.peer);
  const forwardedFor = request.headers["x-forwarded-for"];
  const { address, isSure } = requestOrigin(peer, forwardedFor, site.isTrustedProxy);
  const refuse = (reason: string): Viewer => ({ allowed: false, address, reason });
  if (!has(address)) return refuse(`${what} cannot be seen from ${address}: that is not in ${key}`);
  if (hasAll) return { allowed: true, address };
  if (PROXY_HEADERS.some((name) => request.headers[name] !== undefined)) {
    if (!site.isTrustedProxy(peer))
      return refuse(`${what} cannot be seen through the proxy at ${address}: that is not in TRUSTED_PROXIES`);
    if (forwardedFor === undefined || !isSure)
      return refuse(
        `${what} cannot be seen through the proxy at ${address}: it does not say in X-Forwarded-For for whom`,
      );
  }
  if (isLoopback(address) && !isOwnName(nameOf(request.host), site))
    return refuse(`${what} cannot be seen by this host name: it is not that of SERVER_URL`);
  return { allowed: true, address };
}
