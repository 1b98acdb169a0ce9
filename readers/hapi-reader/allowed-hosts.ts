import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import type { Environment } from "../../config/config.js";
import { networkTest } from "../../config/networks.js";
import { type PeerSettings, peerSettings } from "../../config/peer-settings.js";
import { DasError } from "../../errors/das-error.js";

/**
 * Addresses that are no public servers: this host, private and link-local networks, shared and reserved ones, multicast, and
 * IPv6 addresses that carry an IPv4 one. Source: IANA special-purpose address registries (RFC 6890).
 */
const INSIDE = [
  ...[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
  ],
  ...["192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"],
  ...["::/128", "::1/128", "64:ff9b::/96", "2002::/16", "fc00::/7", "fe80::/10", "ff00::/8"],
];

/**
 * The servers that may be asked. A name that is allowed must lead to a public address, or to one that is listed, whenever it
 * is looked up: who has the name does not decide what is reached inside.
 */
export class AllowedHosts {
  readonly #origins: ReadonlySet<string>;
  readonly #isInside = networkTest(INSIDE);
  readonly #isListed: (address: string) => boolean;

  constructor({ hapiPeers, hapiPeerNetworks }: PeerSettings) {
    this.#origins = new Set(hapiPeers);
    this.#isListed = networkTest(hapiPeerNetworks);
  }

  /** Errors: BAD_CONFIG where the server of the URL is not listed. */
  check(url: URL): void {
    if (this.#origins.has(url.origin)) return;
    throw new DasError("BAD_CONFIG", `HAPI_PEERS does not list ${url.origin.slice(0, 80)}`, {
      url: url.href,
    });
  }

  /** Looks a name up for a connection. Errors: those of the system, BAD_CONFIG where it leads inside. */
  readonly lookup: LookupFunction = (name, options, done) => {
    systemLookup(name, { ...options, all: true }, (error, found) => {
      const all = Array.isArray(found) ? found : [];
      if (error !== null) return done(error, "");
      const good = all.filter(({ address }) => this.#mayReach(name, address));
      const [first] = good;
      if (first === undefined) return done(leadsInside(name, all), "");
      if (options.all === true) done(null, good);
      else done(null, first.address, first.family);
    });
  };

  #mayReach(name: string, address: string): boolean {
    // An administrator who writes localhost means this host.
    return name === "localhost" || !this.#isInside(address) || this.#isListed(address);
  }
}

/** The servers that the environment lists. Errors: BAD_CONFIG. */
export function allowedHosts(env: Environment): AllowedHosts {
  return new AllowedHosts(peerSettings(env));
}

function leadsInside(name: string, found: readonly { readonly address: string }[]): DasError {
  return new DasError(
    "BAD_CONFIG",
    `${name.slice(0, 80)} leads to an address inside, which HAPI_PEER_NETWORKS does not list`,
    { addresses: found.map(({ address }) => address) },
  );
}
