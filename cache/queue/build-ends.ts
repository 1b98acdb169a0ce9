import { QueueEvents } from "bullmq";
import { within } from "../../pipeline/within.js";
import type { OnProgress } from "./build-queue.js";
import { QUEUE_NAME, QUEUE_PREFIX, queueKey } from "./queue-keys.js";
import { answerInTime, patientClient, type QueueRedis } from "./redis-client.js";

/** Longest wait for an event before one looks for oneself, ms: events may be lost with the Redis that had them. */
const LOOK_MS = 5000;
/** Longest wait for a connection to be closed, ms. */
const CLOSE_MS = 1000;

/** News of one build. */
export interface BuildWatch {
  /** Resolves when the build has ended, when it is time to look, or when `signal` is aborted. */
  next(signal: AbortSignal | undefined): Promise<void>;
  forget(): void;
}

interface Watcher {
  readonly onProgress: OnProgress | undefined;
  wake(): void;
}

/** Listens to the events of a queue, from the first question on. */
export class BuildEnds {
  readonly #place: QueueRedis;
  readonly #watchers = new Map<string, Set<Watcher>>();
  #listening: Promise<() => Promise<void>> | undefined;

  constructor(place: QueueRedis) {
    this.#place = place;
  }

  /** Watches a build: nothing that happens after this has resolved is missed. */
  async watch(id: string, onProgress: OnProgress | undefined): Promise<BuildWatch> {
    if (this.#listening === undefined) {
      const listening = this.#listen();
      this.#listening = listening;
      listening.catch(() => {
        if (this.#listening === listening) this.#listening = undefined;
      });
    }
    await this.#listening;
    let hasNews = false;
    let wake = (): void => {
      hasNews = true;
    };
    const watcher: Watcher = { onProgress, wake: () => wake() };
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(watcher));
    return {
      next: (signal) =>
        new Promise((resolve) => {
          const done = (): void => {
            clearTimeout(timer);
            signal?.removeEventListener("abort", done);
            hasNews = false;
            wake = () => {
              hasNews = true;
            };
            resolve();
          };
          const timer = setTimeout(done, LOOK_MS);
          signal?.addEventListener("abort", done);
          wake = done;
          if (hasNews || signal?.aborted === true) done();
        }),
      forget: () => {
        watchers.delete(watcher);
        if (watchers.size === 0) this.#watchers.delete(id);
      },
    };
  }

  async close(): Promise<void> {
    const listening = this.#listening;
    this.#listening = undefined;
    for (const watchers of this.#watchers.values()) for (const { wake } of watchers) wake();
    const stop = await listening?.catch(() => undefined);
    await stop?.();
  }

  async #listen(): Promise<() => Promise<void>> {
    const client = patientClient(this.#place);
    try {
      const newest = await answerInTime(
        () => client.xrevrange(queueKey("events"), "+", "-", "COUNT", 1),
        this.#place.timeoutMs,
      );
      const events = new QueueEvents(QUEUE_NAME, {
        prefix: QUEUE_PREFIX,
        connection: client,
        lastEventId: newest[0]?.[0] ?? "0-0",
      });
      events.on("error", () => {});
      const wake = ({ jobId }: { readonly jobId: string }): void => {
        for (const watcher of this.#watchers.get(jobId) ?? []) watcher.wake();
      };
      events.on("completed", wake);
      events.on("failed", wake);
      events.on("removed", wake);
      events.on("progress", ({ jobId, data }) => {
        if (typeof data !== "number") return;
        for (const { onProgress } of this.#watchers.get(jobId) ?? []) onProgress?.(data);
      });
      return async () => {
        await within(
          events.close().catch(() => {}),
          CLOSE_MS,
        );
        client.disconnect();
      };
    } catch (error) {
      client.disconnect();
      throw error;
    }
  }
}
