import { connect } from "node:net";
import type { PoolClient } from "pg";

/** Members of a client of `pg` that its types leave out; they are part of its documented protocol. */
interface Cancellable {
  readonly host: string;
  readonly port: number;
  readonly processID: number | null;
  readonly secretKey: number | null;
}

/** Asks the server to stop what a connection runs, on a connection of its own: that one is busy. Never fails. */
export function cancelStatement(client: PoolClient): void {
  const { host, port, processID, secretKey } = client as unknown as Cancellable;
  if (processID === null || secretKey === null) return;
  const socket = host.startsWith("/") ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(80_877_102, 4);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey, 12);
  socket.on("error", () => undefined);
  socket.end(request);
  socket.unref();
}
