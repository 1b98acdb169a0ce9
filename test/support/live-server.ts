import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { RequestRecord } from "../../cgi/log/record.js";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { caseConfig } from "./case-site.js";

/** A server with a log that tells of each record as it comes. */
export async function liveServer(settings: Readonly<Record<string, string>>) {
  const { config, dispose } = caseConfig(settings);
  const records: RequestRecord[] = [];
  const waiting: {
    readonly wanted: (record: RequestRecord) => boolean;
    readonly resolve: (record: RequestRecord) => void;
  }[] = [];
  const log = {
    write(record: RequestRecord) {
      records.push(record);
      for (const one of [...waiting])
        if (one.wanted(record)) {
          waiting.splice(waiting.indexOf(one), 1);
          one.resolve(record);
        }
    },
    close: () => Promise.resolve(),
  };
  const server: RunningServer = await startServer(config, { log });
  return {
    server,
    port: Number(new URL(server.url).port),
    records,
    /** The next record, or one that was there already, of which `wanted` is true. */
    record: (wanted: (record: RequestRecord) => boolean): Promise<RequestRecord> =>
      new Promise((resolve) => {
        const found = records.find(wanted);
        if (found !== undefined) resolve(found);
        else waiting.push({ wanted, resolve });
      }),
    async close() {
      await server.close(0);
      dispose();
    },
  };
}

/** A server on a free port of this host. */
export type LiveServer = Awaited<ReturnType<typeof liveServer>>;

/** A connection on which the text was written. */
export async function send(port: number, text: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(text, "latin1");
  return socket;
}

/** Everything that comes until the connection closes. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  socket.on("data", (bytes) => pieces.push(bytes));
  socket.on("error", () => {});
  await once(socket, "close");
  return Buffer.concat(pieces);
}
