import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { nodeListener } from "../../cgi/adapters/node-http.js";
import { handle } from "../../cgi/routes.js";
import type { Site } from "../../cgi/site.js";

/** A server whose requests come over sockets. */
export interface Listening {
  /** Of the loopback. */
  readonly port: number;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Has a server answer below `/das/server` on a free port. */
export async function listening(site: Site): Promise<Listening> {
  const options = { mount: "/das/server", slowClientMs: site.slowClientMs };
  const listener = nodeListener((request) => handle(request, site), options);
  const server = createServer((message, out) => void listener(message, out));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
