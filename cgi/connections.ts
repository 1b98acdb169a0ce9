import { type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { nodeRequest } from "./adapters/node-http.js";
import { type Turn, Turns } from "./adapters/turns.js";
import { answerWith } from "./answer-request.js";
import { answerOutside } from "./outside.js";
import { isGone, refusal, refusedRequest, sendAndClose } from "./refuse-connection.js";
import type { Site } from "./site.js";

/** Answers a request to become something else than HTTP; resolves when the connection is let go of, and never rejects. */
export type Upgrade = (message: IncomingMessage, socket: Duplex) => Promise<void>;

/** Takes a request to the handler that is for it. */
export type Dispatch = (message: IncomingMessage, out: ServerResponse) => void;

/**
 * Answers what comes over the connections of a server: requests in their turn, and in the form of every other error, with a record,
 * what the HTTP parser refuses or would answer by itself. Source: das2-server 1.3, 4.
 */
export function answerConnections(server: Server, dispatch: Dispatch, site: Site, upgrade?: Upgrade): void {
  const connections = new WeakMap<Duplex, Turns>();
  const onConnection = (socket: Socket): unknown => connections.set(socket, new Turns(socket));
  server.on("connection", onConnection);
  // Over TLS requests come by another socket than the one that was accepted.
  server.on("secureConnection", onConnection);
  /** Runs `turn` when everything that came before it on the connection is answered. */
  const inTurn = (socket: Duplex, turn: Turn): void => connections.get(socket)?.add(turn);
  const onRequest = (message: IncomingMessage, out: ServerResponse): void =>
    inTurn(message.socket, (done) => {
      out.once("close", done);
      dispatch(message, out);
    });
  server.on("request", onRequest);
  // "100-continue" is Node's to answer; any other expectation may be passed over (RFC 9110 section 10.1.1).
  server.on("checkExpectation", onRequest);
  server.on("connect", (message, socket) => {
    // The parser has let go of the socket, and with it the listener for errors.
    socket.on("error", () => socket.destroy());
    inTurn(socket, (done) => {
      // Its target is a host, no path.
      const target = { path: message.url ?? "", query: "" };
      const request = nodeRequest(message, "", target, new AbortController().signal);
      sendAndClose(answerOutside(request, site, ""), socket).finally(done);
    });
  });
  if (upgrade !== undefined)
    server.on("upgrade", (message: IncomingMessage, socket: Duplex) => {
      socket.on("error", () => socket.destroy());
      inTurn(socket, (done) => {
        // Who offers another protocol than the one spoken here is answered as if not.
        const isAsked = /^websocket$/i.test(message.headers.upgrade ?? "");
        if (isAsked) void upgrade(message, socket).finally(done);
        else answerAnyway(message, socket as Socket, dispatch, done); // of a TCP server
      });
    });
  server.on("clientError", (error, socket) => {
    // One that never got as far as HTTP, for it speaks no TLS, is told nothing.
    if (isGone(error, socket) || !connections.has(socket)) {
      socket.destroy();
      return;
    }
    inTurn(socket, (done) => {
      const answer = answerWith(refusedRequest(error, socket), site, () => Promise.reject(refusal(error)));
      sendAndClose(answer, socket).finally(done);
    });
  });
}

/** Answers a request over a socket that the HTTP parser has let go of, and closes it: what follows on it cannot be read. */
function answerAnyway(message: IncomingMessage, socket: Socket, dispatch: Dispatch, done: () => void): void {
  const out = new ServerResponse(message);
  out.shouldKeepAlive = false;
  out.once("finish", () => {
    out.detachSocket(socket);
    socket.end();
    out.emit("close");
  });
  out.once("close", done);
  out.assignSocket(socket);
  dispatch(message, out);
}
