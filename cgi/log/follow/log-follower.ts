import { type FSWatcher, watch } from "node:fs";
import { DasError } from "../../../errors/das-error.js";
import { type LogFilter, matches } from "../filter.js";
import { lineTest } from "../line-test.js";
import { readRecord } from "../read-record.js";
import type { RequestRecord } from "../record.js";
import { FollowQueue } from "./follow-queue.js";
import { LogTail } from "./new-lines.js";

/** Shortest time between two looks, ms: what comes in it is told together. */
const GATHER_MS = 300;
/** Longest time between two looks, ms, where the file system does not tell of changes. */
const POLL_MS = 2000;
/** Clients that follow at the same time. */
const MOST_CLIENTS = 32;
/** Records of one look that are parsed; further ones are counted. */
const MOST_PARSED = 2000;

/** One client, and what it wants. */
interface Follower {
  readonly queue: FollowQueue;
  readonly filter: LogFilter;
  readonly test: (line: Buffer) => boolean;
}

/**
 * Tells clients of what is appended to the log, whichever process does so. One look for all of them, at most three in a second, each
 * of bounded work: a burst costs the server no more than a steady stream, and who follows is told how many it was not shown.
 */
export class LogFollower {
  readonly #folder: string;
  readonly #clients = new Set<Follower>();
  #tail: LogTail | undefined;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #lookedMs = 0;
  #dueMs = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Has a client told of what comes from now on. Errors: OVERLOADED; those of node:fs. */
  async open(filter: LogFilter): Promise<FollowQueue> {
    if (this.#clients.size >= MOST_CLIENTS)
      throw new DasError("OVERLOADED", "as many follow the log as may at the same time");
    const client: Follower = { queue: new FollowQueue(), filter, test: lineTest(filter) };
    // Counted before the wait: others may come and leave meanwhile.
    this.#clients.add(client);
    if (this.#tail === undefined) {
      this.#tail = new LogTail(this.#folder);
      this.#looking = this.#tail.look().then(() => this.#watch());
    }
    try {
      await this.#looking;
    } catch (error) {
      this.leave(client.queue);
      throw error;
    }
    return client.queue;
  }

  /** Ends what a client is told; once more does nothing. */
  leave(queue: FollowQueue): void {
    queue.end();
    for (const client of this.#clients) if (client.queue === queue) this.#clients.delete(client);
    if (this.#clients.size === 0) this.#stop();
  }

  /** Ends all clients. */
  end(): void {
    for (const { queue } of this.#clients) queue.end();
    this.#stop();
  }

  #watch(): void {
    if (this.#tail === undefined) return;
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, () => this.#later(GATHER_MS));
      this.#watcher.on("error", () => undefined);
    } catch {
      // Where nobody tells of changes the clock does.
    }
    this.#later(POLL_MS);
  }

  #stop(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tail = undefined;
  }

  /** Looks after so long, or earlier where that was said before. */
  #later(ms: number): void {
    if (this.#tail === undefined) return;
    const due = Math.max(this.#lookedMs + GATHER_MS, performance.now() + ms);
    if (this.#timer !== undefined && this.#dueMs <= due) return;
    clearTimeout(this.#timer);
    this.#dueMs = due;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#looking = this.#looking.then(() => this.#look());
    }, due - performance.now()).unref();
  }

  async #look(): Promise<void> {
    const tail = this.#tail;
    if (tail === undefined) return;
    this.#lookedMs = performance.now();
    try {
      const { lines, missed } = await tail.look();
      if (lines.length + missed > 0) this.#tell(lines, missed);
    } catch {
      // A folder that cannot be read now may be at the next look.
    }
    this.#later(POLL_MS);
  }

  #tell(lines: readonly Buffer[], missed: number): void {
    const passed = Math.max(0, lines.length - MOST_PARSED);
    const parsed = new Map<Buffer, RequestRecord | undefined>();
    const recordOf = (line: Buffer): RequestRecord | undefined => {
      if (!parsed.has(line)) parsed.set(line, readRecord(line));
      return parsed.get(line);
    };
    for (const { queue, filter, test } of this.#clients) {
      const records: RequestRecord[] = [];
      for (const line of lines.slice(passed)) {
        const record = test(line) ? recordOf(line) : undefined;
        if (record !== undefined && matches(record, filter)) records.push(record);
      }
      queue.push(records, missed + passed);
    }
  }
}
