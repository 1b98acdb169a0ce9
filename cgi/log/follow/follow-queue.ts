import type { RequestRecord } from "../record.js";

/** Requests that one event shows: more than anybody reads as they pass. */
const MOST_SHOWN = 40;

/** What one client is told at once. */
export interface FollowBatch {
  /** The newest, in the order in which they ended. */
  readonly records: readonly RequestRecord[];
  /** Requests besides them that were wanted and are not shown, or were not looked at. */
  readonly more: number;
}

/** What waits for one client: never more than one batch, however slow it is; what there is no room for is counted. */
export class FollowQueue {
  #records: RequestRecord[] = [];
  #more = 0;
  #isOver = false;
  #wake: () => void = () => undefined;

  push(records: readonly RequestRecord[], missed: number): void {
    if (records.length === 0 && missed === 0) return;
    const all = [...this.#records, ...records];
    this.#records = all.slice(-MOST_SHOWN);
    this.#more += missed + all.length - this.#records.length;
    this.#wake();
  }

  /** Nothing more comes. */
  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What has come since the last time; waits for something at most `ms`. `undefined` at the end. */
  async take(ms: number): Promise<FollowBatch | undefined> {
    if (this.#records.length === 0 && this.#more === 0 && !this.#isOver) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
    }
    if (this.#records.length === 0 && this.#more === 0 && this.#isOver) return undefined;
    const batch = { records: this.#records, more: this.#more };
    this.#records = [];
    this.#more = 0;
    return batch;
  }
}
