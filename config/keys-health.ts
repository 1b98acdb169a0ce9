import type { KeyDescriptor } from "./key-types.js";

/** Who may read metrics, and what a server needs to be called ready. */
export const HEALTH_KEYS = [
  {
    key: "METRICS_ALLOW",
    field: "metricsAllow",
    type: "networks",
    default: "",
    help: "Addresses and networks that may read /metrics, besides those of VIEW_LOG_ALLOW.",
  },
  {
    key: "WORKER_METRICS_PORT",
    field: "workerMetricsPort",
    type: "integer",
    default: "0",
    min: 0,
    max: 65535,
    help: "Port of LISTEN_HOST at which a worker answers /metrics and /healthz; each worker of a host needs its own. 0: none.",
  },
  {
    key: "READY_NEEDS",
    field: "readyNeeds",
    type: "words",
    default: "sources archive",
    help: "What must be there for /readyz to say that the server is ready, of sources, archive, redis and cache; what is not configured is not needed.",
  },
] as const satisfies readonly KeyDescriptor[];
