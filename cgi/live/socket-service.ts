import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Config } from "../../config/config.js";
import { DasError } from "../../errors/das-error.js";
import { nodeListener } from "../adapters/node-http.js";
import { splitTarget } from "../adapters/request-target.js";
import { answerWith } from "../answer-request.js";
import { answerConnections } from "../connections.js";
import type { Site } from "../site.js";
import type { LiveSockets } from "./live-sockets.js";
import { sourceOfServicePath } from "./socket-path.js";
import { refuseSocket } from "./socket-request.js";

/** The WebSocket service on a port of its own. */
export interface SocketService {
  /** Where it answers, for example `ws://127.0.0.1:52242/das/rt`. */
  readonly url: string;
  readonly server: Server;
}

/**
 * Opens the service as `WEBSOCKET_...` say; `undefined` where it is to have no port of its own.
 * Errors: BAD_CONFIG for a URL that is none and files that cannot be read; those of listening. Source: das2-server 10, 17.
 */
export async function openSocketService(
  site: Site,
  sockets: LiveSockets,
): Promise<SocketService | undefined> {
  const { config } = site;
  if (config.websocketIface === undefined) return undefined;
  const mount = prefixOf(config);
  const server = config.websocketSsl ? secureServer(config) : createServer();
  const refuse = nodeListener(
    (request) =>
      answerWith(
        request,
        site,
        () => Promise.reject(new DasError("BAD_PATH", "This port answers WebSockets only")),
        refuseSocket,
      ),
    { mount: "", slowClientMs: site.slowClientMs },
  );
  answerConnections(
    server,
    (message, out) => void refuse(message, out),
    site,
    (message, socket) => {
      const within = splitTarget(message.url ?? "/", mount);
      const target = within ?? { path: "", query: "" };
      return sockets.upgrade(message, socket, { mount, target, sourceOf: sourceOfServicePath });
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(config.websocketPort, config.websocketIface, () => {
      server.off("error", reject);
      resolve();
    });
  });
  server.on("error", (error) => process.stderr.write(`heliostream: ${error.message}\n`));
  const { port } = server.address() as AddressInfo; // listening on TCP
  const host = config.websocketIface.includes(":") ? `[${config.websocketIface}]` : config.websocketIface;
  return { url: `${config.websocketSsl ? "wss" : "ws"}://${host}:${port}${mount}`, server };
}

function prefixOf({ websocketUri }: Config): string {
  if (websocketUri === undefined) return "";
  if (!URL.canParse(websocketUri) || !/^wss?:$/.test(new URL(websocketUri).protocol))
    throw new DasError(
      "BAD_CONFIG",
      "WEBSOCKET_URI is no URL, expected for example wss://data.example.org/das/rt",
    );
  return new URL(websocketUri).pathname.replace(/\/+$/, "");
}

/** Time for a client to speak TLS, ms: as for its headers. */
const HANDSHAKE_MS = 20_000;

/** Errors: BAD_CONFIG. */
function secureServer(config: Config): Server {
  const files = tlsFiles(config);
  try {
    return createSecureServer({ ...files, handshakeTimeout: HANDSHAKE_MS });
  } catch (error) {
    throw new DasError(
      "BAD_CONFIG",
      "WEBSOCKET_KEY and WEBSOCKET_CERT are no key and its certificate, expected PEM",
      {},
      error,
    );
  }
}

function tlsFiles({ websocketKey, websocketCert }: Config): { readonly key: Buffer; readonly cert: Buffer } {
  if (websocketKey === undefined || websocketCert === undefined)
    throw new DasError("BAD_CONFIG", "WEBSOCKET_SSL needs the files WEBSOCKET_KEY and WEBSOCKET_CERT");
  try {
    return { key: readFileSync(websocketKey), cert: readFileSync(websocketCert) };
  } catch (error) {
    throw new DasError("BAD_CONFIG", "a file of WEBSOCKET_KEY or WEBSOCKET_CERT cannot be read", {}, error);
  }
}
