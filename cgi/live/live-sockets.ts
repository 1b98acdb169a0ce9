import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { DasError } from "../../errors/das-error.js";
import { nodeRequest } from "../adapters/node-http.js";
import type { Target } from "../adapters/request-target.js";
import { answerWith, checkMethod } from "../answer-request.js";
import { isWholeBody, type Request } from "../http.js";
import { decodePath, parseQuery } from "../query-words.js";
import { sendAndClose } from "../refuse-connection.js";
import type { Site } from "../site.js";
import type { Trace } from "../trace.js";
import { sendStream } from "./send-stream.js";
import { refuseSocket, type SocketAnswer, socketAnswer } from "./socket-request.js";

/** Subprotocols that clients offer; all of them are the same to us. Source: das2-server 10. */
const PROTOCOLS: readonly string[] = ["request", "forward-stream-v1.das2.org"];
/** Longest message of a client, bytes; what it says is not looked at. */
const MOST_CLIENT_BYTES = 64 << 10;
/** The status of a request that is let in; RFC 6455 section 4.2.2. */
const SWITCHING = 101;

/** Where a request to become a WebSocket came. */
export interface SocketPlace {
  readonly mount: string;
  readonly target: Target;
  /** The id of the source that a decoded path below the mount names; `undefined`: none. */
  readonly sourceOf: (path: string) => string | undefined;
}

/** The WebSockets of a server. Source: das2-server 10, RFC 6455. */
export class LiveSockets {
  readonly #site: Site;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_CLIENT_BYTES,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handleProtocols: (offered) => [...offered].find((one) => PROTOCOLS.includes(one)) ?? false,
  });

  constructor(site: Site) {
    this.#site = site;
  }

  /**
   * Answers a request to become a WebSocket, by becoming one, or by an answer that says why not. Never throws; resolves when its stream has
   * ended.
   */
  async upgrade(message: IncomingMessage, socket: Duplex, place: SocketPlace): Promise<void> {
    const gone = new AbortController();
    const request = nodeRequest(message, place.mount, place.target, gone.signal);
    const unwatch = watch(socket, gone);
    let opened: { readonly answer: SocketAnswer; readonly trace: Trace } | undefined;
    const response = await answerWith(
      request,
      this.#site,
      async (trace) => {
        const answer = await this.#open(request, place, trace);
        if ("elsewhere" in answer) return answer.elsewhere;
        opened = { answer, trace };
        return { status: SWITCHING, headers: [], body: answer.body };
      },
      refuseSocket,
    );
    const { body } = response;
    if (opened === undefined || isWholeBody(body)) {
      unwatch();
      await sendAndClose(Promise.resolve(response), socket);
      return;
    }
    const { answer, trace } = opened;
    // What is sent from now on is the WebSocket's to read.
    unwatch();
    const client = await this.#become(message, socket);
    if (client === undefined) {
      await body[Symbol.asyncIterator]().return?.();
      return;
    }
    client.once("close", () => gone.abort());
    const { liveHeartbeat } = this.#site.config;
    await sendStream(client, body, {
      cut: answer.cut,
      failure: () => trace.error,
      heartbeatMs: liveHeartbeat * 1000,
      slowClientMs: this.#site.slowClientMs,
    });
  }

  async #open(request: Request, { sourceOf }: SocketPlace, trace: Trace) {
    checkMethod(request, ["GET"]);
    checkHandshake(request);
    const { maxUrlBytes, maxParameterBytes } = this.#site.config;
    if (request.path.length + request.query.length > maxUrlBytes)
      throw new DasError("URL_TOO_LONG", `The URL is too long, expected at most ${maxUrlBytes} bytes`);
    const path = decodePath(request.path);
    trace.query = "/websocket";
    const words = parseQuery(request.query, maxParameterBytes);
    const id = sourceOf(path);
    if (id === undefined) throw new DasError("NOT_FOUND", "There is no WebSocket at this path");
    return await socketAnswer({ request, path, words, site: this.#site, trace }, id);
  }

  /** `undefined`: the client is gone. */
  #become(message: IncomingMessage, socket: Duplex): Promise<WebSocket | undefined> {
    return new Promise((resolve) => {
      socket.once("close", () => resolve(undefined));
      this.#server.handleUpgrade(message, socket, Buffer.alloc(0), resolve);
    });
  }

  /** Ends the connections that are still there. */
  terminate(): void {
    for (const client of this.#server.clients) client.terminate();
  }
}

/** What {@link WebSocketServer} would refuse in a form of its own. Errors: BAD_PATH. Source: RFC 6455 section 4.2.1. */
function checkHandshake({ headers }: Request): void {
  const isWhole =
    headers.upgrade?.toLowerCase() === "websocket" &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "") &&
    /^(?:8|13)$/.test(headers["sec-websocket-version"] ?? "") &&
    /^[-!#$%&'*+.^_`|~0-9A-Za-z]+(?:\s*,\s*[-!#$%&'*+.^_`|~0-9A-Za-z]+)*$/.test(
      headers["sec-websocket-protocol"] ?? "none",
    );
  if (!isWhole) throw new DasError("BAD_PATH", "This is not the handshake of a WebSocket of version 13");
}

/**
 * Sees to it that a client that leaves before it is let in is noticed, which needs that what it sends is read; it has nothing to say yet. The
 * result ends that.
 */
function watch(socket: Duplex, gone: AbortController): () => void {
  const onData = (): void => undefined;
  const onGone = (): void => {
    gone.abort();
    socket.destroy();
  };
  socket.on("data", onData);
  socket.once("end", onGone);
  socket.once("close", onGone);
  socket.on("error", onGone);
  return () => {
    socket.off("data", onData);
    socket.off("end", onGone);
    socket.off("close", onGone);
  };
}
