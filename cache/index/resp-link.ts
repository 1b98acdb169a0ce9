import { connect, type Socket } from "node:net";
import type { RedisAddress } from "../redis-address.js";
import { indexAway, type RedisLink, RedisRefusal, type RedisReply, type RedisWord } from "./redis-link.js";
import { RespParser } from "./resp-parser.js";

/** Commands that wait for their replies, oldest first, and who wants them. */
interface Waiting {
  readonly resolve: (reply: RedisReply) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * One connection to Redis over `node:net` and nothing else: for programs that live for one request, where loading a client takes
 * longer than the request. It connects with the first command, and again with the first one after a failure. It keeps no
 * process from ending while nothing is asked.
 *
 * @param timeoutMs longest time for the connection, and for each reply
 */
export function respLink(address: RedisAddress, timeoutMs: number): RedisLink {
  let connection: RespConnection | undefined;
  const pipeline = async (commands: readonly (readonly RedisWord[])[]): Promise<readonly RedisReply[]> => {
    if (connection === undefined || connection.isBroken) connection = new RespConnection(address, timeoutMs);
    return connection.ask(commands);
  };
  return {
    pipeline,
    async call(words) {
      const [reply = null] = await pipeline([words]);
      return reply;
    },
    async close() {
      connection?.end();
      connection = undefined;
    },
  };
}

/** A connection until its first failure. */
class RespConnection {
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  readonly #parser = new RespParser();
  readonly #waiting: Waiting[] = [];
  readonly #greeting: Promise<void>;
  #failure: Error | undefined;

  constructor(address: RedisAddress, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#socket =
      address.kind === "socket" ? connect(address.path) : connect({ host: address.host, port: address.port });
    this.#socket.setNoDelay(true);
    this.#socket.on("data", (piece) => this.#take(piece));
    this.#socket.on("error", (error) => this.#fail(indexAway("the connection to Redis failed", error)));
    this.#socket.on("close", () => this.#fail(indexAway("Redis closed the connection")));
    this.#greeting = this.#greet(address);
    this.#greeting.catch(() => {}); // every question tells of it
  }

  get isBroken(): boolean {
    return this.#failure !== undefined;
  }

  /** Sends commands at once; their replies come together. They follow the greeting without waiting for it. */
  async ask(commands: readonly (readonly RedisWord[])[]): Promise<readonly RedisReply[]> {
    const replies = this.#send(commands);
    const [, all] = await Promise.all([this.#greeting, replies]);
    return all;
  }

  end(): void {
    this.#fail(indexAway("the connection to Redis was closed here"));
  }

  async #greet(address: RedisAddress): Promise<void> {
    const commands: string[][] = [];
    const { username, password, db } = address;
    if (password !== undefined)
      commands.push(["AUTH", ...(username === undefined ? [] : [username]), password]);
    if (db !== 0) commands.push(["SELECT", String(db)]);
    const refusal = (await this.#send(commands)).find((reply) => reply instanceof RedisRefusal);
    if (refusal !== undefined) {
      this.#fail(indexAway(refusal.reason));
      throw this.#failure;
    }
  }

  #send(commands: readonly (readonly RedisWord[])[]): Promise<RedisReply[]> {
    const failure = this.#failure;
    if (failure !== undefined) return Promise.reject(failure);
    if (commands.length > 0) this.#socket.write(encodeCommands(commands));
    return Promise.all(
      commands.map(
        () =>
          new Promise<RedisReply>((resolve, reject) => {
            const timer = setTimeout(
              () => this.#fail(indexAway(`no answer from Redis within ${this.#timeoutMs} ms`)),
              this.#timeoutMs,
            );
            if (this.#waiting.length === 0) this.#socket.ref();
            this.#waiting.push({ resolve, reject, timer });
          }),
      ),
    );
  }

  #take(piece: Buffer): void {
    try {
      for (const reply of this.#parser.push(piece)) {
        const next = this.#waiting.shift();
        if (next === undefined) throw indexAway("Redis answered what it was not asked");
        clearTimeout(next.timer);
        next.resolve(reply);
      }
      if (this.#waiting.length === 0) this.#socket.unref();
    } catch (error) {
      this.#fail(error instanceof Error ? error : indexAway(String(error)));
    }
  }

  /** Later replies could not be told from those of other questions: the connection is over. */
  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#socket.destroy();
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(error);
    }
  }
}

/** Commands as lists of texts. Source: Redis serialization protocol specification, "Sending commands". */
function encodeCommands(commands: readonly (readonly RedisWord[])[]): Buffer {
  const parts: Buffer[] = [];
  let text = "";
  for (const words of commands) {
    text += `*${words.length}\r\n`;
    for (const word of words) {
      if (typeof word === "string") {
        text += `$${Buffer.byteLength(word)}\r\n${word}\r\n`;
        continue;
      }
      text += `$${word.length}\r\n`;
      parts.push(Buffer.from(text), word);
      text = "\r\n";
    }
  }
  parts.push(Buffer.from(text));
  return Buffer.concat(parts);
}
