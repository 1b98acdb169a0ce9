import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { DasError } from "../../errors/das-error.js";
import type { Database, Row } from "../database/database.js";
import type { Sql } from "../database/sql.js";
import { FrameSocket } from "./frame-socket.js";
import { errorOf, type Hello, PROTOCOL_VERSION, type Request } from "./messages.js";
import { OpenCopies } from "./open-copies.js";
import type { ServerAddress } from "./server-address.js";
import type { Session, WriteAccess } from "./session.js";
import type { UnitMaker } from "./session-units.js";
import { Turns } from "./turns.js";
import { int8Of, membersOf } from "./wire-members.js";
import { unitOf, wireKeep, wireUnitRequest } from "./wire-units.js";
import { rowsOf, wireStatement } from "./wire-values.js";

/** How a program comes to a session server. */
export interface ClientSessionOptions {
  readonly address: ServerAddress;
  readonly program: string;
  readonly pid: number;
  /** Whether the program may write. */
  readonly writes: boolean;
  /** Longest time of one statement, ms; 0 for no limit, missing for that of the session. */
  readonly statementTimeoutMs?: number;
  /** Ends the statement that runs, and every later one. */
  readonly signal?: AbortSignal;
}

/** A session whose transaction is that of a server. */
export interface ClientSession extends Session {
  /** Folder for the program's output, where the session keeps a log. */
  readonly logFolder?: string;
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A session over a session server.
 *
 * Errors: ARCHIVE_AWAY where none answers, FORBIDDEN where it does not know the token, CANCELLED after the signal.
 * Source: netdrms 7.4, "socket connect"; docs/drms-session.md.
 */
export async function openClientSession(options: ClientSessionOptions): Promise<ClientSession> {
  const { address, program, pid, writes, statementTimeoutMs, signal } = options;
  const frames = new FrameSocket(await connectTo(address, signal), "hold");
  const client = new ServerClient(frames, signal);
  let logFolder: string | undefined;
  try {
    logFolder = await client.greet({
      op: "hello",
      version: PROTOCOL_VERSION,
      token: address.token,
      program,
      pid,
      ...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }),
    });
  } catch (error) {
    frames.destroy();
    throw error;
  }
  return {
    ...(logFolder === undefined ? {} : { logFolder }),
    database: client.database("read"),
    async forWriting(): Promise<WriteAccess> {
      if (!writes) throw new DasError("ARCHIVE_READ_ONLY", "This program only reads the archive");
      return client.writeAccess();
    },
    end: (status) => client.end(status === "finished" ? 0 : 1),
  };
}

