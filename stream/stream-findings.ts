import { readXUs2000 } from "./columns.js";
import type { PacketBatch, StreamItem } from "./model.js";
import { booleanProperty } from "./properties.js";
import { StreamParser } from "./stream-parser.js";
import { formatTime, us2000ToTime } from "./time.js";

/**
 * Looks at a das2 stream as a strict client would and says in words what is wrong with it; each kind of fault once.
 * Source: das2-stream A3, A8.3, A13, A20.
 */
export class StreamFindings {
  /** Data packets so far. */
  packets = 0;
  readonly #parser = new StreamParser();
  readonly #range: { readonly begin: number; readonly end: number };
  readonly #found = new Map<string, string>();
  readonly #lastX = new Map<number, number>();
  #ascending = false;

  /** `range` is what was asked for, us2000, end excluded. */
  constructor(range: { readonly begin: number; readonly end: number }) {
    this.#range = range;
  }

  /** What is wrong, one sentence each. */
  get problems(): readonly string[] {
    return [...this.#found.values()];
  }

  push(bytes: Uint8Array): void {
    for (const item of this.#parser.push(bytes)) this.#item(item);
  }

  end(): void {
    for (const item of this.#parser.end()) this.#item(item);
    if (this.packets === 0) this.#find("empty", "there is no data packet in the stream");
  }

  #item(item: StreamItem): void {
    if (item.kind === "stream") {
      const { properties } = item.header;
      this.#ascending =
        booleanProperty(properties, "xMonotonic") === true ||
        booleanProperty(properties, "monotonicXTags") === true;
    } else if (item.kind === "exception")
      this.#find("exception", `the stream ends with ${item.exception.type}: ${item.exception.message}`);
    else if (item.kind === "data") this.#data(item.batch);
  }

  #data(batch: PacketBatch): void {
    this.packets += batch.count;
    const x = new Float64Array(batch.count);
    readXUs2000(batch, x);
    const { id } = batch.header;
    let last = this.#lastX.get(id) ?? Number.NEGATIVE_INFINITY;
    for (const us of x) {
      if (Number.isNaN(us)) this.#find("nan", `a packet of id ${id} has no time`);
      else if (us < this.#range.begin || us >= this.#range.end)
        this.#find("range", `a packet of id ${id} at ${timeText(us)} is outside the range asked for`);
      if (this.#ascending && us < last)
        this.#find(
          "order",
          `times of id ${id} go back at ${timeText(us)}, but the stream claims that they ascend`,
        );
      last = us;
    }
    this.#lastX.set(id, last);
  }

  #find(kind: string, problem: string): void {
    if (!this.#found.has(kind)) this.#found.set(kind, problem);
  }
}

function timeText(us: number): string {
  return formatTime(us2000ToTime(us), 3);
}
