import { plainAddress } from "../client-address.js";
import type { Request } from "../http.js";
import type { Site } from "../site.js";

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host.toLowerCase() : undefined;
}

/**
 * Whether a request comes from a page of this server: browsers say so in `Sec-Fetch-Site`, or where it is not sent (plain http) in
 * `Origin`, and no page can change either. A request with neither does not.
 */
export function isSameOrigin(request: Request, site: Site): boolean {
  const { headers } = request;
  if (headers["sec-fetch-site"] !== undefined) return headers["sec-fetch-site"] === "same-origin";
  const origin = headers.origin === undefined ? undefined : hostOf(headers.origin);
  if (origin === undefined || origin === "") return false;
  const forwarded = site.isTrustedProxy(plainAddress(request.peer))
    ? headers["x-forwarded-host"]?.split(",")[0]?.trim()
    : undefined;
  const own = [
    hostOf(`${request.scheme}://${request.host}`),
    forwarded === undefined ? undefined : hostOf(`https://${forwarded}`),
    site.config.serverUrl === undefined ? undefined : hostOf(site.config.serverUrl),
  ];
  return own.includes(origin);
}
