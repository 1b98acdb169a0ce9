import { isIP } from "node:net";

/** An address without brackets, port or zone; IPv4 written inside IPv6 (`::ffff:192.0.2.1`) in its own form. */
export function plainAddress(text: string): string {
  const bracket = /^\[([^\]]+)\](?::\d+)?$/.exec(text);
  const bare = bracket?.[1] ?? (/^[\d.]+:\d+$/.test(text) ? text.slice(0, text.indexOf(":")) : text);
  return bare.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

/**
 * The address a request came from: the peer, or where the peer is a trusted proxy, the right-most address of
 * `X-Forwarded-For` that is not one. Text in that header that is no address ends the search. Source: das2-server 6.3.
 */
export function clientAddress(
  peer: string,
  forwardedFor: string | undefined,
  isTrusted: (address: string) => boolean,
): string {
  let client = plainAddress(peer);
  if (forwardedFor === undefined || !isTrusted(client)) return client;
  for (const hop of forwardedFor.split(",").reverse()) {
    const address = plainAddress(hop.trim());
    if (isIP(address) === 0) return client;
    client = address;
    if (!isTrusted(address)) return client;
  }
  return client;
}
