import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Config } from "../config/config.js";
import { nodeListener } from "./adapters/node-http.js";
import { splitTarget } from "./adapters/request-target.js";
import { answerConnections } from "./connections.js";
import { liveRoom } from "./live/live-room.js";
import { LiveSockets } from "./live/live-sockets.js";
import { sourceOfServerPath } from "./live/socket-path.js";
import { openSocketService } from "./live/socket-service.js";
import { handleLog } from "./log/viewer.js";
import { openSite } from "./open-site.js";
import { answerHostless, answerOutside } from "./outside.js";
import { siblingUrl } from "./own-url.js";
import { handle } from "./routes.js";
import type { Site, SiteOptions } from "./site.js";

/** Header block of a request: room for a URL far over its limit, so that it is answered and not cut off. */
const MAX_HEADER_BYTES = 192 * 1024;
/** Time for a client to send its headers, milliseconds. */
const HEADERS_TIMEOUT_MS = 20_000;
/** Time for a whole request, body included (none is read), milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than a proxy keeps an idle connection (Apache 60 s), so that it never writes to one just closed. */
const KEEP_ALIVE_MS = 65_000;
/** Time for running answers when the server closes, milliseconds. */
const CLOSE_GRACE_MS = 10_000;

/** A running server. */
export interface RunningServer {
  /** Where the server answers, for example `http://127.0.0.1:8080/das/server`. */
  readonly url: string;
  /** The same of the WebSocket service; missing where it has no port of its own. */
  readonly socketUrl?: string;
  readonly site: Site;
  /** Takes no new connections, lets running answers end for `graceMs` (10 s), then cuts them; resolves when all is released. */
  close(graceMs?: number): Promise<void>;
}

function listen(server: Server, config: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(config.listenPort, config.listenHost, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** The URL of a listening server; addresses that mean "all" are shown as this host. */
function urlOf(server: Server, config: Config, mount: string): string {
  const { port } = server.address() as AddressInfo; // listening on TCP: never a path, never null
  const host =
    config.listenHost === "0.0.0.0" || config.listenHost === "::" ? "localhost" : config.listenHost;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}${mount}`;
}

/**
 * Starts the resident server: data, pages and static files below `LISTEN_PATH`, the log viewer beside it.
 * @param options parts of the server that are replaced
 * Errors: those of {@link openSite}, and of listening (`EADDRINUSE`). Source: das2-server 1, 3.2, 3.3.
 */
export async function startServer(
  config: Config,
  options: Omit<SiteOptions, "resident"> = {},
): Promise<RunningServer> {
  const { openMeter } = await import("./metrics/open-meter.js");
  const meter = openMeter(() => site);
  const site: Site = openSite(config, { meter, ...options, resident: true });
  const mount = config.listenPath.replace(/\/+$/, "");
  const slowClientMs = site.slowClientMs;
  const listeners = [
    nodeListener((request) => handle(request, site), { mount, slowClientMs }),
    nodeListener((request) => handleLog(request, site), { mount: logMount(mount, config), slowClientMs }),
    ...otherNames(config).map(({ path, name }) =>
      nodeListener((request) => handle(request, site), {
        mount: path,
        meant: { mount, path: `/${name}` },
        slowClientMs,
      }),
    ),
    nodeListener((request) => answerOutside(request, site, mount), { mount: "", slowClientMs }),
  ];
  const hostless = nodeListener((request) => answerHostless(request, site), { mount: "", slowClientMs });
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
    // Refused here, in the form of every other error.
    requireHostHeader: false,
  });
  const sockets = new LiveSockets(site);
  answerConnections(
    server,
    (message, out) => {
      const needsHost = message.httpVersionMajor === 1 && message.httpVersionMinor >= 1;
      if (needsHost && message.headers.host === undefined) hostless(message, out);
      else listeners.some((listener) => listener(message, out));
    },
    site,
    (message, socket) => {
      const target = splitTarget(message.url ?? "/", mount);
      const place = { mount, target: target ?? { path: "", query: "" }, sourceOf: sourceOfServerPath };
      return sockets.upgrade(message, socket, place);
    },
  );
  await listen(server, config);
  const service = await openSocketService(site, sockets).catch((error: unknown) => {
    server.close();
    throw error;
  });
  // Without a descriptor for a new connection the others go on.
  server.on("error", (error) => process.stderr.write(`heliostream: ${error.message}\n`));

  // Loaded now, so that the first to ask for data does not wait for it; a fault shows with the first such request.
  void import("./queries/dataset.js").catch(() => undefined);

  let closing: Promise<void> | undefined;
  const close = (graceMs: number): Promise<void> =>
    new Promise((resolve) => {
      // What has no end of its own ends now.
      liveRoom(site).end();
      const servers = service === undefined ? [server] : [server, service.server];
      const timer = setTimeout(() => {
        sockets.terminate();
        for (const one of servers) one.closeAllConnections();
      }, graceMs);
      const closed = servers.map((one) => new Promise<void>((done) => one.close(() => done())));
      Promise.all(closed).then(() => {
        clearTimeout(timer);
        site.close().then(resolve, resolve);
      }, resolve);
      for (const one of servers) {
        // A connection whose answer ends from now on is not kept either.
        one.keepAliveTimeout = 1;
        one.closeIdleConnections();
      }
    });
  return {
    url: urlOf(server, config, mount),
    ...(service === undefined ? {} : { socketUrl: service.url }),
    site,
    close(graceMs = CLOSE_GRACE_MS) {
      closing ??= close(graceMs);
      return closing;
    },
  };
}

/** Asked at the root as well, where those who watch servers look for them. */
const AT_ROOT = ["healthz", "readyz", "metrics"] as const;

/** Paths of their own that lead to doors and paths of the server. */
function otherNames(config: Config): readonly { readonly path: string; readonly name: string }[] {
  return [
    { path: config.hapiPath, name: "hapi" },
    { path: config.jsocPath, name: "jsoc" },
    ...AT_ROOT.map((name) => ({ path: `/${name}`, name })),
  ]
    .map(({ path, name }) => ({ path: path.replace(/\/+$/, ""), name }))
    .filter(({ path }) => path.startsWith("/"));
}

/** Path of the log viewer: beside the server, unless it is at another host. */
function logMount(mount: string, config: Config): string {
  const url = siblingUrl(mount, config.viewLogUrl);
  return url.includes("//") ? siblingUrl(mount, "log") : url.replace(/\/+$/, "");
}
