import type { KeyDescriptor } from "./key-types.js";

/** What one client may have, so that it leaves something for the others. */
export const CLIENT_KEYS = [
  {
    key: "CLIENT_REQUESTS",
    field: "clientRequests",
    type: "integer",
    default: "64",
    min: 0,
    max: 100_000,
    help: "Requests of one address at the same time, of whatever kind; 429 beyond. 0 for no limit. Counted by resident servers.",
  },
  {
    key: "CLIENT_DATA_REQUESTS",
    field: "clientDataRequests",
    type: "integer",
    default: "8",
    min: 0,
    max: 100_000,
    help: "Requests for data of one user, or of one address where nobody has logged in, at the same time; 429 beyond. 0 for no limit.",
  },
  {
    key: "CLIENT_BYTES",
    field: "clientBytes",
    type: "bytes",
    default: "0",
    unit: "bytes",
    help: "Data for one user or address in an hour; what is over is paid back before the next request. 0 for no limit.",
  },
  {
    key: "CLIENTS_EXEMPT",
    field: "clientsExempt",
    type: "networks",
    default: "127.0.0.1 ::1",
    help: "Addresses and networks without these limits. Behind a proxy that is not in TRUSTED_PROXIES all clients have its address.",
  },
  {
    key: "MAX_RANGE",
    field: "maxRange",
    type: "optional text",
    default: "",
    help: "Longest range of a request for data at full resolution, NUMBER UNIT (366 days); a definition may say maxRange. Empty: no limit.",
  },
  {
    key: "MAX_BINS",
    field: "maxBins",
    type: "integer",
    default: "0",
    min: 0,
    max: 1e12,
    help: "Bins of a request for data at a resolution. 0 for 100000 where a range is limited (MAX_RANGE, maxRange), else no limit.",
  },
] as const satisfies readonly KeyDescriptor[];
