import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { DasError } from "../../errors/das-error.js";
import { ArchiveSession, type ArchiveSessionOptions } from "./archive-session.js";
import { ClientConnection } from "./client-connection.js";

/** How a session server begins. */
export interface SessionServerOptions extends Omit<ArchiveSessionOptions, "signal" | "facts"> {
  /** Without the port, which is known later. */
  readonly facts: Omit<ArchiveSessionOptions["facts"], "port">;
  /** What a client must show. */
  readonly token: string;
  /** Takes one line for the people who run the server. */
  readonly log: (line: string) => void;
  /** How long a new connection may take to greet, ms; missing: 10 s. */
  readonly greetingTimeoutMs?: number;
}

/** Connections at once. */
const MAX_CONNECTIONS = 256;
const GREETING_TIMEOUT_MS = 10_000;
/** How long clients may take to notice that the session was aborted, ms. */
const FAREWELL_MS = 2000;

/**
 * One session and one transaction of the archive for any number of programs, over the loopback. Nothing is kept before
 * {@link commit}, whatever clients do. Source: netdrms 7.4, docs/drms-session.md.
 */
export class SessionServer {
  readonly #session: ArchiveSession;
  readonly #server: Server;
  readonly #abort: AbortController;
  readonly #connections = new Map<ClientConnection, Promise<void>>();
  #clients = 0;

  private constructor(session: ArchiveSession, server: Server, abort: AbortController) {
    this.#session = session;
    this.#server = server;
    this.#abort = abort;
  }

  /** Opens the transaction and a port of the loopback. Errors: those of `Database`. */
  static async start(options: SessionServerOptions): Promise<SessionServer> {
    const server = createServer({ pauseOnConnect: false });
    server.maxConnections = MAX_CONNECTIONS;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const abort = new AbortController();
    try {
      const facts = { ...options.facts, port: portOf(server) };
      const session = await ArchiveSession.open({ ...options, facts, signal: abort.signal });
      const started = new SessionServer(session, server, abort);
      server.on("connection", (socket) => started.#serve(socket, options));
      return started;
    } catch (error) {
      server.close();
      throw error;
    }
  }

  /** Port of 127.0.0.1. */
  get port(): number {
    return portOf(this.#server);
  }

  /** Clients that are connected. */
  get connected(): number {
    return this.#connections.size;
  }

  /**
   * Takes no more clients, waits for those that are there, and keeps what they wrote. An {@link abort} meanwhile wins.
   *
   * Errors: those of `Database`, CANCELLED after an abort; then nothing was kept.
   */
  async commit(): Promise<void> {
    this.#server.close();
    await this.#allGone();
    if (this.#abort.signal.aborted) throw new DasError("CANCELLED", "The session was aborted");
    await this.#session.commit(this.#clients);
  }

  /** Takes no more clients, ends the statement that runs, tells clients, and takes everything back. Never fails. */
  async abort(): Promise<void> {
    this.#server.close();
    this.#abort.abort();
    // Their requests fail from now on. Whoever does not go by itself is cut off.
    const timer = setTimeout(() => {
      for (const connection of this.#connections.keys()) connection.destroy();
    }, FAREWELL_MS);
    await this.#allGone();
    clearTimeout(timer);
    await this.#session.rollback(this.#clients);
  }

  async #allGone(): Promise<void> {
    while (this.#connections.size > 0) await Promise.all(this.#connections.values());
  }

  #serve(socket: Socket, options: SessionServerOptions): void {
    const { logUnit } = options;
    const connection = new ClientConnection(socket, {
      session: this.#session,
      ...(logUnit === undefined ? {} : { logFolder: logUnit.folder }),
      token: options.token,
      statementTimeoutMs: options.statementTimeoutMs,
      greetingTimeoutMs: options.greetingTimeoutMs ?? GREETING_TIMEOUT_MS,
      onWelcome: () => {
        this.#clients++;
      },
      log: options.log,
    });
    const served = connection.serve().finally(() => this.#connections.delete(connection));
    this.#connections.set(connection, served);
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
