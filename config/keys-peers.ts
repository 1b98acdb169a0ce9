import type { KeyDescriptor } from "./key-types.js";

/** Which servers elsewhere are read from. */
export const PEER_KEYS = [
  {
    key: "HAPI_PEERS",
    field: "hapiPeers",
    type: "words",
    default: "",
    help: "HAPI servers from which the program hapi-reader reads, as https://HOST or http://HOST:PORT; no other is asked, redirects included.",
  },
  {
    key: "HAPI_PEER_NETWORKS",
    field: "hapiPeerNetworks",
    type: "networks",
    default: "",
    help: "Addresses and networks of the inside to which the names in HAPI_PEERS may lead. An address in HAPI_PEERS itself, and localhost there, need not be here.",
  },
] as const satisfies readonly KeyDescriptor[];
