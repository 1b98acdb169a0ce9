import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { nodeListener } from "../adapters/node-http.js";
import { answerRequest } from "../answer-request.js";
import { healthz } from "../queries/health.js";
import { metrics } from "../queries/metrics.js";
import type { RouteTable } from "../route-table.js";
import type { Site } from "../site.js";

/** A scrape has few headers. */
const MAX_HEADER_BYTES = 16 * 1024;
/** Time for a client to send its headers, and for the whole request, milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Connections at the same time: of those who scrape there are a few. */
const MOST_CONNECTIONS = 64;

const ROUTES: RouteTable = {
  words: new Map(),
  paths: new Map([
    ["/metrics", async () => metrics],
    ["/healthz", async () => healthz],
  ]),
  folders: new Map(),
};

/** A port that answers. */
export interface MetricsPort {
  /** Where, for example `http://127.0.0.1:9101/metrics`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Answers `/metrics` and `/healthz`, and nothing else, for a process that is no server; who may read is as for a server.
 * @param port 0 takes a free one
 * Errors: those of listening (`EADDRINUSE`).
 */
export async function openMetricsPort(site: Site, host: string, port: number): Promise<MetricsPort> {
  const listener = nodeListener((request) => answerRequest(request, site, ROUTES), {
    mount: "",
    slowClientMs: REQUEST_TIMEOUT_MS,
  });
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
    },
    listener,
  );
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  // Without a descriptor for a new connection the work goes on.
  server.on("error", (error) => process.stderr.write(`heliostream: ${error.message}\n`));
  const address = server.address() as AddressInfo; // it listens on a port
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
