import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { DasError } from "../errors/das-error.js";
import { peerAddress } from "./adapters/node-http.js";
import { methodError } from "./answer-request.js";
import { isWholeBody, REASONS, type Request, type Response } from "./http.js";
import { NOT_ENCODED } from "./query-words.js";
import { nextRequestId } from "./request-id.js";

/** What the parser of HTTP tells of bytes that never became a request. */
interface ParserError {
  readonly code?: string;
  /** The piece in which it stopped, and how far it got in it. */
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

function parserError(error: Error): ParserError {
  return error as NodeJS.ErrnoException & ParserError; // every field may be missing, as the type says
}

/** A request line with a method that may be anything a method can be. */
const REQUEST_LINE = /(?<=^|\n)([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) (\S{1,4096}) HTTP\/1\.[01]\r?\n/g;

/** The request line at which the parser stopped; `undefined` where there is none. */
function refusedLine({
  rawPacket,
  bytesParsed = 0,
}: ParserError): { method: string; target: string } | undefined {
  if (rawPacket === undefined) return undefined;
  const lines = [...rawPacket.toString("latin1").matchAll(REQUEST_LINE)];
  // It stops within the method; whole requests may stand before it.
  const at = (begin: number, name = "") => begin <= bytesParsed && bytesParsed <= begin + name.length;
  const [, method, target] = lines.find((line) => at(line.index, line[1])) ?? [];
  return method === undefined || target === undefined ? undefined : { method, target };
}

/** What is wrong with bytes that never became a request. */
export function refusal(error: Error): DasError {
  const told = parserError(error);
  switch (told.code) {
    case "HPE_INVALID_URL":
      return new DasError("BAD_PARAMETER", NOT_ENCODED);
    case "HPE_INVALID_METHOD": {
      const line = refusedLine(told);
      return line === undefined ? notHttp(told) : methodError(line.method);
    }
    // The parser counts both together; a URL that is too long by itself is told so where the request could be read.
    case "HPE_HEADER_OVERFLOW":
      return new DasError("HEADERS_TOO_LONG", "The URL and the headers of the request are too long");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new DasError("REQUEST_TIMEOUT", "The request took too long to arrive");
    default:
      return notHttp(told);
  }
}

function notHttp({ code }: ParserError): DasError {
  return new DasError("BAD_PARAMETER", "This is not an HTTP request", { code });
}

/** Whether nobody is there any more to be told what was wrong. */
export function isGone(error: Error, socket: Duplex): boolean {
  return parserError(error).code === "ECONNRESET" || !socket.writable;
}

/** What can be said of a request that could not be read, for its record. */
export function refusedRequest(error: Error, socket: Duplex): Request {
  const told = parserError(error);
  const line = told.code === "HPE_INVALID_METHOD" ? refusedLine(told) : undefined;
  return {
    id: nextRequestId(),
    receivedAt: new Date(),
    method: line?.method ?? "GET",
    protocol: "1.1",
    scheme: "http",
    host: "",
    mount: "",
    path: line?.target ?? "",
    query: "",
    headers: {},
    peer: peerAddress(socket as Socket), // "clientError" comes with the socket of a TCP server
    signal: new AbortController().signal,
  };
}

function headBlock(response: Response): string {
  const lines = [`HTTP/1.1 ${response.status} ${REASONS[response.status] ?? "Error"}`];
  for (const [name, value] of response.headers) lines.push(`${name}: ${value}`);
  return `${lines.join("\r\n")}\r\nConnection: close\r\n\r\n`;
}

/** Time for a client to take such an answer and close its side, milliseconds. */
const LINGER_MS = 5000;

/** Sends an answer on a socket without a parser and closes it. Never throws. */
export async function sendAndClose(answer: Promise<Response>, socket: Duplex): Promise<void> {
  try {
    const response = await answer;
    const body = isWholeBody(response.body) ? response.body : new Uint8Array(0);
    socket.end(Buffer.concat([Buffer.from(headBlock(response), "latin1"), body]));
    // What still comes is read and thrown away: closed at once, the connection would take the answer with it.
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once("close", () => clearTimeout(timer));
  } catch {
    socket.destroy();
  }
}
