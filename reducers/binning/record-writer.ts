import type { BatchBuilder } from "../../stream/batch-builder.js";
import type { Emit } from "../../stream/model.js";

/**
 * Gathers records into batches without changing their order: records of one packet type wait until the batch is
 * full, a record of another type comes, or `flush` is called.
 */
export class RecordWriter {
  #pending: BatchBuilder | undefined;

  /** Begins a record: its offset in `builder`. */
  next(builder: BatchBuilder, emit: Emit): number {
    if (this.#pending !== builder || builder.full) this.flush(emit);
    this.#pending = builder;
    return builder.next();
  }

  /** Emits what waits. To be called before any other item, and whenever the input pauses. */
  flush(emit: Emit): void {
    const batch = this.#pending?.take();
    this.#pending = undefined;
    if (batch !== undefined) emit({ kind: "data", batch });
  }
}
