import { asDasError, DasError } from "../../errors/das-error.js";
import type { RecordBatch } from "../../netdrms/records/record-batch.js";
import type { FrameReader } from "../../netdrms/records/sun-keywords.js";
import { heldGroups, type UnitAccess } from "../../netdrms/segments/held-records.js";
import type { UnitInfo } from "../../netdrms/sums/unit-state.js";
import type { KeptRows } from "../archive/kept-rows.js";
import type { ImageJob } from "./image-job.js";
import type { ImageWorkers } from "./image-pool.js";
import type { ImageProduct, PixelTreatment } from "./image-product.js";
import { inOrder } from "./in-order.js";
import type { ImageNumbers } from "./reduce-image.js";
import { storedImage } from "./stored-image.js";

/** What became of the image of one record. */
export type RecordImage = { readonly row: number; readonly us2000: number } & (
  | { readonly kind: "numbers"; readonly numbers: ImageNumbers }
  | { readonly kind: "failed"; readonly error: DasError }
);

/** How images are read. */
export interface ImageReading {
  readonly product: ImageProduct;
  readonly treatment: PixelTreatment;
  readonly units: UnitAccess;
  readonly workers: ImageWorkers;
  readonly signal: AbortSignal;
}

/**
 * The images of the kept rows of a batch, in their order, several of them under way at once while their storage units are held. What is
 * wrong with one record is told of that record.
 *
 * @param batch with one segment
 * @param frames absent where the product does not look at the Sun
 * Errors: CANCELLED, and those of the database of storage units.
 */
export async function* recordImages(
  batch: RecordBatch,
  kept: KeptRows,
  frames: FrameReader | undefined,
  reading: ImageReading,
): AsyncGenerator<RecordImage> {
  const times = new Map<number, number>();
  for (let i = 0; i < kept.count; i++) times.set(kept.rows[i]!, kept.us2000[i]!);
  const rows = kept.rows.subarray(0, kept.count);
  const end = new Ending(reading.signal);
  try {
    for await (const group of heldGroups(reading.units, batch, rows)) {
      const work = async (row: number): Promise<RecordImage> => {
        const us2000 = times.get(row)!; // every row of the group was kept
        try {
          const job = jobOf(batch, row, group.units, frames, reading);
          return { kind: "numbers", row, us2000, numbers: await end.before(reading.workers.run(job)) };
        } catch (error) {
          return { kind: "failed", row, us2000, error: asDasError(error, "reading the image") };
        }
      };
      for await (const image of inOrder(group.rows, reading.workers.parallel, work)) {
        if (image.kind === "failed" && image.error.code === "CANCELLED") throw image.error;
        yield image;
      }
    }
  } finally {
    end.forget();
  }
}

/** Errors: what is wrong with the record. */
function jobOf(
  batch: RecordBatch,
  row: number,
  units: ReadonlyMap<bigint, UnitInfo>,
  frames: FrameReader | undefined,
  { product, treatment }: ImageReading,
): ImageJob {
  const image = storedImage(batch.segments[0]!, row, units);
  const frame = frames?.frame(row);
  return {
    ...image,
    task: { product, treatment, ...(frame === undefined ? {} : { frame }) },
  };
}

/** Lets go of work when nobody wants its result any more. */
class Ending {
  readonly #signal: AbortSignal;
  readonly #leave = new Set<() => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort);
  }

  /** The result of work. Errors: those of the work; CANCELLED after the signal, at once. */
  before<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = (): void => reject(new DasError("CANCELLED", "the request was cancelled"));
      this.#leave.add(leave);
      work.then(resolve, reject).finally(() => this.#leave.delete(leave));
      if (this.#signal.aborted) leave();
    });
  }

  forget(): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => {
    for (const leave of this.#leave) leave();
  };
}
