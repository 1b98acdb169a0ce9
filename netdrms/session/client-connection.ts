import { createHash, timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import { DasError } from "../../errors/das-error.js";
import type { Row } from "../database/database.js";
import type { Sql } from "../database/sql.js";
import type { ArchiveSession } from "./archive-session.js";
import { Spool } from "./copy-spool.js";
import { FrameSocket } from "./frame-socket.js";
import { type Frame, MAX_FRAME_BYTES } from "./frames.js";
import {
  type CheckedRequest,
  checkHello,
  checkRequest,
  errorReply,
  type Hello,
  PROTOCOL_VERSION,
  type Reply,
} from "./messages.js";
import type { Session } from "./session.js";
import { wireUnit } from "./wire-units.js";
import { wireRows } from "./wire-values.js";

/** What a server gives each of its connections. */
export interface ConnectionContext {
  readonly session: ArchiveSession;
  readonly token: string;
  /** Of the session's log, for the output of clients. */
  readonly logFolder?: string;
  /** Statement timeout of clients that name none, ms. */
  readonly statementTimeoutMs: number;
  /** How long a new connection may take to greet, ms. */
  readonly greetingTimeoutMs: number;
  /** Called once, when the client has shown the token. */
  readonly onWelcome: () => void;
  /** Takes one line for the people who run the server. */
  readonly log: (line: string) => void;
}

/** Longest greeting, bytes: whoever has not shown the token gets no more memory than that. */
const MAX_GREETING_BYTES = 4096;
/** Rows are sent in portions of about so many characters. */
const PORTION_CHARACTERS = 1_048_576;

/** One client of a session server, from its greeting to its end. */
export class ClientConnection {
  readonly #context: ConnectionContext;
  readonly #frames: FrameSocket;
  #next: Promise<Frame | undefined> | undefined;

  constructor(socket: Socket, context: ConnectionContext) {
    this.#context = context;
    this.#frames = new FrameSocket(socket, "refuse", MAX_GREETING_BYTES);
  }

  /** Serves the client; resolves when it has gone, whatever was wrong with it. */
  async serve(): Promise<void> {
    const who = { name: "a client" };
    try {
      const hello = await this.#greet();
      if (hello === undefined) return;
      who.name = `${JSON.stringify(hello.program.slice(0, 80))} (${hello.pid})`;
      this.#context.onWelcome();
      const { logFolder } = this.#context;
      await this.#send({ is: "welcome", ...(logFolder === undefined ? {} : { logFolder }) });
      this.#context.log(`${who.name} has come`);
      const status = await this.#answerAll(hello.statementTimeoutMs ?? this.#context.statementTimeoutMs);
      this.#context.log(
        `${who.name} has gone, ${status === undefined ? "without a word" : `status ${status}`}`,
      );
    } catch (error) {
      this.#context.log(`${who.name}: ${error instanceof Error ? error.message : String(error)}`);
      await this.#send(errorReply(error));
    } finally {
      await this.#frames.close();
    }
  }

  /** Cuts the connection. */
  destroy(): void {
    this.#frames.destroy();
  }

  /** The greeting; `undefined` where none came. Errors: FORBIDDEN for a wrong token, ARCHIVE_FAILED for another protocol. */
  async #greet(): Promise<Hello | undefined> {
    const timer = setTimeout(() => this.#frames.destroy(), this.#context.greetingTimeoutMs);
    const frame = await this.#receive().finally(() => clearTimeout(timer));
    if (frame === undefined) return undefined;
    const hello = checkHello(frame.kind === "json" ? frame.value : undefined);
    if (hello.version !== PROTOCOL_VERSION)
      throw new DasError(
        "ARCHIVE_FAILED",
        `Version ${hello.version} of the protocol of sessions, expected ${PROTOCOL_VERSION}`,
      );
    if (!isSame(hello.token, this.#context.token))
      throw new DasError("FORBIDDEN", "The session server does not know this token, see DRMS_TOKEN");
    this.#frames.limit = MAX_FRAME_BYTES;
    return hello;
  }

  /** Answers requests until the client has gone; the status that it told, if it did. */
  async #answerAll(statementTimeoutMs: number): Promise<number | undefined> {
    const { session } = this.#context;
    const user = session.join({ statementTimeoutMs, signal: this.#frames.gone });
    for (;;) {
      const frame = await this.#receive();
      if (frame === undefined) return undefined;
      const request = checkRequest(frame.kind === "json" ? frame.value : undefined);
      switch (request.op) {
        case "bye":
          await this.#send({ is: "end" });
          return request.status;
        case "copy":
          await this.#answer(() => this.#copy(request.statement, statementTimeoutMs));
          break;
        case "stop":
          // The copy that it was meant for has ended meanwhile.
          break;
        default:
          await this.#answer(() => this.#do(request, user));
      }
    }
  }

  async #do(
    request: Exclude<CheckedRequest, { readonly op: "copy" | "stop" | "bye" }>,
    user: Omit<Session, "end">,
  ): Promise<void> {
    switch (request.op) {
      case "query": {
        const { database } = request.access === "read" ? user : await user.forWriting();
        return this.#sendRows(await database.query(request.statement));
      }
      case "write": {
        const { sessionId, sessionNamespace } = await user.forWriting();
        return this.#send({ is: "session", id: String(sessionId), namespace: sessionNamespace });
      }
      case "allocate": {
        const { units } = await user.forWriting();
        return this.#send({ is: "unit", ...wireUnit(await units.allocate(request.request)) });
      }
      case "keep":
        await (await user.forWriting()).units.keep(request.units);
        return this.#send({ is: "end" });
    }
  }

  /** What fails is told, and the client goes on. */
  async #answer(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await this.#send(errorReply(error));
    }
  }

  async #sendRows(rows: readonly Row[]): Promise<void> {
    for (let from = 0; from < rows.length; ) {
      let to = from;
      for (let length = 0; to < rows.length && length < PORTION_CHARACTERS; to++)
        length += lengthOf(rows[to]!);
      await this.#send({ is: "rows", ...wireRows(rows.slice(from, to)) });
      from = to;
    }
    await this.#send({ is: "end" });
  }

  /** Sends a copy by way of the disk, so that the transaction is free for others as soon as the database has given it. */
  async #copy(statement: Sql, statementTimeoutMs: number): Promise<void> {
    const { session } = this.#context;
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#frames.gone, stop.signal]);
    const spool = await Spool.open();
    const filling = fill(spool, session.join({ statementTimeoutMs, signal }).database.copyOut(statement));
    this.#next = this.#receive().then((frame) => {
      // Whatever it is, a stop or a client that goes: the rest is not wanted.
      stop.abort();
      return frame;
    });
    // Its failure is that of the next message.
    this.#next.catch(() => undefined);
    try {
      for await (const bytes of spool.pieces()) {
        if (signal.aborted) break;
        await this.#frames.send({ kind: "bytes", bytes });
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      await filling;
      await spool.close();
    }
    await this.#send({ is: "end" });
  }

  /** The next message, which may have been waited for already. */
  async #receive(): Promise<Frame | undefined> {
    const next = this.#next ?? this.#frames.receive();
    this.#next = undefined;
    return next;
  }

  #send(reply: Reply): Promise<void> {
    return this.#frames.send({ kind: "json", value: reply });
  }
}

/** Puts a copy into a spool; its failure too, so it never fails itself. */
async function fill(spool: Spool, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const piece of pieces) await spool.append(piece);
    spool.finish();
  } catch (error) {
    spool.finish({ error });
  }
}

/** About how many characters a row takes in JSON. */
function lengthOf(row: Row): number {
  let length = 0;
  for (const value of Object.values(row))
    length += typeof value === "string" ? value.length + 3 : Array.isArray(value) ? 24 * value.length : 24;
  return length;
}

/** Compares in a time that tells nothing of where two texts differ. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
