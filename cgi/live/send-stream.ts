import type { WebSocket } from "ws";
import type { DasError } from "../../errors/das-error.js";

/** How a stream is sent over a WebSocket. */
export interface SendOptions {
  /** Aborted where the client must go, whether or not it takes what is there. */
  readonly cut: AbortSignal;
  /** Why the stream ended, asked when it has; `undefined`: it is whole. */
  readonly failure: () => DasError | undefined;
  /** How often a client without news is asked whether it is there; by the next time it must have said so. */
  readonly heartbeatMs: number;
  /** Longest wait until one piece was taken. */
  readonly slowClientMs: number;
}

/** Time for a client to answer that it closes, too, ms. */
const CLOSE_MS = 1000;

/**
 * Sends the pieces of a stream as binary messages, no faster than they are taken, and closes: 1000 behind a whole stream, 1001 where the server
 * closes, 1008 where the client was too slow or may not have it any more, 1011 where the stream failed. What the client says is not looked at. Never throws; resolves when the
 * stream is let go of. Source: das2-server 10, RFC 6455 section 7.4.
 */
export async function sendStream(
  client: WebSocket,
  body: AsyncIterable<Uint8Array>,
  options: SendOptions,
): Promise<void> {
  // Followed by "close".
  client.on("error", () => undefined);
  const stop = heartbeat(client, options.heartbeatMs);
  try {
    for await (const piece of body) {
      if (client.readyState !== client.OPEN) return;
      await taken(client, piece, options);
    }
  } catch {
    // Forms without room for an error: the code of the close tells it.
  } finally {
    stop();
    closeAs(client, options.failure());
  }
}

/** Sends a piece and waits until the connection has taken it, is closed, or the client is given up. */
function taken(client: WebSocket, piece: Uint8Array, { cut, slowClientMs }: SendOptions): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => client.terminate(), slowClientMs);
    const done = (): void => {
      clearTimeout(timer);
      cut.removeEventListener("abort", done);
      client.off("close", done);
      resolve();
    };
    client.once("close", done);
    client.send(piece, { binary: true }, done);
    if (cut.aborted) done();
    else cut.addEventListener("abort", done, { once: true });
  });
}

function closeAs(client: WebSocket, failure: DasError | undefined): void {
  const [code, reason] = closeCode(failure);
  client.close(code, reason);
  const timer = setTimeout(() => client.terminate(), CLOSE_MS);
  client.once("close", () => clearTimeout(timer));
  if (client.readyState === client.CLOSED) clearTimeout(timer);
}

function closeCode(failure: DasError | undefined): readonly [number, string] {
  switch (failure?.code) {
    case undefined:
    case "CANCELLED":
      return [1000, ""];
    case "STOPPED":
      return [1001, "the server is closing"];
    case "NEEDS_LOGIN":
    case "FORBIDDEN":
    case "NO_SUCH_SOURCE":
      return [1008, "the source may not be followed any more, see the last packet"];
    case "TOO_SLOW":
      return [1008, "records came faster than they were taken"];
    default:
      return [1011, "the stream failed, see its last packet"];
  }
}

/** Asks a client now and then whether it is there, and ends the connection of one that does not say so. */
function heartbeat(client: WebSocket, everyMs: number): () => void {
  let answered = true;
  client.on("pong", () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) client.terminate();
    answered = false;
    client.ping();
  }, everyMs);
  const stop = (): void => clearInterval(timer);
  client.once("close", stop);
  return stop;
}
