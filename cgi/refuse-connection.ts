import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { DasError } from "../errors/das-error.js";
import { errorResponse } from "./error-response.js";
import { finishResponse } from "./finish.js";
import { isWholeBody, REASONS, type Request, type Response } from "./http.js";
import { NOT_ENCODED } from "./query-words.js";
import { nextRequestId } from "./request-id.js";
import type { Site } from "./site.js";
import { Trace } from "./trace.js";

/** What is wrong with bytes that never became a request. */
function fault(code: string | undefined): DasError {
  switch (code) {
    case "HPE_INVALID_URL":
      return new DasError("BAD_PARAMETER", NOT_ENCODED);
    case "HPE_HEADER_OVERFLOW":
      return new DasError("URL_TOO_LONG", "The URL and the headers of the request are too long");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new DasError("REQUEST_TIMEOUT", "The request took too long to arrive");
    default:
      return new DasError("BAD_PARAMETER", "This is not an HTTP request", { code });
  }
}

function headBlock(response: Response): string {
  const lines = [`HTTP/1.1 ${response.status} ${REASONS[response.status] ?? "Error"}`];
  for (const [name, value] of response.headers) lines.push(`${name}: ${value}`);
  return `${lines.join("\r\n")}\r\nConnection: close\r\n\r\n`;
}

/** Whether nobody is there any more to be told what was wrong. */
export function isGone(error: Error, socket: Duplex): boolean {
  const { code } = error as NodeJS.ErrnoException; // errors of the parser and of sockets carry one
  return code === "ECONNRESET" || !socket.writable;
}

/**
 * Answers what the HTTP parser refuses, in the form of every other error and with a record, and closes the connection. Earlier
 * requests of the connection must have been answered.
 */
export async function refuseConnection(error: Error, socket: Duplex, site: Site): Promise<void> {
  const { code } = error as NodeJS.ErrnoException; // as above
  // "clientError" comes with the socket of a TCP server.
  const { remoteAddress } = socket as Socket;
  const request: Request = {
    id: nextRequestId(),
    receivedAt: new Date(),
    method: "GET",
    protocol: "1.1",
    scheme: "http",
    host: "",
    mount: "",
    path: "",
    query: "",
    headers: {},
    peer: remoteAddress ?? "",
    signal: new AbortController().signal,
  };
  const trace = new Trace(request);
  const told = fault(code);
  trace.fail(told, "refused");
  const response = await finishResponse(request, errorResponse(request, told), trace, (status, bytes) =>
    site.log.write(trace.record(status, bytes)),
  );
  const body = isWholeBody(response.body) ? response.body : new Uint8Array(0);
  socket.end(Buffer.concat([Buffer.from(headBlock(response), "latin1"), body]));
}
