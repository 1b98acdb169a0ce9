import type { ApiOperation } from "./operation.js";

/** Paths by which a server is watched. */
export const HEALTH_OPERATIONS: readonly ApiOperation[] = [
  { path: "/healthz", summary: "That the server lives; also at the root", types: ["text/plain"] },
  {
    path: "/readyz",
    summary: "Whether everything that the server needs is there, else 503 with the reasons; also at the root",
    types: ["text/plain"],
  },
  {
    path: "/metrics",
    summary:
      "What the resident server has counted, for Prometheus and those who may read it; also at the root",
    types: ["text/plain"],
    statuses: [403, 501],
  },
  {
    path: "/status",
    summary: "What is well and what is not, for those who may see the log",
    parameters: [
      { name: "refresh", type: "integer" as const, about: "Seconds after which the page loads itself again" },
    ],
    types: ["text/html"],
    statuses: [403],
  },
  {
    path: "/status.json",
    summary: "The same as JSON",
    types: ["application/json"],
    statuses: [403],
  },
].map((one) => ({ ...one, tag: "operation", errors: "das2", examples: [""] }));
