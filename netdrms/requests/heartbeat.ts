import { asDasError } from "../../errors/das-error.js";
import { keepRequest, type LeaseHolder, type WorkDone } from "./lease.js";

/** Tells that a request is being worked on, and how far it is, until it is stopped or another has the request. */
export class Heartbeat {
  readonly #log: (line: string) => void;
  readonly #holder: LeaseHolder;
  readonly #id: string;
  readonly #lost: AbortController;
  readonly #timer: NodeJS.Timeout;
  #done: WorkDone = { stage: "reading records", records: 0, bytes: 0, failures: 0 };
  #keptMs = performance.now();
  #isBusy = false;

  /** @param lost aborted when another has the request */
  constructor(holder: LeaseHolder, id: string, lost: AbortController, log: (line: string) => void) {
    this.#log = log;
    this.#holder = holder;
    this.#id = id;
    this.#lost = lost;
    // So often that two that fail do not lose the lease, and that people see it move.
    this.#timer = setInterval(() => void this.#beat(), Math.min(2000, holder.leaseMs / 4));
  }

  tell(done: WorkDone): void {
    this.#done = done;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #beat(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      if (await keepRequest(this.#holder, this.#id, this.#done)) this.#keptMs = performance.now();
      else this.#lost.abort();
    } catch (error) {
      // Somebody else may have it by now.
      if (performance.now() - this.#keptMs > this.#holder.leaseMs) this.#lost.abort();
      this.#log(`export ${this.#id}: ${asDasError(error, "the lease").message}`);
    } finally {
      this.#isBusy = false;
    }
  }
}
