import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A request as the stub got it. */
export interface StubRequest {
  /** Without its query. */
  readonly path: string;
  readonly words: URLSearchParams;
  readonly headers: ReadonlyMap<string, string>;
  /** Of all, from 0. */
  readonly number: number;
}

/** What the stub sends: a whole answer, or what becomes of one. */
export interface StubAnswer {
  readonly status?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string | Uint8Array;
  /** How the end of the body is told; `none` leaves it to `headers`. Default `length`. */
  readonly framing?: "length" | "chunked" | "close" | "none";
  /** Bytes of the whole answer, its head included, after which the connection is reset. */
  readonly cutAt?: number;
  /** Bytes of the whole answer after which nothing more comes, the connection staying open. */
  readonly silentAt?: number;
  /** Instead of everything: bytes as they are, the connection being closed behind them. */
  readonly raw?: Iterable<string | Uint8Array>;
}

/** A server that answers as it is told, byte by byte: a real one never makes these faults. */
export interface HapiStub {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** All requests so far. */
  readonly requests: readonly StubRequest[];
  close(): Promise<void>;
}

/** Starts a stub on a free port of the loopback. */
export async function hapiStub(answer: (request: StubRequest) => StubAnswer): Promise<HapiStub> {
  const requests: StubRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    let head = "";
    socket.on("data", (bytes) => {
      head += bytes.toString("latin1");
      for (let end = head.indexOf("\r\n\r\n"); end >= 0; end = head.indexOf("\r\n\r\n")) {
        const request = parseHead(head.slice(0, end), requests.length);
        head = head.slice(end + 4);
        requests.push(request);
        send(socket, answer(request));
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** The bytes of an answer, head and framing included. */
export function answerBytes({
  status = "200 OK",
  headers = {},
  body = "",
  framing = "length",
}: StubAnswer): Buffer {
  const content = Buffer.from(body);
  const framed: Record<string, string | number> =
    framing === "length"
      ? { "Content-Length": content.length }
      : framing === "chunked"
        ? { "Transfer-Encoding": "chunked" }
        : framing === "close"
          ? { Connection: "close" }
          : {};
  const lines = Object.entries({ ...framed, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`);
  if (framing !== "chunked") return Buffer.concat([head, content]);
  const parts: Buffer[] = [head];
  // Chunks that are no multiple of anything.
  for (let at = 0; at < content.length; at += 61) {
    const part = content.subarray(at, at + 61);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
  }
  parts.push(Buffer.from("0\r\n\r\n"));
  return Buffer.concat(parts);
}

function send(socket: Socket, answer: StubAnswer): void {
  if (answer.raw !== undefined) {
    sendPieces(socket, answer.raw[Symbol.iterator]());
    return;
  }
  const bytes = answerBytes(answer);
  // Closed when the bytes are out, without the end that was told.
  if (answer.cutAt !== undefined) socket.write(bytes.subarray(0, answer.cutAt), () => socket.destroy());
  else if (answer.silentAt !== undefined) socket.write(bytes.subarray(0, answer.silentAt));
  else if (answer.framing === "close") socket.end(bytes);
  else socket.write(bytes);
}

/** As fast as they are taken. */
function sendPieces(socket: Socket, pieces: Iterator<string | Uint8Array>): void {
  while (!socket.destroyed) {
    const piece = pieces.next();
    if (piece.done === true) {
      socket.end();
      return;
    }
    if (!socket.write(piece.value)) {
      socket.once("drain", () => sendPieces(socket, pieces));
      return;
    }
  }
}

function parseHead(text: string, number: number): StubRequest {
  const [first = "", ...lines] = text.split("\r\n");
  const url = new URL(first.split(" ")[1] ?? "/", "http://stub");
  const headers = new Map(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  return { path: url.pathname, words: url.searchParams, headers, number };
}
