import { basename } from "node:path";
import type { HeaderLine, Response } from "../http.js";
import { headerValue, REASONS } from "../http.js";

/** An answer as a CGI program writes it. */
export interface CgiAnswer {
  /** Status and headers, with the empty line. */
  readonly head: string;
  /** The bytes of one piece of the body as they are written. */
  readonly piece: (bytes: Uint8Array) => Uint8Array;
  /** Written behind the last piece of a whole body, never behind one that broke off. */
  readonly end: Uint8Array;
}

/** How a CGI program writes its answers. */
export type CgiOutput = (response: Response) => CgiAnswer;

const NOTHING = new Uint8Array(0);
/** The last chunk, without trailers; RFC 9112 section 7.1. */
const LAST_CHUNK = Buffer.from("0\r\n\r\n", "latin1");

function headBlock(first: string, headers: readonly HeaderLine[]): string {
  return `${[first, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\r\n")}\r\n\r\n`;
}

function statusText({ status, reason = REASONS[status] ?? "Status" }: Response): string {
  return `${status} ${reason}`;
}

/** The usual form: headers with `Status` first, then the body; the web server makes HTTP of it. RFC 3875 section 6.3. */
export const parsedOutput: CgiOutput = (response) => ({
  head: headBlock(`Status: ${statusText(response)}`, response.headers),
  piece: (bytes) => bytes,
  end: NOTHING,
});

/** Whether a web server passes the output of a program on as it is, which it sees by the name; RFC 3875 section 5. */
export function isNonParsed(program: string): boolean {
  return basename(program).startsWith("nph-");
}

/** One chunk. A piece of no bytes is none: its chunk would be the last. */
function chunk(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return NOTHING;
  const size = Buffer.from(`${bytes.length.toString(16)}\r\n`, "latin1");
  return Buffer.concat([size, bytes, Buffer.from("\r\n", "latin1")]);
}

/** The request that is answered by a program whose output is passed on as it is. */
export interface NonParsedRequest {
  readonly method: string;
  /** As in `SERVER_PROTOCOL`. */
  readonly protocol: string;
  readonly now: Date;
}

/**
 * The whole HTTP answer, for a program whose output is passed on as it is. A body of unknown length goes out in chunks, so that one
 * that broke off can be told from a whole one; to clients that know no chunks its end is the end of the connection. Each
 * answer ends its connection, for nobody is there to read a further request. Source: das2-server 3.3, RFC 9112 sections 6 and 7.
 */
export function nonParsedOutput({ method, protocol, now }: NonParsedRequest): CgiOutput {
  return (response) => {
    const { status, headers } = response;
    const hasBody = method !== "HEAD" && status !== 204 && status !== 304;
    const chunked =
      hasBody && protocol === "HTTP/1.1" && headerValue(response, "Content-Length") === undefined;
    const own: readonly HeaderLine[] = [
      ["Date", now.toUTCString()],
      ...(chunked ? [["Transfer-Encoding", "chunked"] as const] : []),
      ["Connection", "close"],
    ];
    return {
      head: headBlock(`HTTP/1.1 ${statusText(response)}`, [...own, ...headers]),
      piece: chunked ? chunk : (bytes) => bytes,
      end: chunked ? LAST_CHUNK : NOTHING,
    };
  };
}
