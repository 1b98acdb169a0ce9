import { Bell } from "../../netdrms/changes/bell.js";
import { CHANGE_CHANNEL } from "../../netdrms/changes/change-names.js";
import { retryDelay } from "../../netdrms/changes/follow-changes.js";
import { type Listener, openListener } from "../../netdrms/database/listener.js";

/** How often it is looked whether the connection is still there, ms. */
const CHECK_MS = 30_000;

/**
 * Rings when records of a tracked series come, change or go, as the database tells, over one connection that is made again when it is
 * lost. What is missed meanwhile is not told: whoever listens looks now and then by itself.
 */
export class ArchiveBell {
  readonly #stop = new AbortController();
  readonly #work: Promise<void>;

  /** @param url of the database; a role that reads will do */
  constructor(url: string, ring: () => void) {
    this.#work = this.#run(url, ring);
  }

  async #run(url: string, ring: () => void): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 0; !signal.aborted; attempt++) {
      let listener: Listener | undefined;
      try {
        listener = await openListener({ url, channel: CHANGE_CHANNEL, onTold: ring });
        attempt = 0;
        const bell = new Bell();
        void listener.lost.then(() => bell.ring());
        // What came while nobody listened.
        ring();
        while ((await bell.wait(CHECK_MS, signal)) === "time") await listener.check();
      } catch {
        // Looking now and then goes on without it.
      } finally {
        await listener?.close();
      }
      await new Bell().wait(retryDelay(attempt), signal);
    }
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#work;
  }
}
