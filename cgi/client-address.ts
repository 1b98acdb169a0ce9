import { isIP } from "node:net";

/** An address without brackets, port or zone; IPv4 written inside IPv6 (`::ffff:192.0.2.1`) in its own form. */
export function plainAddress(text: string): string {
  const bracket = /^\[([^\]]+)\](?::\d+)?$/.exec(text);
  const bare = bracket?.[1] ?? (/^[\d.]+:\d+$/.test(text) ? text.slice(0, text.indexOf(":")) : text);
  return bare.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

/** Where a request came from. */
export interface Origin {
  readonly address: string;
  /** Whether it came through trusted proxies alone that all said for whom; a request that no proxy passed on is as well. */
  readonly isSure: boolean;
}

/**
 * Where a request came from: the peer, or where the peer is a trusted proxy, the right-most address of `X-Forwarded-For` that is not one.
 * Text in that header that is no address ends the search: then the last address is that of a proxy. Source: das2-server 6.3.
 */
export function requestOrigin(
  peer: string,
  forwardedFor: string | undefined,
  isTrusted: (address: string) => boolean,
): Origin {
  let address = plainAddress(peer);
  if (forwardedFor === undefined || !isTrusted(address)) return { address, isSure: true };
  for (const hop of forwardedFor.split(",").reverse()) {
    const before = plainAddress(hop.trim());
    if (isIP(before) === 0) return { address, isSure: false };
    address = before;
    if (!isTrusted(address)) break;
  }
  return { address, isSure: true };
}

/** The address of {@link requestOrigin}. */
export function clientAddress(
  peer: string,
  forwardedFor: string | undefined,
  isTrusted: (address: string) => boolean,
): string {
  return requestOrigin(peer, forwardedFor, isTrusted).address;
}