async function connectTo({ host, port }: ServerAddress, signal: AbortSignal | undefined): Promise<Socket> {
  const socket = connect(port, host);
  const limit = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
  try {
    await once(socket, "connect", {
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    return socket;
  } catch (error) {
    socket.destroy();
    if (signal?.aborted) throw cancelled();
    throw new DasError("ARCHIVE_AWAY", `No session server answers at ${host}:${port}`, {}, error);
  }
}

/** The program's end of the connection: one request after the other. */
class ServerClient {
  readonly #frames: FrameSocket;
  readonly #signal: AbortSignal | undefined;
  readonly #turns = new Turns();
  readonly #copies = new OpenCopies();

  constructor(frames: FrameSocket, signal: AbortSignal | undefined) {
    this.#frames = frames;
    this.#signal = signal;
    // The server ends the statement of a client that goes.
    if (signal?.aborted) frames.destroy();
    signal?.addEventListener("abort", () => frames.destroy(), { once: true });
  }

  /** The folder of the session's log. */
  async greet(hello: Hello): Promise<string | undefined> {
    await this.#frames.send({ kind: "json", value: hello });
    const { logFolder } = await this.#reply("welcome");
    return typeof logFolder === "string" ? logFolder : undefined;
  }

  database(access: "read" | "write"): Database {
    return {
      query: async (statement) => {
        this.#copies.expectNone();
        return this.#query(statement, access);
      },
      copyOut: (select) => this.#copies.watch(() => this.#copyOut(select)),
    };
  }

  async writeAccess(): Promise<WriteAccess> {
    const { id, namespace } = await this.#exchange({ op: "write" }, "session");
    const sessionId = int8Of(id);
    if (sessionId === undefined || typeof namespace !== "string") throw strange();
    const units: UnitMaker = {
      allocate: async (request) =>
        unitOf(await this.#exchange({ op: "allocate", ...wireUnitRequest(request) }, "unit")),
      keep: async (kept) => {
        await this.#exchange({ op: "keep", ...wireKeep(kept) }, "end");
      },
    };
    return { database: this.database("write"), sessionId, sessionNamespace: namespace, units };
  }

  async end(status: number): Promise<void> {
    try {
      await this.#exchange({ op: "bye", status }, "end");
    } catch (error) {
      // What a program that failed wrote is of no interest.
      if (status === 0) throw error;
    } finally {
      await this.#frames.close();
    }
  }

  async #query(statement: Sql, access: "read" | "write"): Promise<readonly Row[]> {
    const endTurn = await this.#ask({ op: "query", access, statement: wireStatement(statement) });
    try {
      const rows: Row[] = [];
      for (;;) {
        const reply = await this.#reply("rows", "end");
        if (reply.is === "end") return rows;
        for (const row of rowsOf(reply)) rows.push(row);
      }
    } finally {
      endTurn();
    }
  }

  async *#copyOut(select: Sql): AsyncGenerator<Uint8Array> {
    const endTurn = await this.#ask({ op: "copy", statement: wireStatement(select) });
    let running = true;
    try {
      for (;;) {
        const bytes = await this.#piece().catch((error: unknown) => {
          running = false;
          throw error;
        });
        if (bytes === undefined) break;
        yield bytes;
      }
      running = false;
    } finally {
      if (running) await this.#stop();
      endTurn();
    }
  }

  /** Leaves a copy: the rest of it is thrown away. */
  async #stop(): Promise<void> {
    await this.#send({ op: "stop" });
    try {
      while ((await this.#piece()) !== undefined);
    } catch {
      // A copy that failed has ended too; a lost connection shows with the next request.
    }
  }

  /** Bytes of a copy; `undefined` at its end. */
  async #piece(): Promise<Uint8Array | undefined> {
    const frame = await this.#frames.receive();
    if (frame?.kind === "bytes") return frame.bytes;
    this.#checked(frame?.value, frame !== undefined, ["end"]);
    return undefined;
  }

  /** Sends a request and gives the one reply to it. */
  async #exchange(request: Request, expected: string): Promise<Readonly<Record<string, unknown>>> {
    const endTurn = await this.#ask(request);
    return this.#reply(expected).finally(endTurn);
  }

  /** Waits for the turn and sends a request. */
  async #ask(request: Request): Promise<() => void> {
    const endTurn = await this.#turns.take();
    try {
      await this.#send(request);
      return endTurn;
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  #send(request: Request): Promise<void> {
    return this.#frames.send({ kind: "json", value: request });
  }

  async #reply(...expected: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const frame = await this.#frames.receive();
    if (frame?.kind === "bytes") throw strange();
    return this.#checked(frame?.value, frame !== undefined, expected);
  }

  /** The members of a reply of the kinds expected. Errors: the one that the server tells of. */
  #checked(value: unknown, isThere: boolean, expected: readonly string[]): Readonly<Record<string, unknown>> {
    if (this.#signal?.aborted) throw cancelled();
    if (!isThere) throw new DasError("ARCHIVE_AWAY", "The session server has gone");
    const reply = membersOf(value);
    if (reply.is === "error") throw errorOf(reply);
    if (typeof reply.is !== "string" || !expected.includes(reply.is)) throw strange();
    return reply;
  }
}

function cancelled(): DasError {
  return new DasError("CANCELLED", "The query of the archive was cancelled");
}

function strange(): DasError {
  return new DasError("ARCHIVE_FAILED", "The session server answered with something else than was asked for");
}
