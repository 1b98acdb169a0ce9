import { connect } from "node:net";

/** A request as its bytes will be written: each character of the target and of header values is one byte (latin1). */
export interface RawRequest {
  readonly method?: string;
  /** Path and query. */
  readonly target: string;
  readonly protocol?: "1.0" | "1.1";
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer as it was read: header names as they were written, body without its chunks. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Bytes of status line and headers, the empty line included. */
  readonly headBytes: number;
  /** Whether the body ended as its form says: length reached, last chunk seen, or connection closed. */
  readonly whole: boolean;
}

/** Takes the chunks out of a body; `whole` is whether the last one was there. */
function dechunk(bytes: Buffer): { body: Buffer; whole: boolean } {
  const pieces: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf("\r\n", at);
    if (end < 0) return { body: Buffer.concat(pieces), whole: false };
    const length = Number.parseInt(bytes.toString("latin1", at, end), 16);
    if (length === 0) return { body: Buffer.concat(pieces), whole: true };
    if (Number.isNaN(length) || end + 2 + length > bytes.length)
      return { body: Buffer.concat(pieces), whole: false };
    pieces.push(bytes.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
}

/** Takes an answer apart that was read until the connection closed. */
export function parseAnswer(bytes: Buffer, method: string): RawAnswer {
  const split = bytes.indexOf("\r\n\r\n");
  if (split < 0)
    throw new Error(`no header block in ${JSON.stringify(bytes.toString("latin1").slice(0, 200))}`);
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, split).split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const value = (name: string) => headers.find(([given]) => given.toLowerCase() === name)?.[1];
  const rest = bytes.subarray(split + 4);
  const status = Number(statusLine.split(" ")[1]);
  const base = { status, headers, headBytes: split + 4 };
  if (method === "HEAD" || status === 204 || status === 304)
    return { ...base, body: rest, whole: rest.length === 0 };
  if (value("transfer-encoding")?.toLowerCase() === "chunked") return { ...base, ...dechunk(rest) };
  const length = value("content-length");
  return { ...base, body: rest, whole: length === undefined || rest.length === Number(length) };
}

/**
 * Sends one request over a connection of its own and reads until it closes. `Connection: close` is added to HTTP/1.1;
 * `Host` unless it is given.
 */
export function rawRequest(port: number, request: RawRequest): Promise<RawAnswer> {
  const { method = "GET", target, protocol = "1.1", headers = {} } = request;
  const all: Record<string, string> = { Host: `127.0.0.1:${port}`, ...headers };
  if (protocol === "1.1") all.Connection = "close";
  const lines = [
    `${method} ${target} HTTP/${protocol}`,
    ...Object.entries(all).map(([name, value]) => `${name}: ${value}`),
  ];
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1")),
    );
    socket.on("data", (bytes) => pieces.push(bytes));
    // A reset after the answer (unread request bytes) is the server's way to close; what was read counts.
    socket.on("error", (error) => (pieces.length === 0 ? reject(error) : undefined));
    socket.on("close", () => {
      try {
        resolve(parseAnswer(Buffer.concat(pieces), method));
      } catch (error) {
        reject(error);
      }
    });
  });
}
