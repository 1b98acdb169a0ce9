import { plainAddress } from "./client-address.js";
import type { Request } from "./http.js";
import type { Site } from "./site.js";

/** A host with its port as it may stand in a URL; anything else in `Host` is not repeated to anybody. */
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;

/**
 * The absolute URL of this server, without a `/` at its end: `SERVER_URL` of the configuration, else made from the request,
 * where `X-Forwarded-Proto` and `X-Forwarded-Host` count only from a trusted proxy. Source: das2-server 17, 21.5.
 */
export function ownUrl(request: Request, site: Site): string {
  const configured = site.config.serverUrl;
  if (configured !== undefined) return configured.replace(/\/+$/, "");
  const proxied = site.isTrustedProxy(plainAddress(request.peer));
  const proto = proxied ? request.headers["x-forwarded-proto"]?.split(",")[0]?.trim() : undefined;
  const host =
    (proxied ? request.headers["x-forwarded-host"]?.split(",")[0]?.trim() : undefined) ?? request.host;
  const scheme = proto === "https" || proto === "http" ? proto : request.scheme;
  return `${scheme}://${HOST.test(host) ? host : "localhost"}${request.mount}`;
}

/** Whether two base URLs name the same place: scheme, case of the host, default ports and a `/` at the end do not count. */
export function isSamePlace(a: string, b: string): boolean {
  return placeOf(a) === placeOf(b);
}

function placeOf(text: string): string {
  try {
    const url = new URL(text);
    const port = url.port === "80" || url.port === "443" ? "" : url.port;
    return `${url.hostname}:${port}${url.pathname.replace(/\/+$/, "")}`;
  } catch {
    return text.replace(/\/+$/, "");
  }
}

/** The address of the log viewer: a full URL, or relative to the parent of the server's path. */
export function siblingUrl(mount: string, target: string): string {
  return target.includes("//") || target.startsWith("/")
    ? target
    : `${mount.slice(0, mount.lastIndexOf("/") + 1) || "/"}${target}`;
}
