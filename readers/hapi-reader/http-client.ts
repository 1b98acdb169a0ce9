import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Agent, request } from "undici";
import { DasError, isDasError } from "../../errors/das-error.js";
import type { AllowedHosts } from "./allowed-hosts.js";
import { type Fault, retryAfterMs } from "./patience.js";
import { printable } from "./printable-text.js";

/** How long is waited for a server, milliseconds. */
export interface HttpTimes {
  /** Until there is a connection. */
  readonly connectMs: number;
  /** Until the answer begins, and then from one piece of it to the next. */
  readonly idleMs: number;
}

/** An answer of which the body is still to be read. */
export interface HttpAnswer {
  readonly status: number;
  /** Text beside the status. */
  readonly reason: string;
  /** Media type without parameters, lower case; `""` where none is told. */
  readonly type: string;
  /** Whether a body that is cut short is known as such; else its end may be anywhere. */
  readonly framed: boolean;
  /** What `Retry-After` asks for. */
  readonly afterMs: number | undefined;
  /** The content, decoded. To be read once, or given up. Errors: whatever {@link HttpClient.fault} tells apart. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives the body up. */
  discard(): void;
}

/** What came of a request. */
export type HttpResult = { readonly answer: HttpAnswer } | { readonly fault: Fault };

const MAX_REDIRECTS = 5;
/** Longest head of an answer, bytes; an endless one is refused there. */
const MAX_HEAD_BYTES = 16_384;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Of the TLS layer: the next attempt would find the same certificate. */
const CERTIFICATE = /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/;

/** What the codes of network errors mean. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection is refused",
  ECONNRESET: "the connection was closed",
  EPIPE: "the connection was closed",
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name cannot be looked up",
  ETIMEDOUT: "no connection in time",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
  UND_ERR_HEADERS_TIMEOUT: "no answer in time",
  UND_ERR_BODY_TIMEOUT: "the answer stopped",
  UND_ERR_SOCKET: "the connection was closed",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer is shorter or longer than it said",
  Z_BUF_ERROR: "the answer was cut short",
  Z_DATA_ERROR: "the answer cannot be decompressed",
};

/** Gets answers of servers that are allowed, over kept connections. */
export class HttpClient {
  readonly #hosts: AllowedHosts;
  readonly #times: HttpTimes;
  readonly #signal: AbortSignal;
  readonly #now: () => number;
  readonly #agent: Agent;

  constructor(hosts: AllowedHosts, times: HttpTimes, signal: AbortSignal, now: () => number) {
    this.#hosts = hosts;
    this.#times = times;
    this.#signal = signal;
    this.#now = now;
    this.#agent = new Agent({
      connect: { timeout: times.connectMs, lookup: hosts.lookup },
      maxHeaderSize: MAX_HEAD_BYTES,
    });
  }

  /**
   * One GET, redirects to allowed servers followed.
   *
   * @param compressed whether gzip is asked for; it is understood anyway
   * Errors: BAD_CONFIG for a server that is not allowed; PEER_FAILED where another attempt would not help; CANCELLED.
   */
  async get(url: URL, compressed: boolean): Promise<HttpResult> {
    let at = url;
    for (let redirects = 0; ; redirects++) {
      this.#hosts.check(at);
      let response: Awaited<ReturnType<typeof request>>;
      try {
        response = await request(at, {
          dispatcher: this.#agent,
          signal: this.#signal,
          headersTimeout: this.#times.idleMs,
          bodyTimeout: this.#times.idleMs,
          headers: { "accept-encoding": compressed ? "gzip" : "identity", "user-agent": "heliostream" },
        });
      } catch (error) {
        return { fault: this.fault(error) };
      }
      const { body, headers, statusCode } = response;
      // Given up in the middle it tells of that, which nobody needs to hear.
      body.on("error", () => undefined);
      const location = one(headers.location);
      if (!REDIRECTS.has(statusCode) || location === undefined)
        return { answer: this.#answer(statusCode, response.statusText, headers, body) };
      body.destroy();
      if (redirects === MAX_REDIRECTS) throw failed(url, `more than ${MAX_REDIRECTS} redirects`);
      const next = URL.canParse(location, at.href) ? new URL(location, at) : undefined;
      if (next === undefined || (at.protocol === "https:" && next.protocol !== "https:"))
        throw failed(url, "a redirect to somewhere that is not followed");
      at = next;
    }
  }

  /**
   * What an error of a request or a body means, where another attempt may help.
   * Errors: CANCELLED, PEER_FAILED, those of the house as they are.
   */
  fault(error: unknown): Fault {
    if (isDasError(error)) throw error;
    if (this.#signal.aborted) throw new DasError("CANCELLED", "the request was cancelled");
    const code = codeOf(error);
    if (code === "UND_ERR_HEADERS_OVERFLOW")
      throw new DasError(
        "PEER_FAILED",
        `the HAPI server sends more than ${MAX_HEAD_BYTES} bytes before its answer`,
      );
    if (CERTIFICATE.test(code))
      throw new DasError("PEER_FAILED", "the HAPI server has a certificate that is not accepted", { code });
    return {
      why: Object.hasOwn(REASONS, code) ? REASONS[code]! : code.startsWith("HPE_") ? "no HTTP came" : code,
    };
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #answer(status: number, reason: string, headers: Headers, body: Readable): HttpAnswer {
    const coding = one(headers["content-encoding"])?.trim().toLowerCase() ?? "";
    const zipped = coding === "gzip" || coding === "x-gzip";
    if (!zipped && coding !== "" && coding !== "identity") {
      body.destroy();
      throw new DasError(
        "PEER_FAILED",
        `the HAPI server sends ${printable(coding, 40)}, expected gzip or none`,
      );
    }
    const framed =
      headers["content-length"] !== undefined || /chunked/i.test(one(headers["transfer-encoding"]) ?? "");
    return {
      status,
      reason: printable(reason, 200),
      type: (one(headers["content-type"]) ?? "").split(";", 1)[0]!.trim().toLowerCase(),
      framed: framed || zipped,
      afterMs: retryAfterMs(one(headers["retry-after"]), this.#now()),
      // What ends one ends the other, and whoever reads hears of it.
      body: zipped ? pipeline(body, createGunzip(), () => undefined) : body,
      discard: () => void body.destroy(),
    };
  }
}

type Headers = Awaited<ReturnType<typeof request>>["headers"];

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function failed(url: URL, what: string): DasError {
  return new DasError("PEER_FAILED", `the HAPI server ${url.host} answers with ${what}`);
}

/** The code of an error or of what it stands for, the first of several attempts at addresses included. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if ("code" in error && typeof error.code === "string") return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error.cause === undefined ? error.name : codeOf(error.cause);
}
