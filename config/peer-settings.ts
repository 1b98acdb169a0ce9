import { DasError } from "../errors/das-error.js";
import type { Config, Environment } from "./config.js";
import { settingsEnvironment, settingsOfEnvironment } from "./key-variables.js";
import { PEER_KEYS } from "./keys-peers.js";

/** What programs that read from servers elsewhere are told: the fields of the table of keys, as a configuration has them. */
export type PeerSettings = Pick<Config, (typeof PEER_KEYS)[number]["field"]>;

/** The settings as variables for those programs. */
export function peerEnvironment(settings: PeerSettings): Readonly<Record<string, string>> {
  return settingsEnvironment(PEER_KEYS, settings);
}

/**
 * The settings that the variables tell, each server as the origin of its URL (`https://host`, without the usual port).
 * Errors: BAD_CONFIG for what is no URL of a server.
 */
export function peerSettings(env: Environment): PeerSettings {
  const { hapiPeers, hapiPeerNetworks } = settingsOfEnvironment(PEER_KEYS, env) as unknown as PeerSettings; // one value for each row
  return { hapiPeers: hapiPeers.map(originOf), hapiPeerNetworks };
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== "" ||
    url.password !== "" ||
    !/^[^/]+:\/\/[^/?#]+\/?$/.test(text)
  )
    throw new DasError(
      "BAD_CONFIG",
      `HAPI_PEERS: ${text.slice(0, 60)}, expected https://HOST or http://HOST:PORT`,
    );
  return url.origin;
}
