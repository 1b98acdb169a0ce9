import { clockMs } from "../../pipeline/clock.js";
import {
  type ClientAllowance,
  type ClientLimits,
  type Leave,
  type RequestKind,
  tooManyAtOnce,
  tooManyBytes,
} from "./client-limits.js";

/** Clients that are remembered though they have no request: those with bytes to pay back. */
const MOST_CLIENTS = 100_000;

interface Client {
  readonly running: Record<RequestKind, number>;
  /** Bytes that have been sent and are not yet paid back, at `at` (ms). */
  owed: number;
  at: number;
}

/** The limits as one process counts them, which is enough for a resident server. */
export class ProcessLimits implements ClientLimits {
  readonly #allowance: ClientAllowance;
  readonly #clock: () => number;
  readonly #clients = new Map<string, Client>();

  /** @param clock milliseconds that only grow */
  constructor(allowance: ClientAllowance, clock: () => number = clockMs) {
    this.#allowance = allowance;
    this.#clock = clock;
  }

  enter(kind: RequestKind, name: string): Leave {
    const client = this.#client(name);
    const most = this.#allowance.atOnce[kind];
    if (most > 0 && client.running[kind] >= most) throw tooManyAtOnce(kind, most);
    const { hourBytes } = this.#allowance;
    if (kind === "data" && hourBytes > 0) {
      const over = this.#owed(client) - hourBytes;
      if (over >= 0) throw tooManyBytes(hourBytes, over);
    }
    client.running[kind]++;
    return () => {
      client.running[kind]--;
      this.#forget(name, client);
    };
  }

  sent(name: string, bytes: number): void {
    if (this.#allowance.hourBytes === 0 || bytes === 0) return;
    const client = this.#client(name);
    client.owed = this.#owed(client) + bytes;
  }

  #client(name: string): Client {
    let client = this.#clients.get(name);
    if (client === undefined) {
      if (this.#clients.size >= MOST_CLIENTS) this.#makeRoom();
      client = { running: { any: 0, data: 0 }, owed: 0, at: this.#clock() };
      this.#clients.set(name, client);
    }
    return client;
  }

  /** What is owed now: an hour pays back all that may be had in it. */
  #owed(client: Client): number {
    const now = this.#clock();
    const paid = ((now - client.at) / 3_600_000) * this.#allowance.hourBytes;
    client.owed = Math.max(0, client.owed - paid);
    client.at = now;
    return client.owed;
  }

  #forget(name: string, client: Client): void {
    if (client.running.any === 0 && client.running.data === 0 && this.#owed(client) === 0)
      this.#clients.delete(name);
  }

  /** Forgets what has been paid back, and where that is nothing, the one that is remembered longest and idle. */
  #makeRoom(): void {
    for (const [name, client] of this.#clients) this.#forget(name, client);
    if (this.#clients.size < MOST_CLIENTS) return;
    for (const [name, { running }] of this.#clients)
      if (running.any === 0 && running.data === 0) {
        this.#clients.delete(name);
        return;
      }
  }
}
